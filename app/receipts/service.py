"""The receipt keys: kept in one file, newest last; the newest signs.

The file has one line for each key, its 32-byte seed in base64url. It is made on the first start, for the server's user
alone. To replace a key, add a line and restart: the key before signs the one after it, and clients follow. Servers that
share a PostgreSQL share this file. Spec: §6.
"""

import os
import secrets
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nacl.bindings

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.receipts import Receipt, receipt_input, receipt_key_input


@dataclass(frozen=True, slots=True)
class PublicReceiptKey:
    """One receipt key as the world sees it; `signature` is that of the key before it, None for the first."""

    key: bytes
    signature: bytes | None


class ReceiptSigner:
    """Signs receipts with the newest of its keys."""

    def __init__(self, seeds: list[bytes]) -> None:
        pairs = [nacl.bindings.crypto_sign_seed_keypair(seed) for seed in seeds]
        self._newest = pairs[-1][1]
        keys = [PublicReceiptKey(pairs[0][0], None)]
        for (old, private), (new, _) in pairwise(pairs):
            keys.append(PublicReceiptKey(new, _sign(private, receipt_key_input(old, new))))
        self.keys = tuple(keys)

    def __repr__(self) -> str:
        return "ReceiptSigner(<secret>)"

    def sign(self, journal: bytes, seq: int, head: bytes, time: int) -> Receipt:
        """The receipt for a head accepted at `time`, Unix seconds."""
        return Receipt(seq, head, time, _sign(self._newest, receipt_input(journal, seq, head, time)))


def load_receipt_keys(path: Path) -> ReceiptSigner:
    """The keys in the file at `path`, which is made if it isn't there.

    Raises:
        OSError: the file can't be read or made.
        MalformedData: it holds something else than keys.
    """
    if not path.exists():
        _create(path)
    return read_receipt_keys(path.read_bytes())


def read_receipt_keys(data: bytes) -> ReceiptSigner:
    """The keys in the bytes of a receipt key file. Raises: MalformedData."""
    lines = data.decode("ascii", errors="replace").split()
    if not lines:
        raise MalformedData("The receipt key file is empty. Put it back from a backup.")
    return ReceiptSigner([parse_b64(line, sizes.SEED) for line in lines])


def _create(path: Path) -> None:
    """Write a first key. Two servers that start at once agree, since a link takes its place only once."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(encode_b64(secrets.token_bytes(sizes.SEED)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        return
    finally:
        new.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _sign(private: bytes, message: bytes) -> bytes:
    return nacl.bindings.crypto_sign(message, private)[: sizes.SIGNATURE]
