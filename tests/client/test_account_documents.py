"""Each act writes the documents of the account journal that the specification lists, before and after its request."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.documents.registry import ACCOUNT_KINDS
from duolog.protocol.codec import encode_b64
from tests.client.couple import UNLOCK, transport
from tests.client.written import Recorder, Row, kinds, noting, rows, told


@pytest.fixture
def recorder(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """A line that notes what goes over it."""
    with noting(Recorder(httpx2.ASGITransport(app)), monkeypatch) as recorder:
        yield recorder


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
    assert recorder.documents() == ["keyholder_label"]
    await ada.leaving(journal).close()
    acts.play("close a journal now")


def test_the_page_says_of_every_kind_when_it_is_written() -> None:
    assert set(ACCOUNT_KINDS) <= set(kinds(told()))
