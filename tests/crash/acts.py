"""The acts of an evening. Each first looks at what is there, as a person does who begins again after a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx2

from duolog.client import Duolog, HttpTransport, NewAttachment, PairingStage
from duolog.errors import NotAllowed
from tests.client.couple import UNLOCK, Clock
from tests.conftest import ORIGIN
from tests.crash.scene import Scene

FILE = b"a picture, as it were " * 5000
ALONE, BOTH = ("ada",), ("ada", "sam")
TERMS = {"topic": "communication", "text": "No phones at dinner.", "binds": "both"}


@dataclass(frozen=True)
class Act:
    """An act of the program that dies, `who`'s. `before`: what happens first, and isn't killed. `after`: what must be
    true in the end, besides what holds always. `agree`: the homes that must see the same."""

    who: str
    act: Callable[[Scene], Awaitable[None]]
    agree: tuple[str, ...] = BOTH
    before: Callable[[Scene], Awaitable[None]] | None = None
    after: Callable[[Scene], Awaitable[None]] | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.act.__name__


def accounts(scene: Scene) -> int:
    """How many accounts the server has."""
    database = sqlite3.connect(scene.folder / "server" / "duolog.db")
    try:
        [(count,)] = database.execute("SELECT count(*) FROM accounts").fetchall()
        return int(count)
    finally:
        database.close()


async def texts(person: Duolog, journal: bytes) -> list[str]:
    """The words of all notes, waiting ones too."""
    return [one.body["text"] for one in await person.timeline(journal) if one.kind == "note" and one.body is not None]


# --- an account, and a journal for two --------------------------------------------------------------------------------


async def register_as(scene: Scene, name: str) -> None:
    if not await scene.has_account(name):
        new = await Duolog.register(scene.network, home=scene.home(name), unlock=UNLOCK, clock=Clock())
        await new.duolog.close()


async def register(scene: Scene) -> None:
    await register_as(scene, "ada")


async def one_account_and_words_to_prove(scene: Scene) -> None:
    assert accounts(scene) == 1
    async with scene.opened("ada") as ada:
        assert (await ada.status()).unproven_sheet, "words that nobody has seen must count as unproven"


async def sam_registers(scene: Scene) -> None:
    await register_as(scene, "sam")


async def found_a_journal(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        known = [one.id for one in await ada.journals()] or [await ada.create_journal()]
        scene.notes["journal"] = known[0].hex()


async def one_journal(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        assert [one.id for one in await ada.journals()] == [scene.journal]


async def invite(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        scene.notes["link"] = (await ada.invite(scene.journal)).link


async def join(scene: Scene) -> None:
    async with scene.opened("sam") as sam:
        await sam.sync()
        try:
            await sam.pairing(scene.journal)
        except NotAllowed:
            await sam.join(scene.notes["link"])


async def let_in(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()


async def come_in(scene: Scene) -> None:
    async with scene.opened("sam") as sam:
        await sam.sync()


async def verify_as(scene: Scene, one: str, other: str) -> None:
    async with scene.opened(one) as person, scene.opened(other) as partner:
        await person.sync()
        mine = await person.pairing(scene.journal)
        if mine.stage is PairingStage.VERIFIED:
            return
        words = (await partner.pairing(scene.journal)).words
        assert words is not None
        assert mine.words == words
        await person.verify(scene.journal, words)


async def ada_verifies(scene: Scene) -> None:
    await verify_as(scene, "ada", "sam")


async def sam_verifies(scene: Scene) -> None:
    await verify_as(scene, "sam", "ada")


async def they_are_a_pair(scene: Scene) -> None:
    for name in BOTH:
        async with scene.opened(name) as person:
            assert (await person.pairing(scene.journal)).stage is PairingStage.VERIFIED
            assert not (await person.journal(scene.journal)).provisional


# --- writing ----------------------------------------------------------------------------------------------------------


async def write_a_note(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        if "a note of this evening" not in await texts(ada, scene.journal):
            await ada.write(scene.journal, "note", {"text": "a note of this evening"})


def once(*words: str) -> Callable[[Scene], Awaitable[None]]:
    """Check that these texts are there, each once, for both."""

    async def check(scene: Scene) -> None:
        for name in BOTH:
            async with scene.opened(name) as person:
                found = await texts(person, scene.journal)
                assert [found.count(word) for word in words] == [1] * len(words), found

    return check


OFFLINE = ("written offline", "and another", "and a third")


def no_answer(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectTimeout("There is no network.")


async def write_offline(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        ada._context.network.transport = HttpTransport(ORIGIN, network=httpx2.MockTransport(no_answer))
        for word in OFFLINE:
            assert not (await ada.write(scene.journal, "note", {"text": word})).delivered


async def send_what_waits(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()


async def sam_writes(scene: Scene) -> None:
    async with scene.opened("sam") as sam:
        for number in range(3):
            assert (await sam.write(scene.journal, "note", {"text": f"of Sam, {number}"})).delivered


async def fetch_what_is_new(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()


async def attach_a_file(scene: Scene) -> None:
    chosen = scene.folder / "chosen.txt"
    chosen.write_bytes(FILE)
    async with scene.opened("ada") as ada:
        await ada.sync()
        if "with a file" not in await texts(ada, scene.journal):
            await ada.write(scene.journal, "note", {"text": "with a file"}, attachments=[NewAttachment(chosen)])


async def save_the_file(scene: Scene) -> None:
    saved = scene.folder / "saved.txt"
    async with scene.opened("sam") as sam:
        await sam.sync()
        [view] = await sam.attachments(scene.journal).list()
        saved.unlink(missing_ok=True)
        await sam.attachments(scene.journal).save(view.entry, view.id, saved)


async def the_file_is_whole(scene: Scene) -> None:
    assert (scene.folder / "saved.txt").read_bytes() == FILE


async def send_a_draft(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        if "a draft" in await texts(ada, scene.journal):
            return
        kept = [one.draft for one in await ada.drafts().list()]
        draft = kept[0] if kept else await ada.drafts().keep(scene.journal, "note", {"text": "a draft"})
        await ada.drafts().send(draft)


async def the_draft_is_sent(scene: Scene) -> None:
    await once("a draft")(scene)
    async with scene.opened("ada") as ada:
        assert not await ada.drafts().list()


async def propose(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        if not await ada.boundaries(scene.journal).list():
            await ada.boundaries(scene.journal).propose(TERMS)


async def accept(scene: Scene) -> None:
    async with scene.opened("sam") as sam:
        await sam.sync()
        [boundary] = await sam.boundaries(scene.journal).list()
        if boundary.stage == "proposed":
            await sam.boundaries(scene.journal).accept(boundary.entry)


def one_boundary(stage: str) -> Callable[[Scene], Awaitable[None]]:
    """Check that both see one boundary at this stage, and no step without effect."""

    async def check(scene: Scene) -> None:
        for name in BOTH:
            async with scene.opened(name) as person:
                assert [one.stage for one in await person.boundaries(scene.journal).list()] == [stage]
                assert not any(one.without_effect for one in await person.timeline(scene.journal))

    return check


async def withdraw(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        for one in await ada.timeline(scene.journal):
            if one.body is not None and one.body.get("text") == OFFLINE[0]:
                await ada.leaving(scene.journal).withdraw(one.entry)


async def it_is_withdrawn(scene: Scene) -> None:
    for name in BOTH:
        async with scene.opened(name) as person:
            assert OFFLINE[0] not in await texts(person, scene.journal)
            entries = await person.timeline(scene.journal)
            assert [one.kind for one in entries].count("withdrawn") == 1
            assert sum(one.hidden is not None for one in entries) == 1
