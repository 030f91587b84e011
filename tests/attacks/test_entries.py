"""Entries that are their author's fault, or made up by a server with perfect receipts: each is quarantined alone."""

import secrets

import pytest
from fastapi import FastAPI

from duolog.api.pages import Placed
from duolog.client import Duolog
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.entries import Header, padded_length
from duolog.protocol.log import EntryItem, entry_item
from duolog.seal import aead
from duolog.seal.entries import Reader, seal_entry
from duolog.seal.keys import EpochKey, GenerationSecret
from hostile.history import entries_of
from hostile.log_attacks import (
    FlipHeaderField,
    ForgeEntry,
    RemoveBlob,
    ReplayEntry,
    SwapBlobs,
    TransplantBlob,
    WrongCiphertext,
    WrongCommitment,
)
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, Couple, Insider, connect, expect_quarantine, pair


async def test_server_replays_an_entry(couple: Couple) -> None:
    couple.sam.lied_to(ReplayEntry())
    await expect_quarantine(couple.sam, couple.journal, "")
    assert (await couple.sam.texts(couple.journal)).count("the first note") == 1


async def test_server_forges_an_entry_of_the_partner(couple: Couple) -> None:
    couple.sam.lied_to(ForgeEntry(couple.ada.account))
    await expect_quarantine(couple.sam, couple.journal, "does not fit the journal's key")


async def test_server_forges_my_own_words_to_my_second_device(couple: Couple, real: FastAPI) -> None:
    """Even with the epoch's key, from a partner who helps: the tag to myself is made with my key alone."""
    insider = await Insider.open(couple.ada, couple.journal)
    forged = insider.entry(insider.message("words of Sam"), insider.header(author=couple.sam.account))
    attack = ForgeEntry(couple.sam.account)
    assert isinstance(forged.item, EntryItem)
    attack.forged = forged.item
    liar = liar_for(real)
    liar.attack = attack
    async with await Duolog.restore(connect(liar), couple.sam.words, home=None, unlock=UNLOCK) as second:
        await second.sync()
        shown = await second.timeline(couple.journal)
        assert [item.body["text"] for item in shown if item.kind == "note" and item.body] == [
            "the first note",
            "the second note",
        ]
        assert "not written by the member" in str(shown[-1].unreadable)


async def test_partner_forges_the_others_words(couple: Couple) -> None:
    """Ada holds the epoch's key and both tags' shared secret, but not with Sam himself."""
    insider = await Insider.open(couple.ada, couple.journal)
    forged = insider.entry(insider.message("words of Sam"), insider.header(author=couple.sam.account))
    attack = ForgeEntry(couple.sam.account)
    assert isinstance(forged.item, EntryItem)
    attack.forged = forged.item
    couple.sam.lied_to(attack)
    await expect_quarantine(couple.sam, couple.journal, "not written by the member")


@pytest.mark.parametrize("field", ["journal", "entry", "epoch", "author", "generation", "attachments"])
async def test_server_flips_a_header_field_and_signs_anew(couple: Couple, field: str) -> None:
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(FlipHeaderField(field))
    await expect_quarantine(couple.sam, couple.journal, "")
    assert "the third note" not in await couple.sam.texts(couple.journal)


@pytest.mark.parametrize("field", ["suite", "length"])
async def test_server_shows_a_header_that_is_none(couple: Couple, field: str) -> None:
    """No author's client made these and no honest server takes them: nothing is shown, and nothing breaks."""
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(FlipHeaderField(field))
    before = await couple.sam.texts(couple.journal)
    try:
        await couple.sam.duolog.sync()
    except (VerificationError, MalformedData):
        assert (await couple.sam.duolog.journal(couple.journal)).frozen
    assert await couple.sam.texts(couple.journal) == before


async def test_server_swaps_blobs_between_entries(couple: Couple) -> None:
    await couple.ada.note(couple.journal, "the third note")
    await couple.ada.note(couple.journal, "the fourth note")
    couple.sam.lied_to(SwapBlobs())
    await expect_quarantine(couple.sam, couple.journal, "does not fit the journal's key", count=2)


async def test_server_swaps_blobs_between_journals(couple: Couple) -> None:
    """The same two people in both, so that only the journal tells them apart."""
    other = await pair(couple.ada, couple.sam)
    await couple.ada.note(other, "of the other journal")
    await couple.settle()
    blob = entries_of((await (await Insider.open(couple.ada, other)).transport.pull(other, 0)).pushes)[-1].blob
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(TransplantBlob(blob, only=couple.journal))
    await expect_quarantine(couple.sam, couple.journal, "does not fit the journal's key")
    assert await couple.sam.texts(other) == ["of the other journal"]


