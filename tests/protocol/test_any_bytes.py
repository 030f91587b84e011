"""Any bytes at all give a value or MalformedData: nothing else comes out of a parser."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from duolog.api.pages import encode_entry, encode_receipt, parse_frame, parse_page, parse_push
from duolog.errors import ChainViolation, MalformedData
from duolog.protocol import sizes
from duolog.protocol.accounts import parse_set
from duolog.protocol.codec import parse_canonical, parse_message_json, parse_u64, u64
from duolog.protocol.entries import parse_header
from duolog.protocol.login import parse_origin
from duolog.protocol.messages import parse_message
from duolog.protocol.receipts import Receipt, parse_receipt
from duolog.protocol.roster_statements import parse_acceptance, parse_close, parse_roster
from duolog.seal.devices import parse_code, parse_device_account, parse_device_added, parse_device_keys
from duolog.seal.links import parse_link
from duolog.seal.pairing import parse_answer, parse_invitation, parse_nonce
from duolog.seal.proposals import parse_context
from tests.protocol.test_messages import MESSAGE

BINARY: list[Callable[[bytes], object]] = [
    *(parse_u64, parse_receipt, parse_header, parse_page, parse_push, parse_frame, parse_nonce),
    *(parse_canonical, parse_message_json, parse_message, parse_roster, parse_acceptance, parse_close, parse_set),
    *(parse_invitation, parse_answer, parse_context, parse_device_keys, parse_device_account, parse_device_added),
]
TEXT: list[Callable[[str], object]] = [parse_origin, parse_link, parse_code]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FRAMES = encode_entry(1, b"header", b"blob") + encode_receipt(Receipt(1, bytes(32), 1, bytes(64)))


def is_taken(parse: Callable[[Any], object], data: object) -> bool:
    """Whether it is taken; anything but MalformedData (or a set whose ids are false) goes through to the test."""
    try:
        parse(data)
    except (MalformedData, ChainViolation):
        return False
    return True


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    for parse in BINARY:
        is_taken(parse, data)


@given(st.text(max_size=60), st.sampled_from(["", "https://", "http://[", "https://x:", "duolog:https://x/join#"]))
def test_any_text(text: str, before: str) -> None:
    for parse in TEXT:
        is_taken(parse, before + text)


@given(st.dictionaries(st.sampled_from(["document", "seen", "follows", "refused", "attachments", "x"]), JSON))
def test_any_fields_in_the_place_of_a_messages(changes: dict[str, Any]) -> None:
    is_taken(parse_message, json.dumps(json.loads(MESSAGE.encode()) | changes).encode())


@given(st.data())
def test_frames_with_any_bytes_changed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(FRAMES) - 1))
    changed = FRAMES[:at] + data.draw(st.binary(min_size=1, max_size=9)) + FRAMES[at + 1 :]
    for parse in (parse_page, parse_push, parse_frame):
        is_taken(parse, changed)


@given(st.integers(0, 2**64 - 1))
def test_a_number_of_eight_bytes_is_bounded(value: int) -> None:
    data = value.to_bytes(8, "big")
    assert is_taken(parse_u64, data) == is_taken(u64, value) == (value <= sizes.MAX_INTEGER)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_a_receipts_numbers_are_bounded(seq: int, time: int) -> None:
    data = seq.to_bytes(8, "big") + bytes(32) + time.to_bytes(8, "big") + bytes(64)
    if is_taken(parse_receipt, data):
        assert 1 <= seq <= sizes.MAX_INTEGER
        assert time <= sizes.MAX_INTEGER
        assert parse_receipt(data).encode() == data
