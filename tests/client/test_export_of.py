"""What an export holds of journals that are not plain: with gaps, with faults, closed, frozen, without server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.log.stored_logs import freeze
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.messages import message_hash
from hostile.liar import Attack, Liar
from hostile.log_attacks import ReplayEntry
from tests.attacks.people import Insider, Someone, connect
from tests.client.couple import UNLOCK, Couple, couple, register, transport
from tests.client.test_export import Part, check, exported, named, refused, save

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def people(app: FastAPI) -> AsyncIterator[Couple]:
    async with couple(app) as both:
        yield both


@pytest.fixture
async def insider(app: FastAPI, people: Couple) -> Insider:
    """Ada with a client of her own making."""
    liar = Liar(app, Attack(), lambda: app.state.duolog.receipts)
    return await Insider.open(Someone(people.ada, liar, people.words), people.journal)


def as_document(part: Part, insider: Insider, message: bytes, header: bytes) -> None:
    """An unreadable line, rewritten by somebody who holds the journal's key: as if it counted."""
    text = json.loads(message)["document"]
    for key in ("check", "reason"):
        del part[key]
    part |= {"part": "document", **text, "name": None, "counts": True, "without_effect": None}
    part["message"] = encode_b64(message_hash(message))
    part["key"] = encode_b64(insider.keys[parse_header(header).epoch].entry_keys(header)[0])


async def spoilt(people: Couple, insider: Insider, folder: Path, message: bytes, **header: Any) -> list[Part]:
    """Sam's export after an entry of Ada's that breaks the rules of messages, rewritten as if it counted."""
    made = insider.header(**header)
    for attachment in made.attachments:
        await insider.send(attachment)
    await insider.push(insider.entry(message, made))
    await people.sam.sync()
    parts = await exported(people.sam, folder)
    as_document(named(parts, "unreadable"), insider, message, made.encode())
    return parts


async def test_what_breaks_the_rules_of_messages_is_no_text(people: Couple, insider: Insider, tmp_path: Path) -> None:
    """Whoever rewrites such a line as a text is noticed, though the key is true and the bytes open."""
    message = insider.message("carries nothing")
    refused(save(await spoilt(people, insider, tmp_path, message, attachments=(bytes(16),))), "export.attachments")


async def test_what_follows_nothing_is_no_text(people: Couple, insider: Insider, tmp_path: Path) -> None:
    message = insider.message("follows nothing", follows=b"n" * 16)
    refused(save(await spoilt(people, insider, tmp_path, message)), "export.follows")


async def test_what_has_seen_nothing_true_is_no_text(people: Couple, insider: Insider, tmp_path: Path) -> None:
    seen = insider.receipts[-1]
    message = insider.message("saw it all", seen=type(seen)(seen.seq, seen.head, seen.time, bytes(64)))
    refused(save(await spoilt(people, insider, tmp_path, message)), "export.seen")


async def test_gaps_say_whose_doing_they_are(people: Couple, tmp_path: Path) -> None:
    entries = [
        (await people.ada.write(people.journal, "note", {"text": f"note {number}"})).entry for number in range(3)
    ]
    await people.sam.sync()
    await people.sam.leaving(people.journal).erase(entries[0])
    await people.ada.leaving(people.journal).withdraw(entries[1])
    await people.sam.sync()
    parts = await exported(people.sam, tmp_path)
    gaps = named(parts, "state")["gone"]
    assert [gap["why"] for gap in gaps] == ["erased", "withdrawn"]
    assert "note 0" not in json.dumps(parts)
    assert "note 1" not in json.dumps(parts)
    gaps[1]["why"] = "removed by the host"
    refused(save(parts), "export.gap")
    gaps[1]["why"], gaps[0]["why"] = "withdrawn", "withdrawn"
    refused(save(parts), "export.gap")


