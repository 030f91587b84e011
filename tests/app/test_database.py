"""The two verbs of the database, on both databases; and the group commit of SQLite."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, Table, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from app.database import Database
from app.logs import describe
from app.loop_patience import REST_SECONDS, REST_TIMES
from app.problems import NotFound, StorageFull, Unavailable
from app.sqlite import SqliteDatabase
from app.sqlite_connections import BUSY_MILLISECONDS

notes = Table("notes", MetaData(), Column("id", BigInteger, primary_key=True), Column("text", LargeBinary))


def create(connection: Connection) -> None:
    notes.create(connection)


def add(connection: Connection, number: int, text: bytes = b"") -> int:
    connection.execute(insert(notes).values(id=number, text=text))
    return number


def add_then_refuse(connection: Connection, number: int) -> None:
    add(connection, number)
    raise NotFound


def numbers(connection: Connection) -> list[int]:
    return list(connection.execute(select(notes.c.id).order_by(notes.c.id)).scalars())


async def test_what_write_returned_is_there_for_every_reader(database: Database) -> None:
    await database.write(create)
    assert await database.write(add, 1) == 1
    assert await database.read(numbers) == [1]


async def test_a_look_up_sees_what_write_returned(database: Database) -> None:
    await database.write(create)
    assert await database.look_up(numbers) == []
    assert await database.write(add, 1) == 1
    assert await database.look_up(numbers) == [1]
    assert await database.write(add, 2) == 2, "a look-up holds no older state"
    assert await database.look_up(numbers) == [1, 2]


def thread_of(_: Connection) -> int:
    return threading.get_ident()


@pytest.mark.parametrize("how", ["look_up", "read_page"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_slow_disk_sends_look_ups_and_pages_to_threads_for_twenty_times_as_long_as_the_loop_waited(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    here = threading.get_ident()
    now = 1000.0
    monkeypatch.setattr("app.loop_patience.time.monotonic", lambda: now)
    read = getattr(database, how)

    def slow(connection: Connection) -> int:
        nonlocal now
        now += 2 * REST_SECONDS / REST_TIMES
        return thread_of(connection)

    assert await read(thread_of) == here
    assert await read(slow) == here
    now += REST_SECONDS
    assert await read(thread_of) != here
    now += REST_SECONDS
    assert await read(thread_of) == here


@pytest.mark.parametrize("how", ["look_up", "read_page"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_loop_breaks_off_what_takes_long_and_a_thread_reads_it_whole(
    database: SqliteDatabase, how: str
) -> None:
    begun, ended = list[int](), list[int]()
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000000) SELECT count(*) FROM n"

    def count(connection: Connection) -> object:
        begun.append(threading.get_ident())
        found = connection.exec_driver_sql(numbers).scalar()
        ended.append(threading.get_ident())
        return found

    assert await getattr(database, how)(count) == 3_000_000
    here, thread = begun
    assert here == threading.get_ident() != thread
    assert ended == [thread]


@pytest.mark.parametrize("how", ["look_up", "read_page"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_damaged_file_that_the_loop_meets_is_told_to_the_operator(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    told = list[Exception]()
    monkeypatch.setattr(database.faults, "note", told.append)
    damage = DatabaseError("SELECT 1", {}, sqlite3.DatabaseError("database disk image is malformed"))

    def damaged(_: Connection) -> None:
        raise damage

    with pytest.raises(DatabaseError):
        await getattr(database, how)(damaged)
    assert told == [damage]


@pytest.mark.parametrize("rests", [False, True], ids=["on the loop", "in a thread"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_queries_of_a_page_see_one_moment(
    database: SqliteDatabase, database_url: str, monkeypatch: pytest.MonkeyPatch, rests: bool
) -> None:
    await database.write(create)
    if rests:
        monkeypatch.setattr(database._patience, "_rests_until", float("inf"))

    def around_a_write(connection: Connection) -> tuple[list[int], list[int]]:
        before = numbers(connection)
        with closing(sqlite3.connect(make_url(database_url).database or "")) as other, other:
            other.execute("INSERT INTO notes VALUES (7, '')")
        return before, numbers(connection)

    assert await database.read_page(around_a_write) == ([], [])
    assert await database.read_page(numbers) == [7]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_look_up_that_another_program_would_keep_waiting_waits_in_a_thread(database: SqliteDatabase) -> None:
    here = threading.get_ident()

    def locked_here(connection: Connection) -> int:
        if thread_of(connection) == here:
            raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))
        return thread_of(connection)

    assert await database.look_up(locked_here) != here
    assert await database.look_up(thread_of) != here, "for a while"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_connection_of_the_loop_waits_for_nobody(database: SqliteDatabase) -> None:
    def patience(connection: Connection) -> object:
        return connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    assert await database.look_up(patience) == 0
    assert await database.read(patience) == BUSY_MILLISECONDS


@pytest.mark.parametrize("how", ["write", "write_short"])
async def test_a_work_that_fails_leaves_nothing_and_hurts_no_other(database: Database, how: str) -> None:
    await database.write(create)
    works = [getattr(database, how)(add_then_refuse if n % 3 == 0 else add, n) for n in range(30)]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert [isinstance(result, NotFound) for result in results] == [n % 3 == 0 for n in range(30)]
    assert await database.read(numbers) == [n for n in range(30) if n % 3]


async def test_a_row_that_stands_there_for_good_ends_in_an_error_that_can_be_logged(database: Database) -> None:
    await database.write(create)
    await database.write(add, 1)
    with pytest.raises(IntegrityError) as caught:
        await database.write(add, 1)
    assert caught.value.__cause__ is not caught.value
    assert str(describe(caught.value)["error"]).startswith("IntegrityError <- ")
    assert await database.write(add, 2) == 2


def test_an_error_that_was_raised_from_itself_is_described_too() -> None:
    error = ValueError("text that nobody logs")
    error.__cause__ = error
    assert describe(error) == {"error": "ValueError", "places": []}


def prepared_statements(connection: Connection) -> list[str]:
    for number in range(10):
        connection.execute(select(notes.c.text).where(notes.c.id == number)).all()
        connection.execute(select(notes.c.text).where(notes.c.id.in_([number, number + 1]))).all()
    return list(connection.execute(text("SELECT statement FROM pg_prepared_statements")).scalars())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_statement_with_a_list_is_planned_for_its_values(database: Database) -> None:
    """Prepared once for journals of ordinary length, it would read all of a long one."""
    await database.write(create)
    (prepared,) = await database.read(prepared_statements)
    assert "id = $1" in prepared


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_takes_no_writes_is_told_as_such_and_its_connections_are_given_up(
    database: Database,
) -> None:
    def add_to_a_standby(connection: Connection) -> None:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        add(connection, 1)

    await database.write(create)
    before = await database.read(backend)
    with pytest.raises(Unavailable) as refused:
        await database.write(add_to_a_standby)
    assert "can only be read" in refused.value.said
    assert await database.write(add, 1) == 1
    assert await database.read(backend) != before


def backend(connection: Connection) -> int:
    """PostgreSQL's process of this connection."""
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


