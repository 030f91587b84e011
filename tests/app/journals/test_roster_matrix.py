"""The matrix of roster changes, pushed to the real server: it takes what the table allows and refuses the rest, and a
refusal stores nothing.

Each database plays a few of the states, different ones, that reach every cell of the table. In each of them every row
is tried with one set of signers for each verdict; which one changes with the state. Every set of signers in every state
is tried on the rules alone, in `tests/protocol`.
"""

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, select

from app.access.repository import Caller, hash_token
from app.accounts.repository import add_keyholders
from app.chains.repository import add_statement
from app.database import Database, metadata
from app.sessions.repository import add_session
from duolog.api import pages
from duolog.api.pages import Placed
from duolog.protocol.codec import encode_b64, sha256
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import RosterStatement, parse_roster
from duolog.protocol.statements import SignedStatement
from tests.app.people import code, journal_statement
from tests.protocol.roster_table import CONFIDANT, FOUNDER, PARTNER, STATES, Allowed, Row, State, rows_of
from tests.protocol.roster_world import NAMES, World, chosen, cover, enough, person, person_ahead

TABLES = ("journals", "log", "grants", "memberships", "acceptances", "journal_accounts", "proposals")
AHEAD = (FOUNDER, PARTNER, CONFIDANT)  # their chains have two generations at the server, whatever a roster names
LATER = 4_000_000_000  # Unix seconds


class Stage:
    """The server, at which everybody of the matrix is known and has a session."""

    def __init__(self, app: FastAPI, http: httpx2.AsyncClient) -> None:
        self.http = http
        self.database: Database = app.state.duolog.database
        self._made = 0

    async def let_in(self) -> "Stage":
        await self.database.write(let_in)
        return self

    async def begin(self, state: State) -> World:
        """A new journal in this state, pushed by its founder."""
        self._made += 1
        world = World(state, name=str(self._made))
        genesis, *others = (item.signed for item in world.journal.items if isinstance(item, StatementItem))
        body = journal_statement(genesis, world.journal.grants[1])
        made = await self.http.post("/v1/journals", json=body, headers=headers(FOUNDER))
        assert made.status_code == 201, made.text
        if others:
            pushed = await self.push(world, FOUNDER, *(placed(world, item) for item in others))
            assert pushed.status_code == 201, pushed.text
        return world

    async def push(self, world: World, by: str, *items: Placed) -> httpx2.Response:
        path = f"/v1/journals/{encode_b64(world.journal.journal)}/entries"
        content = pages.encode_push(items)
        return await self.http.post(path, content=content, headers=headers(by) | {"content-type": pages.MEDIA_TYPE})

    async def stored(self, world: World) -> list[object]:
        """All that the database holds of this journal."""
        return await self.database.read(rows_about, world.journal.journal)


def let_in(connection: Connection) -> None:
    """What registering and logging in leave behind, without either: the rules look at chains alone."""
    for name in NAMES:
        one = person_ahead(name) if name in AHEAD else person(name)
        for generation, signed in enumerate(one.signed, start=1):
            add_statement(connection, one.account, generation, signed)
        add_keyholders(connection, one.account, [one.device.public], {})
        caller = Caller(one.account, one.device.id, hash_token(token(name)), touch=False)
        add_session(connection, caller, now=LATER - 1, expires=LATER, used_before=0)


def rows_about(connection: Connection, journal: bytes) -> list[object]:
    tables = (metadata.tables[name] for name in TABLES)
    return [sorted(connection.execute(select(table).where(table.c.journal == journal)).all()) for table in tables]


def token(name: str) -> bytes:
    return sha256(b"the session of ", name.encode())


def headers(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {encode_b64(token(name))}"}


def placed(world: World, signed: SignedStatement) -> Placed:
    """With the grants that the statement names, if its epoch is fresh."""
    named = parse_roster(signed.statement)
    return Placed(0, StatementItem(signed), world.journal.grants[named.epoch] if named.grants is not None else {})


def tried(world: World, draft: RosterStatement, signers: frozenset[str]) -> Placed:
    return placed(world, world.sign(draft, signers))


@pytest.fixture
async def stage(app: FastAPI, http: httpx2.AsyncClient) -> Stage:
    return await Stage(app, http).let_in()


PLAYED = {"sqlite": cover(STATES), "postgresql": cover(STATES[::-1])}


def states_of(database_url: str) -> tuple[State, ...]:
    return PLAYED["sqlite" if database_url.startswith("sqlite") else "postgresql"]


async def test_the_server_refuses_what_the_table_forbids_and_stores_none_of_it(stage: Stage, database_url: str) -> None:
    for state in states_of(database_url):
        world = await stage.begin(state)
        before = await stage.stored(world)
        for row, cell in rows_of(state):
            draft = world.honest(row, cell)
            for said, signers in chosen(state, row, cell).items():
                if said:
                    answer = await stage.push(world, FOUNDER, tried(world, draft, signers))
                    assert code(answer) == (422, "rule_broken"), (str(state), str(row), sorted(signers), said)
        assert await stage.stored(world) == before, str(state)


async def test_the_server_takes_what_the_table_allows(stage: Stage, database_url: str) -> None:
    """Each cell once, in the first state that reaches it: what is taken needs a journal of its own."""
    taken = set[tuple[str, str]]()
    for state in states_of(database_url):
        for row, cell in rows_of(state):
            if isinstance(cell, Allowed) and (str(row), state.base) not in taken:
                taken.add((str(row), state.base))
                await take(stage, state, row, chosen(state, row, cell)[""])


async def take(stage: Stage, state: State, row: Row, signers: frozenset[str]) -> None:
    """It is taken, and taken once: sent again it gets the first answer, and nothing more is stored."""
    world = await stage.begin(state)
    draft = world.honest(row, row.cells[state.base])
    answer = await stage.push(world, FOUNDER, tried(world, draft, signers))
    assert answer.status_code == 201, (str(state), str(row), sorted(signers), answer.text)
    after = await stage.stored(world)
    again = await stage.push(world, FOUNDER, tried(world, draft, signers))
    assert again.json()["places"] == answer.json()["places"]
    assert await stage.stored(world) == after


async def test_past_a_term_the_server_serves_its_confidant_nothing(stage: Stage) -> None:
    """The statement is as good as before: a partner's push of it is taken. The confidant is a stranger."""
    for rights in ("read", "write"):
        for past in (True, False):
            state = State("couple", rights, past=past)
            for row, cell in rows_of(state):
                if isinstance(cell, Allowed) and frozenset({CONFIDANT}) in enough(state, row, cell):
                    world = await stage.begin(state)
                    item = tried(world, world.honest(row, cell), frozenset({CONFIDANT}))
                    own = await stage.push(world, CONFIDANT, item)
                    assert code(own) == (404, "not_found") if past else own.status_code == 201, str(row)
                    assert (await stage.push(world, FOUNDER, item)).status_code == 201, str(row)
