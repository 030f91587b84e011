"""Two people's journal in which every kind stands, written in rounds: each has what happens between two people."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.writers import TEXT
from duolog.client import Duolog
from duolog.client.journals import answering
from duolog.client.leaving.withdraw_keep_erase import post_withdrawal
from duolog.client.log.outbox import post, post_with_words
from duolog.documents.bodies import Answer
from duolog.documents.kinds.check_in import KIND as CHECK_IN
from duolog.documents.kinds.copy import copy_body
from duolog.documents.registry import KINDS
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document

MINUTE, DAY = 60, 86_400  # seconds
REVIEWS = 8  # rounds from one review to the next
NOTES = 60  # of each person in a round


class Hand:
    """One of the two writes. Nothing is pushed before `turn` ends."""

    def __init__(self, person: Duolog, journal: bytes) -> None:
        self.person, self.journal = person, journal

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The other's entries come here first; those that are written here are sent at the end."""
        await self.person.sync()
        yield
        await self.person.sync()

    def put(self, kind: str, **body: Any) -> bytes:
        """A document into the outbox; its entry."""
        return post(self.person._context, self.journal, self._document(kind, body))

    def put_with_words(self, kind: str, text: str, **body: Any) -> bytes:
        """A step and the note with its words; the step's entry."""
        words = self._document("note", {"text": text})
        return post_with_words(self.person._context, self.journal, words, self._document(kind, body), "text")

    async def link(self, entry: bytes) -> dict[str, Any]:
        """A link to an entry that is here."""
        found = (await self.person.state(self.journal)).find(entry)
        assert found is not None, "it was not fetched"
        assert found.skipped is None, found.skipped
        return Answer(entry=entry, message=found.applied.message).encode_json()

    async def copy(self, entry: bytes) -> None:
        """A copy of an entry that is here."""
        found = (await self.person.state(self.journal)).find(entry)
        assert found is not None, "it was not fetched"
        self.put("copy", **copy_body(self.journal, found.applied))

    def begin(self, form: str, answer: bytes) -> bytes:
        """A check-in with an own answer; its entry. The turn's end seals the answer."""
        entry = self.put("check_in", step="begin", form=form)
        answering.keep_answer(self.person._context, self.journal, entry, answer)
        return entry

    def answer(self, check_in: bytes, answer: bytes) -> None:
        """An own answer. The turn's end seals it, and opens it when both are there."""
        answering.keep_answer(self.person._context, self.journal, check_in, answer)

    def withdraw(self, entry: bytes) -> None:
        """An own text is taken back."""
        post_withdrawal(self.person._context, self.journal, entry)

    def _document(self, kind: str, body: dict[str, Any]) -> Document:
        return Document(kind, KINDS[kind].v, int(time.time()), body)


async def write_mixed(ada: Duolog, sam: Duolog, journal: bytes, least: int) -> None:
    """Rounds until the journal has `least` entries; every kind is in it, and every step of them counts."""
    hers, his = Hand(ada, journal), Hand(sam, journal)
    number = 0
    while (await ada.journal(journal)).seq < least:
        await _round(hers, his, number)
        number += 1
    async with hers.turn():
        hers.put("moved", origin="https://elsewhere.example", receipt_key=encode_b64(bytes(32)))
    await sam.sync()
    await _require_all_kinds(ada, journal)


async def _require_all_kinds(person: Duolog, journal: bytes) -> None:
    """Check that the mixture is one, and that each document in it counts."""
    state = await person.state(journal)
    there = {item.applied.document.kind for item in state.timeline}
    kinds = set(KINDS) - {"words_differ"}  # which no journal takes once its words were compared
    assert there == kinds, f"without {kinds - there}"
    assert not state.skipped, state.skipped[0].reason
    assert {one.standing for one in state.part(CHECK_IN).values()} == {"opened"}


async def _round(ada: Hand, sam: Hand, number: int) -> None:
    said, until = f"{number} {TEXT}", int(time.time()) + DAY // 2
    if number % REVIEWS == 0:
        for hand, name in ((ada, "Ada"), (sam, "Sam")):
            hand.put("profile", display_name=name)
    async with ada.turn():
        notes = [ada.put("note", text=f"{at} {said}", feelings=["calm"], tags=["evening"]) for at in range(NOTES)]
        wordings = [{"topic": "time", "text": f"{at} {said}", "binds": "both"} for at in range(2)]
        boundaries = [ada.put("boundary", step="propose", wording=wording) for wording in wordings]
        promise = ada.put("promise", step="make", form="habit", text=said)
        pause = ada.put("pause", step="call", until=until)
        letter = ada.put_with_words("disclosure", said, step="tell", form="disclosure", about="the evening")
        breach = ada.put_with_words("breach", said, step="open", **{"as": "own"})
        week = ada.begin("week", b'{"form":"week","need":"a walk","closeness":7}')
    async with sam.turn():
        his = [sam.put("note", text=f"{at} {said}") for at in range(NOTES)]
        for note in notes[:8]:
            sam.put("comment", answers=await sam.link(note), text=f"{number} I see it so too")
        for boundary, step in zip(boundaries, ("accept", "decline"), strict=True):
            sam.put("boundary", step=step, answers=await sam.link(boundary))
        offer = sam.put("promise", step="make", form="offer", text=said, until=int(time.time()) + 30 * DAY)
        sam.put("disclosure", step="acknowledge", answers=await sam.link(letter))
        sam.put_with_words("breach", said, step="account", answers=await sam.link(breach))
        sam.answer(week, b'{"form":"week","appreciation":"the soup"}')
        review = sam.begin("review", b'{"form":"review","summary":"a mild spring"}') if number % REVIEWS == 0 else None
    async with ada.turn():
        ada.put("pause", step="return", answers=await ada.link(pause))
        ada.put("promise", step="mark", answers=await ada.link(promise))
        ada.put("boundary", step="contest", answers=await ada.link(boundaries[0]), words="it no longer fits")
        ada.put("breach", step="close", answers=await ada.link(breach))
        for note in his[:8]:
            ada.put("appreciation", text=f"{number} thank you", of="you", about=await ada.link(note))
        await ada.copy(his[8])
        if review is not None:
            ada.answer(review, b'{"form":"review","summary":"a mild spring, and rain"}')
    async with sam.turn():
        reflection = sam.put_with_words("disclosure", said, step="reflect", answers=await sam.link(letter))
        sam.put("promise", step="mark", answers=await sam.link(offer), words="the calendar is up to date")
        sam.put("breach", step="close", answers=await sam.link(breach))
    async with ada.turn():
        ada.put("disclosure", step="heard", answers=await ada.link(reflection))
        ada.put("promise", step="end", answers=await ada.link(promise))
        if number % REVIEWS == 0:
            ada.withdraw(notes[-1])
    async with sam.turn():
        sam.put_with_words("disclosure", said, step="respond", answers=await sam.link(letter))
    await ada.person.sync()
