"""How much one account may store, in a day and in all.

Rules (spec §11.7)
- An account's own items count, in every journal. Others' items change no answer to this account.
- The server counts a request with one statement, in the transaction that stores its items. Refused and repeated items
  don't count.
- The server refuses a request after the account has reached a limit. So nothing is too large for an empty account, and
  one request at most passes a day's limit.
- Days are those of UTC. Stored items count forever: destroying gives no room back.
- A thief who uses up an account's quota locks nobody in. Closings, and rotations (which have a limit of their own), are
  counted and never refused. Withdrawals, and pushes without entries (to leave, to remove a member, to change a key), go
  on up to twice each limit.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from app.problems import DailyLimit, QuotaReached
from app.quotas import repository
from app.settings import DAY, Settings

Thing = Literal[
    "journals", "entries", "carried", "moved", "proposals", "invitations", "rendezvous", "sets", "attachments"
]

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
                "new entries",
                *(s.entries_per_day, s.entry_mib_per_day * _MIB),
                *(s.entries_total, s.entry_mib_total * _MIB),
            ),
            "moved": Bounds(
                "journals from other servers", today=s.carried_journals_per_day, ever=s.carried_journals_total
            ),
            "carried": Bounds(
                "data from other servers",
                bytes_today=s.carried_mib_per_day * _MIB,
                bytes_ever=s.carried_mib_total * _MIB,
            ),
            "proposals": Bounds("proposals", today=s.proposals_per_day),
            "invitations": Bounds("invitations", today=s.invitations_per_day),
            "rendezvous": Bounds(
                "messages between your devices", s.rendezvous_per_day, s.rendezvous_mib_per_day * _MIB
            ),
            "attachments": Bounds(
                "attachments",
                *(s.attachments_per_day, s.attachment_mib_per_day * _MIB),
                bytes_ever=s.attachment_mib_total * _MIB,
            ),
            "sets": Bounds("changes of devices", today=s.sets_per_day),
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
        """Count things that `account` has just stored, and their bytes. The caller rolls back when this raises.

        `times`: the allowed multiple of each limit; None: never refuse.

        Raises:
            QuotaReached: the account has stored as much as it may.
            DailyLimit: the account has stored as much as it may in a day.
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
