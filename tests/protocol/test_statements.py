"""Statements: exactly their fields, and a signature of exactly 64 bytes."""

import pytest

from duolog.errors import BadSignature, MalformedData
from duolog.protocol.codec import encode_canonical
from duolog.protocol.statements import (
    Fields,
    require_ascending,
    signing_input,
    statement_digest,
    statement_hash,
    verify_signature,
    verify_statement,
)
from duolog.seal.keys import GenerationSecret
from tests.protocol.builders import Person, sign
from tests.protocol.refusals import malformed, refused

SECRET = GenerationSecret(bytes(32), 1)
STATEMENT = encode_canonical({"type": "test"})


def test_a_signature_covers_the_label_and_the_statement() -> None:
    signature = SECRET.sign(STATEMENT)
    verify_statement(SECRET.sign_key, STATEMENT, signature)
    verify_signature(SECRET.sign_key, signing_input(STATEMENT), signature)
    for wrong in (STATEMENT + b" ", STATEMENT[:-1]):
        with pytest.raises(BadSignature):
            verify_statement(SECRET.sign_key, wrong, signature)
    with pytest.raises(BadSignature):
        verify_signature(SECRET.sign_key, STATEMENT, signature)


def test_a_longer_signature_cannot_take_the_message_along() -> None:
    """libsodium reads signature | message as one: without the check, 64 + n bytes would verify a shorter message."""
    whole = signing_input(STATEMENT)
    signature = SECRET.sign(STATEMENT) + whole[:5]
    with refused("statements.signature_size"):
        verify_signature(SECRET.sign_key, whole[5:], signature)


@pytest.mark.parametrize("key", [b"", bytes(32), b"\x01" + bytes(31), b"\xff" * 32])
def test_an_unsound_key_verifies_nothing(key: bytes) -> None:
    with pytest.raises(BadSignature):
        verify_statement(key, STATEMENT, SECRET.sign(STATEMENT))


def test_hashes_exclude_signatures_and_digests_include_them() -> None:
    ada, sam = Person("ada"), Person("sam")
    assert statement_hash(STATEMENT) == statement_hash(STATEMENT)
    assert statement_digest(sign(STATEMENT, ada)) != statement_digest(sign(STATEMENT, ada, sam))


def test_a_statement_of_another_type_is_refused() -> None:
    with malformed("another type"):
        Fields.of_statement(STATEMENT, "roster")


def test_a_field_too_many_is_refused() -> None:
    fields = Fields({"a": 1, "b": 2}, "A thing")
    assert fields.integer("a") == 1
    with malformed("do not belong"):
        fields.done()
    with malformed("do not belong"):
        Fields({"list": [{"a": 1, "b": 2}]}, "A thing").objects("list", lambda item: item.integer("a"), 1, 1)
    with malformed("do not belong"):
        Fields({"inner": {"a": 1, "b": 2}}, "A thing").object("inner", lambda item: item.integer("a"))


@pytest.mark.parametrize(
    "read",
    [
        lambda f: f.text("n"),
        lambda f: f.text("t", "other"),
        lambda f: f.data("t", 32),
        lambda f: f.text("long"),
        lambda f: f.text("t", limit=0),
        lambda f: f.blob("n", 8),
        lambda f: f.blob("long", 8),
        lambda f: f.flag("n"),
        lambda f: f.integer("yes"),
        lambda f: f.integer("n", 2),
        lambda f: f.integer("n", 0, 0),
        lambda f: f.number("zero"),
        lambda f: f.suite(),
        lambda f: f.objects("empty", lambda item: 1, 1, 2),
        lambda f: f.objects("two", lambda item: 1, 1, 1),
        lambda f: f.objects("numbers", lambda item: 1, 1, 3),
        lambda f: f.integers("two", 1, 3),
        lambda f: f.integers("empty", 1, 3),
        lambda f: f.integers("numbers", 1, 3),
        lambda f: f.integers("beyond", 1, 3),
        lambda f: f.integers("ones", 1, 1),
        lambda f: f.datas("numbers", 1, 1, 3),
        lambda f: f.datas("bytes", 1, 1, 1),
        lambda f: f.datas("empty", 1, 1, 3),
        lambda f: f.json_object("t"),
        lambda f: f.object("t", lambda item: 1),
        lambda f: f.text("missing"),
    ],
)
def test_a_field_that_is_missing_or_of_another_kind_is_refused(read: object) -> None:
    value = {"n": 1, "t": "x", "yes": True, "zero": 0, "suite": 2, "empty": [], "two": [{}, {}], "numbers": [0, 1]}
    value |= {"long": "A" * 68, "beyond": [2**53], "ones": [1, 2], "bytes": ["AA", "AA"]}
    with pytest.raises(MalformedData):
        read(Fields(value, "A thing"))  # type: ignore[operator]


def test_ids_ascend_and_none_is_repeated() -> None:
    require_ascending([b"a", b"b"], "Ids")
    for wrong in ([b"b", b"a"], [b"a", b"a"]):
        with malformed("ascending"):
            require_ascending(wrong, "Ids")