@pytest.mark.parametrize("how", ["write", "write_short"])
async def test_a_cancelled_request_breaks_nothing(database: Database, how: str) -> None:
    await database.write(create)
    cancelled = [asyncio.create_task(getattr(database, how)(add, n)) for n in range(20)]
    await asyncio.sleep(0)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
    assert await database.write(add, 100) == 100
    assert 100 in await database.read(numbers)


async def test_a_read_sees_one_moment(database: Database) -> None:
    await database.write(create)
    loop = asyncio.get_running_loop()

    def read_twice(connection: Connection) -> tuple[list[int], list[int]]:
        first = numbers(connection)
        if isinstance(database, SqliteDatabase):  # its readers are threads, which may wait; a writer commits meanwhile
            asyncio.run_coroutine_threadsafe(database.write(add, 1), loop).result(10)
        return first, numbers(connection)

    assert await database.read(read_twice) == ([], [])


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest.fixture
async def sqlite(sqlite_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(f"sqlite:///{sqlite_path}", readers=2)
    await database.open()
    await database.write(create)
    yield database
    await database.close()


async def test_forgetting_waits_for_no_reader_for_ever_and_comes_true_later(
    sqlite: SqliteDatabase, sqlite_path: Path
) -> None:
    """A reader that looks at an older state keeps the write-ahead log; nobody else waits for it."""
    trace, log = b"a text that was withdrawn", sqlite_path.with_name("notes.db-wal")
    await sqlite.write(add, 1, trace)
    reading, release = threading.Event(), threading.Event()

    def read_slowly(connection: Connection) -> list[int]:
        found = numbers(connection)
        reading.set()
        assert release.wait(30)
        return found

    busy = asyncio.ensure_future(sqlite.read(read_slowly))
    await asyncio.to_thread(reading.wait, 10)
    await sqlite.write(lambda connection: connection.execute(notes.delete()).rowcount)
    forgetting = asyncio.ensure_future(sqlite.forget())
    assert await sqlite.write(add, 2) == 2
    assert await sqlite.read(numbers) == [2]
    assert not await asyncio.wait_for(forgetting, 30)
    assert trace in await asyncio.to_thread(log.read_bytes)
    release.set()
    assert await busy == [1]
    assert await sqlite.forget()
    for file in (log, sqlite_path):
        assert trace not in await asyncio.to_thread(file.read_bytes)


async def hold(database: SqliteDatabase) -> tuple[asyncio.Future[None], threading.Event]:
    """Keep the writer busy, so that what comes now waits and is committed as one group."""
    held, release = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        held.set()
        assert release.wait(10)

    future = asyncio.ensure_future(database.write(wait))
    await asyncio.to_thread(held.wait, 10)
    return future, release


@pytest.mark.parametrize("how", ["write", "write_short"])
async def test_waiting_works_share_one_commit_and_are_answered_after_it(
    sqlite: SqliteDatabase, sqlite_path: Path, how: str
) -> None:
    seen_from_outside: list[int] = []

    def add_and_look(connection: Connection, number: int) -> int:
        add(connection, number)
        with sqlite3.connect(sqlite_path) as outside:
            seen_from_outside.append(outside.execute("SELECT count(*) FROM notes").fetchone()[0])
        return number

    busy, release = await hold(sqlite)
    works = [asyncio.create_task(getattr(sqlite, how)(add_and_look, n)) for n in range(10)]
    await asyncio.sleep(0.01)
    release.set()
    await busy
    assert await asyncio.gather(*works) == list(range(10))
    # Each looked at the file from another connection while its group was open: nothing of the group was there yet.
    assert seen_from_outside == [0] * 10
    assert await sqlite.read(numbers) == list(range(10))


@pytest.mark.parametrize("how", ["write", "write_short"])
async def test_a_full_disk_is_said_plainly_and_the_group_stores_nothing(sqlite: SqliteDatabase, how: str) -> None:
    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

    def make_room(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    await sqlite.write(fill)
    busy, release = await hold(sqlite)
    works = [asyncio.create_task(getattr(sqlite, how)(add, n, bytes(100_000))) for n in range(3)]
    await asyncio.sleep(0.01)
    release.set()
    await asyncio.gather(busy, return_exceptions=True)
    results = await asyncio.gather(*works, return_exceptions=True)
    assert all(isinstance(result, StorageFull) for result in results)
    assert await sqlite.read(numbers) == []
    await sqlite.write(make_room)
    assert await sqlite.write(add, 7) == 7


@pytest.mark.parametrize("how", ["write", "write_short"])
async def test_a_failed_commit_fails_the_whole_group(sqlite: SqliteDatabase, how: str) -> None:
    """A constraint that SQLite only checks at COMMIT stands in for a COMMIT that fails."""

    def create_deferred(connection: Connection) -> None:
        connection.exec_driver_sql(
            "CREATE TABLE child (parent INTEGER REFERENCES notes(id) DEFERRABLE INITIALLY DEFERRED)"
        )

    def add_orphan(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO child VALUES (999)")

    await sqlite.write(create_deferred)
    write = getattr(sqlite, how)
    busy, release = await hold(sqlite)
    works = [asyncio.create_task(work) for work in (write(add, 1), sqlite.write(add_orphan), write(add_then_refuse, 2))]
    await asyncio.sleep(0.01)
    release.set()
    results = await asyncio.gather(busy, *works, return_exceptions=True)
    # Also the refused one: what it was refused for may be gone with the group.
    assert all(isinstance(result, Exception) and not isinstance(result, NotFound) for result in results[1:])
    assert await sqlite.read(numbers) == []
    assert await sqlite.write(add, 3) == 3


async def test_the_connections_are_durable_and_clean(sqlite: SqliteDatabase) -> None:
    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    assert await sqlite.write(pragmas) == ["wal", 2, 1, 1]
    assert (await sqlite.read(pragmas))[2:] == [1, 1]
