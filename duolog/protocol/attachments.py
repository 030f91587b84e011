"""Sizes of stored attachments: what a server sees of their contents.

Rules
- A content is padded with zeros to the Padmé length of its size, at least 64 KiB, so short ones look alike.
- Stored bytes: stream header 24 | chunks of 64 KiB of the padded content, each 17 bytes longer; the last one may be
  shorter.

Sealing and opening are in `duolog.seal.attachments`. Spec: §6.12
"""

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.entries import padded_length


def padded_size(size: int) -> int:
    """The bytes of a padded content of `size` bytes. Spec: §6.12."""
    return padded_length(max(size, sizes.MIN_PADDED_ATTACHMENT))


def chunk_count(size: int) -> int:
    """The number of chunks of a content of `size` bytes. Spec: §6.12."""
    return -(-padded_size(size) // sizes.STREAM_CHUNK)


def stored_size(size: int) -> int:
    """The stored bytes of a content of `size` bytes.

    Raises: MalformedData: no attachment is as long.
    Spec: §6.12.
    """
    stored = sizes.STREAM_HEADER + padded_size(size) + chunk_count(size) * sizes.STREAM_TAG
    if stored > sizes.MAX_ATTACHMENT:  # check: attachments.content_size
        raise MalformedData("An attachment is longer than any can be. Share it in another way, or in pieces.")
    return stored
