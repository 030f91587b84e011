"""The home: a client's folder, its lock, its database, and the key that seals what rests in it.

Rules
- The folder has mode 0700, its files 0600. One process uses it at a time; a second one waits a moment, then says so.
- The home key derives from the keyholder's secret, so no file holds it. Each use has its own label.
- Without a folder, memory holds everything until the home is closed; attachments lie in unlinked files.
"""

import fcntl
import os
import time
from pathlib import Path

import platformdirs

from duolog.client.home.attachment_files import AttachmentFiles
from duolog.client.home.keystore import FILE, NO_ACCOUNT, Unlock, load_keystore, open_sealed, save_keystore, seal
from duolog.client.home.store import Store
from duolog.errors import HomeError
from duolog.protocol import sizes
from duolog.protocol.codec import label
from duolog.seal.derive import expand
from duolog.seal.keys import KeyholderSecret

WAIT = 5.0  # seconds for another process to leave the home
_DATABASE = "log.sqlite"


def default_home() -> Path:
    """The folder of a home that has no other name."""
    return platformdirs.user_data_path("duolog") / "home"


def has_keystore(folder: Path) -> bool:
    """Whether a folder holds an account or an unfinished registration."""
    return (folder / FILE).exists()


class Home:
    """An open home. `open_new` makes one for a fresh keyholder, `open_old` opens one that exists."""

    def __init__(self, store: Store, keyholder: KeyholderSecret, lock: int | None, folder: Path | None) -> None:
        self.store = store
        self.files = AttachmentFiles(folder)
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
            return cls(Store(None), keyholder, None, None)
        lock = _take(folder)
        try:
            if has_keystore(folder):
                raise HomeError("This home already has an account. Name another home for a second one.")
            store = _open_store(folder)
            save_keystore(folder, keyholder, unlock)
            return cls(store, keyholder, lock, folder)
        except BaseException:
            os.close(lock)
            raise

    @classmethod
    def open_old(cls, folder: Path, unlock: Unlock) -> "Home":
        """The home of an account, unlocked.

        Raises:
            HomeError: the folder has no account, can't be read, or is in use.
            KeystoreLocked, MalformedData: as `load_keystore`.
        """
        if not has_keystore(folder):
            raise HomeError(NO_ACCOUNT)
        lock = _take(folder)
        try:
            home = cls(_open_store(folder), load_keystore(folder, unlock), lock, folder)
            home.files.sweep_opened()
            return home
        except BaseException:
            os.close(lock)
            raise

    def close(self) -> None:
        """Close the database, and let other programs use the home."""
        self.store.close()
        self.files.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Seal bytes for the database: nonce 24 | ciphertext."""
        return seal(self._key, plain, label("home-" + purpose))

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The bytes that `seal` sealed. Raises: OpenError when they were changed or belong elsewhere."""
        return open_sealed(self._key, sealed, label("home-" + purpose))


def _open_file(folder: Path, name: str) -> int:
    """The descriptor of a file in a home. The folder and the file are made if they don't exist."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise HomeError(f"The home {folder} can't be written: {error.strerror}. Name a folder of your own.") from error


def _open_store(folder: Path) -> Store:
    os.close(_open_file(folder, _DATABASE))
    return Store(folder / _DATABASE)


def _take(folder: Path) -> int:
    """The lock of a home, held until its descriptor is closed."""
    lock = _open_file(folder, "lock")
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
