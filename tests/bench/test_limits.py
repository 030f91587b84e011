"""The limit writes the very rows that the server writes, and loaded journals take pushes as real ones do."""

import sqlite3
from pathlib import Path

import httpx2
import pytest

from app.settings import Settings
from bench.loading import EACH, Loaded, load
from bench.raw_inserts import COLUMNS, SqliteInserts
from bench.writers import Writer, check_counts, entry_id
from duolog.api import pages
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import parse_roster
from tests.app.people import ORIGIN, Diary, Person

SAME = "journal, seq, kind, entry, digest, header, blob_hash, blob"


async def writer_at(http: httpx2.AsyncClient) -> Writer:
    ada = await Person(http).register()
    return Writer(ada, await Diary(ada).create(), ORIGIN.partition("//")[2])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_raw_inserts_write_the_rows_of_the_server(
    http: httpx2.AsyncClient, settings: Settings, tmp_path: Path
) -> None:
    writer = await writer_at(http)
    push = writer.push(3)
    assert (await writer.diary.push(writer.person, *push.entries)).status_code == 201
    server, raw = Path(settings.database_url.removeprefix("sqlite:///")), tmp_path / "raw.db"
    inserts = SqliteInserts(raw, like=server)
    inserts.rate([(writer.diary.journal, push)])
    inserts.close()
    with sqlite3.connect(raw) as connection:
        made = connection.execute(f"SELECT {SAME} FROM log ORDER BY seq").fetchall()
        assert connection.execute("SELECT length(receipt) FROM log ORDER BY seq").fetchall() == [
            (None,),
            (None,),
            (112,),
        ]
        indexes = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'index'").fetchone()
    query = f"SELECT {SAME} FROM log WHERE journal = ? AND kind = 2 ORDER BY seq"
    with sqlite3.connect(server) as connection:
        stored = connection.execute(query, (writer.diary.journal,)).fetchall()
    # The server's begin after the genesis.
    assert [row[:1] + row[2:] for row in made] == [row[:1] + row[2:] for row in stored]
    assert indexes == (3,)
    assert set(COLUMNS.split(", ")) - {"receipt"} == set(SAME.split(", "))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", ["application/json", pages.MEDIA_TYPE])
async def test_a_prepared_request_is_a_whole_push(http: httpx2.AsyncClient, form: str) -> None:
    writer = await writer_at(http)
    head, _, body = writer.push(2, form).request.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    method, path, _ = line.split()
    headers = dict(one.split(": ", 1) for one in lines)
    assert int(headers["Content-Length"]) == len(body)
    answer = await http.request(method, path, content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert await check_counts([writer]) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_loaded_journal_is_pushed_to_and_pulled_like_any_other(
    http: httpx2.AsyncClient, settings: Settings
) -> None:
    ada, sam = await Person(http).register(), await Person(http).register()
    diary = await (await Diary(ada).create()).make_couple(sam)
    changed = diary.change("verify", [ada, sam], provisional=False).item
    assert isinstance(changed, StatementItem)
    template = parse_roster(changed.signed.statement)
    assert load(settings.database_url, template, 3 * EACH) == 3
    one = Loaded(2, template)
    _, _, body = one.push().partition(b"\r\n\r\n")
    headers = {"authorization": f"Bearer {encode_b64(one.token)}", "content-type": pages.MEDIA_TYPE}
    path = f"/v1/journals/{encode_b64(one.journal)}/entries"
    answer = await http.post(path, content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["receipt"]["seq"] == EACH + 2
    page = pages.parse_page((await http.get(path, headers=headers | {"accept": pages.MEDIA_TYPE})).content)
    [pushed] = pages.parse_push(body)
    assert entry_id(page.pushes[-1].items[0]) == entry_id(pushed)
    assert sum(len(push.items) for push in page.pushes) == EACH + 2
