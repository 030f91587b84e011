"""Vectors of blind pairs: honest answers to the byte, and each fault once."""

from duolog.protocol.blind_pairs import bound_to, pair_keys
from duolog.protocol.codec import sha256
from duolog.seal import aead
from vectors import check_blind_pairs
from vectors.values import Json, text

JOURNAL, PAIR = sha256(b"journal"), sha256(b"pair")[:16]
ADA, SAM = sha256(b"ada"), sha256(b"sam")
K, NONCE = sha256(b"k"), sha256(b"nonce")[:24]
WEEK = '{"form":"week","appreciation":"The soup. \u2665","closeness":7}'.encode()


def make() -> Json:
    """The content of `blind_pairs.json`."""
    return {
        "about": "Blind pairs: two answers that open together. Answers are shown as bytes, in base64url.",
        "shared": {},
        "cases": [*_sealed(), *_keys(), *_opened()],
    }


def _place(author: bytes = ADA) -> Json:
    return {"k": text(K), "journal": text(JOURNAL), "pair": text(PAIR), "author": text(author)}


def _sealed() -> list[Json]:
    cases = []
    for name, answer in (("an answer", WEEK), ("the shortest", b""), ("the longest", b"x" * 4092)):
        case: Json = {"name": f"blind pair: {name}", "kind": "blind_pair"} | _place()
        case |= {"nonce": text(NONCE), "answer": text(answer)}
        cases.append(case | {"gives": check_blind_pairs.seal(case)})
    long: Json = {"nonce": text(NONCE), "answer": text(b"x" * 4093), "error": "MalformedData"}
    return [*cases, {"name": "blind pair: an answer that is too long", "kind": "blind_pair"} | _place() | long]


def _keys() -> list[Json]:
    commitment = text(pair_keys(K, JOURNAL, PAIR, ADA)[1])
    case: Json = {"kind": "blind_pair_key", "commitment": commitment}
    honest = _place()
    changed: list[tuple[str, Json, bool]] = [
        ("the key that was committed to", {}, True),
        ("another key", {"k": text(sha256(b"other"))}, False),
        ("a key that is too short", {"k": text(K[:31])}, False),
        ("another author", {"author": text(SAM)}, False),
        ("another pair", {"pair": text(sha256(b"other")[:16])}, False),
        ("another journal", {"journal": text(sha256(b"other"))}, False),
    ]
    return [
        {"name": f"blind pair: {name}"} | case | honest | other | {"gives": {"fits": fits}}
        for name, other, fits in changed
    ]


def _opened() -> list[Json]:
    sealed, commitment = _raw(WEEK)
    case: Json = {"kind": "blind_pair_open"} | _place() | {"sealed": text(sealed), "commitment": text(commitment)}
    flipped = sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:]
    hidden, _ = _raw(WEEK, padding=b"x")
    beyond, _ = _raw(WEEK, length=4093)
    broken: list[tuple[str, Json]] = [
        (
            "another secret",
            {"k": text(sha256(b"other")), "error": "VerificationError", "check": "seal.pair_commitment"},
        ),
        ("the other's commit, copied", {"author": text(SAM), "error": "VerificationError"}),
        ("a changed byte", {"sealed": text(flipped), "error": "OpenError"}),
        ("a byte is missing", {"sealed": text(sealed[:-1]), "error": "MalformedData"}),
        ("padding that is not zero", {"sealed": text(hidden), "error": "VerificationError"}),
        ("a length beyond the end", {"sealed": text(beyond), "error": "VerificationError"}),
    ]
    broken[0][1]["check"] = broken[1][1]["check"] = "seal.pair_commitment"
    broken[4][1]["check"] = broken[5][1]["check"] = "seal.pair_padding"
    honest: Json = {"name": "blind pair: opened"} | case | {"gives": {"answer": text(WEEK)}}
    return [honest, *({"name": f"blind pair: {name}"} | case | other for name, other in broken)]


def _raw(answer: bytes, *, length: int | None = None, padding: bytes = b"") -> tuple[bytes, bytes]:
    key, commitment = pair_keys(K, JOURNAL, PAIR, ADA)
    said = (len(answer) if length is None else length).to_bytes(4, "big")
    plaintext = (said + answer).ljust(4096 - len(padding), b"\x00") + padding
    associated = bound_to(JOURNAL, PAIR, ADA) + commitment
    return NONCE + aead.encrypt(key, NONCE, plaintext, associated), commitment
