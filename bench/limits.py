"""The machine's own limits: bare hashing, encrypting, signing, writing and loopback, without Duolog around it."""

import secrets
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from bench.measure import timed
from duolog.protocol.codec import hmac_sha256, sha256


def durable_inserts(folder: Path, groups: Sequence[Sequence[bytes]]) -> float:
    """Seconds to insert the rows of each group into SQLite, with one synced COMMIT for each group."""

    def insert() -> None:
        path = folder / f"limit-{secrets.token_hex(4)}.db"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, data BLOB NOT NULL)")
        for group in groups:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO rows (data) VALUES (?)", [(data,) for data in group])
            connection.execute("COMMIT")
        connection.close()

    return timed(insert)


def signatures(count: int) -> float:
    """Seconds to make and check a number of Ed25519 signatures."""
    public, private = nacl.bindings.crypto_sign_keypair()

    def sign() -> None:
        for _ in range(count):
            nacl.bindings.crypto_sign_open(nacl.bindings.crypto_sign(b"x" * 100, private), public)

    return timed(sign)


def sealed_keys(count: int) -> float:
    """Seconds to seal and open a number of 32-byte keys by HPKE with X-Wing, each to a key pair made for it."""
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

    def seal() -> None:
        for _ in range(count):
            private = MLKEM768X25519PrivateKey(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())
            suite.decrypt(suite.encrypt(bytes(32), private.public_key(), info=b"limit"), private, info=b"limit")

    return timed(seal)


def opened_entries(count: int, size: int) -> float:
    """Seconds for the cryptography of reading a number of entries of `size` bytes: two hashes (blob and chain),
    a derivation of 64 bytes, one decryption, one hash and one HMAC of the message.
    """
    key, nonce, bound = secrets.token_bytes(32), secrets.token_bytes(24), secrets.token_bytes(123)
    encrypt = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
    decrypt = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt
    blob = encrypt(secrets.token_bytes(size), bound, nonce, key)

    def read() -> None:
        for _ in range(count):
            sha256(blob)
            sha256(bound, sha256(bound))
            hmac_sha256(key, bound)
            hmac_sha256(key, bound, b"\x01")
            message = decrypt(blob, bound, nonce, key)
            hmac_sha256(key, bound, sha256(message))

    return timed(read)
