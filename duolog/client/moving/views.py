"""What moving shows: plain values, safe to show and to keep."""

from dataclasses import dataclass

from duolog.errors import DuologError


@dataclass(frozen=True, slots=True)
class MoveSeen:
    """A member says that they go on with a journal elsewhere. `receipt_key`: of that server, 32 bytes."""

    journal: bytes
    account: bytes
    name: str | None
    origin: str
    receipt_key: bytes


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What moving did. `journals`: those that go on at the new server; `behind`: those that only a partner can bring.

    `told`: the members and the own devices were told at the old server. `open_logs`: journals whose log there could
    not be closed. `problems`: what could not be done at the new server now; a sync does it.
    """

    old: str
    new: str
    journals: tuple[bytes, ...]
    behind: tuple[bytes, ...]
    told: bool
    open_logs: tuple[bytes, ...]
    problems: tuple[DuologError, ...]
