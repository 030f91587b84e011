"""The binary form of pushes and pages: `application/vnd.duolog.v1`.

A body is a sequence of frames, each behind its u32 length. A frame: kind u8 | seq u64 | rest. In a push every seq is 0.

    1 statement   statement (u32 length, bytes) | signatures u8 | (account 32 | signature 64) each
                  | grants u8 | (account 32 | grant 1168) each
    2 entry       header (u32 length, bytes) | blob (u32 length, bytes)
    3 gone entry  header (u32 length, bytes) | blob hash 32            (withdrawn or erased; in pages alone)
    4 receipt     receipt 112; its seq is the frame's                  (ends each push; in pages alone)
    5 end         nothing; seq is the newest of the journal            (ends each page: without it, a page is cut off)

This module verifies nothing. Spec: §6.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from struct import Struct

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import length_prefixed
from duolog.protocol.log import EntryItem, Item, StatementItem, entry_item
from duolog.protocol.receipts import Receipt, parse_receipt
from duolog.protocol.statements import Signature, SignedStatement

MEDIA_TYPE = "application/vnd.duolog.v1"

STATEMENT, ENTRY, GONE, RECEIPT, END = 1, 2, 3, 4, 5
_HEAD = Struct(">I B Q")  # of a frame: length, kind, seq
_ENTRY_HEAD = Struct(">I B Q I")  # the same, and the length of the header


@dataclass(frozen=True, slots=True)
class Placed:
    """An item at its seq; `grants` by account (all of them in a push, the caller's own in a page)."""

    seq: int
    item: Item
    grants: Mapping[bytes, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PulledPush:
    """One push as pulled: its items and the receipt at its end. Nothing is verified."""

    items: tuple[Placed, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class PulledPage:
    """Whole pushes, and the newest seq of the journal."""

    pushes: tuple[PulledPush, ...]
    seq: int


def encode_statement(seq: int, signed: SignedStatement, grants: Mapping[bytes, bytes]) -> bytes:
    """One frame. Spec: §6."""
    body = [length_prefixed(signed.statement), bytes([len(signed.signatures)])]
    body += [item.account + item.signature for item in signed.signatures]
    body.append(bytes([len(grants)]))
    body += [account + grant for account, grant in sorted(grants.items())]
    return frame(STATEMENT, seq, b"".join(body))


def encode_entry(seq: int, header: bytes, blob: bytes) -> bytes:
    """One frame. Spec: §6."""
    return b"".join(entry_parts(seq, header, blob))


def entry_parts(seq: int, header: bytes, blob: bytes) -> tuple[bytes, ...]:
    """The same frame in parts, for a page that is joined once: the blob isn't copied before. Spec: §6."""
    head = _ENTRY_HEAD.pack(17 + len(header) + len(blob), ENTRY, _fitting(seq), len(header))
    return head, header, len(blob).to_bytes(4, "big"), blob


def encode_gone(seq: int, header: bytes, hash_of_blob: bytes) -> bytes:
    """One frame. Spec: §6."""
    return frame(GONE, seq, length_prefixed(header) + hash_of_blob)


def encode_receipt(receipt: Receipt) -> bytes:
    """One frame. Spec: §6."""
    return frame(RECEIPT, receipt.seq, receipt.encode())


def encode_end(seq: int) -> bytes:
    """The frame that ends a page. Spec: §6."""
    return frame(END, seq, b"")


def frame(kind: int, seq: int, body: bytes) -> bytes:
    """Any frame behind its length. Spec: §6."""
    return _head(kind, seq, len(body)) + body


def _head(kind: int, seq: int, size: int) -> bytes:
    """The head of a frame, before its body of `size` bytes."""
    return _HEAD.pack(size + 9, kind, _fitting(seq))


def _fitting(seq: int) -> int:
    if not 0 <= seq <= sizes.MAX_INTEGER:  # check: api.encoded_seq
        raise MalformedData("The number does not fit: 2^53-1 is the largest.")
    return seq


def encode_push(items: Sequence[Placed]) -> bytes:
    """A push's body. Spec: §6."""
    return b"".join(_encode_item(placed) for placed in items)


def _encode_item(placed: Placed) -> bytes:
    item = placed.item
    if isinstance(item, StatementItem):
        return encode_statement(placed.seq, item.signed, placed.grants)
    if item.blob is None:
        return encode_gone(placed.seq, item.header, item.hash_of_blob)
    return encode_entry(placed.seq, item.header, item.blob)


def parse_push(body: bytes) -> tuple[Placed, ...]:
    """The items of a push, 1 to 256 of them.

    Raises:
        MalformedData: the body is cut off, a frame doesn't belong in a push, or there are too few or too many items.
    Spec: §6.
    """
    items = []
    for kind, seq, rest in _frames(body):
        if kind not in (STATEMENT, ENTRY) or seq != 0:
            raise MalformedData("A push holds statements and entries alone, each with seq 0.")
        items.append(_parse_item(kind, seq, rest))
        if len(items) > sizes.MAX_PUSH_ITEMS:
            raise MalformedData(f"A push holds at most {sizes.MAX_PUSH_ITEMS} items.")
    if not items:
        raise MalformedData("A push is empty.")
    return tuple(items)


def holds_entries_alone(body: bytes) -> bool:
    """Whether a push has no statement, which costs a thousand times as much to parse. It looks at no more frames than a
    push may have, and at no frame's inside.
    """
    at = 0
    for _ in range(sizes.MAX_PUSH_ITEMS):
        if at + _HEAD.size > len(body):
            break
        length, kind, _ = _HEAD.unpack_from(body, at)
        if kind != ENTRY:
            return False
        at += 4 + length
    return True


def parse_frame(data: bytes) -> Placed:
    """One statement, entry or gone entry. Raises: MalformedData. Spec: §6."""
    frames = list(_frames(data))
    if len(frames) != 1:
        raise MalformedData("There is not exactly one frame.")
    return _parse_item(*frames[0])


def parse_page(body: bytes, most: int = sizes.MAX_PAGE_ITEMS + sizes.MAX_PUSH_ITEMS) -> PulledPage:
    """Parse a page of whole pushes. `most`: its largest number of items; a page ends with the push that fills it.

    Raises:
        MalformedData: the page is cut off, a frame doesn't belong there, or there are too many items.
    Spec: §6.
    """
    count = 0
    pushes: list[PulledPush] = []
    items: list[Placed] = []
    end: int | None = None
    for kind, seq, rest in _frames(body):
        if end is not None:
            raise MalformedData("Something follows the end of a page.")
        if kind == RECEIPT:
            if not items:  # check: api.empty_push
                raise MalformedData("A page holds a push without items.")
            pushes.append(PulledPush(tuple(items), _parse_page_receipt(seq, rest)))
            items = []
        elif kind == END and not rest:
            end = seq
        else:
            count += 1
            if count > most or len(items) == sizes.MAX_PUSH_ITEMS:  # check: api.page_items
                raise MalformedData("A page holds more items than a page can have.")
            items.append(_parse_item(kind, seq, rest))
    if end is None or items:
        raise MalformedData("A page was cut off.")
    return PulledPage(tuple(pushes), end)


def _parse_page_receipt(seq: int, rest: bytes) -> Receipt:
    receipt = parse_receipt(rest)
    if receipt.seq != seq:
        raise MalformedData("A receipt stands at another place than it says.")
    return receipt


def _frames(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    at, size = 0, len(body)
    while at < size:
        if at + _HEAD.size > size:
            raise MalformedData("A frame was cut off.")
        length, kind, seq = _HEAD.unpack_from(body, at)
        start, at = at + _HEAD.size, at + 4 + length
        if at > size or start > at:
            raise MalformedData("A frame was cut off.")
        if seq > sizes.MAX_INTEGER:  # check: api.frame_seq
            raise MalformedData("A number is beyond 2^53-1.")
        yield kind, seq, body[start:at]


def _parse_item(kind: int, seq: int, rest: bytes) -> Placed:
    reader = _Reader(rest)
    if kind == ENTRY:  # first, as most are
        header = reader.prefixed(sizes.MAX_STATEMENT)
        placed = Placed(seq, entry_item(header, reader.prefixed(sizes.MAX_BLOB)), {})
    elif kind == STATEMENT:
        statement = reader.prefixed(sizes.MAX_STATEMENT)
        signatures = [
            Signature(reader.take(sizes.ACCOUNT_ID), reader.take(sizes.SIGNATURE)) for _ in range(reader.count())
        ]
        grants = {reader.take(sizes.ACCOUNT_ID): reader.take(sizes.SEALED_SEED) for _ in range(reader.count())}
        placed = Placed(seq, StatementItem(SignedStatement(statement, tuple(signatures))), grants)
    elif kind == GONE:
        header = reader.prefixed(sizes.MAX_STATEMENT)
        placed = Placed(seq, EntryItem(header, reader.take(sizes.HASH), None))
    else:
        raise MalformedData("A frame of an unknown kind.")
    reader.done()
    return placed


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        data = self._data[self._at : self._at + size]
        if len(data) != size:
            raise MalformedData("A frame was cut off.")
        self._at += size
        return data

    def count(self) -> int:
        """The number of signatures or grants that follow: one for each member at most."""
        count = self.take(1)[0]
        if count > sizes.MAX_MEMBERS:  # check: api.frame_members
            raise MalformedData("A frame holds more signatures or grants than a journal has members.")
        return count

    def prefixed(self, limit: int) -> bytes:
        start = self._at + 4
        size = int.from_bytes(self._data[self._at : start], "big")
        if size > limit:
            raise MalformedData("A part of a frame is too large.")
        self._at = start + size
        if self._at > len(self._data):
            raise MalformedData("A frame was cut off.")
        return self._data[start : self._at]

    def done(self) -> None:
        if self._at != len(self._data):
            raise MalformedData("A frame holds more than it should.")


__all__ = [
    "MEDIA_TYPE",
    "Placed",
    "PulledPage",
    "PulledPush",
    "encode_end",
    "encode_entry",
    "encode_gone",
    "encode_push",
    "encode_receipt",
    "encode_statement",
    "entry_parts",
    "frame",
    "holds_entries_alone",
    "parse_frame",
    "parse_page",
    "parse_push",
]
