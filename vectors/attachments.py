"""Vectors of attachments: small ones, and one fault each. A fault with a right digest is its author's."""

import io
from typing import Any

import nacl.bindings

from duolog.protocol import sizes
from duolog.protocol.codec import label, sha256
from duolog.seal.attachments import seal_attachment
from tests.protocol.builders import Randomness
from vectors.check_attachments import changed, pattern
from vectors.values import Json, text

CHUNK = sizes.STREAM_CHUNK
SEALED = CHUNK + sizes.STREAM_TAG
SIZES = {"empty": 0, "a byte": 1, "a chunk": CHUNK, "a chunk and a byte": CHUNK + 1}
JOURNAL, KEY = Randomness("attachment journal")(32), Randomness("attachment key")(32)


def make() -> Json:
    """The content of `attachments.json`."""
    ids = {name: Randomness(f"attachment {name}")(16) for name in SIZES}
    stored = {name: _sealed(ids[name], pattern(size)) for name, size in SIZES.items()}
    shared = {"stored": {name: text(data) for name, data in stored.items()}}
    base = {
        name: {
            "name": name,
            "kind": "attachment",
            "stored": name,
            "journal": text(JOURNAL),
            "attachment": text(ids[name]),
            "key": text(KEY),
            "size": size,
            "digest": text(sha256(stored[name])),
        }
        for name, size in SIZES.items()
    }
    cases = [base[name] | {"gives": {"pattern": size, "stored": len(stored[name])}} for name, size in SIZES.items()]
    return {
        "about": "Attachments, and attachments with one fault each. Every secret here is public.",
        "shared": shared,
        "cases": cases + _faults(base, stored, ids),
    }


def _faults(base: dict[str, Json], stored: dict[str, bytes], ids: dict[str, bytes]) -> list[Json]:
    two, both = base["a chunk and a byte"], stored["a chunk and a byte"]
    end = len(both)

    def by_server(name: str, check: str, *changes: Any) -> Json:
        return two | {"name": f"server: {name}", "changes": list(changes)} | _refused(check)

    def by_author(name: str, check: str, *changes: Any, of: Json = two, **other: Any) -> Json:
        case = of | {"name": f"author: {name}", "changes": list(changes)} | _refused(check) | other
        return case | {"digest": text(sha256(changed(stored[case["stored"]], case["changes"])))}

    tagged = _sealed(ids["a chunk and a byte"], pattern(CHUNK + 1), last=0)
    early = _sealed(ids["a chunk and a byte"], pattern(CHUNK + 1), inner=3)
    rekeyed = _sealed(ids["a chunk and a byte"], pattern(CHUNK + 1), inner=2)
    dirty = _sealed(ids["a byte"], pattern(1), padding=b"\x01")
    flip = text(bytes([both[500] ^ 1]))
    return [
        by_server("a flipped bit", "digest", [500, 501, flip]),
        by_server("a flipped header", "digest", [0, 1, text(bytes([both[0] ^ 1]))]),
        by_server("the first chunk twice", "size", [24 + SEALED, 24 + SEALED, [24, 24 + SEALED]]),
        by_server("the first chunk is missing", "size", [24, 24 + SEALED, ""]),
        by_server("the last chunk is missing", "size", [24 + SEALED, end, ""]),
        by_server("cut off by a byte", "size", [end - 1, end, ""]),
        by_server("a byte behind the end", "size", [end, end, "AA"]),
        by_server("nothing", "size", [0, end, ""]),
        base["a byte"] | {"name": "server: another attachment", "stored": "empty"} | _refused("digest"),
        by_author("a flipped bit", "chunk", [500, 501, flip]),
        by_author("a flipped bit in the last chunk", "chunk", [end - 1, end, text(bytes([both[-1] ^ 1]))]),
        by_author("of another journal", "chunk", journal=text(bytes(32))),
        by_author("under another id", "chunk", attachment=text(bytes(16))),
        by_author("under another key", "chunk", key=text(bytes(32))),
        by_author("the last chunk doesn't end it", "end", *_difference(both, tagged)),
        by_author("the first chunk ends it", "end", *_difference(both, early)),
        by_author("a chunk that changes the key", "end", *_difference(both, rekeyed)),
        by_author("padded with a one", "padding", *_difference(stored["a byte"], dirty), of=base["a byte"]),
        by_author("a smaller size than it has", "padding", size=CHUNK - 1, of=base["a chunk"]),
    ]


def _difference(before: bytes, after: bytes) -> list[Any]:
    """The changes between two stored bytes of one size."""
    places = [at for at in range(len(before)) if before[at] != after[at]]
    starts = [at for at, last in zip(places, [-99, *places], strict=False) if at - last > 16]
    ends = [at + 1 for at, following in zip(places, [*places[1:], 10**9], strict=True) if following - at > 16]
    return [[start, end, text(after[start:end])] for start, end in zip(starts, ends, strict=True)]


def _refused(check: str) -> Json:
    return {"error": "AttachmentFault", "check": f"attachments.{check}"}


def _sealed(attachment: bytes, content: bytes, *, inner: int = 0, last: int = 3, padding: bytes | None = None) -> bytes:
    """Stored bytes with the header of this id; with other tags, or a first byte of padding, than the protocol says."""
    header = Randomness(f"attachment header {attachment.hex()}")(24)
    if (inner, last, padding) == (0, 3, None):
        return b"".join(seal_attachment(io.BytesIO(content), len(content), KEY, JOURNAL, attachment, header=header))
    padded = (content + (padding or b"")).ljust(67584 if len(content) > CHUNK else CHUNK, b"\0")
    state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
    nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, KEY)
    parts, bound = [header], label("attachment") + JOURNAL + attachment
    for at in range(0, len(padded), CHUNK):
        tag = last if at + CHUNK >= len(padded) else inner
        chunk = padded[at : at + CHUNK]
        parts.append(nacl.bindings.crypto_secretstream_xchacha20poly1305_push(state, chunk, bound, tag))
    return b"".join(parts)
