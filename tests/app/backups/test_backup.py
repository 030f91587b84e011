"""`python -m app backup` and `restore`: one file, made beside a running server, checked, and put back."""

import asyncio
import re
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.backups import files, service
from app.schema import migrate_back, migration_engine
from app.settings import Settings
from duolog.protocol.codec import encode_b64
from duolog.protocol.sizes import ATTACHMENT_PART
from tests.app.operating import Operator
from tests.app.people import Diary, Person
from tests.conftest import http_client, running


def rows(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def test_a_backup_beside_a_running_server_brings_back_what_it_held(
    couple: Diary, ada: Person, settings: Settings, operator: Operator, tmp_path: Path
) -> None:
    await couple.push(ada, couple.entry(ada))
    backup = tmp_path / "a backup%20.db"
    assert operator.run("backup", str(backup)) == 0, operator.err
    assert backup.stat().st_mode & 0o777 == 0o600
    assert operator.run("restore", "--check", str(backup)) == 0
    assert operator.out == "Verified 2 accounts, 3 journals, 6 items: no fault.\n"

    elsewhere = Operator(tmp_path / "elsewhere", operator.monkeypatch, operator.capsys)
    assert elsewhere.run("restore", str(backup)) == 0, elsewhere.err
    assert elsewhere.faults() == []
    assert (elsewhere.data / "receipt.key").read_bytes() == (operator.data / "receipt.key").read_bytes()
    for file in (elsewhere.data / "receipt.key", elsewhere.data / "duolog.db"):
        assert file.stat().st_mode & 0o777 == 0o600
    moved = settings.model_copy(update={"data": elsewhere.data, "database": f"sqlite:///{elsewhere.data}/duolog.db"})
    moved = Settings(**moved.model_dump())
    async with running(moved) as app, http_client(app) as http:
        ada.http = http
        assert (await ada.get("/v1/account")).status_code == 401  # a log-in from before may have been ended since
        await ada.log_in()
        pulled = await couple.pull(ada)
        assert sum(len(push.items) for push in pulled.pushes) == 4
        assert (await couple.push(ada, couple.entry(ada))).json()["code"] == "journal_restoring"


def test_a_backup_holds_the_receipt_keys_and_a_restored_database_does_not(
    left: None, operator: Operator, tmp_path: Path
) -> None:
    keys = (operator.data / "receipt.key").read_bytes()
    operator.run("backup", str(tmp_path / "backup"))
    assert keys in (tmp_path / "backup").read_bytes()
    operator.run("restore", str(tmp_path / "backup"))
    assert keys not in (operator.data / "duolog.db").read_bytes()


def test_a_backup_overwrites_nothing_and_leaves_nothing_when_it_fails(
    left: None, operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "here").write_text("precious")
    assert "is there already" in operator.refused("backup", str(folder / "here"))
    assert (folder / "here").read_text() == "precious"
    assert "No such file" in operator.refused("backup", str(folder / "nowhere" / "file"))

    def fail(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(service, "sync", fail)
    assert "No space left on device" in operator.refused("backup", str(folder / "new"))
    assert [path.name for path in folder.iterdir()] == ["here"]


def test_a_backup_that_appears_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")
    (tmp_path / "there").write_text("precious")
    with pytest.raises(FileExistsError):
        files.publish(tmp_path / "new", tmp_path / "there")
    assert (tmp_path / "there").read_text() == "precious"


def test_there_must_be_something_to_back_up(operator: Operator, tmp_path: Path) -> None:
    (operator.data).mkdir()
    assert "There is no database" in operator.refused("backup", str(tmp_path / "backup"))
    assert [path.name for path in operator.data.iterdir()] == ["duolog.db.lock"]
    sqlite3.connect(operator.data / "duolog.db").close()
    assert "there is nothing to back up" in operator.refused("backup", str(tmp_path / "backup"))


def spoil_a_row(data: bytes) -> bytes:
    at = data.rindex(b'"type":"roster"')
    return data[: at + 9] + b"X" + data[at + 10 :]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[: len(data) // 2], "is damaged"),
        (lambda _: b"", "not a backup"),
        (lambda _: b"some text" * 200, "is damaged, or no backup"),
        (spoil_a_row, "its contents are not those that were written"),
    ],
)
def test_a_damaged_backup_is_refused_and_changes_nothing(
    left: None, operator: Operator, tmp_path: Path, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    operator.run("backup", str(tmp_path / "backup"))
    spoilt = tmp_path / "spoilt"
    spoilt.write_bytes(damage((tmp_path / "backup").read_bytes()))
    before = {path.name: path.read_bytes() for path in operator.data.iterdir() if path.is_file()}
    assert sentence in operator.refused("restore", "--check", str(spoilt))
    assert sentence in operator.refused("restore", str(spoilt))
    assert {path.name: path.read_bytes() for path in operator.data.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE backup SET format = 2, version = '9.1'", "was made by version 9.1, which is newer"),
        ("UPDATE backup SET revision = '9999'", "its tables are at 9999, and this code knows"),
        ("UPDATE backup SET receipt_keys = 'no key'", "its contents are not those that were written"),
        ("UPDATE log SET header = x'00'", "its contents are not those that were written"),
        ("DROP TABLE backup", "not a backup that `python -m app backup` made"),
    ],
)
def test_a_backup_that_was_changed_or_is_newer_is_refused(
    left: None, operator: Operator, tmp_path: Path, change: str, sentence: str
) -> None:
    operator.run("backup", str(tmp_path / "backup"))
    with closing(sqlite3.connect(tmp_path / "backup")) as connection:
        connection.execute(change)
        connection.commit()
    assert sentence in operator.refused("restore", "--check", str(tmp_path / "backup"))
    assert sentence in operator.refused("restore", str(tmp_path / "backup"))


def test_the_database_from_before_is_kept_whole_under_a_dated_name(
    left: None, operator: Operator, tmp_path: Path
) -> None:
    operator.run("backup", str(tmp_path / "backup"))
    with closing(sqlite3.connect(operator.data / "duolog.db")) as connection:
        connection.execute("INSERT INTO invite_codes VALUES (x'00', 1, NULL)")
        connection.commit()
    (operator.data / "receipt.key").write_text(encode_b64(secrets.token_bytes(32)))
    assert operator.run("restore", str(tmp_path / "backup")) == 0, operator.err
    kept = [Path(path) for path in re.findall(r"/\S+\.before-\d{8}-\d{6}", operator.out)]
    assert [path.name.partition(".before")[0] for path in kept] == ["receipt.key", "duolog.db"]
    assert rows(kept[1], "invite_codes") == 1
    assert rows(operator.data / "duolog.db", "invite_codes") == 0
    assert operator.faults() == []


def test_a_database_that_cannot_be_opened_is_moved_aside_with_its_log(
    left: None, operator: Operator, tmp_path: Path
) -> None:
    operator.run("backup", str(tmp_path / "backup"))
    (operator.data / "duolog.db").write_bytes(b"no database at all, but large enough" * 100)
    (operator.data / "duolog.db-wal").write_bytes(b"the last hour")
    assert operator.run("restore", str(tmp_path / "backup")) == 0, operator.err
    assert operator.faults() == []
    (kept,) = operator.data.glob("duolog.db.before-*-wal")
    assert kept.read_bytes() == b"the last hour"


def test_a_receipt_key_that_was_added_since_stays(left: None, operator: Operator, tmp_path: Path) -> None:
    operator.run("backup", str(tmp_path / "backup"))
    with (operator.data / "receipt.key").open("a") as file:
        file.write(encode_b64(secrets.token_bytes(32)) + "\n")
    operator.run("restore", str(tmp_path / "backup"))
    assert (operator.data / "receipt.key").read_text().count("\n") == 2


async def test_a_restore_is_refused_while_a_server_uses_the_database(
    couple: Diary, ada: Person, operator: Operator, tmp_path: Path
) -> None:
    operator.run("backup", str(tmp_path / "backup"))
    assert "Stop it, and restore again" in operator.refused("restore", str(tmp_path / "backup"))
    assert (await couple.push(ada, couple.entry(ada))).status_code == 201
    assert operator.faults() == []
    assert not list(operator.data.glob("*.before-*"))
    assert not list(operator.data.glob(".duolog.db.*"))


async def test_files_go_along_and_come_back(
    couple: Diary, ada: Person, operator: Operator, tmp_path: Path, settings: Settings
) -> None:
    attachment = secrets.token_bytes(16)
    address, data = f"{couple.path}/attachments/{encode_b64(attachment)}", secrets.token_bytes(ATTACHMENT_PART + 500)
    assert (await ada.put(address, {"size": len(data)})).status_code in (200, 201)
    for number in range(2):
        part = data[number * ATTACHMENT_PART :][:ATTACHMENT_PART]
        headers = ada.headers | {"content-type": "application/octet-stream"}
        stored = await ada.http.put(f"{address}/parts/{number}", content=part, headers=headers)
        assert stored.status_code == 200, stored.text
    assert (await couple.push(ada, couple.entry(ada, attachments=(attachment,)))).status_code == 201
    assert operator.run("backup", str(tmp_path / "backup")) == 0
    assert "holds 1 attachments" in operator.out
    assert operator.run("backup", "--without-attachments", str(tmp_path / "bare")) == 0
    assert f"Copy {settings.attachment_folder} now" in operator.out

    for name, missing, status in (("backup", 0, 200), ("bare", 1, 404)):
        elsewhere = Operator(tmp_path / f"from {name}", operator.monkeypatch, operator.capsys)
        assert elsewhere.run("restore", str(tmp_path / name)) == 0, elsewhere.err
        assert ("1 of 1 attachments are missing" in elsewhere.out) is bool(missing)
        assert len(elsewhere.faults()) == missing
        there = settings.model_dump() | {"data": elsewhere.data, "database": f"sqlite:///{elsewhere.data}/duolog.db"}
        async with running(Settings(**there)) as app, http_client(app) as http:
            ada.http = http
            await ada.log_in()
            assert len((await couple.pull(ada)).pushes) == 4
            fetched = await ada.get(address)
            assert (fetched.status_code, fetched.content == data) == (status, not missing)
        await asyncio.to_thread(elsewhere.run, "retain")
    shutil.rmtree(tmp_path / "backup.attachments")


def test_an_older_backup_is_checked_and_migrated(left: None, operator: Operator, tmp_path: Path) -> None:
    """As one that was made before an upgrade."""
    engine = migration_engine(Settings(data=operator.data))
    with engine.begin() as connection:
        migrate_back(connection, "0005")
    engine.dispose()
    assert operator.run("backup", str(tmp_path / "backup")) == 0, operator.err
    assert "tables at 0005" in operator.out
    before = (tmp_path / "backup").read_bytes()
    assert operator.run("restore", "--check", str(tmp_path / "backup")) == 0, operator.err
    assert (tmp_path / "backup").read_bytes() == before
    assert operator.run("restore", str(tmp_path / "backup")) == 0, operator.err
    assert operator.faults() == []


def test_a_backup_with_faults_is_restored_only_when_asked(left: None, operator: Operator, tmp_path: Path) -> None:
    with closing(sqlite3.connect(operator.data / "duolog.db")) as connection:
        connection.execute("UPDATE log SET blob = x'00' WHERE blob IS NOT NULL")
        connection.commit()
    operator.run("backup", str(tmp_path / "backup"))
    assert operator.run("restore", "--check", str(tmp_path / "backup")) == 1
    assert "item 4: The sealed entry is not the one that its hash names." in operator.out
    assert "--despite-faults" in operator.refused("restore", str(tmp_path / "backup"))
    assert operator.run("restore", "--despite-faults", str(tmp_path / "backup")) == 0


def test_a_restore_by_other_means_ends_every_log_in(left: None, operator: Operator) -> None:
    assert rows(operator.data / "duolog.db", "sessions") == 2
    assert operator.run("restore", "--by-other-means") == 0
    assert rows(operator.data / "duolog.db", "sessions") == 0


def test_postgresql_is_backed_up_by_its_own_tools(operator: Operator, tmp_path: Path) -> None:
    other = {"DUOLOG_DATABASE": "postgresql:///duolog"}
    assert "pg_dump" in operator.refused("backup", str(tmp_path / "backup"), **other)
    said = operator.refused("restore", str(tmp_path / "backup"), **other)
    assert "pg_restore" in said
    assert "--by-other-means" in said
