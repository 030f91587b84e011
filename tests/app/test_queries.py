"""Queries that are written once: they answer alike on both databases, in the transaction that is under way."""

import asyncio

import pytest
from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, MetaData, Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app.database import Database
from app.problems import NotFound, Unavailable
from app.queries import Query, driver_of
from app.sqlite import SqliteDatabase

notes = Table(
    "query_notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("read", Boolean),
    Column("text", LargeBinary),
)
ADD = Query(insert(notes).values({name: bindparam(name) for name in ("id", "read", "text")}))
ALL = Query(select(notes.c.id, notes.c.read, notes.c.text.label("said")).order_by(notes.c.id))
ONE = Query(select(notes.c.read.label("seen")).where(notes.c.id == bindparam("id"), notes.c.text != b"draft"))
SOME = Query(select(notes.c.id).where(notes.c.id.in_(bindparam("ids", expanding=True))).order_by(notes.c.id))
MISSING = Query(select(Table("no_such_table", MetaData(), Column("id", Integer)).c.id))


def note(number: int, read: bool | None = None, text: bytes = b"") -> dict[str, object]:
    return {"id": number, "read": read, "text": text}


def numbers(connection: Connection) -> list[int]:
    return [row.id for row in ALL.all(connection)]


@pytest.fixture
async def stored(database: Database) -> Database:
    await database.write(notes.create)
    await database.write(lambda connection: ADD.run(connection, note(1, True, b"\x00one"), note(2, False), note(3)))
    return database


async def test_rows_have_the_names_and_types_of_the_columns(stored: Database) -> None:
    rows = await stored.read(ALL.all)
    assert [(row.id, row.read, row.said) for row in rows] == [(1, True, b"\x00one"), (2, False, b""), (3, None, b"")]
    assert [type(row.read) for row in rows] == [bool, bool, type(None)]
    found = await stored.read(lambda connection: ONE.one(connection, id=2))
    assert found is not None
    assert found.seen is False
    assert await stored.read(lambda connection: ONE.one(connection, id=9)) is None


@pytest.mark.parametrize("ids", [[2], [1, 3], [3, 1, 2], [9, 1, 8, 2, 7]])
async def test_a_list_may_have_any_length_but_none(stored: Database, ids: list[int]) -> None:
    rows = await stored.read(lambda connection: SOME.all(connection, ids=ids))
    assert [row.id for row in rows] == sorted({1, 2, 3} & set(ids))


async def test_a_stream_ends_where_nobody_asks_for_more(stored: Database) -> None:
    def first_two(connection: Connection) -> list[int]:
        rows = ALL.stream(connection)
        return [next(rows)[0], next(rows)[0]]

    assert await stored.read(first_two) == [1, 2]
    rows = await stored.read(lambda connection: list(ALL.stream(connection)))
    assert [tuple(row) for row in rows] == [(1, True, b"\x00one"), (2, False, b""), (3, None, b"")]


async def test_what_a_failed_work_ran_is_taken_back(stored: Database) -> None:
    def add_and_refuse(connection: Connection) -> None:
        ADD.run(connection, note(4))
        assert numbers(connection) == [1, 2, 3, 4]
        raise NotFound

    with pytest.raises(NotFound):
        await stored.write(add_and_refuse)
    assert await stored.read(numbers) == [1, 2, 3]


async def test_errors_are_those_of_sqlalchemy(stored: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        await stored.write(lambda connection: ADD.run(connection, note(1, text=b"what somebody wrote")))
    assert "somebody" not in str(caught.value)
    for ask in (MISSING.all, lambda connection: list(MISSING.stream(connection))):
        with pytest.raises((Unavailable, ProgrammingError)) as refused:
            await stored.read(ask)
        assert isinstance(refused.value.__cause__, OperationalError) == isinstance(stored, SqliteDatabase)


async def test_many_rows_are_added_as_one_is(stored: Database) -> None:
    many = [note(number, number % 2 == 0, bytes([0, number])) for number in range(4, 40)]
    await stored.write(lambda connection: ADD.run(connection, *many))
    rows = await stored.read(ALL.all)
    assert [(row.id, row.read, row.said) for row in rows[3:]] == [(one["id"], one["read"], one["text"]) for one in many]
    with pytest.raises(IntegrityError) as caught:
        await stored.write(lambda connection: ADD.run(connection, note(40), note(1, text=b"what somebody wrote")))
    assert "somebody" not in str(caught.value)
    assert len(await stored.read(ALL.all)) == 3 + len(many)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_query_is_prepared_unless_it_has_a_list_of_several_values(stored: Database) -> None:
    def prepared(connection: Connection) -> list[str]:
        ONE.one(connection, id=1)
        SOME.all(connection, ids=[1])
        SOME.all(connection, ids=[1, 2])
        found = connection.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars()
        return sorted(sql.partition("WHERE")[2].strip() for sql in found if "SELECT" in sql)

    one, some = await stored.read(prepared)
    assert one.startswith("query_notes.id = $1")
    assert some.startswith("query_notes.id IN ($1)")


async def test_a_read_that_begins_with_one_sees_one_moment(stored: Database) -> None:
    loop = asyncio.get_running_loop()

    def read_twice(connection: Connection) -> tuple[list[int], list[int]]:
        first = numbers(connection)
        if isinstance(stored, SqliteDatabase):
            added = stored.write(lambda writing: ADD.run(writing, note(4)))
            asyncio.run_coroutine_threadsafe(added, loop).result(10)
        return first, numbers(connection)

    assert await stored.read(read_twice) == ([1, 2, 3], [1, 2, 3])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_reader_holds_an_older_state_between_reads(stored: Database) -> None:
    def is_in_transaction(connection: Connection) -> bool:
        numbers(connection)
        return driver_of(connection).in_transaction

    assert await stored.read(is_in_transaction)
    assert isinstance(stored, SqliteDatabase)
    assert not any(driver_of(connection).in_transaction for connection in stored._kept._all)
