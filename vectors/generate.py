"""Make every file of vectors again: `python -m vectors.generate`. The result is the same bytes each time.
 Randomness comes from names (see `tests.protocol.builders`). HPKE draws its own and can't be told, so what it sealed is
kept in `sealed_once.json` by a hash of what went in, and taken from there; only something new is sealed anew.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from duolog.protocol.accounts import AccountChain
from duolog.protocol.codec import length_prefixed, sha256
from duolog.protocol.roster_statements import Member
from duolog.seal import hpke
from duolog.seal.grants import Epoch
from duolog.seal.keys import EpochKey
from vectors import (
    attachments,
    blind_pairs,
    devices,
    documents,
    entries,
    journals,
    keys,
    machines,
    primitives,
    reducers,
    texts,
)
from vectors.check import FILES, FOLDER
from vectors.transcript.lines import FILE, acts_of, read
from vectors.transcript.recording import record
from vectors.values import Json, text

_ONCE = FOLDER / "sealed_once.json"


class Once:
    """HPKE whose answers are frozen: the same input gives the same sealed bytes as ever."""

    def __init__(self) -> None:
        self._sealed: dict[str, str] = json.loads(_ONCE.read_text(encoding="utf-8")) if _ONCE.exists() else {}

    def seal(self, kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
        """As `hpke.seal`, once."""
        name = sha256(length_prefixed(kem_key, plaintext, info)).hex()
        if name not in self._sealed:
            self._sealed[name] = text(hpke.seal(kem_key, plaintext, info))
        return primitives.unb64(self._sealed[name])

    def grants(
        self, key: EpochKey, epoch: Epoch, members: Iterable[Member], chains: Mapping[bytes, AccountChain]
    ) -> dict[bytes, bytes]:
        """As `wrap_grants`, once."""
        return {
            item.account: self.seal(
                chains[item.account].generation(item.generation).kem_key,
                key.key,
                epoch.info(item.account, item.generation),
            )
            for item in members
        }

    def save(self) -> None:
        """Save the sealed values; they never change again."""
        _ONCE.write_text(encode(dict(sorted(self._sealed.items()))), encoding="utf-8")


MAKERS: dict[str, Callable[[Once], Json]] = {
    "primitives.json": lambda _: primitives.make(),
    "codec.json": lambda _: texts.make(),
    "keys.json": lambda once: keys.make(once.seal),
    "accounts.json": lambda _: keys.make_accounts(),
    "devices.json": lambda _: devices.make(),
    "journals.json": lambda once: journals.make(once.grants),
    "entries.json": lambda once: entries.make(once.grants),
    "attachments.json": lambda _: attachments.make(),
    "pairing.json": lambda once: keys.make_pairing(once.grants),
    "documents.json": lambda _: documents.make(machines.make()),
    "reducers.json": lambda _: reducers.make(),
    "blind_pairs.json": lambda _: blind_pairs.make(),
}


def generate(name: str, once: Once | None = None) -> Json:
    """The content of one file of vectors."""
    return MAKERS[name](once or Once())


def encode(value: Json) -> str:
    """How vectors are written."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every file."""
    once = Once()
    for name in FILES:
        (FOLDER / name).write_text(encode(generate(name, once)), encoding="utf-8")
        print(f"{name}: {len(generate(name, once)['cases'])} cases")
    once.save()
    with tempfile.TemporaryDirectory(prefix="transcript-") as folder:
        FILE.write_text(asyncio.run(record(Path(folder) / "server")), encoding="utf-8")
    print(f"{FILE.name}: {len(list(acts_of(read())))} acts")


if __name__ == "__main__":
    main()
