"""The home: a client's folder, its lock, its database, and the key that seals what rests in it.

Rules
- The folder has mode 0700, its files 0600. One process uses it at a time; a second one waits a moment, then says so.
- A process steps aside while a person thinks. It comes back with the next operation, and reads anew what others wrote.
- Where the disk is full or can't be written, a copy in memory is read, and every write is refused.
- The home key derives from a seed in the keystore, so no file holds it. Each use has its own label.
- Without a folder, memory holds everything until the home is closed; attachments lie in unlinked files.
"""

import fcntl
import os
import secrets
import sqlite3
import time
from pathlib import Path

import platformdirs

from duolog.client.home.attachment_files import AttachmentFiles
from duolog.client.home.keystore import (
    FILE,
    NO_ACCOUNT,
    StoredSecret,
    Unlock,
    load_keystore,
    open_sealed,
    replace_keyholder,
    save_keystore,
    seal,
)
from duolog.client.home.store import Store
from duolog.client.home.store_copy import copied_into_memory
from duolog.errors import HomeError
from duolog.protocol import sizes
from duolog.protocol.codec import label
from duolog.seal.derive import expand
from duolog.seal.keys import KeyholderSecret

WAIT = 5.0  # seconds for another process to leave the home
WAIT_AGAIN = 60.0  # seconds, for a process that was here before and holds what a person has typed since
ROOM = 2 * sizes.KIB * sizes.KIB  # bytes of free disk, below which nothing is written
FULL = "The disk is full, so nothing can be written here. Make some room, and run this again."
UNWRITABLE = "This home can't be written: its disk, or its folder, can only be read."
_DATABASE = "log.sqlite"


def default_home() -> Path:
    """The folder of a home that has no other name."""
    return platformdirs.user_data_path("duolog") / "home"


def has_keystore(folder: Path) -> bool:
    """Whether a folder holds an account or an unfinished registration."""
    return (folder / FILE).exists()


class Home:
    """An open home. `open_new` makes one for a fresh keyholder, `open_old` opens one that exists.

    `read_only`: why nothing can be written here, as a sentence; None where it can.
    """

    def __init__(
        self,
        store: Store,
        secret: StoredSecret,
        lock: int | None,
        folder: Path | None,
        read_only: str | None = None,
    ) -> None:
        self.store = store
        self.files = AttachmentFiles(folder)
        self.keyholder = secret.keyholder
        self.read_only = read_only
        self._folder = folder
        self._lock = lock
        self._left: tuple[int, bytes] | None = None
        self._key = expand(secret.home_seed, label("home"), sizes.SEED)

    def __repr__(self) -> str:
        return "Home(<secret>)"

    @classmethod
    def open_new(cls, folder: Path | None, keyholder: KeyholderSecret, unlock: Unlock) -> "Home":
        """A new home for this keyholder.

        Raises:
            HomeError: the folder can't be made or written, or already has an account.
            KeystoreLocked: no OS keyring and no passphrase.
            NotAllowed: the new passphrase is too easy to guess, or can't be typed again.
        """
        own = keyholder.seed if keyholder.kind == "device" else secrets.token_bytes(sizes.SEED)
        secret = StoredSecret(keyholder, own)
        if folder is None:
            return cls(Store(None), secret, None, None)
        lock = _take(folder)
        try:
            if has_keystore(folder):
                raise HomeError("This home already has an account. Name another home for a second one.")
            store = _open_store(folder)
            save_keystore(folder, keyholder, unlock, own)
            return cls(store, secret, lock, folder)
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
        secret = load_keystore(folder, unlock)  # it may ask, so it comes before the lock
        read_only = _unwritable(folder)
        if read_only is not None:
            return cls(_copied_store(folder), secret, None, folder, read_only)
        lock = _take(folder)
        try:
            home = cls(_open_store(folder), secret, lock, folder)
            home.files.sweep_opened()
            return home
        except BaseException:
            os.close(lock)
            raise

    def require_writable(self) -> None:
        """Check that this home can be written. Raises: HomeError, with the reason."""
        if self.read_only is not None:
            raise HomeError(self.read_only)

    @property
    def on_disk(self) -> bool:
        """Whether the home has a folder."""
        return self._folder is not None

    def change_keyholder(self, keyholder: KeyholderSecret, unlock: Unlock) -> None:
        """Let another keyholder take the place of this home's, for good. What is sealed here stays as it is.

        Raises: HomeError, KeystoreLocked: nothing was changed.
        """
        self.require_writable()
        if self._folder is not None:
            replace_keyholder(self._folder, keyholder, unlock)
        self.keyholder = keyholder

    def leave(self) -> None:
        """Let other programs use the home. `come_back` takes it again."""
        if self._lock is not None and self._folder is not None and self._left is None:
            self._left = self.store.version(), (self._folder / FILE).read_bytes()
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def come_back(self) -> bool:
        """Take the home again after `leave`; whether another program has written here meanwhile.

        Raises: HomeError when another program keeps it, or has changed its keys.
        """
        if self._left is None or self._lock is None or self._folder is None:
            return False
        _wait_for(self._lock, WAIT_AGAIN)
        version, keystore = self._left
        if (self._folder / FILE).read_bytes() != keystore:
            fcntl.flock(self._lock, fcntl.LOCK_UN)
            raise HomeError("Another command has changed the keys of this home meanwhile. Run this again.")
        self._left = None
        return self.store.version() != version

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


def _unwritable(folder: Path) -> str | None:
    """Why this home can't be written, or None. A sentence with what to do."""
    try:
        disk = os.statvfs(folder)
    except OSError as error:
        raise HomeError(f"The home {folder} can't be read: {error.strerror}. Check its permissions.") from error
    if disk.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
        return UNWRITABLE
    return FULL if disk.f_bavail * disk.f_frsize < ROOM else None


def _copied_store(folder: Path) -> Store:
    try:
        return copied_into_memory(folder / _DATABASE)
    except (OSError, sqlite3.Error) as error:
        raise HomeError(
            "The database of this home can't be read. Check the disk and the folder's permissions."
        ) from error


def _take(folder: Path) -> int:
    """The lock of a home, held until its descriptor is closed."""
    lock = _open_file(folder, "lock")
    try:
        _wait_for(lock, WAIT)
    except HomeError:
        os.close(lock)
        raise
    return lock


def _wait_for(lock: int, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() < end:
                time.sleep(0.05)
                continue
            raise HomeError("Another program is using this home. Wait until it has finished, and try again.") from error
        return
