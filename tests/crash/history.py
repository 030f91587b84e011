"""Recorded histories of one journal, and the exact check of them.

Clients note when they asked and when they were answered, by one clock. The check needs no search: the log itself says
in which order the server took the appends. So it only remains to see that this order fits each answer and all times,
and one walk over the log in its order decides that. The check is exact: it accepts a history just when each append and
each read can be given a moment between its question and its answer, so that one after the other they make this log.

Rules
- The log has no gap, and no entry twice.
- Each entry in it was sent by somebody, with these bytes, in a try that was not refused.
- Each acknowledged entry stands at the seq that every answer gave it. Two entries never got one seq.
- The head of each receipt is the log's head there. A push stands in one piece.
- A page shows the log as it is, and ends where a push ends.
- An append or a read that was answered before another began comes before that one. So no read goes backwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import inf
from typing import Literal

Outcome = Literal["stored", "refused", "unknown"]


class BrokenHistory(Exception):
    """The server broke its word. The sentence says where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its author knows it: its id and the digest of its bytes."""

    id: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Append:
    """One try to push. `answered` is infinite and `seqs` are empty where no answer came.

    `head`: the receipt's, of the last entry; None where the answer had no receipt, or none came.
    """

    entries: tuple[Entry, ...]
    invoked: float
    answered: float = inf
    outcome: Outcome = "unknown"
    seqs: tuple[int, ...] = ()
    head: bytes | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the log. `head`: that of the receipt, where a push ends."""

    seq: int
    entry: Entry
    head: bytes | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One page. `newest`: the journal's newest seq, as the page says."""

    places: tuple[Place, ...]
    newest: int
    invoked: float
    answered: float


@dataclass
class History:
    """All that was asked and answered about one journal after the seq `start`."""

    start: int = 0
    appends: list[Append] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many entries the server has acknowledged."""
        return len({entry.id for one in self.appends if one.outcome == "stored" for entry in one.entries})

    @property
    def unknown(self) -> int:
        """How many tries got no answer that says what became of them."""
        return sum(one.outcome == "unknown" for one in self.appends)

    def check(self, log: Sequence[Place]) -> None:
        """Check everything against `log`, all that is in the journal after `start` now. Raises: BrokenHistory."""
        at = _check_log(log, self.start)
        _check_sent(log, self.appends)
        for append in self.appends:
            if append.outcome == "stored":
                _check_acknowledged(append, at, log, self.start)
        _check_pushes(self.appends, at)
        for read in self.reads:
            _check_read(read, log, self.start)
        _check_times(log, self.appends, self.reads)


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise BrokenHistory(sentence)


def _check_log(log: Sequence[Place], start: int) -> dict[bytes, int]:
    """The seq of each entry."""
    at: dict[bytes, int] = {}
    for expected, place in enumerate(log, start + 1):
        _require(place.seq == expected, f"the log has seq {place.seq} where {expected} is due")
        _require(place.entry.id not in at, f"the entry at seq {place.seq} stands at seq {at.get(place.entry.id)} too")
        at[place.entry.id] = place.seq
    return at


def _check_sent(log: Sequence[Place], appends: Sequence[Append]) -> None:
    sent = {entry for one in appends if one.outcome != "refused" for entry in one.entries}
    for place in log:
        _require(place.entry in sent, f"nobody sent the entry at seq {place.seq}, or its sending was refused")


def _check_acknowledged(append: Append, at: Mapping[bytes, int], log: Sequence[Place], start: int) -> None:
    _require(len(append.seqs) == len(append.entries), "an answer has another number of places than its push")
    for entry, seq in zip(append.entries, append.seqs, strict=True):
        _require(entry.id in at, f"the entry that was acknowledged at seq {seq} is lost")
        _require(at[entry.id] == seq, f"the entry that was acknowledged at seq {seq} stands at seq {at[entry.id]}")
    if append.head is not None:
        place = log[append.seqs[-1] - start - 1]
        _require(place.head == append.head, f"the receipt at seq {place.seq} has another head than the log")


def _check_pushes(appends: Sequence[Append], at: Mapping[bytes, int]) -> None:
    for append in appends:
        seqs = [at[entry.id] for entry in append.entries if entry.id in at]
        _require(len(seqs) in (0, len(append.entries)), f"a part of a push was stored, at {seqs}")
        whole = not seqs or seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        _require(whole, f"a push was torn apart or turned round: {seqs}")


def _check_read(read: Read, log: Sequence[Place], start: int) -> None:
    _require(start <= read.newest <= start + len(log), f"a page named seq {read.newest}, and the log doesn't go there")
    for place in read.places:
        _require(start < place.seq <= read.newest, f"a page showed seq {place.seq} and named {read.newest} the newest")
        _require(log[place.seq - start - 1] == place, f"a page showed another entry at seq {place.seq} than the log")
    for seq in {read.newest, *(place.seq for place in read.places[-1:])}:
        ended = seq == start or log[seq - start - 1].head is not None
        _require(ended, f"a page ends in the middle of a push, at seq {seq}")


def _check_times(log: Sequence[Place], appends: Sequence[Append], reads: Sequence[Read]) -> None:
    """Check that nothing was answered before something began that comes before it in the log."""
    invoked: dict[bytes, float] = {}
    answered: dict[bytes, float] = {}
    for one in appends:
        for entry in one.entries:
            if one.outcome != "refused":
                invoked[entry.id] = min(one.invoked, invoked.get(entry.id, inf))
            if one.outcome == "stored":
                answered[entry.id] = min(one.answered, answered.get(entry.id, inf))
    # Place in the order: a read of the newest seq comes right after that entry, beside other reads there.
    order = [(place.seq, 0, invoked[place.entry.id], answered.get(place.entry.id, inf)) for place in log]
    order += [(read.newest, 1, read.invoked, read.answered) for read in reads]
    order.sort(reverse=True)
    first_answer = inf  # of all that comes later in the order
    for (seq, kind), group in groupby(order, key=lambda one: one[:2]):
        times = [(began, ended) for _, _, began, ended in group]
        what = "a page went backwards: it ended" if kind else "an entry was placed too early:"
        late = any(began > first_answer for began, _ in times)
        _require(not late, f"{what} at seq {seq}, and something after that was answered before it began")
        first_answer = min(first_answer, *(ended for _, ended in times))
