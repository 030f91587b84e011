"""Journals in every state of the matrix, and every statement of the table for them, signed by whomever one likes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any, cast

from duolog.errors import VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Change, Member, RosterStatement
from duolog.protocol.statements import Signature, SignedStatement
from duolog.seal.grants import Epoch
from duolog.seal.keys import EpochKey
from tests.protocol.builders import Host, Journal, Person, Randomness, by_account
from tests.protocol.roster_table import (
    CONFIDANT,
    FOUNDER,
    NEW_CONFIDANT,
    NEW_PARTNER,
    OUTSIDER,
    PARTNER,
    STATES,
    Allowed,
    Row,
    State,
    rows_of,
    universe,
    verdict,
    who_signs,
)

NAMES = (FOUNDER, PARTNER, CONFIDANT, NEW_PARTNER, NEW_CONFIDANT, OUTSIDER)
PAST, UNTIL, TERM = 1_000, 4_000_000_000, 1_000_000  # Unix seconds: over long ago, in force for long; a step of a term


@cache
def person(name: str) -> Person:
    return Person(name)


@cache
def person_ahead(name: str) -> Person:
    """The same account, one generation later."""
    return Person(name).rotate()


def random_grants(
    key: EpochKey, epoch: Epoch, members: Iterable[Member], chains: Mapping[bytes, AccountChain]
) -> dict[bytes, bytes]:
    """Grants that nobody opens, of the right size: no rule of a roster looks inside, and sealing them takes long."""
    random = Randomness(f"grants of epoch {epoch.epoch}")
    return {member.account: random(sizes.SEALED_SEED) for member in members}


class World:
    """A journal in one state. `name` tells journals of one state apart; `people` replaces some of them."""

    def __init__(
        self,
        state: State,
        *,
        name: str = "",
        people: Mapping[str, Person] | None = None,
        host: Host | None = None,
        grants: Any = random_grants,
    ) -> None:
        self.state = state
        self.people = {one: person(one) for one in NAMES} | dict(people or {})
        self.journal = Journal(self.people[FOUNDER], name=name, host=host, grants=grants)
        self._build()
        if state.later is not None:
            self.people[state.later] = person_ahead(state.later)
        self.journal.people = list(self.people.values())
        self.names = {one.account: name for name, one in self.people.items()}

    def _build(self) -> None:
        journal, state = self.journal, self.state
        if state.rights is not None:  # before the second partner, so that a provisional journal can have one
            until = PAST if state.past else UNTIL
            journal.add_confidant(self.people[CONFIDANT], rights=state.rights, until=until)
        if state.base != "alone":
            journal.add_partner(self.people[PARTNER], verified=state.base == "couple")
        if state.stale:
            journal.append(journal.draft_bad_grant(self.people[FOUNDER]), self.people[FOUNDER])

    @property
    def roster(self) -> Roster:
        return self.journal.roster

    # --- statements ---

    def draft(self, row: Row, *, fresh: bool) -> RosterStatement:
        """The statement that this row makes, honest in all but its signatures and, where asked for, its epoch."""
        fields = self._fields(row)
        if row.whom is not None and row.kind != "rotate":
            fields["account"] = self.people[row.whom].account
        return self.journal.draft(cast(Change, row.kind), fresh=fresh, **fields)

    def honest(self, row: Row, cell: Allowed | str) -> RosterStatement:
        """With the epoch that the table asks for; one that nothing allows is made as well as it can be."""
        fresh = cell.epoch == "fresh" if isinstance(cell, Allowed) else row.kind in ("add", "remove", "rotate")
        return self.draft(row, fresh=fresh)

    def _fields(self, row: Row) -> dict[str, Any]:
        journal = self.journal
        if row.whom is None:
            return {"provisional": False} if row.kind == "verify" else {}
        whom = self.people[row.whom]
        match row.kind, row.how:
            case "add", _:
                return self._added(row, whom)
            case "remove", _:
                partner = row.whom in (FOUNDER, PARTNER)
                return {"members": journal.without(whom), "provisional": self.roster.provisional and not partner}
            case "leave", _:
                return {"members": journal.without(whom)}
            case ("rotate", _) | ("refresh", ""):
                return {"members": journal.lifted(whom)}
            case ("shorten", "") | ("extend", "shorter"):
                return {"members": journal.with_member(whom, until=self._until(whom) - 1)}
            case ("extend", "") | ("shorten", "longer"):
                return {"members": journal.with_member(whom, until=self._until(whom) + TERM)}
            case "rights", "":
                other = "write" if self.state.rights == "read" else "read"
                return {"members": journal.with_member(whom, rights=other)}
        return {}  # what changes nothing

    def _until(self, whom: Person) -> int:
        member = self.roster.find(whom.account)
        return (member.until if member is not None else None) or PAST

    def _added(self, row: Row, whom: Person) -> dict[str, Any]:
        terms = {} if row.whom == NEW_PARTNER else {"role": "confidant", "rights": "read", "until": UNTIL}
        member = whom.member(**terms)
        others = [item for item in self.roster.members if item.account != member.account]
        return {
            "members": by_account([*others, member]),
            "provisional": row.whom == NEW_PARTNER or self.roster.provisional,
            "acceptance": self.journal.acceptance(whom, member),
        }

    # --- signatures ---

    def generation(self, draft: RosterStatement, name: str) -> int:
        """Whose key counts: the generation that the new roster names; for who isn't in it any more, the one before."""
        account = self.people[name].account
        named = next((item for item in draft.members if item.account == account), self.roster.find(account))
        return named.generation if named is not None else self.people[name].newest.generation

    def sign(
        self, draft: RosterStatement, signers: Iterable[str], generations: Mapping[str, int] | None = None
    ) -> SignedStatement:
        """Signed by these, each with the key that counts, unless `generations` names another one."""
        statement, other = draft.encode(), generations or {}
        signatures = [
            self.people[name].sign(statement, other.get(name) or self.generation(draft, name)) for name in signers
        ]
        return SignedStatement(statement, tuple(sorted(signatures, key=lambda item: item.account)))

    def forge(self, draft: RosterStatement, signers: Iterable[str]) -> SignedStatement:
        """In the name of these, by a key of the outsider's."""
        statement = draft.encode()
        signature = self.people[OUTSIDER].sign(statement).signature
        accounts = sorted(self.people[name].account for name in signers)
        return SignedStatement(statement, tuple(Signature(account, signature) for account in accounts))

    def judge(self, signed: SignedStatement, check: Callable[..., object] = check_change) -> str:
        """The name of the rule that refuses this; empty when nothing does."""
        try:
            check(self.roster, signed, self.journal.chains)
        except VerificationError as error:
            return error.check
        return ""


