"""Attachments: stored bytes under the right key, and what an author may seal in place of a content."""

import hashlib
import io

import nacl.bindings

from duolog.errors import AttachmentFault
from duolog.protocol.attachments import padded_size
from duolog.protocol.codec import label
from duolog.protocol.messages import Attachment
from duolog.seal.attachments import open_attachment, seal_attachment, verify_stored
from fuzz.registry import target

_JOURNAL, _ID, _KEY = bytes(32), bytes(16), bytes(32)
_SIZE = 100  # bytes of the content, in one chunk
_TAGS = 4  # of a secretstream: message, push, rekey, final


def _sealed() -> bytes:
    return b"".join(seal_attachment(io.BytesIO(bytes(_SIZE)), _SIZE, _KEY, _JOURNAL, _ID))


@target(lambda: [_sealed(), b""], raises=(AttachmentFault,))
def stored_attachment(data: bytes) -> None:
    """Stored bytes that their author named, whatever they are."""
    _open(data)


@target(lambda: [bytes([3]) + bytes(padded_size(_SIZE)), b""], raises=(AttachmentFault,))
def padded_attachment(data: bytes) -> None:
    """A tag, and what an author seals under it in place of a padded content."""
    tag, padded = data[0] % _TAGS if data else 0, data[1:]
    state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
    header = nacl.bindings.crypto_secretstream_xchacha20poly1305_init_push(state, _KEY)
    bound = label("attachment") + _JOURNAL + _ID
    sealed = nacl.bindings.crypto_secretstream_xchacha20poly1305_push(state, padded, bound, tag)
    assert _open(header + sealed) == padded[:_SIZE]


def _open(stored: bytes) -> bytes:
    named = Attachment(_ID, _KEY, hashlib.sha256(stored).digest(), _SIZE, "text/plain")
    verify_stored(io.BytesIO(stored), named)
    content = b"".join(open_attachment(io.BytesIO(stored), named, _JOURNAL))
    assert len(content) == _SIZE
    return content
