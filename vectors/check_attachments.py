"""Vectors of attachments: stored bytes that open, and stored bytes with one fault."""

import io
from typing import Any

from duolog.protocol.codec import parse_b64, sha256
from duolog.protocol.messages import Attachment
from duolog.seal.attachments import open_attachment, seal_attachment, verify_stored

Json = dict[str, Any]


def pattern(size: int) -> bytes:
    """The content of an attachment: byte i is i mod 251."""
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


def changed(stored: bytes, changes: list[Any]) -> bytes:
    """Stored bytes after these replacements, in order, each by new bytes or by a copy of those between two places."""
    for start, end, put in changes:
        new = parse_b64(put) if isinstance(put, str) else stored[slice(*put)]
        stored = stored[:start] + new + stored[end:]
    return stored


def open_stored(case: Json, shared: Json) -> Json:
    """Open the stored bytes of an attachment, and check that its content seals to the same bytes again."""
    journal, stored = parse_b64(case["journal"]), parse_b64(shared["stored"][case["stored"]])
    key, header, size = parse_b64(case["key"]), stored[:24], case["size"]
    if "changes" in case:
        stored = changed(stored, case["changes"])
    digest = parse_b64(case["digest"]) if "digest" in case else sha256(stored)
    named = Attachment(parse_b64(case["attachment"]), key, digest, size, "text/plain")
    verify_stored(io.BytesIO(stored), named)
    content = b"".join(open_attachment(io.BytesIO(stored), named, journal))
    if b"".join(seal_attachment(io.BytesIO(content), size, key, journal, named.id, header=header)) != stored:
        raise AssertionError("seals to other bytes")
    return {"pattern": len(content) if content == pattern(len(content)) else None, "stored": len(stored)}
