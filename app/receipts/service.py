"""The receipt keys: kept in one file, newest last; the newest signs.

The file has one line for each key, its 32-byte seed in base64url. It is made on the first start, for the server's user
alone. To replace a key, a line is added and the server restarted: the old key and the new one sign each other, and
clients follow. Old lines stay, since they prove the receipts that they signed. Servers that share a PostgreSQL share
this file. Spec: §6.
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
    """One receipt key as the world sees it. `signature`: by the key before it; `countersignature`: of the same bytes by
    this key. Both are None for the first key.
    """

    key: bytes
    signature: bytes | None = None
    countersignature: bytes | None = None


class ReceiptSigner:
    """Signs receipts with the newest of its keys."""

    def __init__(self, seeds: list[bytes]) -> None:
        pairs = [nacl.bindings.crypto_sign_seed_keypair(seed) for seed in seeds]
        self._newest = pairs[-1][1]
        keys = [PublicReceiptKey(pairs[0][0])]
        for (old, old_private), (new, new_private) in pairwise(pairs):
            said = receipt_key_input(old, new)
            keys.append(PublicReceiptKey(new, _sign(old_private, said), _sign(new_private, said)))
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
    if len(set(lines)) < len(lines):
        raise MalformedData("A key stands twice in the receipt key file. Take the second of the two lines out.")
    if len(lines) > sizes.MAX_SERVERS:
        raise MalformedData(f"The receipt key file has {len(lines)} keys, where {sizes.MAX_SERVERS} may stand.")
    return ReceiptSigner([parse_b64(line, sizes.SEED) for line in lines])


def add_receipt_key(path: Path) -> int:
    """Add a new key to the file at `path`, whole or not at all; how many keys it has now.

    Raises: OSError, MalformedData: as `load_receipt_keys`, or it has as many keys as may stand there.
    """
    before = path.read_bytes()
    read_receipt_keys(before)
    data = b"\n".join([*before.split(), _new_line()])
    count = len(read_receipt_keys(data).keys)
    _write_beside(path, data).replace(path)
    _sync_folder(path.parent)
    return count


def _new_line() -> bytes:
    return encode_b64(secrets.token_bytes(sizes.SEED)).encode("ascii") + b"\n"


def _create(path: Path) -> None:
    """Write a first key. Two servers that start at once agree, since a link takes its place only once."""
    new = _write_beside(path, _new_line())
    try:
        os.link(new, path)
    except FileExistsError:
        return
    finally:
        new.unlink()
    _sync_folder(path.parent)


def _write_beside(path: Path, data: bytes) -> Path:
    """A new file beside `path` with this content, durable, for this user alone."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return new


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _sign(private: bytes, message: bytes) -> bytes:
    return nacl.bindings.crypto_sign(message, private)[: sizes.SIGNATURE]
