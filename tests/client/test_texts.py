"""Texts through the whole client: what a newer version wrote survives, and is shown as soon as it is known."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, TimelineEntry
from duolog.client.export.verify_export import verify_export
from duolog.documents import journal as journal_module
from duolog.documents.registry import KINDS
from duolog.documents.voice import PARTS_UNSHOWN
from duolog.errors import NotAllowed
from duolog.protocol.codec import encode_b64
from tests.client.couple import Couple, couple

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NEWER = {"mood": {"deep": [1, None]}}
ATTACHED = [{"id": encode_b64(b"1" * 16), "name": "the sea.jpg", "alt": "Waves", "taken": "from the pier"}]


@pytest.fixture
async def people(app: FastAPI) -> AsyncIterator[Couple]:
    async with couple(app) as both:
        await both.ada.write(both.journal, "note", {"text": "Rain."})
        await both.sam.sync()
        yield both


async def newest(person: Duolog, journal: bytes) -> TimelineEntry:
    await person.sync()
    return (await person.timeline(journal))[-1]


async def bodies(people: Couple, folder: Path) -> dict[str, Any]:
    """Documents of Ada's export by their kind, the newest of each."""
    path = folder / "ours.json"
    await people.ada.export(path, force=True)
    with path.open("rb") as opened:
        verify_export(opened)
    parts = json.loads(path.read_bytes())["parts"]
    return {part["kind"]: part["body"] for part in parts if part["part"] == "document"}


@pytest.mark.parametrize("kind", ["comment", "appreciation", "note"])
async def test_what_a_newer_version_adds_goes_through_drafts_log_copies_and_exports(
    people: Couple, tmp_path: Path, kind: str
) -> None:
    note = await newest(people.sam, people.journal)
    item = (await people.sam.state(people.journal)).find(note.entry)
    assert item is not None
    body: dict[str, Any] = {"text": "Yes.", **NEWER}
    if kind == "comment":
        body["answers"] = {"entry": encode_b64(note.entry), "message": encode_b64(item.applied.message), "line": 2}
    if kind == "note":
        body |= {"attachments": ATTACHED, "happened": "2026-11-20"}
    draft = await people.sam.drafts().keep(people.journal, kind, body)
    [kept] = await people.sam.drafts().list()
    assert kept.document is not None
    assert kept.document.body == body
    assert (await people.sam.drafts().send(draft)).delivered

    shown = await newest(people.ada, people.journal)
    assert (shown.kind, shown.body, shown.without_effect) == (kind, body, None)
    assert PARTS_UNSHOWN in (shown.text or "")
    people.ada._context.states.clear()  # from the snapshot
    assert (await newest(people.ada, people.journal)).body == body
    assert (await bodies(people, tmp_path))[kind] == body

    private = await people.ada.create_journal()
    await people.ada.copy(people.journal, shown.entry, private)
    copied = (await newest(people.ada, private)).body
    assert copied is not None
    left = {"attachments"} if kind == "note" else set()
    assert copied["document"]["body"] == {name: value for name, value in body.items() if name not in left}
    assert copied.get("attachments_left_out") == (1 if kind == "note" else None)


@pytest.mark.parametrize("kind", ["comment", "appreciation"])
async def test_an_older_version_keeps_what_it_does_not_know_and_shows_it_after_an_update(
    people: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    note = await newest(people.sam, people.journal)
    item = (await people.sam.state(people.journal)).find(note.entry)
    assert item is not None
    answers = {"entry": encode_b64(note.entry), "message": encode_b64(item.applied.message)}
    body: dict[str, Any] = {"text": "Yes.", **({"answers": answers} if kind == "comment" else {})}
    written = await people.sam.write(people.journal, kind, body)
    with monkeypatch.context() as older:
        older.setattr(journal_module, "KINDS", {name: one for name, one in KINDS.items() if name != kind})
        shown = await newest(people.ada, people.journal)
        assert (shown.entry, shown.body) == (written.entry, body)
        assert f"of the kind {kind}, which this version of Duolog doesn't know" in (shown.text or "")
        assert (await bodies(people, tmp_path))[kind] == body
        private = await people.ada.create_journal()
        await people.ada.copy(people.journal, shown.entry, private)
        with pytest.raises(NotAllowed, match="can't write documents of the kind"):
            await people.ada.write(people.journal, kind, body)
    people.ada._context.states.clear()
    shown = await newest(people.ada, people.journal)
    assert "    Yes." in (shown.text or "").split("\n")
    copied = await newest(people.ada, private)
    assert "    Yes." in (copied.text or "").split("\n")


async def test_a_comment_outlives_what_it_is_about(people: Couple) -> None:
    note = await newest(people.sam, people.journal)
    item = (await people.sam.state(people.journal)).find(note.entry)
    assert item is not None
    answers = {"entry": encode_b64(note.entry), "message": encode_b64(item.applied.message)}
    await people.sam.write(people.journal, "comment", {"answers": answers, "text": "Yes."})
    assert "About: what " in ((await newest(people.ada, people.journal)).text or "")
    await people.ada.leaving(people.journal).withdraw(note.entry)
    for person in (people.ada, people.sam):
        await person.sync()
        said = next(item for item in await person.timeline(people.journal) if item.kind == "comment")
        assert said.without_effect is None
        assert (said.text or "").endswith("    Yes.\n  About: something that is not here")
    with pytest.raises(NotAllowed, match="is not here"):
        await people.sam.write(people.journal, "comment", {"answers": answers, "text": "And again."})


async def test_a_comment_is_withdrawn_and_erased_like_any_text(people: Couple) -> None:
    note = await newest(people.sam, people.journal)
    item = (await people.sam.state(people.journal)).find(note.entry)
    assert item is not None
    answers = {"entry": encode_b64(note.entry), "message": encode_b64(item.applied.message)}
    first = await people.sam.write(people.journal, "comment", {"answers": answers, "text": "Yes."})
    second = await people.sam.write(people.journal, "appreciation", {"text": "You waited.", "of": "you"})
    await people.ada.sync()
    await people.sam.leaving(people.journal).withdraw(first.entry)
    await people.ada.leaving(people.journal).erase(second.entry)
    await people.ada.sync()
    shown = {item.entry: item for item in await people.ada.timeline(people.journal)}
    assert (shown[first.entry].text, shown[first.entry].hidden) == (None, "Its author withdrew this.")
    assert shown[second.entry].hidden == "You have erased this for yourself."
