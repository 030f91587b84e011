"""Values as vectors hold them, and the people and times of their logs."""

from typing import Any

from duolog.protocol.codec import encode_b64, sha256

Json = dict[str, Any]

ADA, SAM, KIM, JOURNAL = sha256(b"ada"), sha256(b"sam"), sha256(b"kim"), sha256(b"journal")  # Kim is a confidant
START = 1_790_000_000  # Unix seconds


def text(data: bytes) -> str:
    """Bytes as vectors hold them."""
    return encode_b64(data)
