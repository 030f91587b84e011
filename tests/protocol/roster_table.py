"""The rule table of spec §5.3 once more, as data: what the generated matrix holds the code against.

It was written from the specification and calls nothing of the code. Each line says, for each kind of journal, either
who signs and what becomes of the epoch, or the rule that forbids the change whoever signs it. A dash: there is no such
statement to make. Nothing here depends on a term that is over, on an epoch that is stale, or on a later generation
that somebody has: that is the table's point.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

Base = Literal["alone", "provisional", "couple"]
Signers = Literal["founder", "every partner", "one partner", "one writer", "themselves"]
EpochRule = Literal["fresh", "carried", "stale"]

# ada founded the journal, sam is the second partner, okoro the confidant; kim and lee may join, robin never does.
FOUNDER, PARTNER, CONFIDANT, NEW_PARTNER, NEW_CONFIDANT, OUTSIDER = "ada", "sam", "okoro", "kim", "lee", "robin"

TEXT = """
    change          | whom  | alone                   | provisional             | couple
    add             | kim   | every partner, fresh    | add_limit               | add_limit
    add             | lee   | every partner, fresh    | add_while_provisional   | every partner, fresh
    add             | okoro | add_twice               | add_twice               | add_twice
    remove          | ada   | -                       | evict_founder           | evict
    remove          | sam   | -                       | founder, fresh          | evict
    remove          | okoro | one partner, fresh      | one partner, fresh      | one partner, fresh
    remove          | robin | subject                 | subject                 | subject
    rotate          | -     | one writer, fresh       | one writer, fresh       | one writer, fresh
    rotate lifting  | ada   | one writer, fresh       | one writer, fresh       | one writer, fresh
    rotate lifting  | sam   | -                       | one writer, fresh       | one writer, fresh
    rotate lifting  | okoro | one writer, fresh       | one writer, fresh       | one writer, fresh
    verify          | -     | verify_provisional      | every partner, carried  | verify_provisional
    shorten         | okoro | one partner, carried    | one partner, carried    | one partner, carried
    shorten longer  | okoro | shorten                 | shorten                 | shorten
    extend          | okoro | every partner, carried  | every partner, carried  | every partner, carried
    extend shorter  | okoro | extend                  | extend                  | extend
    extend          | sam   | -                       | term_confidant          | term_confidant
    rights          | okoro | every partner, carried  | every partner, carried  | every partner, carried
    rights same     | okoro | rights                  | rights                  | rights
    rights          | sam   | -                       | rights                  | rights
    leave           | ada   | -                       | leave_partner           | leave_partner
    leave           | sam   | -                       | leave_partner           | leave_partner
    leave           | okoro | themselves, stale       | themselves, stale       | themselves, stale
    refresh         | ada   | themselves, stale       | themselves, stale       | themselves, stale
    refresh         | sam   | -                       | themselves, stale       | themselves, stale
    refresh         | okoro | themselves, stale       | themselves, stale       | themselves, stale
    refresh same    | ada   | refresh_later           | refresh_later           | refresh_later
    refresh same    | sam   | -                       | refresh_later           | refresh_later
    refresh same    | okoro | refresh_later           | refresh_later           | refresh_later
    bad_grant       | ada   | themselves, stale       | themselves, stale       | themselves, stale
    bad_grant       | sam   | -                       | themselves, stale       | themselves, stale
    bad_grant       | okoro | themselves, stale       | themselves, stale       | themselves, stale
    bad_grant       | robin | subject                 | subject                 | subject
"""


@dataclass(frozen=True)
class Allowed:
    """Who signs, and what becomes of the epoch."""

    by: Signers
    epoch: EpochRule


@dataclass(frozen=True)
class Row:
    """One line of the table. `kind` is the statement's change, `how` what else tells lines of one kind apart."""

    kind: str
    how: str
    whom: str | None
    cells: Mapping[Base, Allowed | str]

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.how, self.whom) if part)

    @property
    def newcomer(self) -> str | None:
        return self.whom if self.kind == "add" and self.whom != CONFIDANT else None


