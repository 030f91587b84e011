"""One hostile item in an honest log: what can be put where, and what must be true of a home afterwards."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from duolog.api.pages import ENTRY, GONE, RECEIPT, STATEMENT, Placed, PulledPush
from duolog.client import Duolog
from duolog.client.export.verify_export import verify_export
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.receipts import Receipt
from duolog.protocol.statements import Signature, SignedStatement
from fuzz import nasty
from fuzz.documents import answer, bodies
from hostile.history import Log, LogAttack
from hostile.liar import Answer, Attack, Call, Liar

Path_ = tuple[str | int, ...]


# --- places in JSON ---------------------------------------------------------------------------------------------------


def places(value: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Every field at any depth, and the first and last item of each list."""
    if at:
        yield at
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*at, key))
    elif isinstance(value, list) and value:
        for place in sorted({0, len(value) - 1}):
            yield from places(value[place], (*at, place))


def put(value: Any, at: Path_, new: Any) -> Any:
    """The same value with another one at a place."""
    if not at:
        return new
    if isinstance(value, dict):
        return {**value, at[0]: put(value[at[0]], at[1:], new)}
    place = int(at[0])
    return [*value[:place], put(value[place], at[1:], new), *value[place + 1 :]]


def without(value: Any, at: Path_) -> Any:
    """The same value without one field."""
    if len(at) > 1:
        return put(value, at[:1], without(value[at[0]], at[1:]))
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if key != at[0]}
    return [item for number, item in enumerate(value) if number != at[0]]


def spoilt(value: Any, values: Sequence[Any] = nasty.VALUES) -> Iterator[tuple[str, bytes]]:
    """The JSON of `value` with each place replaced by each nasty value, left out, or said twice; each with a name."""
    text = json.dumps(value, ensure_ascii=False)
    for at in places(value):
        name = ".".join(map(str, at))
        yield f"{name} left out", json.dumps(without(value, at)).encode()
        for number, new in enumerate(values):
            yield f"{name} = {number}:{ascii(new)[:40]}", json.dumps(put(value, at, new)).encode()
    yield "every key twice", (text[:-1] + "," + text[1:]).encode()
    yield "a number without end", text.replace(":1,", ":1e999,", 1).encode()
    yield "not a number", text.replace(":1,", ":NaN,", 1).encode()


# --- a partner's messages ---------------------------------------------------------------------------------------------


def messages(seen: Receipt) -> Iterator[tuple[str, bytes]]:
    """Every kind's message with one field replaced, and every field of the envelope."""
    for number, item in enumerate(bodies()):
        document = {"kind": item["kind"], "v": 1, "at": 1_795_600_000, "body": item["body"]}
        message: dict[str, Any] = {"document": document, "seen": encode_b64(seen.encode())}
        if number == 1:
            message |= {"follows": encode_b64(bytes(16)), "refused": [1, 2, 7]}
            attachment = {name: encode_b64(bytes(size)) for name, size in (("id", 16), ("key", 32), ("digest", 32))}
            message["attachments"] = [attachment | {"size": 9, "type": "image/png"}]
        else:
            message = {"document": document, "seen": message["seen"]}
        for name, data in spoilt(message):
            yield f"{item['kind']} {number}: {name}", data
    yield from _seen(seen)
    for kind in ("boundary", "withdrawn"):
        for seq in range(1, 9):
            body: dict[str, Any] = {"step": "accept", "answers": answer(seq)} if kind == "boundary" else {}
            document = {"kind": kind, "v": 1, "at": 2**53 - 1, "body": body}
            yield (
                f"{kind} that answers nothing",
                json.dumps({"document": document, "seen": encode_b64(seen.encode())}).encode(),
            )


def _seen(seen: Receipt) -> Iterator[tuple[str, bytes]]:
    """The binary field `seen`, whose two numbers are of 64 bits."""
    document = {"kind": "note", "v": 1, "at": 1_795_600_000, "body": {"text": "seen"}}
    for number in (item for item in nasty.INTEGERS if 0 <= item < 2**64):
        for name in ("seq", "time"):
            fields: dict[str, Any] = {name: number}
            data = _seen_bytes(replace(seen, **fields))
            yield f"seen.{name} = {number}", json.dumps({"document": document, "seen": encode_b64(data)}).encode()
    for name in ("head", "signature"):
        fields = {name: bytes(len(getattr(seen, name)))}
        data = _seen_bytes(replace(seen, **fields))
        yield f"seen.{name}", json.dumps({"document": document, "seen": encode_b64(data)}).encode()


