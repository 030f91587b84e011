"""Blind pairs: two people answer the same question, and neither sees the other's answer before giving their own.

Rules
- Each answer has its own secret `k`, 32 random bytes. It gives a key, under which the answer is sealed, and a
  commitment, which is published with the sealed answer.
- Both are bound to the journal, to the pair and to the author. So nobody can pass off the other's answer as their own.
- Once both have committed, each publishes `k`. A `k` that doesn't fit its commitment counts as not revealed.

This module seals nothing and opens nothing: see `duolog.seal.blind_pairs`. Spec: §8.
"""

import hmac

from duolog.protocol import sizes
from duolog.protocol.codec import hmac_sha256, label


def bound_to(journal: bytes, pair: bytes, author: bytes) -> bytes:
    """The label, and what an answer belongs to: journal 32 | pair 16 | author 32. Spec: §8."""
    return label("blind-pair") + journal + pair + author


def pair_keys(k: bytes, journal: bytes, pair: bytes, author: bytes) -> tuple[bytes, bytes]:
    """The key and the commitment, 32 bytes each, of the answer of `author`. `k`: 32 bytes. `pair`: 16 bytes. Spec: §8.

    This is HKDF-Expand to 64 bytes, of a secret that is uniform.
    """
    info = bound_to(journal, pair, author)
    key = hmac_sha256(k, info, b"\x01")
    return key, hmac_sha256(k, key, info, b"\x02")


def key_fits(commitment: bytes, k: bytes, journal: bytes, pair: bytes, author: bytes) -> bool:
    """Whether a published `k` (32 bytes) is the one that `commitment` was made of. Takes constant time. Spec: §8."""
    fixed = (len(k), len(journal), len(pair), len(author))
    if fixed != (sizes.PAIR_SECRET, sizes.JOURNAL_ID, sizes.ENTRY_ID, sizes.ACCOUNT_ID):  # check: pairs.widths
        return False
    return hmac.compare_digest(pair_keys(k, journal, pair, author)[1], commitment)
