"""Vectors of blind pairs: an answer is sealed to these bytes, and opened or refused."""

from typing import Any

from duolog.protocol.blind_pairs import key_fits, pair_keys
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.seal.blind_pairs import PairSecret, open_answer, seal_answer

Json = dict[str, Any]


def seal(case: Json) -> Json:
    """The key, the commitment and the sealed answer, with the nonce of the case."""
    k, place = parse_b64(case["k"]), _place(case)
    nonce = parse_b64(case["nonce"])
    sealed, commitment = seal_answer(PairSecret(k), *place, parse_b64(case["answer"]), nonce=nonce)
    return {
        "key": encode_b64(pair_keys(k, *place)[0]),
        "commitment": encode_b64(commitment),
        "sealed": encode_b64(sealed),
    }


def open_sealed(case: Json) -> Json:
    """The answer. Raises: DuologError for a fault."""
    k, sealed, commitment = (parse_b64(case[name]) for name in ("k", "sealed", "commitment"))
    return {"answer": encode_b64(open_answer(PairSecret(k), *_place(case), sealed, commitment))}


def fits(case: Json) -> Json:
    """Whether a published key fits a commitment."""
    return {"fits": key_fits(parse_b64(case["commitment"]), parse_b64(case["k"]), *_place(case))}


def _place(case: Json) -> tuple[bytes, bytes, bytes]:
    journal, pair, author = (parse_b64(case[name]) for name in ("journal", "pair", "author"))
    return journal, pair, author
