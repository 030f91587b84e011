"""Sealed answers of a blind pair: how one is sealed, and how it is opened once its secret is published.

Rules
- Key and commitment derive from `k` and from journal, pair and author, so an answer opens only in its own place.
- Plaintext: u32 length | answer | zeros to 4096 bytes. Every sealed answer has the same size.
- Sealed: nonce 24 | ciphertext. Associated data is the label, journal, pair, author and commitment.

A reader checks the size, then `k` against the commitment, then the AEAD, then the padding. The rules of publishing
stand in `duolog.protocol.blind_pairs`. Spec: §8.
"""

import secrets

from duolog.errors import MalformedData, OpenError, VerificationError
from duolog.protocol import sizes
from duolog.protocol.blind_pairs import bound_to, key_fits, pair_keys
from duolog.protocol.codec import u32
from duolog.seal import aead
from duolog.seal.secret import Secret

_LENGTH = 4


class PairSecret(Secret):
    """The secret `k` of one answer, 32 bytes. It is published once both have committed."""

    __slots__ = ("k",)

    def __init__(self, k: bytes) -> None:
        """Take a secret that is kept or published. Raises: MalformedData for another size than 32 bytes."""
        if len(k) != sizes.PAIR_SECRET:  # check: seal.pair_secret
            raise MalformedData("The secret of an answer has another size than 32 bytes.")
        self.k = k

    @classmethod
    def new(cls) -> "PairSecret":
        """A fresh secret."""
        return cls(secrets.token_bytes(sizes.PAIR_SECRET))


def seal_answer(
    k: PairSecret, journal: bytes, pair: bytes, author: bytes, answer: bytes, *, nonce: bytes | None = None
) -> tuple[bytes, bytes]:
    """The sealed answer (4136 bytes) and its commitment (32). `pair`: 16 bytes, the entry of `begin`.

    `nonce` (24 bytes) is fresh unless a test vector needs a given one.

    Raises:
        MalformedData: the answer is longer than 4092 bytes.
    Spec: §8.
    """
    if len(answer) > sizes.MAX_PAIR_ANSWER:  # check: seal.pair_answer_size
        raise MalformedData(f"An answer has {len(answer)} bytes; {sizes.MAX_PAIR_ANSWER} fit. Shorten it.")
    key, commitment = pair_keys(k.k, journal, pair, author)
    plaintext = (u32(len(answer)) + answer).ljust(sizes.PAIR_PLAINTEXT, b"\x00")
    nonce = secrets.token_bytes(sizes.AEAD_NONCE) if nonce is None else nonce
    return nonce + aead.encrypt(key, nonce, plaintext, bound_to(journal, pair, author) + commitment), commitment


def open_answer(k: PairSecret, journal: bytes, pair: bytes, author: bytes, sealed: bytes, commitment: bytes) -> bytes:
    """The answer in `sealed`, by the published `k` of its author.

    Raises:
        MalformedData: the sealed answer has another size.
        VerificationError: `check` is seal.pair_commitment (another secret than was committed to) or seal.pair_padding.
        OpenError: the sealed answer was changed.
    Spec: §8.
    """
    if len(sealed) != sizes.SEALED_ANSWER:  # check: seal.pair_size
        raise MalformedData("A sealed answer has another size than every sealed answer has.")
    if not key_fits(commitment, k.k, journal, pair, author):  # check: seal.pair_commitment
        raise VerificationError("This key is not the one of the sealed answer.", check="seal.pair_commitment")
    key, _ = pair_keys(k.k, journal, pair, author)
    nonce, ciphertext = sealed[: sizes.AEAD_NONCE], sealed[sizes.AEAD_NONCE :]
    try:
        plaintext = aead.decrypt(key, nonce, ciphertext, bound_to(journal, pair, author) + commitment)
    except OpenError as error:
        raise OpenError("The sealed answer was changed, or is another person's.") from error
    end = _LENGTH + int.from_bytes(plaintext[:_LENGTH], "big")
    if end > len(plaintext) or any(plaintext[end:]):  # check: seal.pair_padding
        raise VerificationError("The answer's padding is not what the protocol says.", check="seal.pair_padding")
    return plaintext[_LENGTH:end]