async def test_a_confidants_export_counts_what_was_closed_to_them_and_claims_none_of_it(
    people: Couple, app: FastAPI, tmp_path: Path
) -> None:
    until = people.ada._context.clock() + 30 * 24 * 3600
    for text in ("before the friend", "also before"):
        await people.ada.write(people.journal, "note", {"text": text})
    friend, _, _ = await register(app)
    async with friend:
        await friend.join((await people.ada.members(people.journal).invite("read", until)).link)
        await people.ada.sync()
        await friend.sync()
        words = (await friend.pairing(people.journal)).words or ()
        await people.ada.members(people.journal).confirm(words)
        [proposal] = await people.sam.members(people.journal).proposals()
        await people.sam.members(people.journal).sign(proposal.id, words)
        await people.sam.write(people.journal, "note", {"text": "with the friend"})
        await friend.sync()
        parts = await exported(friend, tmp_path)
    [proven] = check(save(parts)).journals
    assert (proven.documents, proven.unreadable, proven.gone) == (1, 0, 2)
    assert [part["body"] for part in parts if part["part"] == "document"] == [{"text": "with the friend"}]
    gaps = named(parts, "state")["gone"]
    assert [gap["why"] for gap in gaps] == ["closed", "closed"]
    assert not any("key" in gap or "body" in gap for gap in gaps)
    assert "before the friend" not in json.dumps(parts)
    # What was written since can't be passed off as closed to them, nor what was before as erased by them.
    gaps[0]["why"] = "erased"
    refused(save(parts), "export.gap")
    gaps[0]["why"] = "closed"
    shown = named(parts, "document")
    for name in set(shown) - {"part", *gaps[0]}:
        del shown[name]
    shown |= {"part": "unreadable", "check": "closed", "reason": "This was written before you joined."}
    refused(save(parts), "export.closed")


async def test_who_was_never_a_member_exports_nothing(people: Couple, app: FastAPI, tmp_path: Path) -> None:
    """Somebody puts another account in as the exporter, with its true keys."""
    parts = await exported(people.ada, tmp_path)
    stranger = await Duolog.register(transport(app), home=None, unlock=UNLOCK)
    async with stranger.duolog as kim:
        await kim.create_journal()
        other = await exported(kim, tmp_path)
    parts.insert(1, named(other, "chain"))
    named(parts, "export")["account"] = named(other, "export")["account"]
    refused(save(parts), "export.member")


async def test_a_closed_and_a_frozen_journal_are_exported_as_far_as_they_were_checked(
    people: Couple, tmp_path: Path
) -> None:
    private = await people.ada.create_journal()
    await people.ada.write(private, "note", {"text": "mine alone"})
    freeze(people.ada._context.store, private, "The server broke the rules.")
    await people.ada.leaving(people.journal).close()
    await people.ada.export(tmp_path / "both.json")
    proven = {item.journal: item for item in check((tmp_path / "both.json").read_bytes()).journals}
    assert proven[people.journal].closed
    assert proven[private].frozen == "The server broke the rules."
    assert proven[private].documents == 1


async def test_a_long_journal_is_written_page_by_page(
    people: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duolog.client.export.exporting.PAGE_BYTES", 1000)
    for number in range(6):
        await people.ada.write(people.journal, "note", {"text": f"note {number}"})
    parts = await exported(people.ada, tmp_path)
    pages = [parse_b64(part["frames"]) for part in parts if part["part"] == "page"]
    assert len(pages) > 3


async def test_an_entry_that_breaks_the_rules_of_the_log_is_no_text(
    people: Couple, insider: Insider, tmp_path: Path, app: FastAPI
) -> None:
    """The server lets an id in twice: the second is quarantined, and can't be made a text."""
    await people.ada.write(people.journal, "note", {"text": "once"})
    liar = Liar(app, Attack(), lambda: app.state.duolog.receipts)
    liar.attack = ReplayEntry()
    other = await Duolog.restore(connect(liar), people.words, home=None, unlock=UNLOCK)
    async with other:
        await other.sync()
        parts = await exported(other, tmp_path, journals=[people.journal])
    part = named(parts, "unreadable")
    assert part["check"] == "client.entry_unique"
    first = dict(named(parts, "document"))
    for key in ("check", "reason"):
        del part[key]
    part |= {key: value for key, value in first.items() if key not in ("seq", "received")}
    refused(save(parts), "export.refused_entry")
