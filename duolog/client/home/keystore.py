"""The keystore: a home's keyholder secret, in the OS keyring or in a file under a passphrase.

Rules
- The file has mode 0600 and is replaced as a whole: written beside, synced, renamed, its folder synced.
- Argon2id has at least 64 MiB and 3 passes, when writing and when opening. Somebody changed a file that asks for less.
- A person is asked for a passphrase when it is needed. No argument and no environment variable holds it.
- A new passphrase is checked here (`passphrases`), whichever program asks for it. An old one is never judged.
- An agent that somebody started for this home gives the key that opens the file. One that doesn't open it is no key.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import nacl.exceptions
import nacl.pwhash.argon2id

from duolog.client.home import system_keyring
from duolog.client.home.agent.asking import held_key
from duolog.client.home.passphrases import check_passphrase, spellings
from duolog.errors import HomeError, KeystoreLocked, MalformedData, OpenError
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_canonical, label
from duolog.protocol.keyholder_sets import KEYHOLDER_KINDS
from duolog.protocol.statements import Fields
from duolog.seal import aead
from duolog.seal.keys import KeyholderSecret

FILE = "keystore"
NO_ACCOUNT = "There is no account in this home. Register or restore one, or name another home."
NEEDS_ONE = "The system's keyring can't keep the keys of this home. Choose a passphrase for them."
MEMORY = 64 * sizes.KIB * sizes.KIB  # bytes of Argon2id
PASSES = 3
MAX_MEMORY = 1024 * sizes.KIB * sizes.KIB  # bytes; a file that asks for more could only stop this machine
MAX_PASSES = 16


@dataclass(frozen=True, slots=True)
class Unlock:
    """How a home's keys are unlocked.

    `passphrase(new)` gives the passphrase's bytes, where the OS keyring is not used; `new` says that a keystore is
    being made (ask twice). `keyring`: whether the OS keyring may be used. `agent`: whether a running agent of the home
    may be asked before a person is.
    """

    passphrase: Callable[[bool], bytes] | None = None
    keyring: bool = True
    agent: bool = True

    def ask(self, *, new: bool) -> bytes:
        """The passphrase; a new one prepared.

        Raises:
            KeystoreLocked: nobody can be asked, or the answer is empty.
            NotAllowed: a new passphrase is too easy to guess, or can't be typed again.
        """
        if self.passphrase is None:
            raise KeystoreLocked(NEEDS_ONE if new else "The keys are locked. Give the passphrase of this home.")
        passphrase = self.passphrase(new)
        if not passphrase:
            raise KeystoreLocked("The passphrase is empty. Nothing was unlocked.")
        return check_passphrase(passphrase) if new else passphrase


@dataclass(frozen=True, slots=True, repr=False)
class StoredSecret:
    """The content of a keystore: the keyholder's secret, and the seed of the home's own key, 32 bytes.

    That is the keyholder's seed, but where another keyholder takes the place of the first: then it doesn't change.
    """

    keyholder: KeyholderSecret
    home_seed: bytes

    def encode(self) -> bytes:
        own = b"" if self.home_seed == self.keyholder.seed else self.home_seed
        return self.keyholder.seed + own + self.keyholder.kind.encode("ascii")


@dataclass(frozen=True, slots=True)
class _File:
    """A keystore that is a file under a passphrase."""

    salt: bytes
    passes: int
    memory: int
    sealed: bytes = field(repr=False)

    def opened(self, key: bytes) -> StoredSecret:
        """The secret. Raises: OpenError when the key is another one's."""
        return _parse_secret(open_sealed(key, self.sealed, label("keystore")))

    def unlocked(self, unlock: Unlock) -> tuple[bytes, StoredSecret]:
        """The key by the passphrase, and the secret that it opens. Raises: KeystoreLocked, MalformedData."""
        for spelling in spellings(unlock.ask(new=False)):
            key = _stretch(spelling, self.salt, self.passes, self.memory)
            with suppress(OpenError):
                return key, self.opened(key)
        raise KeystoreLocked("This passphrase does not open the keystore. Try again.")


def save_keystore(folder: Path, secret: KeyholderSecret, unlock: Unlock, home_seed: bytes | None = None) -> None:
    """Store a keyholder's secret for this home. `home_seed`: the seed of the home's key, unless it is the keyholder's.

    Raises:
        KeystoreLocked: no OS keyring, and no passphrase.
        NotAllowed: the passphrase is too easy to guess, or can't be typed again.
        HomeError: the file can't be written.
    """
    name = encode_b64(secrets.token_bytes(16))
    plain = StoredSecret(secret, secret.seed if home_seed is None else home_seed).encode()
    value: JsonObject = {"type": "keystore", "place": "keyring", "name": name}
    if not unlock.keyring or not system_keyring.keep(name, plain):
        salt = _new_salt()
        sealed = seal(_stretch(unlock.ask(new=True), salt, PASSES, MEMORY), plain, label("keystore"))
        value = _file(_File(salt, PASSES, MEMORY, sealed))
    write_atomically(folder / FILE, encode_canonical(value))


