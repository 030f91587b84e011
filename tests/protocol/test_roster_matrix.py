"""Every change x every set of signers x every state, against the rule table as the specification has it.

The rules have no clock: a term that is over is one more state, and its column of the table is the same.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from duolog.errors import EntryFault, RosterViolation
from duolog.protocol.entries import check_entry
from duolog.protocol.roster import check_change, check_proposal
from duolog.protocol.roster_changes import TABLE, Required, Roster
from duolog.protocol.roster_statements import CHANGES, Change, RosterStatement, parse_roster
from tests.protocol.builders import Journal, sign
from tests.protocol.roster_table import (
    CONFIDANT,
    OUTSIDER,
    ROWS,
    STATES,
    Allowed,
    Row,
    State,
    proposal_verdict,
    rows_of,
    universe,
    verdict,
)
from tests.protocol.roster_world import World, enough, person, subsets

every_state = pytest.mark.parametrize("state", STATES, ids=str)


def allowed_rows(state: State) -> list[tuple[Row, Allowed]]:
    return [(row, cell) for row, cell in rows_of(state) if isinstance(cell, Allowed)]


def mismatches(world: World, only: str | None = None) -> list[str]:
    """Where the code and the table differ, for every set of signers."""
    state, found = world.state, []
    for row, cell in rows_of(state):
        if only not in (None, row.kind):
            continue
        draft = world.honest(row, cell)
        for signers in subsets(universe(state, row)):
            signed = world.sign(draft, signers)
            for check, expected in ((check_change, verdict), (check_proposal, proposal_verdict)):
                said = world.judge(signed, check)
                if said != expected(state, row, cell, signers):
                    found.append(f"{row}, signed by {sorted(signers)}: {said or 'allowed'}, {check.__name__}")
    return found + wrong_epochs(world, only)


def wrong_epochs(world: World, only: str | None = None) -> list[str]:
    """Where a change leaves another epoch than its row says, or doesn't refuse one that is made otherwise."""
    found = []
    for row, cell in allowed_rows(world.state):
        if only not in (None, row.kind):
            continue
        signers = next(enough(world.state, row, cell))
        fresh = cell.epoch == "fresh"
        otherwise = world.judge(world.sign(world.draft(row, fresh=not fresh), signers))
        if otherwise != ("roster.fresh_epoch" if fresh else "roster.carried_epoch"):
            found.append(f"{row} with the wrong epoch: {otherwise or 'allowed'}")
        draft = world.draft(row, fresh=fresh)
        if world.judge(world.sign(draft, signers)):
            found.append(f"{row} with the right epoch is refused")
            continue
        after = check_change(world.roster, world.sign(draft, signers), world.journal.chains)
        stale = {"fresh": False, "carried": world.state.stale, "stale": True}[cell.epoch]
        if (after.epoch - world.roster.epoch, after.stale) != (int(fresh), stale):
            found.append(f"{row} leaves epoch {after.epoch}, stale: {after.stale}")
    return found


def test_the_table_names_every_change_and_the_states_every_row() -> None:
    assert {row.kind for row in ROWS} == set(CHANGES) - {"genesis"} == set(TABLE)
    tried = {(str(row), state.base) for state in STATES for row, _ in rows_of(state)}
    assert tried == {(str(row), base) for row in ROWS for base in row.cells}


@every_state
def test_each_change_takes_the_signers_and_makes_the_epoch_of_its_row(state: State) -> None:
    assert mismatches(World(state)) == []


@every_state
def test_each_signer_signs_with_the_key_that_the_roster_names(state: State) -> None:
    """That of the new roster; for a leaver, that of the roster before. The other generation's key is none of theirs."""
    world = World(state)
    for row, cell in allowed_rows(state):
        draft = world.honest(row, cell)
        for signers in enough(state, row, cell):
            assert world.judge(world.forge(draft, signers)) == "signature", row
            if state.later in signers:
                other = {state.later: 3 - world.generation(draft, state.later)}
                assert world.judge(world.sign(draft, signers, other)) == "signature", row


@every_state
def test_grants_come_with_a_fresh_epoch_alone_and_one_for_each_member_of_the_new_roster(state: State) -> None:
    world = World(state)
    for row, cell in allowed_rows(state):
        draft, signers = world.honest(row, cell), next(enough(state, row, cell))
        granted = dict(draft.grants or {})
        one_more = granted | {person(OUTSIDER).account: bytes(32)}
        one_fewer = dict(list(granted.items())[1:]) or None
        spoilt, rule = ([one_fewer, one_more], "grants_for_all") if granted else ([one_more], "carried_grants")
        for grants in spoilt:
            assert world.judge(world.sign(replace(draft, grants=grants), signers)) == f"roster.{rule}", row


