"""Short works: the loop carries them out on SQLite, in the transaction of the writer's thread."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app import sqlite_writer
from app.loop_patience import SLOW_SECONDS
from app.problems import NotFound, Unavailable
from app.sqlite import SqliteDatabase


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(f"sqlite:///{tmp_path / 'notes.db'}", readers=2)
    await database.open()
    await database.write(lambda connection: connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY)")))
    yield database
    await database.close()


def add(number: int, seconds: float = 0) -> Callable[[Connection], int]:
    """A work that stores a number, and tells which thread did it."""

    def work(connection: Connection) -> int:
        connection.execute(text(f"INSERT INTO notes VALUES ({number})"))
        time.sleep(seconds)
        return threading.get_ident()

    return work


def numbers(connection: Connection) -> list[int]:
    return [*connection.execute(text("SELECT id FROM notes ORDER BY id")).scalars()]


async def test_the_loop_carries_out_short_works_and_the_thread_all_others(database: SqliteDatabase) -> None:
    here = threading.get_ident()
    assert await database.write_short(add(1)) == here != await database.write(add(2))
    first, second, third = await asyncio.gather(
        database.write_short(add(3)), database.write(add(4)), database.write_short(add(5))
    )
    assert first == third == here != second
    assert await database.read(numbers) == [1, 2, 3, 4, 5]


async def test_works_of_the_loop_let_others_have_a_turn(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writer, "TURN_SECONDS", 0)
    waiting = asyncio.gather(*(database.write_short(add(number)) for number in range(10)))
    turns = 0
    while not waiting.done():
        await asyncio.sleep(0)
        turns += 1
    assert set(await waiting) == {threading.get_ident()}
    assert turns >= 10


async def test_a_slow_disk_sends_them_to_the_thread_for_a_while(database: SqliteDatabase) -> None:
    here = threading.get_ident()
    together = [database.write_short(add(1, 2 * SLOW_SECONDS)), database.write_short(add(2))]
    first, behind = await asyncio.gather(*together)
    assert first == here != behind
    assert await database.write_short(add(3)) != here
    assert await database.look_up(lambda _: threading.get_ident()) != here, "nor does the loop read meanwhile"
    assert await database.read(numbers) == [1, 2, 3]


async def test_a_refused_one_fails_alone(database: SqliteDatabase) -> None:
    def refused(connection: Connection) -> None:
        add(2)(connection)
        raise NotFound

    told = await asyncio.gather(
        database.write_short(add(1)),
        database.write_short(refused),
        database.write_short(add(3)),
        return_exceptions=True,
    )
    assert isinstance(told[1], NotFound)
    assert await database.read(numbers) == [1, 3]


async def test_what_ends_the_loop_stores_nothing_of_the_group(database: SqliteDatabase) -> None:
    """A signal may be raised as an exception anywhere in the loop's thread."""
    writer, loop = database._writer, asyncio.get_running_loop()

    def ended(connection: Connection) -> None:
        add(1)(connection)
        raise SystemExit

    turns = sqlite_writer._Turns(loop, iter([work := _work(ended)]), writer._run, database._patience)
    waiting = loop.run_in_executor(None, turns.wait)
    with pytest.raises(SystemExit):
        turns._take()
    with pytest.raises(Unavailable):
        await waiting
    work.future.cancel()


async def test_the_writer_waits_for_a_closed_loop_no_longer_than_a_moment(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writer, "LOOK_SECONDS", 0.01)
    gone = asyncio.new_event_loop()
    work = sqlite_writer._Work(add(1), gone.create_future(), short=True)
    gone.close()
    with pytest.raises(Unavailable):
        sqlite_writer._Turns(gone, iter([work]), database._writer._run, database._patience).wait()
    assert await database.read(numbers) == []


def _work(function: Callable[[Connection], object]) -> sqlite_writer._Work:
    return sqlite_writer._Work(function, asyncio.get_running_loop().create_future(), short=True)
