"""The home: a client's folder, its lock, its database, and the key that seals what rests in it.

Rules
- The folder has mode 0700, its files 0600. One process uses it at a time; a second one waits a moment, then says so.
- The home key derives from the keyholder's secret, so nothing more has to be kept. Each use has its own label.
- Without a folder everything is in memory and gone afterwards.
"""

import fcntl
import os
import secrets
import time
from pathlib import Path

import platformdirs

from duolog.client.home.keystore import FILE, Unlock, load_keystore, save_keystore
from duolog.client.home.store import Store
from duolog.errors import HomeError
from duolog.protocol import sizes
from duolog.protocol.codec import label
from duolog.seal import aead
from duolog.seal.derive import expand
from duolog.seal.keys import KeyholderSecret

WAIT = 5.0  # seconds for another process to leave the home
_DATABASE = "log.sqlite"


def default_home() -> Path:
    """Where the home is when nobody says otherwise."""
    return platformdirs.user_data_path("duolog") / "home"


def has_keystore(folder: Path) -> bool:
    """Whether an account or an unfinished registration lives there."""
    return (folder / FILE).exists()


class Home:
    """An open home. `open_new` makes one for a fresh keyholder, `open_old` opens one that exists."""

    def __init__(self, store: Store, keyholder: KeyholderSecret, lock: int | None) -> None:
        self.store = store
        self.keyholder = keyholder
        self._lock = lock
        self._key = expand(keyholder.seed, label("home"), sizes.SEED)

    def __repr__(self) -> str:
        return "Home(<secret>)"

    @classmethod
    def open_new(cls, folder: Path | None, keyholder: KeyholderSecret, unlock: Unlock) -> "Home":
        """A new home for this keyholder.

        Raises:
            HomeError: the folder can't be made or written, or already has an account.
            KeystoreLocked: no OS keyring and no passphrase.
        """
        if folder is None:
            return cls(Store(None), keyholder, None)
        lock = _take(folder)
        try:
            if has_keystore(folder):
                raise HomeError("This home already has an account. Name another home for a second one.")
            store = _open_store(folder)
            save_keystore(folder, keyholder, unlock)
        except BaseException:
            os.close(lock)
            raise
        return cls(store, keyholder, lock)

    @classmethod
    def open_old(cls, folder: Path, unlock: Unlock) -> "Home":
        """The home of an account, unlocked.

        Raises:
            HomeError: there is none, or it can't be read or is in use.
            KeystoreLocked, MalformedData: as `load_keystore`.
        """
        if not has_keystore(folder):
            raise HomeError("There is no account in this home. Register or restore one, or name another home.")
        lock = _take(folder)
        try:
            return cls(_open_store(folder), load_keystore(folder, unlock), lock)
        except BaseException:
            os.close(lock)
            raise

    def close(self) -> None:
        """Close the database and leave the home to others."""
        self.store.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Seal what rests in the database: nonce 24 | ciphertext."""
        nonce = secrets.token_bytes(sizes.AEAD_NONCE)
        return nonce + aead.encrypt(self._key, nonce, plain, label("home-" + purpose))

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """What `seal` sealed. Raises: OpenError when it was changed or belongs elsewhere."""
        return aead.decrypt(self._key, sealed[: sizes.AEAD_NONCE], sealed[sizes.AEAD_NONCE :], label("home-" + purpose))


def _open_store(folder: Path) -> Store:
    path = folder / _DATABASE
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise HomeError(f"The home {folder} can't be written: {error.strerror}. Check its permissions.") from error
    return Store(path)


def _take(folder: Path) -> int:
    """The lock of a home, held until its descriptor is closed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise HomeError(f"The home {folder} can't be written: {error.strerror}. Name a folder of your own.") from error
    end = time.monotonic() + WAIT
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() < end:
                time.sleep(0.05)
                continue
            os.close(lock)
            raise HomeError("Another program is using this home. Wait until it has finished, and try again.") from error
        return lock
