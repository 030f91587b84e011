"""Sealed attachments: how a content becomes stored bytes, and how a reader verifies and opens them. Always in a stream.

Rules
- Each attachment has a random key of its own, which stands in the message. A rotation doesn't touch it.
- Stored bytes: the header of libsodium's secretstream | chunks of 64 KiB of the padded content. The last chunk alone
  has the tag FINAL. The associated data of each chunk names journal and attachment.
- A reader verifies the size and the digest of all stored bytes before it opens the first chunk. Then each chunk, the
  end of the stream and the padding are verified on the way: a faulty one is its author's fault, and names its chunk.
- Nothing here holds more than a chunk in memory.

This module reads and yields bytes; it knows no files, no network and no message. Spec: §6.12
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import nacl.bindings
import nacl.exceptions

from duolog.errors import AttachmentFault, MalformedData
from duolog.protocol import sizes
from duolog.protocol.attachments import chunk_count, padded_size, stored_size
from duolog.protocol.codec import label
from duolog.protocol.messages import Attachment

_FINAL: int = nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_MESSAGE: int = nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_SEALED_CHUNK = sizes.STREAM_CHUNK + sizes.STREAM_TAG


class Readable(Protocol):
    """Content that is read in order."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def seal_attachment(
    content: Readable, size: int, key: bytes, journal: bytes, attachment: bytes, *, header: bytes | None = None
) -> Iterator[bytes]:
    """The stored bytes of a content of exactly `size` bytes, a chunk at a time.

    `key`: 32 bytes, fresh for this attachment. `attachment`: its id, 16 bytes. `header`: 24 bytes; it is fresh unless a
    test vector, or the check of an export, needs a given one.

    Raises:
        MalformedData: the content is longer than an attachment can be, or has another size than was said.
    Spec: §6.12.
    """
    stored_size(size)  # refuses what no attachment can hold
    left, padding, bound = size, padded_size(size) - size, _bound(journal, attachment)
    state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
    if header is None:
        header = nacl.bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    else:  # both directions begin with the same state, which a header and a key make
        nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    yield header
    for number in range(chunk_count(size), 0, -1):
        chunk = _read(content, min(left, sizes.STREAM_CHUNK))
        left -= len(chunk)
        zeros = min(padding, sizes.STREAM_CHUNK - len(chunk))
        padding -= zeros
        if number == 1 and content.read(1):
            raise MalformedData(_CHANGED)
        tag = _FINAL if number == 1 else _MESSAGE
        yield nacl.bindings.crypto_secretstream_xchacha20poly1305_push(state, chunk + bytes(zeros), bound, tag)


def verify_stored(stored: BinaryIO, named: Attachment) -> None:
    """Check all stored bytes, from here to the end, against the size and the digest that the message names.

    Raises:
        AttachmentFault: `check` is attachments.size or attachments.digest.
        MalformedData: the message names a size that no attachment has.
    Spec: §6.12.
    """
    expected, size, hashed = stored_size(named.size), 0, hashlib.sha256()
    while size <= expected and (data := stored.read(_SEALED_CHUNK)):
        size += len(data)
        hashed.update(data)
    if size != expected:  # check: attachments.size
        raise AttachmentFault(
            "The server sent an attachment of another size than its author named.", check="attachments.size"
        )
    if not hmac.compare_digest(hashed.digest(), named.digest):  # check: attachments.digest
        raise AttachmentFault(
            "The server sent another attachment than its author sealed, or changed it.", check="attachments.digest"
        )


def open_attachment(stored: BinaryIO, named: Attachment, journal: bytes) -> Iterator[bytes]:
    """The content, a chunk at a time. `stored`: bytes that `verify_stored` has verified, from their beginning.

    Nothing of the content counts before the last chunk came: its faults show at the end.

    Raises:
        AttachmentFault: `check` is attachments.chunk, .end, .padding or .trailing; `chunk` is its number.
    Spec: §6.12.
    """
    left, padded, bound = named.size, padded_size(named.size), _bound(journal, named.id)
    header = stored.read(sizes.STREAM_HEADER)
    if len(header) != sizes.STREAM_HEADER:
        raise _fault("is cut off", "attachments.chunk", 1)
    state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
    nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, named.key)
    last = chunk_count(named.size)
    for number in range(1, last + 1):
        length = min(padded, sizes.STREAM_CHUNK)
        padded -= length
        try:
            plain, tag = nacl.bindings.crypto_secretstream_xchacha20poly1305_pull(
                state, stored.read(length + sizes.STREAM_TAG), bound
            )
        except (nacl.exceptions.CryptoError, ValueError) as error:
            raise _fault("does not open", "attachments.chunk", number) from error
        if tag != (_FINAL if number == last else _MESSAGE):  # check: attachments.end
            raise _fault("ends elsewhere than its author said", "attachments.end", number)
        content, zeros = plain[:left], plain[left:]
        if any(zeros):  # check: attachments.padding
            raise _fault("is not padded as the protocol says", "attachments.padding", number)
        left -= len(content)
        if content:
            yield content
    if stored.read(1):  # check: attachments.trailing
        raise _fault("goes on behind its end", "attachments.trailing", last)


_CHANGED = "The file was changed while it was sealed. Try again."


def _read(content: Readable, size: int) -> bytes:
    """Exactly `size` bytes. Raises: MalformedData when the content ends before."""
    parts = []
    while size > 0 and (part := content.read(size)):
        parts.append(part)
        size -= len(part)
    if size > 0:
        raise MalformedData(_CHANGED)
    return b"".join(parts)


def _bound(journal: bytes, attachment: bytes) -> bytes:
    return label("attachment") + journal + attachment


def _fault(what: str, check: str, chunk: int) -> AttachmentFault:
    return AttachmentFault(f"The attachment {what} (at its part {chunk}).", check=check, chunk=chunk)
