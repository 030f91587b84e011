"""Messages: the JSON inside an entry, with the document and its author's view of the log.

Rules
- `{"document": {kind, v, at, body}, "seen", "follows"?, "refused"?, "attachments"?}`; no other field in the message or
  the document's frame.
- A message is hashed as shipped. `at` is the author's clock in Unix seconds; `body` belongs to the kind.
- `seen` is the newest receipt whose head the author had verified. `seen` means *fetched*, never *read*, and no
  interface shows it.
- `follows` is the author's previous unacknowledged entry. `refused` lists seqs that the author quarantined or could not
  open, ascending.

This module holds formats alone: kinds are in `duolog.documents`, sealing is in `duolog.seal`. Spec: §6.
"""

from dataclasses import dataclass

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import (
    JsonObject,
    encode_b64,
    encode_message_json,
    parse_message_json,
    sha256,
)
from duolog.protocol.receipts import Receipt, parse_receipt
from duolog.protocol.statements import Fields, require_ascending


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a couple.

    `kind` and version `v` name its model, `at` is Unix seconds by the author's clock, `body` its fields.
    """

    kind: str
    v: int
    at: int
    body: JsonObject

    def encode_json(self) -> JsonObject:
        return {"kind": self.kind, "v": self.v, "at": self.at, "body": self.body}


@dataclass(frozen=True, slots=True)
class Attachment:
    """How to open one attachment.

    Its random id (16 bytes), key (32), digest of the stored bytes (32), size in bytes and media type.
    """

    id: bytes
    key: bytes
    digest: bytes
    size: int
    type: str

    def __repr__(self) -> str:
        return f"Attachment(id={self.id.hex()}, key=<secret>, size={self.size})"


@dataclass(frozen=True, slots=True)
class Message:
    """One entry's plaintext message, parsed. `follows`: an entry id (16 bytes) or None."""

    document: Document
    seen: Receipt
    follows: bytes | None = None
    refused: tuple[int, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def encode(self) -> bytes:
        """UTF-8 JSON, at most 96 KiB with a document of at most 64 KiB. Raises: MalformedData. Spec: §6."""
        document = self.document.encode_json()
        if len(encode_message_json(document)) > sizes.MAX_DOCUMENT:  # check: messages.document_size
            raise MalformedData("The text is too long: a document holds 64 KiB. Shorten it, or split it in two.")
        value: JsonObject = {"document": document, "seen": encode_b64(self.seen.encode())}
        if self.follows is not None:
            value["follows"] = encode_b64(self.follows)
        if self.refused:
            value["refused"] = list(self.refused)
        if self.attachments:
            value["attachments"] = [_encode_attachment(item) for item in self.attachments]
        data = encode_message_json(value)
        if len(data) > sizes.MAX_MESSAGE:  # check: messages.size
            raise MalformedData("A message is longer than 96 KiB.")
        return data


def message_hash(message: bytes) -> bytes:
    """SHA-256 of a message as shipped, by which a step names the document that it answers. Spec: §6."""
    return sha256(message)


def parse_message(data: bytes) -> Message:
    """A message from its bytes.

    Raises:
        MalformedData: the bytes are longer than 96 KiB, not exact JSON, or don't have the fields of a message.
    Spec: §6.
    """
    if len(data) > sizes.MAX_MESSAGE:  # check: messages.parse_size
        raise MalformedData("A message is longer than 96 KiB.")
    fields = Fields(parse_message_json(data), "A message")
    message = Message(
        document=fields.object("document", _read_document),
        seen=parse_receipt(fields.data("seen", sizes.RECEIPT)),
        follows=fields.data("follows", sizes.ENTRY_ID) if fields.has("follows") else None,
        refused=_read_refused(fields) if fields.has("refused") else (),
        attachments=fields.objects("attachments", _read_attachment, 1, sizes.MAX_ATTACHMENTS)
        if fields.has("attachments")
        else (),
    )
    fields.done()
    return message


def _read_document(fields: Fields) -> Document:
    return Document(
        kind=fields.text("kind"), v=fields.number("v"), at=fields.integer("at"), body=fields.json_object("body")
    )


def _read_refused(fields: Fields) -> tuple[int, ...]:
    refused = fields.integers("refused", 1, sizes.MAX_REFUSED)
    require_ascending(refused, "Refused seqs")
    return refused


def _read_attachment(fields: Fields) -> Attachment:
    return Attachment(
        id=fields.data("id", sizes.ATTACHMENT_ID),
        key=fields.data("key", sizes.SEED),
        digest=fields.data("digest", sizes.HASH),
        size=fields.integer("size"),
        type=fields.text("type", limit=sizes.MAX_MEDIA_TYPE),
    )


def _encode_attachment(item: Attachment) -> JsonObject:
    return {
        "id": encode_b64(item.id),
        "key": encode_b64(item.key),
        "digest": encode_b64(item.digest),
        "size": item.size,
        "type": item.type,
    }
