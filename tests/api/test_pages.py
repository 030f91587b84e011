"""The binary form: what goes in comes out, and nothing that is cut off, empty or too much is taken for a page."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.api.pages import (
    ENTRY,
    Placed,
    PulledPage,
    PulledPush,
    encode_end,
    encode_gone,
    encode_push,
    encode_receipt,
    encode_statement,
    entry_parts,
    frame,
    holds_entries_alone,
    parse_frame,
    parse_page,
    parse_push,
)
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.receipts import Receipt
from duolog.protocol.statements import Signature, SignedStatement
from tests.protocol.refusals import malformed

SIGNED = SignedStatement(b'{"type":"roster"}', (Signature(b"a" * 32, b"s" * 64), Signature(b"b" * 32, b"t" * 64)))
STATEMENT = Placed(1, StatementItem(SIGNED), {b"a" * 32: b"g" * sizes.SEALED_SEED})
ENTRY_ITEM = Placed(2, entry_item(b"header", b"blob" * 80))
GONE = Placed(3, EntryItem(b"header of what is gone", b"h" * 32, None))
RECEIPT = Receipt(3, b"x" * 32, 1_790_000_000, b"y" * 64)
PAGE = encode_push([STATEMENT, ENTRY_ITEM, GONE]) + encode_receipt(RECEIPT) + encode_end(9)


def test_a_page_comes_out_as_it_went_in() -> None:
    assert parse_page(PAGE) == PulledPage((PulledPush((STATEMENT, ENTRY_ITEM, GONE), RECEIPT),), 9)


def test_a_push_comes_out_as_it_went_in() -> None:
    first, second = Placed(0, STATEMENT.item, STATEMENT.grants), Placed(0, ENTRY_ITEM.item)
    assert parse_push(encode_push([first, second])) == (first, second)


@pytest.mark.parametrize(
    ("body", "alone"),
    [
        (b"", True),
        (encode_push([ENTRY_ITEM] * 256), True),
        (encode_push([ENTRY_ITEM] * 255 + [STATEMENT]), False),
        (encode_push([STATEMENT, ENTRY_ITEM]), False),
        (encode_push([ENTRY_ITEM, STATEMENT])[:-1], False),
        (encode_push([ENTRY_ITEM])[:-1], True),
        (encode_push([ENTRY_ITEM])[:12], True),
    ],
    ids=["empty", "entries", "a statement last", "a statement first", "cut later", "a cut entry", "a cut head"],
)
def test_a_push_without_statements_is_known_without_parsing_it(body: bytes, alone: bool) -> None:
    assert holds_entries_alone(body) == alone


FRAMES = [encode_push([Placed(0, placed.item)]) for placed in (STATEMENT, ENTRY_ITEM)]


@given(st.lists(st.sampled_from([*FRAMES, b"\x00"]), max_size=4), st.integers(0, 3))
def test_no_statement_passes_for_an_entry(frames: list[bytes], cut: int) -> None:
    body = b"".join(frames)[cut:]
    try:
        items = parse_push(body)
    except MalformedData:
        return
    assert holds_entries_alone(body) == all(isinstance(placed.item, EntryItem) for placed in items)


def test_a_page_that_ends_early_is_refused_wherever_it_was_cut() -> None:
    for length in range(len(PAGE)):
        with pytest.raises(MalformedData):
            parse_page(PAGE[:length])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda page: page + encode_end(9),
        lambda page: encode_receipt(RECEIPT) + page,
        lambda page: page[: -len(encode_end(9))] + encode_receipt(RECEIPT) + encode_end(9),
        lambda page: frame(9, 1, b"") + page,
        lambda page: frame(ENTRY, 1, b"\xff\xff\xff\xff") + page,
        lambda page: frame(ENTRY, 1, bytes(8) + b"more") + page,
        lambda page: page.replace(encode_receipt(RECEIPT), frame(4, 2, RECEIPT.encode())),
    ],
    ids=["after the end", "empty push first", "empty push last", "kind", "too large", "too much", "receipt elsewhere"],
)
def test_other_pages_are_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(MalformedData):
        parse_page(spoil(PAGE))


def gone_entries(count: int) -> bytes:
    return b"".join(encode_gone(seq, b"", bytes(32)) for seq in range(1, count + 1))


def test_a_page_holds_no_more_items_than_a_page_can_have() -> None:
    push = gone_entries(sizes.MAX_PUSH_ITEMS) + encode_receipt(RECEIPT)
    full = sizes.MAX_PAGE_ITEMS // sizes.MAX_PUSH_ITEMS + 1
    assert len(parse_page(push * full + encode_end(9)).pushes) == full
    for body in (push * (full + 1), gone_entries(sizes.MAX_PUSH_ITEMS + 1) + encode_receipt(RECEIPT)):
        with malformed("more items"):
            parse_page(body + encode_end(9))


@pytest.mark.parametrize(("signatures", "grants"), [(11, 0), (1, 11)])
def test_a_frame_holds_one_signature_and_grant_for_each_member_at_most(signatures: int, grants: int) -> None:
    signed = replace(SIGNED, signatures=tuple(Signature(bytes([n] * 32), bytes(64)) for n in range(signatures)))
    with malformed("than a journal has members"):
        parse_frame(encode_statement(1, signed, {bytes([n] * 32): bytes(sizes.SEALED_SEED) for n in range(grants)}))


@pytest.mark.parametrize("seq", [2**53, 2**63, 2**64 - 1])
def test_a_place_that_no_log_reaches_is_refused(seq: int) -> None:
    data = bytearray(encode_end(1))
    data[5:13] = seq.to_bytes(8, "big")
    with malformed("beyond"):
        parse_page(bytes(data))


@pytest.mark.parametrize("seq", [-1, 2**53, 2**64])
def test_a_place_that_no_log_reaches_is_not_encoded(seq: int) -> None:
    for encode in (lambda: encode_end(seq), lambda: entry_parts(seq, b"header", b"blob")):
        with malformed("does not fit"):
            encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        encode_push([ENTRY_ITEM]),
        encode_gone(0, b"header", b"h" * 32),
        encode_receipt(RECEIPT),
        encode_push([Placed(0, ENTRY_ITEM.item)] * (sizes.MAX_PUSH_ITEMS + 1)),
    ],
    ids=["empty", "with a seq", "a gone entry", "a receipt", "too many"],
)
def test_other_pushes_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedData):
        parse_push(body)


@pytest.mark.parametrize("seq", [2**53, 2**64 - 1])
def test_a_frame_for_a_place_beyond_2_53_is_refused(seq: int) -> None:
    with malformed("beyond"):
        parse_page(encode_end(9)[:-8] + seq.to_bytes(8, "big"))
