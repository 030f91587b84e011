"""Each act writes the documents of the account journal that the specification lists, before and after its request."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.log import outbox
from duolog.client.log.context import Context
from duolog.documents.registry import ACCOUNT_KINDS
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Attachment, Document
from tests.client.couple import UNLOCK, transport

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "documents.md"
_HEADING = "### When each is written"
Row = tuple[list[str], str, list[str]]  # kinds before, the request, kinds after


@dataclass
class Recorder(httpx2.AsyncBaseTransport):
    """Notes each document for the account journal as it goes into the outbox, and each other request as it is sent."""

    network: httpx2.AsyncBaseTransport
    own: set[str] = field(default_factory=set)
    events: list[tuple[str, str]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if not any(journal in path for journal in self.own):
            self.events.append(("request", f"{request.method} {re.sub(r'/[A-Za-z0-9_-]{20,}', '/*', path)}"))
        return await self.network.handle_async_request(request)

    def written(self, request: str) -> Row:
        """The kinds before the first such request of an act, and those behind it. Forgets the act."""
        events, self.events = self.events, []
        place = next((number for number, event in enumerate(events) if event == ("request", request)), None)
        assert place is not None, f"{request} was not sent: {events}"
        before = [text for what, text in events[:place] if what == "document"]
        return before, request, [text for what, text in events[place:] if what == "document"]


def rows() -> dict[str, Row]:
    """The table of the specification."""
    text = _PAGE.read_text()
    table = text[text.index(_HEADING) :].split("\n\n")[2]
    found = {}
    for line in table.splitlines()[2:]:
        event, before, request, after = (cell.strip() for cell in line.strip("|").split("|"))
        found[event] = (_kinds(before), request.strip("`"), _kinds(after))
    return found


def _kinds(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


@pytest.fixture
def recorder(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A line that notes what goes over it. The outbox tells it of documents for the account journal."""
    recorder, real = Recorder(httpx2.ASGITransport(app)), outbox._post

    def noted(
        context: Context, journal: bytes, document: Document, attachments: tuple[Attachment, ...] = ()
    ) -> tuple[bytes, bytes]:
        found = real(context, journal, document, attachments)
        if journal == context.identity.account_journal:
            recorder.own.add(encode_b64(journal))
            recorder.events.append(("document", document.kind))
        return found

    monkeypatch.setattr(outbox, "_post", noted)
    return recorder


@asynccontextmanager
async def two(recorder: Recorder) -> AsyncIterator[tuple[Duolog, Duolog]]:
    """Ada and Sam, registered on one recorded line."""
    made = [await Duolog.register(transport(recorder), home=None, unlock=UNLOCK) for _ in range(2)]
    async with made[0].duolog as ada, made[1].duolog as sam:
        recorder.own.update(encode_b64(person._context.identity.account_journal) for person in (ada, sam))
        recorder.events.clear()
        yield ada, sam


@dataclass
class Acts:
    """The table, and what each act wrote when it was played."""

    recorder: Recorder
    table: dict[str, Row]
    played: dict[str, Row] = field(default_factory=dict)

    def play(self, event: str) -> None:
        self.played[event] = self.recorder.written(self.table[event][1])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_act_writes_what_the_table_says(recorder: Recorder) -> None:
    acts = Acts(recorder, rows())
    async with two(recorder) as (ada, sam):
        journal = await pair(ada, sam, acts)
        await ada.sync()
        await sam.sync()
        recorder.events.clear()
        await leave(ada, sam, journal, acts)
    assert acts.played == acts.table


async def pair(ada: Duolog, sam: Duolog, acts: Acts) -> bytes:
    """Found, invite, answer, add, compare and verify; the journal."""
    recorder = acts.recorder
    journal = await ada.create_journal()
    acts.play("found a journal")
    first = await ada.invite(journal)
    acts.play("invite")
    await ada.revoke_invitation(journal, first.id)
    acts.play("revoke an invitation")
    invitation = await ada.invite(journal)
    recorder.events.clear()
    await sam.join(invitation.link)
    acts.play("answer an invitation")
    await ada.sync()
    events = list(recorder.events)
    added = events.index(("request", acts.table["add the newcomer"][1]))
    recorder.events = events[:added]
    acts.play("take the answer, and reveal")
    recorder.events = events[added:]
    acts.play("add the newcomer")
    await sam.sync()
    acts.play("find oneself added")
    hers, his = await ada.pairing(journal), await sam.pairing(journal)
    recorder.events.clear()
    await ada.verify(journal, his.words or ())
    acts.play("sign `verify` first")
    await sam.verify(journal, hers.words or ())
    acts.play("sign `verify` second")
    await ada.sync()
    acts.play("find `verify` signed by both")
    return journal


async def leave(ada: Duolog, sam: Duolog, journal: bytes, acts: Acts) -> None:
    """Schedule a closing and take it back, keep and erase a text, name a keyholder, and close."""
    recorder = acts.recorder
    await ada.leaving(journal).schedule(int(time.time()) + 3600)
    acts.play("let the server close a journal later")
    await ada.leaving(journal).cancel()
    acts.play("cancel that")
    entry = (await ada.write(journal, "note", {"text": "Hello."})).entry
    await ada.sync()
    await sam.sync()
    recorder.events.clear()
    await sam.leaving(journal).keep(entry)
    acts.play("keep a text")
    await sam.leaving(journal).erase(entry)
    acts.play("erase a text for oneself")
    await ada.keyholders.name(ada._context.home.keyholder.id, "laptop")
    assert recorder.events == [("document", "keyholder_label")]
    recorder.events.clear()
    await ada.leaving(journal).close()
    acts.play("close a journal now")


def test_the_page_says_of_every_kind_when_it_is_written() -> None:
    text = _PAGE.read_text()
    told = text[text.index(_HEADING) : text.index("A **conflict** never changes")]
    assert set(ACCOUNT_KINDS) <= set(_kinds(told))
