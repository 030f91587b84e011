"""A canary in all that two people write: it stands nowhere but in the files that they asked for."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, HttpTransport, NewAttachment
from duolog.client.log import outbox
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.outbox import deliver, post
from duolog.documents import timeline
from duolog.documents.bodies import Answer
from duolog.documents.dates import on_day
from duolog.documents.journal import encode_state, require_allowed
from duolog.documents.registry import ACCOUNT_KINDS, KINDS
from duolog.protocol.messages import Document
from tests.canaries.conftest import Evening
from tests.canaries.every_field import filled
from tests.canaries.places import Recording, files_of, hits
from tests.client.couple import UNLOCK, Clock
from tests.client.test_importing import jpeg
from tests.conftest import ORIGIN
from tests.imports.builders import day_one

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = 3600
SHARED, PRIVATE = (f"kanarien{name}{secrets.token_hex(6)}" for name in ("vogel", "hahn"))


def bodies(kind: str, canary: str, clock: Clock) -> Iterator[dict[str, Any]]:
    listed = {**KINDS, **ACCOUNT_KINDS}[kind]
    for body, _ in filled(listed, canary, {"until": clock() + 2 * HOUR}):
        if body.get("form") in ("habit", "plan"):
            del body["until"]  # only an offer has an end, or it would not count
        yield body


async def write_all_kinds(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> int:
    """Every step of every kind, by both, and a page of notes; what would not count is written too. How many."""
    monkeypatch.setattr(outbox, "require_allowed", lambda *_: None)
    written = []
    for person in (evening.ada, evening.sam):
        context, made = person._context, dict[str, bytes]()

        def put(kind: str, body: dict[str, Any], context: Context = context) -> bytes:
            evening.clock.now += 1
            written.append(post(context, evening.journal, Document(kind, KINDS[kind].v, evening.clock(), body)))
            return written[-1]

        # `withdrawn` has no text, and its own way to the server.
        listed = [(kind, body) for kind in KINDS if kind != "withdrawn" for body in bodies(kind, SHARED, evening.clock)]
        for kind, body in listed:
            if "answers" not in body:
                made.setdefault(kind, put(kind, body))
        await evening.sync()
        for kind, body in listed:
            if "answers" in body:
                named = (await person.state(evening.journal)).find(made.get(kind, made["note"]))
                assert named is not None
                answers = Answer(entry=named.applied.entry, message=named.applied.message).encode_json()
                put(kind, {**body, "answers": answers})
        await evening.sync()
    for _ in range(timeline.PAGE):
        put("note", {"text": SHARED})
    monkeypatch.setattr(outbox, "require_allowed", require_allowed)
    await evening.sync()
    return len(written)


async def check_in(evening: Evening) -> dict[str, bytes]:
    """A week with a canary in both answers; all places while the first is sealed and the other's is not there."""
    texts = {"appreciation": SHARED, "issue": SHARED, "feelings": [SHARED]}
    begun = await evening.ada.check_ins(evening.journal).begin("week", texts)
    await evening.sync()
    sealed = evening.places()
    assert SHARED not in str(await evening.sam.check_ins(evening.journal).answers(begun.entry))
    state = journal_state(evening.sam._context, evening.journal)
    [shown] = [one for one in state.part(KINDS["check_in"]).values() if one.entry == begun.entry]
    assert SHARED not in repr(shown)
    await evening.sam.check_ins(evening.journal).answer(begun.entry, texts)
    await evening.sync()
    for opened in await evening.ada.check_ins(evening.journal).answers(begun.entry):
        assert str(opened.lines[1:]).count(SHARED) == 3
    return sealed


async def attach(evening: Evening) -> tuple[bytes, bytes]:
    """A note with a file whose content, name and description are a canary; its entry, and the attachment's id."""
    (evening.folder / "chosen").mkdir(exist_ok=True)
    source = evening.folder / "chosen" / f"{SHARED}.txt"
    source.write_text(f"{SHARED}\n" * 5000)
    written = await evening.ada.write(
        evening.journal, "note", {"text": SHARED}, attachments=[NewAttachment(source, alt=SHARED)]
    )
    assert written.delivered, written.problem
    await evening.sync()
    [view] = await evening.sam.attachments(evening.journal).list(written.entry)
    assert (view.name, view.alt) == (f"{SHARED}.txt", SHARED)
    return written.entry, view.id


async def keep_for_herself(evening: Evening) -> None:
    """What nobody but Ada ever reads: a private journal, an import, a draft, a rescued text, a reminder, a search."""
    ada = evening.ada
    mine = await ada.create_journal()
    assert (await ada.write(mine, "note", {"text": PRIVATE, "tags": [PRIVATE]})).delivered
    photo = {"identifier": "P", "md5": "a" * 32, "type": "jpeg", "filename": f"{PRIVATE}.jpeg"}
    entry = {"uuid": f"{PRIVATE}", "text": PRIVATE, "tags": [PRIVATE], "photos": [photo]}
    media = {f"photos/{'a' * 32}.jpeg": jpeg()}
    report = await ada.importing.diary(day_one(evening.folder / "chosen" / "diary.zip", [entry], media), None)
    assert (report.written, report.media, report.problem) == (1, 1, None)
    folder = evening.folder / "chosen" / "pages"
    folder.mkdir()
    (folder / f"{PRIVATE}.md").write_text(f"---\ntitle: {PRIVATE}\ntags: [{PRIVATE}]\n---\n{PRIVATE}\n")
    assert (await ada.importing.diary(folder, None, app="markdown")).written == 1
    await ada.drafts().keep(evening.journal, "note", {"text": PRIVATE}, words=PRIVATE)
    await ada.drafts().rescue(PRIVATE)
    await ada.reminders().turn_on("sunday", 0, PRIVATE)
    assert PRIVATE in await ada.reminders().calendar()
    await evening.sync()


