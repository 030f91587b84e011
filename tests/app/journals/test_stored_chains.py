"""Statements are judged by stored keys: what was verified before it was stored is not verified again, nor read for
nothing. All of it happens where one writer stands for everybody."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, event, insert

from app.chains.table import account_statements
from duolog.api.pages import Placed
from duolog.protocol.log import StatementItem
from duolog.protocol.statements import verify_statement
from tests.app.asked import sqlite_of
from tests.app.keys import Rotation
from tests.app.people import Diary, Person, code, sign, statement_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def count_loads(app: FastAPI) -> list[str]:
    """What is asked of stored chains from now on."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        if "account_statements" in sql:
            asked.append(sql)

    event.listen(sqlite_of(app)._writing, "before_cursor_execute", note)
    return asked


def grown(couple: Diary, *named: Person) -> Placed:
    """A `rotate` by Ada whose roster names strangers too, signed by all of them."""
    members = sorted((*couple.roster.members, *(person.member() for person in named)), key=lambda item: item.account)
    couple.people.extend(named)
    return couple.change("rotate", [couple.founder, *named], fresh=True, members=tuple(members))


async def test_a_statement_verifies_no_stored_signature_again(
    couple: Diary, ada: Person, sam: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[bytes] = []

    def count(key: bytes, statement: bytes, signature: bytes) -> None:
        verified.append(statement)
        verify_statement(key, statement, signature)

    monkeypatch.setattr("duolog.protocol.accounts.verify_statement", count)
    proposed = couple.change("rotate", [sam], fresh=True)
    assert (await ada.post(f"{couple.path}/proposals", statement_of(proposed))).status_code == 201
    assert (await couple.push(ada, couple.change("rotate", [ada], fresh=True))).status_code == 201
    assert (await couple.push(ada, couple.close(ada))).status_code == 201
    assert verified == []
    await Person(ada.http).register()
    assert verified, "nothing was counted"


async def test_a_statement_that_is_refused_before_its_keys_matter_loads_none(
    app: FastAPI, couple: Diary, ada: Person, sam: Person, stranger: Person
) -> None:
    overtaken = couple.change("rotate", [ada, sam], fresh=True)
    assert (await couple.push(ada, couple.change("rotate", [ada], fresh=True))).status_code == 201
    naming = grown(couple, stranger)
    asked = count_loads(app)
    assert code(await couple.push(ada, overtaken)) == (409, "roster_moved")
    assert code(await ada.post(f"{couple.path}/proposals", statement_of(overtaken))) == (409, "roster_moved")
    assert code(await couple.push(ada, naming)) == (422, "rule_broken")
    assert code(await ada.post(f"{couple.path}/proposals", statement_of(naming))) == (422, "rule_broken")
    assert asked == []
    assert (await couple.push(ada, couple.change("rotate", [ada], fresh=True))).status_code == 201
    assert len(asked) == 1


async def test_a_signature_of_somebody_who_is_not_named_loads_no_keys_of_theirs(
    app: FastAPI, couple: Diary, ada: Person, stranger: Person
) -> None:
    placed = couple.change("rotate", [ada], fresh=True)
    assert isinstance(placed.item, StatementItem)
    both = replace(placed, item=StatementItem(sign(placed.item.signed.statement, ada, stranger)))
    asked = count_loads(app)
    assert code(await couple.push(ada, both)) == (422, "rule_broken")
    assert asked == []


async def test_of_a_long_chain_only_what_is_named_is_read(
    app: FastAPI, couple: Diary, ada: Person, sam: Person
) -> None:
    """The rows beyond are no statements at all: to read one would be to fail."""

    def grow(connection: Connection) -> None:
        rows = [
            {"account": person.account, "generation": number, "statement": b"beyond", "signatures": bytes(128)}
            for person in (ada, sam)
            for number in range(2, 900)
        ]
        connection.execute(insert(account_statements), rows)

    await app.state.duolog.database.write(grow)
    assert (await couple.push(ada, couple.change("rotate", [ada], fresh=True))).status_code == 201
    proposed = couple.change("rotate", [sam], fresh=True)
    assert (await ada.post(f"{couple.path}/proposals", statement_of(proposed))).status_code == 201
    assert (await couple.push(ada, couple.close(ada))).status_code == 201


async def test_a_generation_that_is_not_stored_is_refused(couple: Diary, ada: Person) -> None:
    later = Rotation(ada, [ada.device, ada.sheet]).after  # the server never hears of it
    members = tuple(later.member() if item.account == ada.account else item for item in couple.roster.members)
    couple.founder = later
    refresh = couple.change("refresh", [later], account=ada.account, members=members)
    assert code(await couple.push(ada, refresh)) == (422, "rule_broken")
    assert code(await ada.post(f"{couple.path}/proposals", statement_of(refresh))) == (422, "rule_broken")