def subsets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    """Every set of these, the empty one and the whole."""
    ordered = sorted(names)
    for count in range(len(ordered) + 1):
        yield from (frozenset(chosen) for chosen in combinations(ordered, count))


def enough(state: State, row: Row, cell: Allowed) -> Iterator[frozenset[str]]:
    """Every set of signers that the row asks for."""
    accounts, count = who_signs(state, row, cell)
    return (frozenset(chosen) for chosen in combinations(sorted(accounts), count))


def near_misses(state: State, row: Row, cell: Allowed | str) -> list[frozenset[str]]:
    """Signers that come close: nobody, everybody, each alone, and what the row asks for with one more or one fewer."""
    everybody = universe(state, row)
    tried = {frozenset[str](), everybody} | {frozenset({name}) for name in everybody}
    if isinstance(cell, Allowed):
        for signers in enough(state, row, cell):
            tried |= {signers | {name} for name in everybody} | {signers - {name} for name in signers}
    return sorted(tried, key=sorted)


# --- samples, where trying everything takes too long ---


def cells(state: State) -> set[tuple[object, ...]]:
    """What playing this state reaches: its cells of the table, and what else a state can be."""
    return {(str(row), state.base) for row, _ in rows_of(state)} | {("is", state.stale, state.past)}


def cover(states: Sequence[State]) -> tuple[State, ...]:
    """A few states that reach all that all of them do: each time the one that adds most, the first of equals."""
    missing, played = set().union(*map(cells, states)), list[State]()
    while missing:
        played.append(max(states, key=lambda state: len(missing & cells(state))))
        missing -= cells(played[-1])
    return tuple(played)


def chosen(state: State, row: Row, cell: Allowed | str) -> dict[str, frozenset[str]]:
    """One set of signers for each verdict that close ones get; another one in another state."""
    by_verdict: dict[str, list[frozenset[str]]] = {}
    for signers in near_misses(state, row, cell):
        by_verdict.setdefault(verdict(state, row, cell, signers), []).append(signers)
    turn = STATES.index(state)
    return {said: choices[turn % len(choices)] for said, choices in by_verdict.items()}