@every_state
def test_nothing_but_what_the_row_names_changes(state: State) -> None:
    """Everything else of the roster spoilt in turn: another member's terms, whether somebody is provisional."""
    world = World(state)
    for row, cell in allowed_rows(state):
        draft, signers = world.honest(row, cell), next(enough(state, row, cell))
        spoilt = [replace(draft, provisional=not draft.provisional)]
        for member in draft.members:
            if row.whom is None or member.account != world.people[row.whom].account:
                others = tuple(item for item in draft.members if item != member)
                members = (*others, replace(member, until=(member.until or 0) + 1))
                spoilt.append(replace(draft, members=tuple(sorted(members, key=lambda item: item.account))))
        for statement in spoilt:
            assert world.judge(world.sign(statement, signers)) == "roster.unnamed", row


@every_state
def test_who_may_write_afterwards(state: State) -> None:
    """Members with the right to, in an epoch that is not stale. A term that is over takes no right away here: past it
    the server serves nothing, and partners' clients remove before they write."""
    world = World(state)
    for row, cell in allowed_rows(state):
        draft, signers = world.honest(row, cell), next(enough(state, row, cell))
        after = check_change(world.roster, world.sign(draft, signers), world.journal.chains)
        for name in universe(state, row):
            member = after.find(world.people[name].account)
            if member is None:
                expected = "entries.author"
            elif member.rights != "write":
                expected = "entries.rights"
            else:
                expected = "entries.stale" if cell.epoch == "stale" or (cell.epoch == "carried" and state.stale) else ""
            assert entry_refused(world, after, name) == expected, (row, name)


def entry_refused(world: World, after: Roster, name: str) -> str:
    account = world.people[name].account
    member = after.find(account)
    header = world.journal.header(
        world.people[name], epoch=after.epoch, generation=member.generation if member is not None else 1
    )
    try:
        check_entry(header, after)
    except EntryFault as error:
        return error.check
    return ""


@pytest.mark.parametrize("state", [state for state in STATES if state.past], ids=str)
def test_a_term_that_is_over_changes_no_verdict(state: State) -> None:
    over, within = World(state), World(replace(state, past=False))
    for row, cell in rows_of(state):
        for signers in subsets(universe(state, row)):
            verdicts = {world.judge(world.sign(world.honest(row, cell), signers)) for world in (over, within)}
            assert verdicts == {verdict(state, row, cell, signers)}, row


@pytest.mark.parametrize(
    ("signers", "expected"),
    [
        ((), "roster.signer_count"),
        (("ada",), ""),
        (("sam",), "roster.signer_allowed"),
        (("ada", "sam"), "roster.signer_allowed"),
    ],
)
def test_a_genesis_is_its_founders_alone(signers: tuple[str, ...], expected: str) -> None:
    statement = Journal(person("ada")).genesis.statement
    chains = {person(name).account: person(name).chain for name in ("ada", "sam")}
    try:
        check_change(None, sign(statement, *(person(name) for name in signers)), chains)
        said = ""
    except RosterViolation as error:
        said = error.check
    assert said == expected


@every_state
def test_a_journal_has_one_genesis_in_every_state(state: State) -> None:
    world = World(state)
    genesis = parse_roster(world.journal.genesis.statement)
    for signers in subsets(state.members | {OUTSIDER}):
        assert world.judge(world.sign(genesis, signers)) == "roster.second_genesis"


# --- the matrix itself: a row of the code that is another is noticed ---


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """States that see every row of the table allowed, made while the code's rows are still right."""
    states = [State("alone", "write"), State("provisional", "write"), State("couple", "read", later=CONFIDANT)]
    return [World(state) for state in (*states, State("couple", "write", stale=True))]


def noticed(worlds: list[World], kind: str) -> bool:
    return any(mismatches(world, only=kind) for world in worlds)


@pytest.mark.parametrize("kind", TABLE)
def test_another_epoch_rule_would_be_noticed(
    kind: Change, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, right = TABLE[kind]
    assert not noticed(worlds, kind)
    for wrong in ("fresh", "carried", "stale"):
        if wrong != right:
            monkeypatch.setitem(cast(dict[Change, Any], TABLE), kind, (handler, wrong))
            assert noticed(worlds, kind), wrong


@pytest.mark.parametrize("kind", TABLE)
def test_another_signer_rule_would_be_noticed(
    kind: Change, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, epoch = TABLE[kind]

    def with_rule(wrong: Callable[[Roster, Required], Required]) -> object:
        def row(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
            expected, right = handler(previous, parsed)
            return expected, wrong(previous, right)

        return row, epoch

    def anyone(previous: Roster, right: Required) -> Required:
        return replace(right, accounts=right.accounts | {member.account for member in previous.members})

    def one_fewer(previous: Roster, right: Required) -> Required:
        return replace(right, count=right.count - 1)

    def one_more(previous: Roster, right: Required) -> Required:
        return replace(right, count=right.count + 1)

    for wrong in (anyone, one_fewer, one_more):
        monkeypatch.setitem(cast(dict[Change, Any], TABLE), kind, with_rule(wrong))
        assert noticed(worlds, kind), wrong.__name__
