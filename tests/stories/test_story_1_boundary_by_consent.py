"""Story 1: a boundary that holds because both said yes to the same words."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.api.pages import Placed
from duolog.client import Duolog, PairingStage
from duolog.client.log.stored_logs import load_log
from duolog.errors import NotAllowed
from duolog.protocol.entries import Header
from duolog.protocol.log import entry_item
from tests.client.couple import couple, transport

ADAS = {
    "topic": "friendships",
    "text": "No late-night chats with people we're attracted to.",
    "binds": "both",
}
SAMS = ADAS | {
    "text": "After 22:00 no private chats about our relationship; group chats are fine.",
    "if_compromised": "We tell each other within a day.",
}


async def forge_acceptance(ada: Duolog, app: FastAPI, journal: bytes) -> None:
    """The server writes an entry in Ada's name into its log, with a head and a receipt that are in order."""
    log = load_log(ada._context.store, journal)
    assert log.roster is not None
    header = Header(journal, bytes(16), log.roster.epoch, ada.account, 1).encode()
    item = entry_item(header, bytes(24) + bytes(32) + bytes(256 + 16))
    session = ada._context.home.open("session", ada._context.store.get("session") or b"")
    stranger = transport(app)  # the entry goes in by Ada's session, which the server can use as it likes
    stranger.use_session(session[:32])
    await stranger.push(journal, [Placed(0, item)])


async def test_a_boundary_is_in_force_by_the_consent_of_both(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app, tmp_path) as two:
        ada, sam = two.ada, two.sam
        assert (await ada.pairing(two.journal)).stage is PairingStage.VERIFIED
        hers, his = ada.boundaries(two.journal), sam.boundaries(two.journal)
        proposed = await hers.propose(ADAS)
        assert proposed.delivered
        await sam.sync()
        [boundary] = await his.list()
        assert boundary.stage == "proposed"

        await his.counter(boundary.entry, SAMS)
        # Accepting an older text is refused, and so is answering one's own.
        await ada.sync()
        older = (await hers.show(boundary.entry)).texts[proposed.entry]
        with pytest.raises(NotAllowed):
            await hers.accept(boundary.entry, text=older.entry)
        with pytest.raises(NotAllowed):
            await his.accept(boundary.entry)
        # One acceptance is not in force: Sam wrote it, Ada has not answered.
        assert (await hers.show(boundary.entry)).stage == "proposed"

        # An acceptance that the server puts in is refused by both: it has no key of the journal, and no tag of Ada's.
        await forge_acceptance(two.ada, app, two.journal)
        for person in (ada, sam):
            await person.sync()
            assert "does not fit" in ((await person.timeline(two.journal))[-1].unreadable or "")
            assert (await person.boundaries(two.journal).show(boundary.entry)).stage == "proposed"

        await hers.accept(boundary.entry)
        await sam.sync()
        for side in (hers, his):
            agreed = await side.show(boundary.entry)
            assert agreed.stage == "in_force"
            assert agreed.agreed_text is not None
            assert agreed.agreed_text.wording is not None
            assert agreed.agreed_text.wording.text == SAMS["text"]

        # Neither retires it alone.
        await hers.retire(boundary.entry)
        await sam.sync()
        for side in (hers, his):
            assert (await side.show(boundary.entry)).stage == "in_force"

        # Sam marks it contested, and both texts remain readable.
        await his.contest(boundary.entry, "It feels like a leash this month.")
        await ada.sync()
        for side in (hers, his):
            contested = await side.show(boundary.entry)
            assert contested.stage == "contested"
            texts = [text.wording.text for text in contested.texts.values() if text.wording]
            assert texts == [ADAS["text"], SAMS["text"]]
