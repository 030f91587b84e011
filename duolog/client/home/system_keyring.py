"""The system's keyring, as far as it can be relied on.

Rules
- A keyring that raises anything, gives back something else, or doesn't answer is one that can't be used. Each gets one
  sentence with a way on.
- A secret counts as kept only after the keyring has given it back.
- Every call waits on a thread of its own for `PATIENCE`, so a keyring that hangs holds up nothing without end.
"""

import base64
import os
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

import keyring
import keyring.errors

from duolog.errors import KeystoreLocked

T = TypeVar("T")

SERVICE = "duolog"
PATIENCE = 60.0  # seconds; the keyring may ask its owner for a password
_WORDS = "or restore the account from your 24 words, in another folder (`--home`)."
_SAYS = {
    "silent": f"doesn't answer. Look for a window that asks for its password, and try again; {_WORDS}",
    "missing": f"isn't there now. Log in as you did when it kept the keys, and try again; {_WORDS}",
    "locked": f"is locked. Unlock it, and try again; {_WORDS}",
    "faulty": f"can't be used{{where}}. Mend its settings, and try again; {_WORDS}",
}


def keep(name: str, secret: bytes) -> bool:
    """Whether the keyring took a secret under this name, and gives it back."""
    text = base64.b64encode(secret).decode("ascii")
    try:
        _answer(lambda: keyring.set_password(SERVICE, name, text))
        kept = _answer(lambda: keyring.get_password(SERVICE, name)) == text
    except _Unusable as error:
        if error.kind != "silent":  # one that doesn't answer isn't asked again
            forget(name)
        return False
    if not kept:
        forget(name)
    return kept


def fetch(name: str) -> bytes:
    """The secret under this name. Raises: KeystoreLocked with a way on."""
    try:
        text: object = _answer(lambda: keyring.get_password(SERVICE, name))
    except _Unusable as error:
        where = f" ({named})" if (named := _settings()) else ""
        said = _SAYS[error.kind].format(where=where)
        raise KeystoreLocked(f"The keys of this home are in the system's keyring, which {said}") from error
    if text is None:
        raise KeystoreLocked("The system's keyring no longer has this home's secret. Restore from your words.")
    try:
        return base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except ValueError as error:
        raise damaged() from error


def forget(name: str) -> None:
    """Take the secret under this name out of the keyring, if the keyring does so."""
    try:
        _answer(lambda: keyring.delete_password(SERVICE, name))
    except _Unusable:
        return


def damaged() -> KeystoreLocked:
    """The error for a secret that is no secret of a home."""
    return KeystoreLocked("The secret in the system's keyring is damaged. Restore from your words.")


class _Unusable(Exception):
    """The keyring can't be used. `kind`: of its sentence."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def _answer(ask: Callable[[], T]) -> T:
    """The answer of the keyring. Raises: _Unusable."""
    answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def call() -> None:
        try:
            answers.put((ask(), None))
        except BaseException as error:  # noqa: BLE001 - a backend may raise anything, also on its way out
            answers.put((None, error))

    threading.Thread(target=call, daemon=True, name="keyring").start()
    try:
        value, error = answers.get(timeout=PATIENCE)
    except queue.Empty:
        raise _Unusable("silent") from None
    if error is not None:
        raise _Unusable(_kind(error)) from error
    return value  # type: ignore[return-value]  # None only where the keyring answers None


def _kind(error: BaseException) -> str:
    if isinstance(error, keyring.errors.NoKeyringError):
        return "missing"
    if isinstance(error, keyring.errors.KeyringLocked):
        return "locked"
    return "faulty"


def _settings() -> str:
    """The setting that chooses the keyring, where somebody made one."""
    named = os.environ.get("PYTHON_KEYRING_BACKEND")
    if named:
        return f"PYTHON_KEYRING_BACKEND is {named!r}" if len(named) < 80 and named.isprintable() else ""
    return "its settings are in `keyringrc.cfg`"