async def test_server_swaps_blobs_between_epochs(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    old = entries_of((await insider.transport.pull(couple.journal, 0)).pushes)[-1].blob
    await insider.push(insider.rotate())
    await couple.settle()
    await couple.ada.note(couple.journal, "in the new epoch")
    couple.sam.lied_to(TransplantBlob(old))
    await expect_quarantine(couple.sam, couple.journal, "does not fit the journal's key")


async def test_server_changes_a_commitment(couple: Couple) -> None:
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(WrongCommitment())
    await expect_quarantine(couple.sam, couple.journal, "does not fit the journal's key")


async def test_server_changes_a_ciphertext(couple: Couple) -> None:
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(WrongCiphertext())
    await expect_quarantine(couple.sam, couple.journal, "changed after it was sealed")


async def test_server_removes_a_blob(couple: Couple) -> None:
    """The chain is whole, so nothing freezes: the gap is shown as the host's doing, not as the author's."""
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(RemoveBlob())
    await couple.sam.duolog.sync()
    assert (await couple.sam.duolog.journal(couple.journal)).frozen is None
    last = (await couple.sam.shown(couple.journal))[-1]
    assert (last.body, last.author) == (None, couple.ada.account)
    assert "host" in str(last.unreadable)


# --- the other partner, with a client of their own making -------------------------------------------------------------


async def test_partner_seals_with_an_earlier_epochs_key(couple: Couple) -> None:
    """The server refuses it; shown all the same, it is quarantined."""
    insider = await Insider.open(couple.ada, couple.journal)
    stale = insider.entry(insider.message("late"))
    await insider.push(insider.rotate())
    await couple.settle()
    assert isinstance(stale.item, EntryItem)
    attack = ForgeEntry()
    attack.forged = stale.item
    couple.sam.lied_to(attack)
    await expect_quarantine(couple.sam, couple.journal, "another epoch's key")


async def test_partner_uses_another_key_than_the_epochs(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.entry(key=EpochKey.new(insider.roster.epoch)))
    await expect_quarantine(couple.sam, couple.journal, "does not fit the journal's key")


async def test_partner_spoils_the_tag_of_one_reader(couple: Couple) -> None:
    """A message meant to be readable for herself alone: he says so in his next one, and nothing rests on it."""
    insider = await Insider.open(couple.ada, couple.journal)
    readers = tuple(
        item
        if item.account == couple.ada.account
        else Reader(item.account, item.generation, GenerationSecret.new(1).box_key)
        for item in insider.readers
    )
    await insider.push(insider.entry(insider.message("split view"), readers=readers))
    await expect_quarantine(couple.sam, couple.journal, "not written by the member")
    await couple.sam.note(couple.journal, "I could not read that")
    await couple.ada.duolog.sync()
    shown = next(item for item in await couple.ada.shown(couple.journal) if item.body == {"text": "split view"})
    assert shown.not_delivered_to == (couple.sam.account,)


async def test_partner_pads_with_something_else_than_zeros(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    header = insider.header()
    await insider.push(_sealed(insider, header, b"\x01"))
    await expect_quarantine(couple.sam, couple.journal, "")


@pytest.mark.parametrize(
    "message",
    [
        b"not json",
        b"[]",
        b'{"document":{"kind":"note","v":1,"at":1,"body":{"text":"x"}}}',
        b'{"document":{"kind":"note","v":1,"at":1,"body":{"text":"x"}},"document":{},"seen":"AA"}',
        b'{"document":{"kind":"note","v":1,"at":1,"body":{"text":"\\ud800"}},"seen":"AA"}',
        b'{"document":{"kind":"note","v":1,"at":1e999,"body":{}},"seen":"AA"}',
    ],
)
async def test_partner_ships_a_message_that_is_none(couple: Couple, message: bytes) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.entry(message))
    await expect_quarantine(couple.sam, couple.journal, "")
    await couple.sam.note(couple.journal, "and life goes on")


async def test_partner_follows_an_entry_that_is_not_theirs(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    await insider.push(insider.entry(insider.message("after nothing", follows=secrets.token_bytes(16))))
    await expect_quarantine(couple.sam, couple.journal, "")


async def test_partner_names_attachments_that_the_header_does_not(couple: Couple) -> None:
    insider = await Insider.open(couple.ada, couple.journal)
    header = insider.header(attachments=(secrets.token_bytes(16),))
    await insider.send(header.attachments[0])
    await insider.push(insider.entry(insider.message("without it"), header))
    await expect_quarantine(couple.sam, couple.journal, "")


def _sealed(insider: Insider, header: Header, padding: bytes) -> Placed:
    """An entry whose padding is not zeros."""
    message = insider.message("padded")
    bound = header.encode()
    key, commitment = insider.keys[insider.roster.epoch].entry_keys(bound)
    blob = seal_entry(header, message, insider.keys[insider.roster.epoch], insider.secret, insider.readers)
    plaintext = aead.decrypt(key, blob[:24], blob[56:], bound + commitment)
    assert plaintext.endswith(b"\x00")
    assert len(plaintext) == padded_length(len(plaintext))
    spoilt = plaintext[:-1] + padding
    nonce = secrets.token_bytes(sizes.AEAD_NONCE)
    return Placed(0, entry_item(bound, nonce + commitment + aead.encrypt(key, nonce, spoilt, bound + commitment)))
