"""Numbers of eight bytes are at most 2^53-1, and lists, texts and depths have a maximum, where they are parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import parse_message_json, parse_u64, u64
from duolog.protocol.receipts import parse_receipt
from tests.protocol.refusals import malformed

NUMBERS = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1])


@given(NUMBERS)
def test_a_number_of_eight_bytes_is_read_and_written_up_to_2_53(value: int) -> None:
    data = value.to_bytes(8, "big")
    if value <= sizes.MAX_INTEGER:
        assert parse_u64(data) == value
        assert u64(value) == data
        return
    with malformed("beyond"):
        parse_u64(data)
    with malformed("does not fit"):
        u64(value)


@given(st.binary(max_size=12).filter(lambda data: len(data) != 8))
def test_a_number_of_another_length_is_refused(data: bytes) -> None:
    with malformed("beyond"):
        parse_u64(data)


@given(NUMBERS, NUMBERS)
def test_a_receipts_numbers_are_bounded(seq: int, time: int) -> None:
    data = seq.to_bytes(8, "big") + bytes(32) + time.to_bytes(8, "big") + bytes(64)
    try:
        receipt = parse_receipt(data)
    except MalformedData:
        return
    assert 1 <= receipt.seq == seq <= sizes.MAX_INTEGER
    assert receipt.time == time <= sizes.MAX_INTEGER
    assert receipt.encode() == data


def test_a_receipt_for_the_place_before_the_first_item_is_refused() -> None:
    with malformed("before a journal's first item"):
        parse_receipt(bytes(40) + (1_790_000_000).to_bytes(8, "big") + bytes(64))


def test_a_message_is_64_levels_deep_at_most() -> None:
    inner = sizes.MAX_MESSAGE_DEPTH - 2  # the object, and the number inside
    assert parse_message_json(b'{"a":' + b"[" * inner + b"1" + b"]" * inner + b"}")
    with malformed("too deep"):
        parse_message_json(b'{"a":' + b"[" * (inner + 1) + b"1" + b"]" * (inner + 1) + b"}")


@pytest.mark.parametrize("seq", [2**53, 2**64 - 1])
def test_a_receipt_for_a_place_beyond_2_53_is_refused(seq: int) -> None:
    with malformed("beyond"):
        parse_receipt(seq.to_bytes(8, "big") + bytes(32) + (1_790_000_000).to_bytes(8, "big") + bytes(64))
