"""`python -m app ...` as an operator meets it: real processes, sentences, exit codes."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app import VERSION
from app.commands.main import COMMANDS, main
from app.commands.settings import page
from app.receipts.service import load_receipt_keys
from app.settings import OF_THE_COMMAND, Settings, unknown_settings

ROOT = Path(__file__).resolve().parents[2]


def environment(data: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUOLOG_")}
    return kept | {"DUOLOG_DATA": str(data)} | settings


def app(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_serve_prints_its_address_and_stops_when_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert app(data, "migrate").returncode == 0
    with subprocess.Popen(
        [sys.executable, "-m", "app", "serve"],
        cwd=ROOT,
        env=environment(data, DUOLOG_PORT="0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            line = server.stdout.readline()
            found = re.search(r"Duolog serves at (http://127\.0\.0\.1:\d+) ", line)
            assert found, line
            assert httpx2.get(found[1] + "/health").json() == {"status": "ok"}
            assert httpx2.get(found[1] + "/.well-known/duolog").json()["origin"] == found[1]
            server.send_signal(signal.SIGTERM)
            assert server.wait(10) == 0
            assert "Traceback" not in server.stderr.read()
        finally:
            server.kill()
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "duolog.db").stat().st_mode & 0o777 == 0o600
    assert (data / "receipt.key").stat().st_mode & 0o777 == 0o600


def test_serve_asks_for_migrations_first(tmp_path: Path) -> None:
    result = app(tmp_path / "data", "serve", DUOLOG_PORT="0")
    assert result.returncode == 2
    assert result.stderr == "duolog: The database is empty. Run `python -m app migrate` first.\n"


def test_migrate_can_be_repeated(tmp_path: Path) -> None:
    first, second = (app(tmp_path / "data", "migrate") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "was migrated to" in first.stdout
    assert "is up to date" in second.stdout


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    app(tmp_path / "data", "migrate")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = app(tmp_path / "data", "serve", DUOLOG_PORT=str(port))
    assert result.returncode == 2
    assert f"Can't listen at 127.0.0.1 port {port}" in result.stderr
    assert "DUOLOG_PORT" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = app(tmp_path / "file" / "data", "migrate")
    assert result.returncode == 2
    assert "can't be made" in result.stderr
    assert "DUOLOG_DATA" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o500)
    result = app(data, "migrate")
    assert result.returncode == 2
    assert "can't be written to" in result.stderr


def test_a_wrong_setting_is_a_sentence_that_names_it(tmp_path: Path) -> None:
    result = app(tmp_path, "serve", DUOLOG_PORT="eighty", DUOLOG_ORIGIN="duolog.example/path")
    assert result.returncode == 2
    assert "DUOLOG_PORT" in result.stderr
    assert "DUOLOG_ORIGIN" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_setting_that_does_not_exist_is_refused_with_the_nearest_that_does(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUOLOG_PORTT", "1")
    monkeypatch.setenv("DUOLOG_DATABASE", "sqlite:////nowhere/none.db")
    files = ["backup.db"] if command in ("backup", "restore") else []
    assert main([command, *files]) == 2
    assert capsys.readouterr() == ("", "duolog: There is no setting DUOLOG_PORTT. Did you mean DUOLOG_PORT?\n")


def test_what_no_setting_resembles_is_refused_too() -> None:
    assert unknown_settings(["DUOLOG_MOOD"]) == ["There is no setting DUOLOG_MOOD. docs/settings.md lists all of them."]


def test_the_variables_of_the_command_and_of_others_are_no_settings_of_the_server() -> None:
    read = set()
    for module in (ROOT / "duolog").rglob("*.py"):
        read |= set(re.findall(r"\bDUOLOG_[A-Z0-9_]*[A-Z0-9]", module.read_text()))
    told = {"DUOLOG_WEB_ORIGINS"}  # of the server's settings, those that the command tells people of
    assert read - told == OF_THE_COMMAND, "app/settings.py names the variables that the command reads"
    assert {name.removeprefix("DUOLOG_").lower() for name in told} <= set(Settings.model_fields)
    assert not unknown_settings([*read, "HOME", "_DUOLOG_COMPLETE", "duolog_port", "DUOLOG_PORT"])


def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    result = app(tmp_path, "migrate", DUOLOG_DATABASE="postgresql://nobody@127.0.0.1:1/nothing")
    assert result.returncode == 2
    assert "DUOLOG_DATABASE" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a real server process."""
    app(tmp_path, "migrate")
    with subprocess.Popen(
        [sys.executable, "-m", "app", "serve"],
        cwd=ROOT,
        env=environment(tmp_path, DUOLOG_PORT="0", DUOLOG_LOG_LEVEL="error"),
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://[\d.:]+", server.stdout.readline())
            assert found
            yield found[0]
        finally:
            server.kill()


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_100_megabytes_is_refused_early(served: str, announced: bool) -> None:
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1600):
            sent += 65_536
            yield bytes(65_536)

    headers = {"content-type": "application/json"}
    if announced:
        headers["content-length"] = str(1600 * 65_536)
    answer = httpx2.post(served + "/v1/challenges", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sent < 20_000_000


def test_stats_counts_and_names_nobody(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    result = app(tmp_path, "stats")
    assert result.returncode == 0
    assert [line.rsplit(None, 1) for line in result.stdout.splitlines()] == [
        [name, "0"]
        for name in (
            *("accounts", "journals", "closed journals", "entries", "statements", "bytes"),
            *("attachments", "their bytes", "to be deleted"),
        )
    ]


def test_a_bucket_that_is_out_of_reach_is_a_sentence(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "duolog.db") as database:
        database.execute("INSERT INTO doomed VALUES (?, 0, 0)", [bytes(16)])
    (tmp_path / "s3").write_text("key\nsecret-words\n")
    bucket = {"DUOLOG_ATTACHMENTS": "s3://bucket", "DUOLOG_S3_CREDENTIALS_FILE": str(tmp_path / "s3")}
    result = app(tmp_path, "retain", DUOLOG_S3_ENDPOINT="http://127.0.0.1:1", **bucket)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1), result.stderr
    assert "can't reach its storage" in result.stderr
    assert "secret-words" not in result.stderr


def test_an_attachment_store_that_can_not_be_opened_is_a_sentence(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    result = app(tmp_path, "serve", DUOLOG_ATTACHMENTS="s3://bucket", DUOLOG_S3_CREDENTIALS_FILE=str(tmp_path / "no"))
    assert result.returncode == 2
    assert "DUOLOG_S3_CREDENTIALS_FILE" in result.stderr


def test_a_wheel_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    result = app(tmp_path, "serve", DUOLOG_PORT="0", DUOLOG_WHEEL=str(tmp_path / "none.whl"))
    assert (result.returncode, result.stderr.count("\n")) == (2, 1), result.stderr
    assert "DUOLOG_WHEEL" in result.stderr


def test_an_invite_code_is_printed_once_and_stored_as_a_hash(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    code = app(tmp_path, "invite-code").stdout.strip()
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", code)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert code.encode() not in stored


def test_the_receipt_key_is_replaced_by_a_command_that_says_what_is_next(tmp_path: Path) -> None:
    missing = app(tmp_path, "replace-receipt-key")
    assert missing.returncode == 2
    assert "no receipt key to replace" in missing.stderr
    [old] = load_receipt_keys(tmp_path / "receipt.key").keys
    assert "Restart the server" in app(tmp_path, "replace-receipt-key").stdout
    first, _ = load_receipt_keys(tmp_path / "receipt.key").keys
    assert first == old


def test_a_spoilt_receipt_key_is_a_sentence(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    (tmp_path / "receipt.key").write_text("not a key")
    result = app(tmp_path, "serve", DUOLOG_PORT="0")
    assert result.returncode == 2
    assert "DUOLOG_RECEIPT_KEY_FILE" in result.stderr
    assert "not a key" not in result.stderr


def test_the_origin_is_the_one_that_clients_sign_for() -> None:
    assert Settings(origin="https://Duolog.example:443/").public_origin == "https://duolog.example"
    assert Settings(host="::1", port=80).public_origin == "http://[::1]"
    assert Settings(port=8330).public_origin == "http://127.0.0.1:8330"


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_settings_page_is_current() -> None:
    kept = (ROOT / "docs" / "settings.md").read_text()
    assert kept == page(), "run `python -m app settings > docs/settings.md` and commit it"


def test_the_version_is_the_packages() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] == VERSION
