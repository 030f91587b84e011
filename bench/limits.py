"""The machine's own limits: bare hashing, encrypting, signing and writing, without Duolog around it. Each is measured
once per call, in seconds: a claim measures it in turn with Duolog's own.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite


def timed(function: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def durable_inserts(folder: Path, groups: Sequence[Sequence[bytes]]) -> float:
    """Insert the rows of each group into SQLite, with one synced COMMIT for each group."""

    def insert() -> None:
        connection = sqlite3.connect(folder / f"limit-{secrets.token_hex(4)}.db", isolation_level=None)
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
    """Make and check a number of Ed25519 signatures."""
    public, private = nacl.bindings.crypto_sign_keypair()

    def sign() -> None:
        for _ in range(count):
            nacl.bindings.crypto_sign_open(nacl.bindings.crypto_sign(b"x" * 100, private), public)

    return timed(sign)


def sealed_keys(count: int) -> float:
    """Seal and open a number of 32-byte keys by HPKE with X-Wing, each to a key pair made for it."""
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

    def seal() -> None:
        for _ in range(count):
            private = MLKEM768X25519PrivateKey(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())
            suite.decrypt(suite.encrypt(bytes(32), private.public_key(), info=b"limit"), private, info=b"limit")

    return timed(seal)


def opened_entries(count: int, message: bytes) -> float:
    """Do for each entry what the specification prescribes to its reader, and parse its message, which is JSON.

    Two hashes (blob and chain), a derivation of 64 bytes, one decryption, one hash and one HMAC of the message; each as
    cheaply as Python calls it, so the keys, which are the same for all, are given to HMAC once.
    """
    key, nonce, bound = secrets.token_bytes(32), secrets.token_bytes(24), secrets.token_bytes(123)
    encrypt = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
    decrypt = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt
    blob, sha256 = encrypt(message, bound, nonce, key), hashlib.sha256
    keyed = hmac.new(key, digestmod="sha256")

    def mac(data: bytes) -> bytes:
        copied = keyed.copy()
        copied.update(data)
        return copied.digest()

    def read() -> None:
        for _ in range(count):
            sha256(blob).digest()
            sha256(bound + sha256(bound).digest()).digest()
            mac(bound)
            mac(bound + b"\x01")
            opened = decrypt(blob, bound, nonce, key)
            mac(bound + sha256(opened).digest())
            json.loads(opened)

    return timed(read)


def secret_stream(size: int, *, opened: bool) -> float:
    """Seal `size` bytes by libsodium's secretstream, in chunks of 64 KiB; with `opened`, only opening them counts."""
    chunk, key = secrets.token_bytes(64 * 1024), secrets.token_bytes(32)
    count = size // len(chunk)
    push = nacl.bindings.crypto_secretstream_xchacha20poly1305_push
    pull = nacl.bindings.crypto_secretstream_xchacha20poly1305_pull
    state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
    header = nacl.bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    if not opened:
        return timed(lambda: [len(push(state, chunk)) for _ in range(count)])
    taken, sealed = 0.0, push(state, chunk)
    for _ in range(count):
        reader = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
        nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(reader, header, key)
        start = time.perf_counter()
        pull(reader, sealed)
        taken += time.perf_counter() - start
    return taken


async def loopback(size: int) -> float:
    """Move `size` bytes over a bare loopback connection."""
    data = bytes(64 * 1024)

    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _chunk in range(size // len(data) + 1):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(send, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while await reader.read(len(data)):
        pass
    taken = time.perf_counter() - start
    writer.close()
    server.close()
    return taken
