"""Messages: exactly their fields, within their sizes, and never re-encoded."""

import json
from dataclasses import replace
from typing import Any

import pytest

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Attachment, Document, Message, message_hash, parse_message
from duolog.protocol.receipts import Receipt
from tests.protocol.refusals import malformed

SEEN = Receipt(7, bytes(32), 1_700_000_000, bytes(64))
DOCUMENT = Document("note", 1, 1_700_000_000, {"text": "e\u0301 😀", "sliders": [0.5, None]})
ATTACHMENT = Attachment(bytes(16), b"k" * 32, bytes(32), 12, "image/png")
MESSAGE = Message(DOCUMENT, SEEN, b"f" * 16, (3, 9), (ATTACHMENT,))


def test_a_message_comes_back_as_it_went() -> None:
    for message in (MESSAGE, Message(DOCUMENT, SEEN)):
        assert parse_message(message.encode()) == message


def test_a_message_is_hashed_as_shipped() -> None:
    data = MESSAGE.encode()
    spaced = json.dumps(json.loads(data)).encode()
    assert parse_message(spaced) == parse_message(data)
    assert message_hash(spaced) != message_hash(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"seen": encode_b64(bytes(111))},
        {"follows": "AAAA"},
        {"refused": []},
        {"refused": [2, 1]},
        {"refused": [0]},
        {"refused": [True]},
        {"attachments": []},
        {"attachments": [{"id": "AAAA"}]},
        {"document": {"kind": "note", "v": 1, "at": 1}},
        {"document": {"kind": "note", "v": 0, "at": 1, "body": {}}},
        {"document": {"kind": "note", "v": 1, "at": -1, "body": {}}},
        {"document": {"kind": "note", "v": 1, "at": 1, "body": {}, "more": 1}},
    ],
)
def test_a_message_with_other_fields_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedData):
        parse_message(json.dumps(json.loads(MESSAGE.encode()) | changes).encode())


def test_a_document_holds_64_kib() -> None:
    fixed = len(b'{"kind":"note","v":1,"at":0,"body":{"text":""}}')
    text = "x" * (sizes.MAX_DOCUMENT - fixed)
    assert Message(Document("note", 1, 0, {"text": text}), SEEN).encode()
    with malformed("64 KiB"):
        Message(Document("note", 1, 0, {"text": text + "x"}), SEEN).encode()


def test_a_message_holds_96_kib_when_written_and_when_read() -> None:
    long_type = replace(ATTACHMENT, type="x" * 97 * sizes.KIB)
    with malformed("96 KiB"):
        replace(MESSAGE, attachments=(long_type,)).encode()
    padded = Message(DOCUMENT, SEEN).encode()
    padded += b" " * (sizes.MAX_MESSAGE - len(padded))
    assert parse_message(padded).document == DOCUMENT
    with malformed("96 KiB"):
        parse_message(padded + b" ")


def test_an_attachments_key_is_not_printed() -> None:
    assert (b"k" * 32).hex() not in repr(ATTACHMENT)
    assert "kkkk" not in repr(MESSAGE)
