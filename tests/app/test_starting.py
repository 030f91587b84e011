"""A setting, a file or a database that doesn't fit is one sentence and exit code 2, before anything is served."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.commands.main import COMMANDS
from app.database_lock import alone
from app.schema import newest_revision
from app.settings import Settings
from tests.app.operating import Operator

USING = [name for name, command in COMMANDS.items() if command.uses]
MORE = {"backup": ["nowhere.db"]}


@pytest.mark.parametrize(
    "origin",
    ["http://0.0.0.0:8330", "http://[::]:8330", "https://duolog.example:0", "https://", "https://duolog.example/path"],
)
def test_an_origin_that_nobody_can_type_is_refused_with_what_to_write(operator: Operator, origin: str) -> None:
    said = operator.refused("serve", DUOLOG_ORIGIN=origin)
    assert "DUOLOG_ORIGIN" in said
    assert "https://" in said.partition("DUOLOG_ORIGIN")[2]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_a_server_at_every_address_needs_an_origin(left: None, operator: Operator, host: str) -> None:
    said = operator.refused("serve", DUOLOG_HOST=host)
    assert "Set DUOLOG_ORIGIN to the address that people type" in said
    assert "http://localhost:8330" in said
    assert operator.run("stats", DUOLOG_HOST=host) == 0


def test_an_address_of_the_machine_itself_is_an_origin() -> None:
    assert Settings(host="0.0.0.0", origin="http://localhost:8330").public_origin == "http://localhost:8330"


def test_a_rate_that_is_none_is_refused_with_what_to_write(operator: Operator) -> None:
    said = operator.refused("serve", DUOLOG_RATE_LOGIN="often")
    assert said == "A setting is wrong. DUOLOG_RATE_LOGIN: write a number and a time, as 300/minute."


def set_revision(operator: Operator, revision: str) -> None:
    with closing(sqlite3.connect(operator.data / "duolog.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
        connection.commit()


@pytest.mark.parametrize("command", USING)
def test_a_database_of_a_newer_version_is_left_alone(left: None, operator: Operator, command: str) -> None:
    set_revision(operator, "9999")
    said = operator.refused(command, *MORE.get(command, []))
    assert "The database is newer than this version of Duolog: its tables are at 9999" in said
    assert f"this code knows {newest_revision()}" in said
    assert "Install the version that used it last" in said


@pytest.mark.parametrize("command", [name for name in USING if name not in ("migrate", "backup")])
def test_a_database_of_an_older_version_is_migrated_first(left: None, operator: Operator, command: str) -> None:
    set_revision(operator, "0001")
    said = operator.refused(command)
    assert "The database is older than this version of Duolog: its tables are at 0001" in said
    assert "Take a backup, then run `python -m app migrate`." in said


@pytest.mark.parametrize("command", ["serve", "backup", "audit", "retain"])
@pytest.mark.parametrize("damage", ["", "not a key", "A" * 42])
def test_a_damaged_receipt_key_file_says_not_to_delete_it(
    left: None, operator: Operator, command: str, damage: str
) -> None:
    (operator.data / "receipt.key").write_text(damage)
    said = operator.refused(command, *MORE.get(command, []))
    assert "is damaged" in said
    assert "Put the file back from a backup. Don't delete it" in said
    assert not damage or damage not in said


def test_a_receipt_key_file_that_is_a_folder_is_a_sentence(left: None, operator: Operator, tmp_path: Path) -> None:
    said = operator.refused("serve", DUOLOG_RECEIPT_KEY_FILE=str(tmp_path))
    assert "can't be used: Is a directory. Let the server's user read it" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_receipt_key_file_that_nobody_may_read_is_a_sentence(left: None, operator: Operator) -> None:
    (operator.data / "receipt.key").chmod(0)
    assert "Permission denied" in operator.refused("serve")


@pytest.mark.parametrize("content", [b"", b"one\n", b"\xff\xfe\n\xff", b"a\nb\nc\n"])
def test_s3_credentials_in_another_form_are_a_sentence(
    left: None, operator: Operator, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "s3").write_bytes(content)
    said = operator.refused("serve", DUOLOG_ATTACHMENTS="s3://bucket", DUOLOG_S3_CREDENTIALS_FILE=str(tmp_path / "s3"))
    assert "doesn't hold two lines: the bucket's access key id, and its secret access key" in said


def test_s3_credentials_that_are_not_there_are_a_sentence(left: None, operator: Operator, tmp_path: Path) -> None:
    missing = {"DUOLOG_ATTACHMENTS": "s3://bucket", "DUOLOG_S3_CREDENTIALS_FILE": str(tmp_path / "none")}
    said = operator.refused("serve", **missing)
    assert "can't be read: No such file or directory" in said
    assert "DUOLOG_S3_CREDENTIALS_FILE" in said


def test_a_port_that_is_taken_is_a_sentence(left: None, operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = operator.refused("serve", DUOLOG_PORT=str(taken.getsockname()[1]))
    assert "Stop what listens there, or choose another with DUOLOG_PORT" in said


def test_a_file_that_is_no_database_is_a_sentence(operator: Operator) -> None:
    operator.data.mkdir()
    (operator.data / "duolog.db").write_bytes(b"no database" * 1000)
    for command in ("serve", "migrate", "stats", "audit"):
        assert "file is not a database" in operator.refused(command)


def test_nobody_starts_while_the_database_is_restored(left: None, operator: Operator) -> None:
    with alone(Settings(data=operator.data)):
        assert "The database is being restored" in operator.refused("stats")
        assert "Stop it, and restore again" in operator.refused("restore", "--by-other-means")
    assert operator.run("stats") == 0