async def look(evening: Evening) -> None:
    """Everything is looked at and looked for, and some of it taken out, by people who may."""
    for person in (evening.ada, evening.sam):
        assert await person.search(SHARED)
        for kind in KINDS:
            if KINDS[kind].machine is not None:
                things = await person.things(evening.journal, kind)
                shown = [await person.thing(evening.journal, kind, one.entry) for one in things]
                assert SHARED in str(shown) or kind == "check_in"
        await person.today()
        await person.timeline(evening.journal)
    assert len(await evening.ada.search(PRIVATE)) == 3
    day = on_day(evening.clock())
    assert day is not None
    out = evening.folder / "chosen"
    since, until = day - timedelta(days=2), day + timedelta(days=2)
    await evening.ada.report(evening.journal, out / "report.html", since=since, until=until)
    await evening.ada.export(out / "export.duolog")
    await evening.ada.export_readable(out / "readable")
    assert hits([SHARED], files_of(out / "readable"))
    assert hits([SHARED], {"report": (out / "report.html").read_bytes()})


async def test_nothing_that_was_written_stands_where_nobody_asked_for_it(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await write_all_kinds(evening, monkeypatch) > 50
    sealed = await check_in(evening)
    assert not hits([SHARED], sealed)
    entry, attachment = await attach(evening)
    await keep_for_herself(evening)
    await look(evening)

    his = evening.sam.attachments(evening.journal)
    opened = await his.open(entry, attachment)
    assert SHARED in opened.read_text()
    only_opened = [path for path in evening.places() if "/opened/" in path]
    assert only_opened == [str(opened)]
    saved = await his.save(entry, attachment, evening.folder / "chosen" / "saved.txt")
    assert SHARED in saved.read_text()
    opened.unlink()  # of the home that is open still; `test_what_was_opened` is about those that were closed

    places = evening.places()
    folder = evening.folder
    for kept in ("ada/log.sqlite", "ada/log.sqlite-wal", "server/duolog.db", "server/duolog.db-wal"):
        assert str(folder / kept) in places, kept
    assert [path for path in places if path.startswith(str(folder / "server/attachments"))]
    store = evening.ada._context.store
    for table in ("snapshot", "snapshot_page", "search_segment"):
        assert store.row(f"SELECT 1 FROM {table}") is not None, table
    assert not hits([SHARED, PRIVATE], places)
    assert not list((folder / "tmp").iterdir())


async def test_the_partner_is_sent_nothing_of_what_is_private(evening: Evening) -> None:
    (evening.folder / "chosen").mkdir()
    await keep_for_herself(evening)
    await evening.sam.search(PRIVATE)
    his = evening.sam._context
    states = [encode_state(journal_state(his, one.id)) for one in await evening.sam.journals()]
    assert len(states) == 1
    read = {"his journals": b"".join(states), "his account": repr(account_state(his)).encode()}
    assert not hits([PRIVATE], read | {"his traffic": bytes(evening.traffic["sam"].answered)})


async def test_every_kind_of_the_account_journal_is_sealed(app: FastAPI, small_parts: None, tmp_path: Path) -> None:
    """Documents that only own devices write: names of journals and devices, drafts, sealed answers, and the rest."""
    network, clock = Recording(app), Clock()
    new = await Duolog.register(HttpTransport(ORIGIN, network=network), home=tmp_path / "kim", unlock=UNLOCK)
    async with new.duolog as kim:
        context = kim._context
        mine = context.identity.account_journal
        await kim.sync()
        for name, kind in ACCOUNT_KINDS.items():
            for body in bodies(name, SHARED, clock):
                post(context, mine, Document(name, kind.v, clock(), body))
        waiting = files_of(tmp_path / "kim")
        await deliver(context, mine)
        state = account_state(context)
        assert SHARED in repr(state.labels)
        assert state.answers[0].answer.startswith(SHARED.encode())
        assert context.store.row("SELECT 1 FROM snapshot WHERE journal = ?", mine) is not None
        shown = repr(state.drafts) + repr(state.answers)  # what an error report would show
        assert not hits(
            [f"{SHARED} document.body", f"{SHARED} document.words", f"{SHARED} answer"], {"r": shown.encode()}
        )
        kept = files_of(tmp_path / "kim", tmp_path / "server")
        assert not hits([SHARED], waiting | kept | {"traffic": bytes(network.sent + network.answered)})
