"""HPKE base mode (RFC 9180) with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305: how a key is sealed to one recipient.

Rules
- `info` names the purpose of a sealed key; there is no associated data.
- An X-Wing private key is a 32-byte seed, expanded by SHAKE256 to 96 bytes: ML-KEM-768 `d | z` (64), then X25519 (32),
  as draft-connolly-cfrg-xwing-kem says. The public key is ML-KEM-768 1184 | X25519 32.
- Sealed = encapsulation 1120 | ciphertext | tag 16.
- Every failure is the same `OpenError`, which doesn't tell the cause.
"""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from duolog.errors import OpenError
from duolog.protocol import sizes

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_ML_KEM_SEED = 64
_ML_KEM_KEY = 1184


class KemSecret:
    """The private half of an X-Wing key, from its 32-byte seed; `kem_key` is the public half (1216 bytes)."""

    __slots__ = ("_private", "kem_key")

    def __init__(self, seed: bytes) -> None:
        expanded = hashlib.shake_256(seed).digest(_ML_KEM_SEED + 32)
        ml_kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_ML_KEM_SEED])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[_ML_KEM_SEED:])
        self._private = MLKEM768X25519PrivateKey(ml_kem, x25519)
        self.kem_key = ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "KemSecret(<secret>)"

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The plaintext that was sealed to this key with this `info`.

        Raises:
            OpenError: another key, another `info`, or changed bytes.
        Spec: §3.
        """
        try:
            return _SUITE.decrypt(sealed, self._private, info=info)
        except (InvalidTag, ValueError) as error:
            raise OpenError("A sealed key does not open with the keys of this account.") from error


def seal(kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
    """`plaintext` sealed to a public key, with fresh randomness.

    Raises:
        OpenError: the public key is invalid.
    Spec: §3.
    """
    if len(kem_key) != sizes.KEM_KEY:
        raise OpenError("A public key has the wrong size.")
    try:
        public = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(kem_key[:_ML_KEM_KEY]),
            X25519PublicKey.from_public_bytes(kem_key[_ML_KEM_KEY:]),
        )
        return _SUITE.encrypt(plaintext, public, info=info)
    except ValueError as error:
        raise OpenError("A public key is not one that anything can be sealed to.") from error
