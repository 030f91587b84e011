"""The binary form: what goes in comes out, and nothing that is cut off, empty or too much is taken for a page."""

from collections.abc import Callable

import pytest

from duolog.api.pages import (
    ENTRY,
    Placed,
    PulledPage,
    PulledPush,
    encode_end,
    encode_gone,
    encode_push,
    encode_receipt,
    frame,
    parse_page,
    parse_push,
)
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.receipts import Receipt
from duolog.protocol.statements import Signature, SignedStatement

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
