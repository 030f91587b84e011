"""The system's keyring in every way in which it can be broken: one sentence, a way on, and no secret lost."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.core
import keyring.errors
import pytest

from duolog.cli.failures import LOCKED, explain
from duolog.client.home import keystore, system_keyring
from duolog.client.home.keystore import FILE, Unlock, load_keystore, replace_keyholder, save_keystore
from duolog.errors import DuologError, KeystoreLocked
from duolog.seal.keys import KeyholderSecret

SECRET, OTHER = KeyholderSecret(bytes(range(32)), "device"), KeyholderSecret(bytes(range(1, 33)), "device")
PASSPHRASE = Unlock(passphrase=lambda new: b"a correct passphrase")


class Kept(dict[tuple[str, str], str]):
    """A keyring that works, until a test breaks one of its calls."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.patch = patch
        self.mend()

    def mend(self) -> None:
        self.put("set_password", lambda service, name, text: self.update({(service, name): text}))
        self.put("get_password", lambda service, name: self.get((service, name)))
        self.put("delete_password", lambda service, name: self.pop((service, name)))

    def put(self, name: str, instead: Callable[..., Any]) -> None:
        self.patch.setattr(keyring, name, instead)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Argon2id: what is tested here lies before it."""
    monkeypatch.setattr(keystore, "_stretch", lambda *_: bytes(32))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    return Kept(monkeypatch)


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """A call that doesn't come back."""
    end = threading.Event()
    monkeypatch.setattr(system_keyring, "PATIENCE", 0.05)
    yield lambda *_: (end.wait(30), None)[1]
    end.set()


class Odd(BaseException):
    """Something that a backend raises which no library names."""


ERRORS = [
    keyring.errors.NoKeyringError("none"),
    keyring.errors.KeyringLocked("locked"),
    keyring.errors.InitError("no collection"),
    keyring.errors.PasswordSetError("no"),
    keyring.errors.KeyringError("D-Bus"),
    RuntimeError("no recommended backend"),
    OSError("no bus"),
    ImportError("secretstorage"),
    ModuleNotFoundError("no.such"),
    AttributeError("'NoneType' object has no attribute 'x'"),
    TypeError("text"),
    UnicodeDecodeError("utf-8", b"x", 0, 1, "no"),
    KeyError("default"),
    RecursionError("deep"),
    SystemExit(1),
    Odd("odd"),
]


def raising(error: BaseException) -> Callable[..., Any]:
    def call(*_: Any) -> Any:
        raise error

    return call


def names(error: BaseException) -> str:
    return type(error).__name__


@pytest.mark.parametrize("call", ["set_password", "get_password"])
@pytest.mark.parametrize("error", ERRORS, ids=names)
def test_a_keyring_that_fails_at_the_beginning_gives_way_to_a_passphrase(
    tmp_path: Path, kept: Kept, error: BaseException, call: str
) -> None:
    kept.put(call, raising(error))
    save_keystore(tmp_path, SECRET, PASSPHRASE)
    assert not kept, "what it gives back to nobody doesn't stay in it"
    assert load_keystore(tmp_path, PASSPHRASE).keyholder.seed == SECRET.seed
    with pytest.raises(KeystoreLocked, match="Choose a passphrase"):
        save_keystore(tmp_path / "other", SECRET, Unlock())


@pytest.mark.parametrize(
    "answer", [None, "", "other", b"bytes", 5, object()], ids=["none", "empty", "other", "bytes", "number", "object"]
)
def test_a_secret_that_is_not_given_back_is_not_relied_on(tmp_path: Path, kept: Kept, answer: object) -> None:
    kept.put("get_password", lambda *_: answer)
    save_keystore(tmp_path, SECRET, PASSPHRASE)
    assert load_keystore(tmp_path, PASSPHRASE).keyholder.seed == SECRET.seed