def _seen_bytes(seen: Receipt) -> bytes:
    """As `encode` writes it, whatever it may refuse by now."""
    return seen.seq.to_bytes(8, "big") + seen.head + seen.time.to_bytes(8, "big") + seen.signature


# --- a server's history -----------------------------------------------------------------------------------------------

_HEADER = {"suite": (0, 1), "journal": (1, 32), "entry": (33, 16), "epoch": (49, 4), "author": (53, 32)}
_HEADER |= {"generation": (85, 4), "attachments": (89, 2)}
# Where a number of 64 bits stands behind the beginning of a frame: its length 4, kind 1, seq 8; then seq 8, head 32.
_RAW = {"seq": ((STATEMENT, ENTRY, GONE), 5), "receipt.seq": ((RECEIPT,), 13), "receipt.time": ((RECEIPT,), 53)}
_BYTES = (b"", b"\x00", bytes(91), secrets.token_bytes(300), bytes(128 * 1024))


@dataclass
class ReplaceInHistory(LogAttack):
    """Shows one journal with one field of one item replaced, under receipts that fit or under the true ones.

    `name` says which and by what; `place` counts items from the end.
    """

    only: bytes
    place: int
    name: str
    value: Any
    relink: bool = True

    client_must = "Quarantine the item, or freeze the journal, with a reason; show all else."

    def __post_init__(self) -> None:
        self.consistent = self.relink

    def edit(self, journal: bytes, log: Log) -> Log:
        """The false log."""
        if journal != self.only or self._is_raw:
            return log
        found = [(number, at) for number, push in enumerate(log) for at in range(len(push.items))]
        number, at = found[-1 - self.place % len(found)]
        push = log[number]
        if self.name.startswith("receipt."):
            other = replace(push.receipt, **{self.name.removeprefix("receipt."): self.value})
            return [*log[:number], replace(push, receipt=other), *log[number + 1 :]]
        items = [*push.items]
        items[at] = self._placed(items[at])
        return [*log[:number], PulledPush(tuple(items), push.receipt), *log[number + 1 :]]

    @property
    def _is_raw(self) -> bool:
        """A number that no encoder writes any more: it goes straight into the bytes of the page."""
        return self.name in _RAW and isinstance(self.value, int) and self.value > sizes.MAX_INTEGER

    async def _page(self, call: Call, server: Liar, journal: bytes, answer: Answer) -> Answer:
        """The page, with such a number in the last frame that has the field."""
        given = await super()._page(call, server, journal, answer)
        if journal != self.only or not self._is_raw:
            return given
        kinds, start = _RAW[self.name]
        at, last, body = 0, None, given.body
        while at < len(body):
            if body[at + 4] in kinds:
                last = at + start
            at += 4 + int.from_bytes(body[at : at + 4], "big")
        if last is None:
            return given
        return given.with_body(body[:last] + int(self.value).to_bytes(8, "big") + body[last + 8 :])

    def _placed(self, placed: Placed) -> Placed:
        if self.name == "seq":
            return replace(placed, seq=self.value)
        if self.name == "grants":
            return replace(placed, grants=self.value)
        item = placed.item
        if isinstance(item, EntryItem):
            return replace(placed, item=self._entry(item))
        return replace(placed, item=self._statement(item))

    def _entry(self, item: EntryItem) -> EntryItem:
        if self.name in _HEADER:
            start, size = _HEADER[self.name]
            number = self.value if isinstance(self.value, int) else 0
            field = (number % 256**size).to_bytes(size, "big")
            return entry_item(item.header[:start] + field + item.header[start + size :], item.blob or b"")
        if self.name == "header":
            return entry_item(self.value, item.blob or b"")
        if self.name == "blob":
            return entry_item(item.header, self.value)
        return EntryItem(item.header, item.hash_of_blob, None)

    def _statement(self, item: StatementItem) -> StatementItem:
        signed = item.signed
        if self.name == "signatures":
            return StatementItem(SignedStatement(signed.statement, self.value))
        if self.name == "statement" and isinstance(self.value, bytes):
            return StatementItem(SignedStatement(self.value, signed.signatures))
        value = json.loads(signed.statement)
        found = list(places(value))
        at = found[self.place * 7 % len(found)]
        new = put(value, at, self.value if isinstance(self.value, int | str | list | dict | None) else 0)
        data = json.dumps(new, sort_keys=True, separators=(",", ":")).encode()
        return StatementItem(SignedStatement(data, signed.signatures))


