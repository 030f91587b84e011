"""An export for reading: what the timeline shows, as text and nothing else, in a folder of one's own."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.client.export import readable
from duolog.client.log.outbox import post
from duolog.errors import HomeError, NotAllowed
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document
from tests.client.couple import couple, register
from tests.client.test_report import ATTRIBUTES, HOSTILE, TAGS, Read

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


async def test_it_has_what_the_timeline_shows_and_no_key(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two:
        await two.ada.write(two.journal, "profile", {"display_name": "Ada"})
        await two.ada.write(two.journal, "note", {"text": "A quiet evening.", "happened": "2019-05-02"})
        gone = await two.sam.write(two.journal, "note", {"text": "Too early."})
        await two.sam.leaving(two.journal).withdraw(gone.entry)
        await two.ada.sync()
        assert await two.ada.export_readable(tmp_path / "ours") == 2
        files = contents(tmp_path / "ours")
        [page, month] = sorted(files, key=lambda name: name.endswith(".md"))
        assert page.endswith("/everything.html")
        for text in files.values():
            for words in ("A quiet evening.", "It happened on Thursday 2 May 2019", "withdrew this"):
                assert words in text, words
            assert "Too early." not in text
        assert "> A quiet evening." in files[month]

        await two.ada.export(tmp_path / "ours.json")
        keys = [part["key"] for part in json.loads((tmp_path / "ours.json").read_bytes())["parts"] if "key" in part]
        context = two.ada._context
        keys += [encode_b64(key.key) for key in context.epochs(two.journal).values() if key is not None]
        keys += [key.hex() for key in (context.home.keyholder.seed, two.journal)]
        assert len(keys) > 4
        assert not [key for key in keys for text in files.values() if key in text]
        assert all(
            stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
            for path in [tmp_path / "ours", *(tmp_path / "ours").rglob("*")]
        )


@pytest.mark.parametrize(
    "hostile", [*HOSTILE, "![x](https://example.org/x.png)", "[x](javascript:alert(1))", "`x` *y* # z | ~"]
)
async def test_nothing_in_it_is_markdown_or_html(app: FastAPI, tmp_path: Path, hostile: str) -> None:
    person, _, _ = await register(app)
    journal = await person.create_journal()
    post(person._context, journal, Document("note", 1, 1_700_000_000, {"text": f"x {hostile}", "tags": [hostile[:60]]}))
    await person.sync()
    await person.export_readable(tmp_path / "ours")
    for name, text in contents(tmp_path / "ours").items():
        if name.endswith(".html"):
            read = Read(text.encode())
            assert read.tags <= TAGS
            assert {attribute for attribute, _ in read.attributes} <= ATTRIBUTES
        else:
            body = text.partition("###")[2]
            for mark in "<[`*_|~":
                assert body.count(mark) == body.count("\\" + mark), (mark, body)
            assert all(line[:2] in ("> ", "- ", "", " 2") or line[0].isalpha() for line in body.split("\n") if line)
    await person.close()


async def test_a_long_journal_is_whole_and_in_order(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readable, "_PAGE", 7)
    person, _, _ = await register(app)
    journal = await person.create_journal()
    for number in range(21):
        post(person._context, journal, Document("note", 1, 1_700_000_000, {"text": f"number {number}."}))
    await person.sync()
    post(person._context, journal, Document("note", 1, person._context.clock(), {"text": "waits"}))
    await person.export_readable(tmp_path / "ours")
    for text in contents(tmp_path / "ours").values():
        places = [text.find(f"number {number}.") for number in range(21)]
        assert -1 not in places
        assert places == sorted(places)
        assert text.count("number 13.") == 1
    assert any("waits" in text for text in contents(tmp_path / "ours").values())
    await person.close()


async def test_a_folder_that_holds_something_is_left_alone(app: FastAPI, tmp_path: Path) -> None:
    person, _, _ = await register(app)
    journal = await person.create_journal()
    held = tmp_path / "held"
    held.mkdir()
    (held / "file").write_text("mine")
    for folder in (held, held / "file", tmp_path / "no" / "such"):
        with pytest.raises(HomeError):
            await person.export_readable(folder)
    assert contents(held) == {"file": "mine"}
    with pytest.raises(NotAllowed):
        await person.export_readable(tmp_path / "other", journals=[bytes(32)])
    assert await person.export_readable(tmp_path / "ours", journals=[journal]) >= 1
    await person.close()