@dataclass(frozen=True)
class State:
    """A journal before the change. `rights` and `past` are the confidant's; `later` has a generation that the roster
    doesn't name yet."""

    base: Base
    rights: Literal["read", "write"] | None = None
    past: bool = False
    later: str | None = None
    stale: bool = False

    def __str__(self) -> str:
        confidant = f"confidant {self.rights}s" if self.rights else ""
        parts = (self.base, confidant, "past" if self.past else "", f"{self.later} is ahead" if self.later else "")
        return ", ".join(part for part in (*parts, "stale" if self.stale else "") if part)

    @property
    def partners(self) -> frozenset[str]:
        return frozenset({FOUNDER} if self.base == "alone" else {FOUNDER, PARTNER})

    @property
    def members(self) -> frozenset[str]:
        return self.partners | ({CONFIDANT} if self.rights else frozenset())

    @property
    def writers(self) -> frozenset[str]:
        return self.partners | ({CONFIDANT} if self.rights == "write" else frozenset())


def _rows() -> Iterator[Row]:
    lines = [line for line in TEXT.splitlines() if line.strip()]
    bases = cast(list[Base], [cell.strip() for cell in lines[0].split("|")[2:]])
    for line in lines[1:]:
        what, whom, *cells = (cell.strip() for cell in line.split("|"))
        kind, _, how = what.partition(" ")
        found = {base: _cell(cell) for base, cell in zip(bases, cells, strict=True) if cell != "-"}
        yield Row(kind, how, None if whom == "-" else whom, found)


def _cell(text: str) -> Allowed | str:
    by, comma, epoch = text.partition(", ")
    return Allowed(cast(Signers, by), cast(EpochRule, epoch)) if comma else f"roster.{text}"


def _states() -> Iterator[State]:
    for stale in (False, True):
        for base in cast(tuple[Base, ...], ("alone", "provisional", "couple")):
            ahead = (None, FOUNDER) if base == "alone" else (None, FOUNDER, PARTNER)
            for later in ahead:
                yield State(base, later=later, stale=stale)
            for rights in cast(tuple[Literal["read", "write"], ...], ("read", "write")):
                for later in (*ahead, CONFIDANT):
                    yield State(base, rights, later=later, stale=stale)
                yield State(base, rights, past=True, stale=stale)


ROWS = tuple(_rows())
STATES = tuple(_states())


@cache
def rows_of(state: State) -> tuple[tuple[Row, Allowed | str], ...]:
    """The changes that can be tried in this state, each with its cell."""
    return tuple(_rows_of(state))


def _rows_of(state: State) -> Iterator[tuple[Row, Allowed | str]]:
    for row in ROWS:
        cell = row.cells.get(state.base)
        lifts = str(row).startswith(("rotate lifting", "refresh")) and row.how != "same"
        absent = row.whom == CONFIDANT and state.rights is None
        if cell is not None and not absent and (not lifts or state.later == row.whom):
            yield row, cell


def universe(state: State, row: Row) -> frozenset[str]:
    """Everybody whose signature is tried: the members before and after, the newcomer, and an outsider."""
    return state.members | {OUTSIDER} | ({row.newcomer} if row.newcomer else frozenset())


def who_signs(state: State, row: Row, cell: Allowed) -> tuple[frozenset[str], int]:
    """How many of whom, exactly. Roles are those of the roster before."""
    match cell.by:
        case "founder":
            return frozenset({FOUNDER}), 1
        case "every partner":
            return state.partners, len(state.partners)
        case "one partner":
            return state.partners, 1
        case "one writer":
            return state.writers, 1
        case "themselves":
            assert row.whom is not None
            return frozenset({row.whom}), 1


def verdict(state: State, row: Row, cell: Allowed | str, signers: frozenset[str]) -> str:
    """The rule that refuses the change when exactly these have signed it; empty when it is allowed."""
    if isinstance(cell, str):
        return cell
    accounts, count = who_signs(state, row, cell)
    if not signers <= accounts:
        return "roster.signer_allowed"
    return "" if len(signers) == count else "roster.signer_count"


def proposal_verdict(state: State, row: Row, cell: Allowed | str, signers: frozenset[str]) -> str:
    """The same while it waits for a signature: some of those who must sign, and nobody else."""
    if isinstance(cell, str):
        return cell
    accounts, count = who_signs(state, row, cell)
    if not signers <= accounts:
        return "roster.signer_allowed"
    return "" if 1 <= len(signers) <= count else "roster.signer_count"