def replace_keyholder(folder: Path, secret: KeyholderSecret, unlock: Unlock) -> None:
    """Put another keyholder's secret in the place of this home's, under the same passphrase. The home's key stays.

    Raises: as `load_keystore`, and HomeError when the file can't be written: then the old secret is still there.
    """
    stored = _read(folder)
    if isinstance(stored, str):
        kept, name = _from_keyring(stored), encode_b64(secrets.token_bytes(16))
        if not system_keyring.keep(name, StoredSecret(secret, kept.home_seed).encode()):
            raise KeystoreLocked(
                "The system's keyring doesn't take the new secret; it has the old one. Unlock it, and try again."
            )
        write_atomically(folder / FILE, encode_canonical({"type": "keystore", "place": "keyring", "name": name}))
        system_keyring.forget(stored)
        return
    key, kept = _opened(folder, stored, unlock)
    sealed = seal(key, StoredSecret(secret, kept.home_seed).encode(), label("keystore"))
    write_atomically(folder / FILE, encode_canonical(_file(replace(stored, sealed=sealed))))


def _file(stored: _File) -> JsonObject:
    value: JsonObject = {"type": "keystore", "place": "file", "passes": stored.passes, "memory": stored.memory}
    return value | {"salt": encode_b64(stored.salt), "sealed": encode_b64(stored.sealed)}


def load_keystore(folder: Path, unlock: Unlock) -> StoredSecret:
    """The secrets of this home.

    Raises:
        KeystoreLocked: no passphrase or a wrong one, or the OS keyring doesn't give the secret.
        HomeError: the home has no keystore, or the keystore can't be read.
        MalformedData: the keystore is damaged, or asks for a weaker derivation than this program makes.
    """
    stored = _read(folder)
    if isinstance(stored, str):
        return _from_keyring(stored)
    return _opened(folder, stored, unlock)[1]


def _opened(folder: Path, stored: _File, unlock: Unlock) -> tuple[bytes, StoredSecret]:
    """The key of the file, from the agent or by the passphrase, and what it opens."""
    if unlock.agent and (key := held_key(folder)) is not None:
        with suppress(OpenError):
            return key, stored.opened(key)
    return stored.unlocked(unlock)


def keystore_key(folder: Path, unlock: Unlock) -> bytes | None:
    """The key that opens this home's keystore, by its passphrase; None where the OS keyring has the secret.

    Raises: as `load_keystore`.
    """
    stored = _read(folder)
    return None if isinstance(stored, str) else stored.unlocked(unlock)[0]


def _read(folder: Path) -> _File | str:
    """The keystore of a home, or its name in the OS keyring."""
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError as error:
        raise HomeError(NO_ACCOUNT) from error
    except OSError as error:
        raise HomeError("The keystore of this home can't be read. Check its permissions.") from error
    fields = Fields.of_statement(data, "keystore")
    if fields.text("place", "keyring", "file") == "keyring":
        return fields.text("name")
    passes, memory = fields.integer("passes", high=MAX_PASSES), fields.integer("memory", high=MAX_MEMORY)
    if passes < PASSES or memory < MEMORY:  # check: client.argon_floor
        raise MalformedData("The keystore asks for a weaker key than this program makes: somebody changed it. Stop.")
    salt, sealed = fields.data("salt", nacl.pwhash.argon2id.SALTBYTES), fields.blob("sealed", sizes.MAX_STATEMENT)
    fields.done()
    return _File(salt, passes, memory, sealed)


def _parse_secret(plain: bytes) -> StoredSecret:
    seed = plain[: sizes.SEED]
    for own, rest in ((seed, plain[sizes.SEED :]), (plain[sizes.SEED : 2 * sizes.SEED], plain[2 * sizes.SEED :])):
        if (kind := rest.decode("ascii", "replace")) in KEYHOLDER_KINDS:
            return StoredSecret(KeyholderSecret(seed, kind), own)
    raise MalformedData("The keystore is damaged.")


def _new_salt() -> bytes:
    return secrets.token_bytes(nacl.pwhash.argon2id.SALTBYTES)


def _stretch(passphrase: bytes, salt: bytes, passes: int, memory: int) -> bytes:
    try:
        return nacl.pwhash.argon2id.kdf(32, passphrase, salt, opslimit=passes, memlimit=memory)
    except (nacl.exceptions.CryptoError, MemoryError) as error:
        sentence = "There is not enough memory to unlock the keys. Close other programs, try again."
        raise KeystoreLocked(sentence) from error


def seal(key: bytes, plain: bytes, purpose: bytes) -> bytes:
    """Seal bytes for one purpose, a label: nonce 24 | ciphertext."""
    nonce = secrets.token_bytes(sizes.AEAD_NONCE)
    return nonce + aead.encrypt(key, nonce, plain, purpose)


def open_sealed(key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    """The bytes that `seal` sealed. Raises: OpenError when they were changed or belong elsewhere."""
    return aead.decrypt(key, sealed[: sizes.AEAD_NONCE], sealed[sizes.AEAD_NONCE :], purpose)


def _from_keyring(name: str) -> StoredSecret:
    try:
        return _parse_secret(system_keyring.fetch(name))
    except MalformedData as error:
        raise system_keyring.damaged() from error


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file so that after a crash either all of the old or all of the new is there. Mode 0600.

    Raises:
        HomeError: the folder can't be written, or the disk is full. The old file is unchanged.
    """
    beside = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise HomeError(f"{path.parent} can't be written: {error.strerror}. Nothing was lost.") from error
