"""An export is whole, checks offline, and says nothing that it can't show."""

from __future__ import annotations

import hashlib
import io
import json
import random
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client.export.format import FIRST, LAST, MAX_LINE
from duolog.client.export.verify_export import ProvenExport, verify_export
from duolog.errors import DuologError, HomeError, MalformedData, NotAllowed, TransportError, VerificationError
from duolog.protocol.codec import encode_b64
from tests.client.couple import Couple, couple, register

Part = dict[str, Any]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def people(app: FastAPI) -> AsyncIterator[Couple]:
    async with couple(app) as both:
        await both.ada.write(both.journal, "profile", {"display_name": "Ada"})
        await both.ada.write(both.journal, "note", {"text": "A quiet evening. Ünïcode, too."})
        await both.sam.sync()
        await both.sam.boundaries(both.journal).propose({"topic": "time", "text": "Sundays are ours.", "binds": "both"})
        await both.ada.sync()
        proposed = (await both.ada.boundaries(both.journal).list())[0]
        await both.ada.boundaries(both.journal).accept(proposed.entry)
        yield both


def load(path: Path) -> list[Part]:
    parts: list[Part] = json.loads(path.read_bytes())["parts"]
    return parts


def save(parts: list[Part]) -> bytes:
    """Parts as a file with a true end: what somebody writes who knows the format."""
    body = FIRST + b"".join(
        json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode() + b",\n" for part in parts[:-1]
    )
    end = {"part": "end", "parts": len(parts) - 1, "sha256": encode_b64(hashlib.sha256(body).digest())}
    return body + json.dumps(end, separators=(",", ":")).encode() + b"\n" + LAST


def check(data: bytes) -> ProvenExport:
    return verify_export(io.BytesIO(data))


def refused(data: bytes, name: str) -> None:
    with pytest.raises(VerificationError) as caught:
        check(data)
    assert caught.value.check == name


def named(parts: list[Part], name: str, number: int = 0) -> Part:
    return [part for part in parts if part["part"] == name][number]


async def exported(someone: Any, folder: Path, **options: Any) -> list[Part]:
    path = folder / "export.json"
    await someone.export(path, force=True, **options)
    check(path.read_bytes())
    return load(path)


@ONE_DATABASE
async def test_an_export_is_whole_and_checks_offline(people: Couple, tmp_path: Path) -> None:
    path = tmp_path / "ours.json"
    seen: list[tuple[int, int]] = []
    done = await people.ada.export(path, progress=lambda *counts: seen.append(counts))
    proven = check(path.read_bytes())
    assert (done.journals, done.documents, done.unreadable) == (1, 4, 0)
    [journal] = proven.journals
    heads = {item.journal: (item.seq, item.words) for item in (await people.ada.heads()).journals}
    assert heads[journal.journal] == (journal.seq, journal.head_words)
    assert (journal.documents, journal.unreadable, journal.gone, journal.closed) == (4, 0, 0, False)
    assert journal.members == ("Ada (partner)", "no name (partner)") or journal.members[::-1] == (
        "Ada (partner)",
        "no name (partner)",
    )
    assert seen
    parts = load(path)
    assert named(parts, "document", 1)["body"] == {"text": "A quiet evening. Ünïcode, too."}
    assert named(parts, "document", 1)["name"] == "Ada"
    assert named(parts, "state")["boundaries"][0]["stage"] == "in_force"
    assert "Sundays are ours." in named(parts, "state")["boundaries"][0]["text"]


@ONE_DATABASE
async def test_a_place_where_no_file_can_be_is_named(people: Couple, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="is a folder"):
        await people.ada.export(tmp_path, force=True)
    with pytest.raises(HomeError, match=r"There is no folder .*nowhere"):
        await people.ada.export(tmp_path / "nowhere" / "ours.json")