@pytest.mark.parametrize("error", ERRORS, ids=names)
def test_a_keyring_that_fails_later_gets_one_sentence_with_a_way_on(
    tmp_path: Path, kept: Kept, error: BaseException
) -> None:
    save_keystore(tmp_path, SECRET, PASSPHRASE)
    kept.put("get_password", raising(error))
    with pytest.raises(KeystoreLocked, match=r"in the system's keyring, which .*24 words") as caught:
        load_keystore(tmp_path, PASSPHRASE)
    assert explain(caught.value).exit_code == LOCKED
    kept.mend()
    assert load_keystore(tmp_path, PASSPHRASE).keyholder.seed == SECRET.seed


@pytest.mark.parametrize("answer", [None, "", "=", "no base64", "AAAA", b"AAAA", 5, "é"], ids=repr)
def test_what_is_no_secret_gets_one_sentence(tmp_path: Path, kept: Kept, answer: object) -> None:
    save_keystore(tmp_path, SECRET, PASSPHRASE)
    kept.put("get_password", lambda *_: answer)
    with pytest.raises(KeystoreLocked, match="Restore from your words"):
        load_keystore(tmp_path, PASSPHRASE)


def test_a_keyring_that_hangs_holds_up_nothing_for_ever(
    tmp_path: Path, kept: Kept, hanging: Callable[..., None]
) -> None:
    save_keystore(tmp_path, SECRET, PASSPHRASE)
    kept.put("get_password", hanging)
    with pytest.raises(KeystoreLocked, match=r"doesn't answer\. Look for a window"):
        load_keystore(tmp_path, PASSPHRASE)
    kept.put("set_password", hanging)
    (tmp_path / "new").mkdir()
    save_keystore(tmp_path / "new", SECRET, PASSPHRASE)
    assert load_keystore(tmp_path / "new", PASSPHRASE).keyholder.seed == SECRET.seed


@pytest.mark.parametrize("error", ERRORS, ids=names)
@pytest.mark.parametrize("call", ["set_password", "get_password", "delete_password"])
def test_no_failure_of_the_keyring_loses_a_secret_that_is_replaced(
    tmp_path: Path, kept: Kept, error: BaseException, call: str
) -> None:
    save_keystore(tmp_path, SECRET, PASSPHRASE)
    kept.put(call, raising(error))
    try:
        replace_keyholder(tmp_path, OTHER, PASSPHRASE)
        expected = OTHER
    except DuologError:
        expected = SECRET
    kept.mend()
    assert load_keystore(tmp_path, PASSPHRASE).keyholder.seed == expected.seed
    assert (expected is OTHER) == (call == "delete_password")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"PYTHON_KEYRING_BACKEND": "no.such.Backend"}, "PYTHON_KEYRING_BACKEND is 'no.such.Backend'"),
        ({"PYTHON_KEYRING_BACKEND": "keyring"}, "can't be used"),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "isn't there now"),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, "no longer has"),
        ({"keyringrc": "no section\n"}, "keyringrc.cfg"),
        ({"keyringrc": "[backend]\ndefault-keyring=no.such.Backend\n"}, "keyringrc.cfg"),
        ({"keyringrc": "[backend]\ndefault-keyring=\n"}, "keyring"),
    ],
    ids=str,
)
def test_a_setting_that_is_wrong_gets_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], says: str
) -> None:
    chosen = tmp_path / "python_keyring"
    chosen.mkdir()
    (chosen / "keyringrc.cfg").write_text(settings.get("keyringrc", ""))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)  # the library reads its settings once
    if (named := settings.get("PYTHON_KEYRING_BACKEND")) is None:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    else:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", named)
    save_keystore(tmp_path, SECRET, PASSPHRASE)
    assert b'"file"' in (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(b'{"name":"AAAA","place":"keyring","type":"keystore"}')
    with pytest.raises(KeystoreLocked, match=says):
        load_keystore(tmp_path, PASSPHRASE)
