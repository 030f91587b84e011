"""Bodies of notes, comments and thanks that no honest client writes, wherever they are shown."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from duolog.client.export.verify_export import verify_export
from duolog.client.log import outbox
from duolog.client.log.folding import journal_state
from duolog.documents.beside import words_in
from duolog.documents.bodies import Answer
from duolog.documents.kinds.note import Note
from duolog.documents.kinds.pause import Call
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.messages import Document
from tests.attacks.people import Couple
from tests.attacks.test_texts import HIDING, STEERS
from tests.client.test_report import ATTRIBUTES, TAGS, Read
from tests.documents.evening import SAM, START, Evening, answer

EIGHT: list[JsonObject] = [{"id": encode_b64(bytes([number]) * 16), "name": f"{number}.png"} for number in range(8)]
NOWHERE = {"entry": encode_b64(b"e" * 16), "message": encode_b64(b"m" * 32)}
HUGE = {"more": ["x" * 1000] * 40, "deep": {"a": {"b": {"c": [[[["d"]]]]}}}}


def bodies(hers: JsonObject) -> list[tuple[str, JsonObject]]:
    """Each holds the word *lantern*. `hers`: a link to a note of Ada's."""
    text: JsonObject = {"text": "lantern"}
    previews = [{**EIGHT[0], "preview": EIGHT[1]["id"]}, {**EIGHT[1], "preview": EIGHT[0]["id"]}]
    return [
        ("note", text | {"attachments": EIGHT}),
        ("note", text | {"attachments": [*EIGHT, *EIGHT, *EIGHT]}),
        ("note", text | {"attachments": previews}),
        ("note", text | {"attachments": [{**EIGHT[0], "name": "../../.bashrc"}]}),
        ("note", text | {"attachments": [{**EIGHT[0], "name": "a.png", "alt": HIDING}]}),
        ("note", text | {"attachments": "all of them"}),
        ("note", text | {"attachments": {"id": 1}}),
        *(
            ("note", text | {"happened": when})
            for when in ("9999-12-31T23:59", "0001-01-01", "0000-00-00", "2024-02-30", "99999-01-01", 5)
        ),
        ("note", text | HUGE),
        ("note", text | {"feelings": ["lantern " + HIDING] * 200, "tags": ["t" * 500] * 60}),
        ("note", {"text": "lantern " + "\u0301" * 20_000}),
        ("note", {"text": "lantern\n" * 7000}),
        ("comment", {"answers": NOWHERE, "text": "lantern " * 7000}),
        ("comment", {"answers": {**hers, "message": NOWHERE["message"]}, **text}),
        ("comment", {"answers": {**hers, **HUGE}, "text": "lantern " + HIDING}),
        ("comment", text),
        ("appreciation", text | {"of": "them", **HUGE}),
        ("appreciation", text | {"of": "you", "about": NOWHERE}),
        ("appreciation", {"text": f"lantern <script>alert(1)</script> {HIDING}", "of": "us", "about": hers}),
    ]


async def test_partner_writes_bodies_at_every_limit(
    couple: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timeline, list of attachments, search, report and exports show each safely, and all that is honest with it."""
    ada, sam, journal = couple.ada.duolog, couple.sam.duolog, couple.journal
    [note] = [item for item in await couple.ada.shown(journal) if item.mine and item.kind == "note"]
    found = journal_state(sam._context, journal).find(note.entry)
    assert found is not None
    tried = bodies(Answer(entry=note.entry, message=found.applied.message).encode_json())
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "require_allowed", lambda *_: None)
        for kind, body in tried:
            outbox.post(sam._context, journal, Document(kind, 1, sam._context.clock(), body))
    await sam.sync()
    assert not (await ada.sync()).problems
    shown = (await couple.ada.shown(journal))[-len(tried) :]
    assert [item.kind for item in shown] == [kind for kind, _ in tried]
    for item in shown:
        assert item.text, item.body
        assert not STEERS.search(item.text)
    assert await ada.attachments(journal).list() == ()
    hits = await ada.search("lantern", limit=100)
    assert len(hits) >= 10
    for hit in hits:
        assert not STEERS.search("".join(str(part) for part, _ in hit.excerpt))
    page = tmp_path / "page.html"
    await ada.report(journal, page, since=date(1, 1, 1), until=date(9999, 12, 31))
    await ada.export_readable(tmp_path / "readable")
    pages = [page, *(tmp_path / "readable").rglob("*.html")]
    for read in [Read(one.read_bytes()) for one in pages]:
        assert read.tags <= TAGS
        assert {name for name, _ in read.attributes} <= ATTRIBUTES
    await ada.export(tmp_path / "all.json")
    verified: Any = verify_export(io.BytesIO((tmp_path / "all.json").read_bytes()))
    assert verified
    assert "the first note" in await couple.ada.texts(journal)


def test_partner_puts_a_note_where_no_view_shows_words() -> None:
    """A pause has no words beside it. A field that this version doesn't know moves no note out of the timeline."""
    evening = Evening()
    note = evening.write(SAM, Note(text="You should know this."), "note")
    call = evening.document("pause", Call(until=START + 3600))
    hiding = Document("pause", 1, START, {**call.body, "text": answer(note).encode_json()})
    step = evening.append(SAM, hiding)
    assert step.skipped is None
    assert list(words_in(evening.state.timeline)) == []