@ONE_DATABASE
async def test_the_file_is_its_owners_alone_and_never_written_over(people: Couple, tmp_path: Path) -> None:
    path = tmp_path / "ours.json"
    await people.ada.export(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(HomeError, match="already"):
        await people.ada.export(path)
    assert path.read_bytes() == before
    await people.ada.write(people.journal, "note", {"text": "one more"})
    await people.ada.export(path, force=True)
    assert len(load(path)) == len(json.loads(before)["parts"]) + 1
    assert not (tmp_path / "ours.json.part").exists()
    with pytest.raises(NotAllowed):
        await people.ada.export(tmp_path / "none.json", journals=[bytes(32)])
    assert not (tmp_path / "none.json").exists()


@ONE_DATABASE
async def test_no_key_leaves_the_home_that_opens_anything_else(people: Couple, tmp_path: Path) -> None:
    parts = await exported(people.ada, tmp_path)
    context = people.ada._context
    secrets = [key.key for key in context.epochs(people.journal).values() if key is not None]
    secrets += [item.seed for item in context.identity.secrets.values()] + [context.home.keyholder.seed]
    text = json.dumps(parts)
    for secret in secrets:
        assert encode_b64(secret) not in text
        assert secret.hex() not in text
    keys = [part["key"] for part in parts if part["part"] == "document"]
    assert len(keys) == len(set(keys))


@ONE_DATABASE
async def test_both_partners_exports_show_the_same_history(people: Couple, tmp_path: Path) -> None:
    await people.sam.sync()
    hers, his = await exported(people.ada, tmp_path), await exported(people.sam, tmp_path)
    assert named(hers, "page") == named(his, "page")
    assert named(hers, "journal") == named(his, "journal")
    assert [part for part in hers if part["part"] == "document"] == [p for p in his if p["part"] == "document"]


@ONE_DATABASE
async def test_an_export_causes_no_call(people: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unilateral: the server hears nothing of it."""
    monkeypatch.setattr(people.ada._context.network.transport, "_call", away)
    await people.ada.export(tmp_path / "quiet.json")
    assert check((tmp_path / "quiet.json").read_bytes()).origin == "http://duolog.test"


@ONE_DATABASE
async def test_what_waits_here_comes_along_as_never_sent(
    people: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people.ada._context.network.transport, "_call", away)
    written = await people.ada.write(people.journal, "note", {"text": "written on the train"})
    assert not written.delivered
    parts = await exported(people.ada, tmp_path)
    assert named(parts, "unsent")["body"] == {"text": "written on the train"}


async def away(*_: object, **__: object) -> bytes:
    raise TransportError("The server can't be reached.")


# --- whoever changes the file -----------------------------------------------------------------------------------------


@ONE_DATABASE
async def test_any_changed_byte_is_noticed(people: Couple, tmp_path: Path) -> None:
    """Without knowing the format: the hash at the end says so, wherever it was."""
    await people.ada.export(tmp_path / "ours.json")
    data = (tmp_path / "ours.json").read_bytes()
    chosen = random.Random(7).sample(range(len(data)), 150)
    for place in [*chosen, 0, len(FIRST), len(data) - 1, len(data) - 20]:
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(DuologError):
            check(bytes(changed))
    for cut in (0, 10, len(FIRST), len(data) // 2, len(data) - 1, data.rindex(b"\n", 0, -3) + 1):
        with pytest.raises(DuologError):
            check(data[:cut])
    with pytest.raises(DuologError):
        check(data + b" ")


# Left to the word of whoever wrote the file: nothing else is.
THEIR_WORD = {("export", "origin"), ("journal", "receipt_keys"), ("state", "frozen")}


def spoilt(value: object) -> object:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return ("B" if value[:1] == "A" else "A") + value[1:]
    if isinstance(value, list):
        return value[:-1] if value else [{}]
    if isinstance(value, dict):
        return {**value, "added": 1}
    return "something"


@ONE_DATABASE
async def test_any_changed_field_is_noticed_also_under_a_true_hash(people: Couple, tmp_path: Path) -> None:
    parts = await exported(people.ada, tmp_path)
    believed = set()
    for number, part in enumerate(parts[:-1]):
        for name in part:
            changed = [dict(item) for item in parts]
            changed[number][name] = spoilt(part[name])
            try:
                check(save(changed))
            except DuologError:
                continue
            believed.add((part["part"], name))
    # `at` decides nothing here but what has lapsed, and nothing has
    assert believed - {("export", "at")} <= THEIR_WORD - {("journal", "receipt_keys")}


Change = Callable[[list[Part]], object]


def _swap_texts(parts: list[Part]) -> None:
    one, other = named(parts, "document", 0), named(parts, "document", 1)
    one["key"], other["key"] = other["key"], one["key"]


def _leave_out(name: str, number: int = 0) -> Change:
    return lambda parts: parts.remove(named(parts, name, number))


def _change(name: str, field: str, value: object, number: int = 0) -> Change:
    return lambda parts: named(parts, name, number).__setitem__(field, value)


def _twice(name: str) -> Change:
    return lambda parts: parts.insert(parts.index(named(parts, name)), named(parts, name))


def _journal_twice(parts: list[Part]) -> None:
    at = parts.index(named(parts, "journal"))
    parts[-1:-1] = parts[at:-1]


def _hide(parts: list[Part]) -> None:
    """A text that could be read is called unreadable."""
    part = named(parts, "document", 1)
    about = {key: part[key] for key in ("seq", "entry", "author", "received")}
    part.clear()
    part |= {"part": "unreadable", **about, "check": "closed", "reason": "It was written before."}


def _hide_strangely(parts: list[Part]) -> None:
    _hide(parts)
    named(parts, "unreadable")["check"] = "nobody.knows"


def _hide_another(parts: list[Part]) -> None:
    _hide(parts)
    named(parts, "unreadable")["seq"] += 1


def _add_grant(parts: list[Part]) -> None:
    from duolog.api.pages import encode_end, encode_push, encode_receipt, parse_page
    from duolog.protocol.codec import parse_b64

    page = parse_page(parse_b64(named(parts, "page")["frames"]))
    frames = b""
    for push in page.pushes:
        for placed in push.items:
            grants = {bytes(32): bytes(1168)} if placed.seq == 1 else {}
            frames += encode_push([type(placed)(placed.seq, placed.item, grants)])
        frames += encode_receipt(push.receipt)
    named(parts, "page")["frames"] = encode_b64(frames + encode_end(page.seq))


CHANGES: tuple[tuple[str, Change], ...] = (
    ("export.opens", _swap_texts),
    ("export.missing", _leave_out("document", 3)),
    ("export.opens", _leave_out("document", 0)),
    ("export.document", _change("document", "body", {"text": "another text"}, 1)),
    ("export.document", _change("document", "at", 1, 1)),
    ("export.effect", _change("document", "name", "Somebody", 1)),
    ("export.effect", _change("document", "counts", False, 2)),
    ("export.effect", _change("document", "without_effect", "not allowed", 2)),
    ("export.state", _change("state", "members", [])),
    ("export.state", _change("state", "boundaries", [])),
    ("export.state", _change("state", "documents", 3)),
    ("export.gone", _change("state", "gone", [{"seq": 1, "why": "erased"}])),
    ("export.mark", _change("journal", "head", encode_b64(bytes(32)))),
    ("export.page", _change("journal", "seq", 99)),
    ("receipts.signature", _change("journal", "receipt_keys", [encode_b64(b"k" * 32)])),
    ("export.chain", _change("chain", "account", encode_b64(bytes(32)))),
    ("export.chain_twice", _twice("chain")),
    ("export.journal_twice", _journal_twice),
    ("export.own_chain", _change("export", "account", encode_b64(bytes(32)))),
    ("export.order", lambda parts: parts.insert(-1, named(parts, "export"))),
    ("export.part", _leave_out("export")),
    ("export.part", _leave_out("state")),
    ("export.closed", _hide),
    ("export.reason", _hide_strangely),
    ("export.unreadable", _hide_another),
    ("export.grants", _add_grant),
)


@ONE_DATABASE
async def test_whoever_rewrites_the_file_is_noticed(people: Couple, tmp_path: Path) -> None:
    """Each change is made under a true hash, and each has its own check."""
    before = json.dumps(await exported(people.ada, tmp_path))
    for name, change in CHANGES:
        parts: list[Part] = json.loads(before)
        change(parts)
        refused(save(parts), name)


async def test_what_is_no_export_is_told_apart() -> None:
    for data in (b"", b"{}", FIRST.replace(b'"v":1', b'"v":2'), b"x" * 100):
        with pytest.raises(MalformedData):
            check(data)
    with pytest.raises(VerificationError) as caught:
        check(FIRST)
    assert caught.value.check == "export.cut"
    with pytest.raises(MalformedData, match="longer"):
        check(FIRST + b"x" * (MAX_LINE + 1))
    refused(save([{"part": "end"}])[: -len(LAST)], "export.last")
    refused(save([{"part": "end"}]).replace(b'"parts":0', b'"parts":1'), "export.digest")


async def test_the_account_journal_is_not_exported(app: FastAPI, tmp_path: Path) -> None:
    ada, _, _ = await register(app)
    async with ada:
        with pytest.raises(NotAllowed, match="secrets"):
            await ada.export(tmp_path / "own", journals=[ada._context.identity.account_journal])
        assert not (tmp_path / "own").exists()