def histories(journal: bytes, items: int) -> Iterator[ReplaceInHistory]:
    """Each field of each of the last items, by each value, linked anew; and the same under the true receipts."""
    numbers = [number for number in nasty.INTEGERS if 0 <= number < 2**64]
    one = Signature(bytes(32), bytes(64))
    fields: list[tuple[str, Sequence[Any]]] = [
        *((name, numbers) for name in _HEADER),
        *(("header", _BYTES), ("blob", _BYTES), ("gone", (None,)), ("seq", numbers)),
        *(("receipt.seq", numbers), ("receipt.time", numbers), ("receipt.head", (bytes(32),))),
        *(("receipt.signature", (bytes(64),)), ("grants", ({}, {bytes(32): bytes(1168)}))),
        *(("signatures", ((), (one,), (one,) * 255)), ("statement", _BYTES), ("field", nasty.VALUES)),
    ]
    for place in range(items):
        for name, values in fields:
            for value in values:
                yield ReplaceInHistory(journal, place, name, value)
                if name not in ("gone", "field"):
                    yield ReplaceInHistory(journal, place, name, value, relink=False)


# --- a server's answers -----------------------------------------------------------------------------------------------


@dataclass
class ReplaceInAnswer(Attack):
    """Answers one operation with another body. `path` without its query; `name` says what became of the body."""

    method: str
    path: str
    name: str
    body: bytes
    status: int = 0

    client_must = "Say so, and show what was there; the next honest answer is taken again."

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie to one kind of call."""
        given = await super().answer(call, server)
        if (call.method, call.path) != (self.method, self.path):
            return given
        return replace(given.with_body(self.body), status=self.status or given.status)


@dataclass
class Recorder(Attack):
    """Keeps every answer in JSON, by method and path."""

    answers: dict[tuple[str, str], bytes]

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Pass it on, and keep it."""
        given = await super().answer(call, server)
        if given.body.startswith(b"{"):
            self.answers[call.method, call.path] = given.body
        return given


def answers(recorded: dict[tuple[str, str], bytes]) -> Iterator[ReplaceInAnswer]:
    """Each field of each recorded answer by each value, and other bodies and states besides."""
    for (method, path), body in recorded.items():
        for name, data in spoilt(json.loads(body)):
            yield ReplaceInAnswer(method, path, name, data)
        for data in (b"", b"null", b"[]", b"{" * 1000, b"\xff", b"x" * 300_000):
            yield ReplaceInAnswer(method, path, f"body {data[:5]!r}", data)
        for status in (204, 301, 400, 401, 404, 409, 422, 429, 500, 599):
            yield ReplaceInAnswer(method, path, f"status {status}", body, status)


# --- afterwards -------------------------------------------------------------------------------------------------------


async def texts(home: Duolog, journal: bytes) -> list[str]:
    """Every readable note's text."""
    shown = await home.timeline(journal, limit=100_000)
    return [str(item.body["text"]) for item in shown if item.kind == "note" and item.body is not None]


async def look(home: Duolog, folder: Path) -> None:
    """All that can be looked at without the network works, and what is exported is true."""
    await home.status()
    await home.heads()
    await home.account_state()
    for view in await home.journals():
        for item in await home.timeline(view.id, limit=100_000):
            assert item.text is not None or item.unreadable or item.hidden, item
            json.dumps(item.body)
        await home.profiles(view.id)
        await home.state(view.id)
        await home.boundaries(view.id).list()
    await home.drafts().list()
    path = folder / f"{secrets.token_hex(8)}.json"
    await home.export(path)
    with path.open("rb") as file:
        verify_export(file)
    path.unlink()
