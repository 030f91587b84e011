"""What only a server on PostgreSQL meets: lost connections, and transactions that PostgreSQL rolls back by itself."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, InternalError

from app.database import Database
from app.libpq import psycopg_of
from app.problems import Unavailable
from app.queries import Query
from app.settings import Settings

numbers = Table("numbers", MetaData(), Column("number", BigInteger, primary_key=True))
BACKEND = Query(select(func.pg_backend_pid().label("pid")))

Ask = Callable[[Connection], int]


def backend(connection: Connection) -> int:
    """PostgreSQL's process of this connection, by SQLAlchemy."""
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def backend_by_query(connection: Connection) -> int:
    """The same, without SQLAlchemy."""
    return int(BACKEND.all(connection)[0].pid)


def add(connection: Connection, number: int) -> None:
    connection.execute(insert(numbers).values(number=number))


def stored(connection: Connection) -> list[int]:
    return list(connection.execute(select(numbers.c.number)).scalars())


@pytest.fixture(params=["postgresql"])
def database_url(new_postgres: Callable[[], str]) -> str:
    return new_postgres()


@pytest.fixture
def end_connections(database_url: str) -> Callable[[], int]:
    """Ends every connection to the database, as a restart of PostgreSQL does; returns how many there were."""

    def end() -> int:
        engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            others = "datname = current_database() AND pid != pg_backend_pid()"
            query = text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}")
            ended = len(connection.execute(query).all())
        engine.dispose()
        return ended

    return end


@pytest.mark.parametrize("ask", [backend, backend_by_query])
@pytest.mark.parametrize("how", ["read", "look_up", "write"])
async def test_a_connection_that_was_lost_meanwhile_hurts_nobody(
    database: Database, end_connections: Callable[[], int], how: str, ask: Ask
) -> None:
    use = getattr(database, how)
    before = await use(ask)
    assert end_connections() == 1
    assert await use(ask) != before


@pytest.mark.parametrize("ask", [backend, backend_by_query])
@pytest.mark.parametrize("how", ["read", "write"])
async def test_a_connection_that_is_lost_on_the_way_is_told_as_such(
    database: Database, end_connections: Callable[[], int], how: str, ask: Ask
) -> None:
    asked = 0

    def lose(connection: Connection) -> None:
        nonlocal asked
        asked += 1
        ask(connection)
        assert end_connections() == 1
        ask(connection)

    with pytest.raises(Unavailable):
        await getattr(database, how)(lose)
    assert asked == 1
    assert await getattr(database, how)(ask)


async def test_a_commit_that_is_lost_on_the_way_is_told_as_such_and_not_tried_again(
    database: Database, end_connections: Callable[[], int]
) -> None:
    asked = 0

    def lose(connection: Connection) -> None:
        nonlocal asked
        asked += 1
        add(connection, 1)
        assert end_connections() == 1

    await database.write(numbers.create)
    with pytest.raises(Unavailable):
        await database.write(lose)
    assert asked == 1
    assert await database.read(stored) == []


@pytest.mark.parametrize(("how", "status"), [("read", TransactionStatus.INTRANS), ("look_up", TransactionStatus.IDLE)])
async def test_a_look_up_asks_without_a_transaction(database: Database, how: str, status: TransactionStatus) -> None:
    def found(connection: Connection) -> TransactionStatus:
        assert backend_by_query(connection)
        return psycopg_of(connection).info.transaction_status

    assert await getattr(database, how)(found) == status


async def test_a_write_whose_function_hides_an_error_fails(database: Database) -> None:
    """PostgreSQL rolls it back, whatever the function returns."""

    def add_twice(connection: Connection) -> int:
        with suppress(IntegrityError):
            add(connection, 1)
            add(connection, 1)
        return 1

    await database.write(numbers.create)
    with pytest.raises(InternalError):
        await database.write(add_twice)
    assert await database.read(stored) == []


async def test_no_read_writes(database: Database) -> None:
    await database.write(numbers.create)
    with pytest.raises(InternalError):
        await database.read(add, 1)
    assert await database.read(stored) == []


async def test_readers_wait_for_no_writer_that_waits(database: Database, settings: Settings) -> None:
    """However many writers wait for a journal that another process has locked."""
    release = threading.Event()

    def hold(_: Connection) -> None:
        assert release.wait(10)

    held = [asyncio.ensure_future(database.write(hold)) for _ in range(2 * settings.database_readers)]
    await asyncio.sleep(0)
    assert database.waiting() == len(held)
    assert await asyncio.wait_for(database.read(backend), 10)
    release.set()
    await asyncio.gather(*held)
    assert database.waiting() == 0


async def test_a_write_that_waits_for_a_thread_is_left_out_when_its_request_is_cancelled(
    database: Database, settings: Settings
) -> None:
    release = threading.Event()

    def hold(_: Connection) -> None:
        assert release.wait(10)

    await database.write(numbers.create)
    held = [asyncio.ensure_future(database.write(hold)) for _ in range(settings.database_readers)]
    waiting = asyncio.ensure_future(database.write(add, 1))
    await asyncio.sleep(0)
    waiting.cancel()
    release.set()
    await asyncio.gather(*held)
    await database.write(add, 2)
    assert await database.read(stored) == [2]
