"""The operator hears why the storage fails: each cause once in a while, and nothing of what was stored."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError, OperationalError
from structlog.testing import capture_logs

from app import faults
from app.database import Database
from app.faults import QUIET_SECONDS, Faults
from app.objects.store import Folder
from app.problems import StorageFull, Unavailable

SECRET = "a word that nobody logs"


def sqlite_error(name: str) -> OperationalError:
    error = sqlite3.OperationalError(SECRET)
    error.sqlite_errorname = name
    return OperationalError(f"INSERT INTO log VALUES ('{SECRET}')", {"blob": SECRET}, error)


def postgres_error(state: str) -> OperationalError:
    error = Exception(SECRET)
    error.sqlstate = state  # type: ignore[attr-defined]
    return OperationalError(f"INSERT INTO log VALUES ('{SECRET}')", {"blob": SECRET}, error)


CAUSES = [
    (sqlite_error("SQLITE_FULL"), "the disk is full", StorageFull),
    (sqlite_error("SQLITE_READONLY_DBMOVED"), "the database is read-only", Unavailable),
    (sqlite_error("SQLITE_IOERR_FSYNC"), "input/output error", Unavailable),
    (sqlite_error("SQLITE_BUSY"), "another process holds the database", Unavailable),
    (sqlite_error("SQLITE_CANTOPEN"), "can't be opened", Unavailable),
    (sqlite_error("SQLITE_SOMETHING"), "SQLite reports an error", Unavailable),
    (postgres_error("53100"), "PostgreSQL's disk is full", StorageFull),
    (postgres_error("25006"), "PostgreSQL is read-only", Unavailable),
    (postgres_error("57P01"), "starting or stopping", Unavailable),
    (postgres_error("99999"), "PostgreSQL reports an error", Unavailable),
    (OperationalError("SELECT 1", {}, Exception(SECRET)), "the database can't be reached", Unavailable),
]


@pytest.mark.parametrize(("error", "cause", "problem"), CAUSES, ids=[cause for _, cause, _ in CAUSES])
def test_each_cause_is_told_in_words_with_its_code_and_without_data(
    error: OperationalError, cause: str, problem: type[Exception]
) -> None:
    with capture_logs() as lines:
        assert isinstance(Faults("database").of_database(error), problem)
    (line,) = lines
    assert (line["event"], line["log_level"], line["place"]) == ("storage", "error", "database")
    assert cause in line["cause"]
    assert line["code"]
    assert SECRET not in str(line)


def test_a_cause_is_told_once_until_it_has_been_quiet_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("app.faults.time.monotonic", lambda: now)
    told = Faults("database")
    with capture_logs() as lines:
        for _ in range(1000):
            told.of_database(sqlite_error("SQLITE_FULL"))
        told.of_database(sqlite_error("SQLITE_IOERR"))
        assert [(line["code"], line["since"]) for line in lines] == [("SQLITE_FULL", 0), ("SQLITE_IOERR", 0)]
        now += QUIET_SECONDS
        told.of_database(sqlite_error("SQLITE_FULL"))
    assert (lines[-1]["code"], lines[-1]["since"]) == ("SQLITE_FULL", 999)


def test_causes_without_end_take_no_memory_without_end() -> None:
    told = Faults("database")
    with capture_logs():
        for number in range(10 * faults.MOST):
            told.tell(f"code {number}", "a cause")
    assert len(told._causes) <= faults.MOST


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_database_is_told_once_for_many_writes(database: Database) -> None:
    def fill(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        connection.execute(text("INSERT INTO rendezvous VALUES (zeroblob(16), 'new', 1, zeroblob(9000000), 1)"))

    with capture_logs() as lines:
        for _ in range(5):
            with pytest.raises(StorageFull):
                await database.write(fill)
    assert [(line["code"], line["cause"]) for line in lines] == [("SQLITE_FULL", "the disk is full")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_damaged_database_is_told(database: Database) -> None:
    def corrupt(_: Connection) -> None:
        error = sqlite3.DatabaseError(SECRET)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise DatabaseError("SELECT", {}, error)

    with capture_logs() as lines:
        for verb in (database.read, database.write):
            with pytest.raises(Exception, match="SELECT"):
                await verb(corrupt)
    assert [line["code"] for line in lines] == ["SQLITE_CORRUPT"]
    assert "run `python -m app audit`" in lines[0]["cause"]


async def test_a_fault_of_the_attachments_folder_is_told(tmp_path: Path) -> None:
    store = Folder(tmp_path / "attachments")
    (tmp_path / "attachments" / bytes(16).hex()).write_text("a file in the way of a folder")
    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(Unavailable):
                await store.put(bytes(16), 0, b"part")
    assert [(line["event"], line["place"]) for line in lines] == [("storage", "attachments")]
    assert str(tmp_path) not in str(lines)
