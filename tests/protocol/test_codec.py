"""One way in and out of bytes, and nothing else goes through."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import (
    encode_b64,
    encode_canonical,
    encode_message_json,
    encode_parsed_json,
    label,
    length_prefixed,
    parse_b64,
    parse_canonical,
    parse_message_json,
    u16,
    u32,
    u64,
)
from tests.protocol.refusals import malformed

KEYS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
PLAIN = st.recursive(
    st.booleans() | st.integers(0, sizes.MAX_INTEGER) | st.text(st.characters(max_codepoint=127)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(st.dictionaries(KEYS, PLAIN, max_size=5).filter(lambda value: depth(value) <= sizes.MAX_DEPTH))
def test_canonical_json_comes_back_as_it_went(value: dict[str, Any]) -> None:
    data = encode_canonical(value)
    assert parse_canonical(data) == value
    assert encode_canonical(parse_canonical(data)) == data


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_no_two_lists_of_fields_give_the_same_bytes(one: list[bytes], other: list[bytes]) -> None:
    assert (length_prefixed(*one) == length_prefixed(*other)) == (one == other)


@given(st.binary(max_size=40))
def test_base64url_comes_back_as_it_went(data: bytes) -> None:
    assert parse_b64(encode_b64(data), len(data)) == data


def test_a_label_ends_in_nul() -> None:
    assert label("grant") == b"duolog/v1/grant\x00"


@pytest.mark.parametrize("text", ["AB==", "AB", "+_8B", "AAA=", "A", "AA A", "é", "AAAA\n"])
def test_base64url_that_another_text_would_also_mean_is_refused(text: str) -> None:
    with malformed("base64url"):
        parse_b64(text)


def test_a_binary_value_of_another_size_is_refused() -> None:
    with malformed("3 bytes where 4 belong"):
        parse_b64("AAAA", 4)


@pytest.mark.parametrize(("encode", "bits"), [(u16, 16), (u32, 32), (u64, 53)])
def test_a_number_too_wide_for_its_field_is_refused(encode: Any, bits: int) -> None:
    assert int.from_bytes(encode(2**bits - 1), "big") == 2**bits - 1
    for value in (2**bits, -1):
        with malformed("does not fit"):
            encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":-0}',
        b'{"a":"\\u001F"}',
        b'\xef\xbb\xbf{"a":1}',
    ],
)
def test_json_that_encoding_again_would_change_is_refused(data: bytes) -> None:
    with malformed("canonical|valid JSON"):
        parse_canonical(data)


def test_a_repeated_key_is_refused_in_statements_and_messages() -> None:
    with malformed("same key twice"):
        parse_canonical(b'{"a":1,"a":1}')
    with malformed("same key twice"):
        parse_message_json(b'{"a":1,"a":2}')


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"A": 1}, "keys"),
        ({"": 1}, "keys"),
        ({"a1": 1}, "keys"),
        ({1: 1}, "keys"),
        ({"a": "é"}, "ASCII"),
        ({"a": -1}, "integers"),
        ({"a": 2**53}, "integers"),
        ({"a": 1.5}, "integers"),
        ({"a": None}, "integers"),
        ({"a": b"x"}, "integers"),
    ],
)
def test_a_statement_holds_nothing_that_needs_judgement(value: Any, words: str) -> None:
    with malformed(words):
        encode_canonical(value)


def test_a_statement_has_eight_levels_at_most() -> None:
    value: Any = 1
    for _ in range(7):
        value = [value]
    assert encode_canonical({"a": value})
    with malformed("nested deeper"):
        encode_canonical({"a": [value]})


def test_a_statement_has_64_kib_at_most() -> None:
    room = sizes.MAX_STATEMENT - len('{"a":""}')
    assert parse_canonical(encode_canonical({"a": "x" * room}))
    with malformed("is the limit"):
        encode_canonical({"a": "x" * (room + 1)})
    with malformed("is the limit"):
        parse_canonical(b'{"a":"' + b"x" * (room + 1) + b'"}')


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b"{", b'{"a":NaN}', b"\xff", b"[" * 60_000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedData):
        parse_canonical(data)
    with pytest.raises(MalformedData):
        parse_message_json(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":"\\ud800"}',
        b'{"a":["\\udfff"]}',
        b'{"\\ud800":1}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":1e300}',
        b'{"a":1e999}',
        b'{"a":-1e999}',
        b'{"a":Infinity}',
        b'{"a":' + b"[" * 70 + b"]" * 70 + b"}",
    ],
)
def test_a_message_that_json_cannot_carry_exactly_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedData):
        parse_message_json(data)


def test_a_message_keeps_its_text_as_written() -> None:
    value = {"text": "e\u0301 é 😀", "scale": 0.5, "none": None}
    data = encode_message_json(value)
    assert parse_message_json(data) == value
    assert data == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("value", [{"a": "\ud800"}, {"a": float("nan")}, {"a": 2**60}, {"a": object()}])
def test_a_message_that_cannot_be_written_exactly_is_refused(value: Any) -> None:
    with pytest.raises(MalformedData):
        encode_message_json(value)


NUMBERS = (0, -7, 1.5, 2**53 - 1, 2**53, 1 - 2**53, -(2**53), 2**60, 1e15, 9e15, 1e16, -1e300, float("inf"))
TEXTS = ("", "a", "{[{[", "\\u", '"\n', "\u00e9", "\U0001f600", "\ud800", "a\udc00b")


def anything(chance: random.Random, room: int) -> Any:
    """A value that JSON has a text for, exact or not."""
    kind = chance.randrange(6) if room else chance.randrange(3)
    if kind < 3:
        return (chance.choice(NUMBERS), chance.choice(TEXTS), chance.choice((None, True, False)))[kind]
    inner = [anything(chance, room - 1) for _ in range(chance.randrange(4))]
    return inner if kind == 3 else {chance.choice(TEXTS) + str(place): item for place, item in enumerate(inner)}


def is_exact(value: object, levels: int = 1) -> bool:
    """Whether a value is exact by the rules of messages, written down a second time."""
    if levels > sizes.MAX_MESSAGE_DEPTH:
        return False
    if isinstance(value, dict):
        return all(is_exact(key, levels + 1) and is_exact(item, levels + 1) for key, item in value.items())
    if isinstance(value, list):
        return all(is_exact(item, levels + 1) for item in value)
    if isinstance(value, str):
        return not any("\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int | float) or abs(value) <= sizes.MAX_INTEGER


def test_a_message_is_taken_exactly_where_all_of_its_values_are_exact() -> None:
    chance, taken = random.Random(7), 0
    for round_ in range(2_000):
        value = anything(chance, 3)
        for level in range(chance.choice((0, 0, 1, sizes.MAX_MESSAGE_DEPTH - 2, sizes.MAX_MESSAGE_DEPTH))):
            value = [value] if level % 2 else {"a": value}
        text = json.dumps({"a": value}, ensure_ascii=round_ % 2 == 0).replace("Infinity", "1e400")
        try:
            read = json.loads(text.encode("utf-8"))
        except UnicodeEncodeError:  # half a character that stands there as it is: no UTF-8
            read = "\ud800"
        try:
            parsed = parse_message_json(text.encode("utf-8", "surrogatepass"))
        except MalformedData:
            assert not is_exact(read)
        else:
            taken += 1
            assert is_exact(read)
            assert parsed == read
            assert encode_parsed_json(parsed) == encode_message_json(parsed)
    assert 500 < taken < 1_500


@pytest.mark.parametrize("number", ["9007199254740992", "-9007199254740992", "1e400", "1e16", "-1e16"])
def test_a_number_that_json_readers_round_is_refused_where_it_stands(number: str) -> None:
    with malformed("beyond"):
        parse_message_json(b'{"a":[' + number.encode() + b"]}")
