"""How much one account may store, in a day and in all.

Rules (spec §11.7)
- Counted is what an account itself brings, wherever it brings it: what others do changes no answer to it.
- A request is counted in the transaction that stores what it brings, with one statement. What is refused, or was there
  already, counts nothing.
- It is refused when a limit was reached before it. So nothing is too large for an empty account, and a day's limit is
  passed by one request at most.
- Days are those of UTC. What was ever stored counts for ever: destroying gives no room back.
- Who has used up an account, be it with a stolen device, locks nobody in. A closing, and the rotation of an account
  (which has a limit of its own), are counted and never refused. Withdrawals, and pushes without entries, by which
  somebody leaves, is removed, or a key is changed, go on up to twice each limit.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from app.problems import DailyLimit, QuotaReached
from app.quotas import repository
from app.settings import DAY, Settings

Thing = Literal["journals", "entries", "carried", "moved", "proposals", "invitations", "rendezvous", "sets"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one thing, which `name` calls by its plain name. None: it has no such limit."""

    name: str
    today: int | None = None
    bytes_today: int | None = None
    ever: int | None = None
    bytes_ever: int | None = None


class Quotas:
    """The limits of this server."""

    def __init__(self, settings: Settings) -> None:
        s = settings
        self._bounds: dict[Thing, Bounds] = {
            "journals": Bounds("new journals", today=s.journals_per_day, ever=s.journals_total),
            "entries": Bounds(
                "what you write",
                *(s.entries_per_day, s.entry_mib_per_day * _MIB),
                *(s.entries_total, s.entry_mib_total * _MIB),
            ),
            "moved": Bounds(
                "journals from other servers", today=s.carried_journals_per_day, ever=s.carried_journals_total
            ),
            "carried": Bounds(
                "what comes from other servers",
                bytes_today=s.carried_mib_per_day * _MIB,
                bytes_ever=s.carried_mib_total * _MIB,
            ),
            "proposals": Bounds("proposals", today=s.proposals_per_day),
            "invitations": Bounds("invitations", today=s.invitations_per_day),
            "rendezvous": Bounds(
                "messages between your devices", s.rendezvous_per_day, s.rendezvous_mib_per_day * _MIB
            ),
            "sets": Bounds("changes of your devices", today=s.sets_per_day),
        }

    def spend(
        self,
        connection: Connection,
        account: bytes,
        thing: Thing,
        now: int,
        *,
        count: int = 1,
        size: int = 0,
        times: int | None = 1,
    ) -> None:
        """Count what `account` has just stored: so many things of so many bytes. Whoever calls it rolls back when it
        raises.

        `times`: it goes on up to so many times each limit; None: it is never refused.

        Raises:
            QuotaReached: the account has stored as much as it may.
            DailyLimit: it has today.
        """
        used = repository.add(connection, account, thing, now // DAY, count, size)
        bounds = self._bounds[thing]
        if _is_beyond(used.ever - count, bounds.ever, times) or _is_beyond(
            used.bytes_ever - size, bounds.bytes_ever, times
        ):  # check: server.quota_total
            raise QuotaReached(bounds.name)
        if _is_beyond(used.today - count, bounds.today, times) or _is_beyond(
            used.bytes_today - size, bounds.bytes_today, times
        ):  # check: server.quota_day
            raise DailyLimit(bounds.name, retry_after=DAY - now % DAY)


def _is_beyond(before: int, limit: int | None, times: int | None) -> bool:
    return limit is not None and times is not None and before >= limit * times
