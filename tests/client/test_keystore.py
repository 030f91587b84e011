"""The keystore and the home: modes, passphrases, tampering, disks that refuse."""

import os
from pathlib import Path
from typing import Any

import keyring
import nacl.pwhash.argon2id
import pytest

from duolog.client.home.folder import Home
from duolog.client.home.keystore import FILE, Unlock, load_keystore, save_keystore, write_atomically
from duolog.client.home.store import Store
from duolog.errors import HomeError, KeystoreLocked, MalformedData, OpenError
from duolog.protocol.codec import encode_b64, encode_canonical, label
from duolog.seal import aead
from duolog.seal.keys import KeyholderSecret

SECRET = KeyholderSecret(bytes(range(32)), "device")
UNLOCK = Unlock(passphrase=lambda new: b"a correct passphrase", keyring=False)


@pytest.fixture(autouse=True)
def stretched_once() -> None:
    """Not here: these tests are about the keystore itself, and each key is made anew."""


def test_a_keystore_opens_with_its_passphrase_and_no_other(tmp_path: Path) -> None:
    save_keystore(tmp_path, SECRET, UNLOCK)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert load_keystore(tmp_path, UNLOCK).keyholder.seed == SECRET.seed
    with pytest.raises(KeystoreLocked, match="does not open"):
        load_keystore(tmp_path, Unlock(passphrase=lambda new: b"wrong", keyring=False))
    nothing = b""
    with pytest.raises(KeystoreLocked, match="empty"):
        load_keystore(tmp_path, Unlock(passphrase=lambda new: nothing, keyring=False))
    with pytest.raises(KeystoreLocked, match="Give the passphrase"):
        load_keystore(tmp_path, Unlock())
    assert SECRET.seed not in (tmp_path / FILE).read_bytes()


def test_a_keystore_with_weaker_parameters_was_tampered_with(tmp_path: Path) -> None:
    salt, nonce = bytes(16), bytes(24)
    key = nacl.pwhash.argon2id.kdf(32, b"a correct passphrase", salt, opslimit=1, memlimit=8 * 1024 * 1024)
    sealed = aead.encrypt(key, nonce, SECRET.seed + b"device", label("keystore"))
    weak = {"type": "keystore", "place": "file", "passes": 1, "memory": 8 * 1024 * 1024}
    weak |= {"salt": encode_b64(salt), "sealed": encode_b64(nonce + sealed)}
    (tmp_path / FILE).write_bytes(encode_canonical(weak))
    with pytest.raises(MalformedData, match="weaker"):
        load_keystore(tmp_path, UNLOCK)


def test_the_keyring_of_the_system_is_used_when_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "set_password", lambda service, name, text: kept.update({(service, name): text}))
    monkeypatch.setattr(keyring, "get_password", lambda service, name: kept.get((service, name)))
    save_keystore(tmp_path, SECRET, Unlock())
    assert load_keystore(tmp_path, Unlock()).keyholder.seed == SECRET.seed
    kept.clear()
    with pytest.raises(KeystoreLocked, match="Restore from your words"):
        load_keystore(tmp_path, Unlock())


def test_a_home_is_its_owners_alone_and_seals_what_rests_in_it(tmp_path: Path) -> None:
    home = Home.open_new(tmp_path / "home", SECRET, UNLOCK)
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "home").iterdir())
    sealed = home.seal("outbox", b"a text")
    assert b"a text" not in sealed
    assert home.open("outbox", sealed) == b"a text"
    with pytest.raises(OpenError):
        home.open("snapshot", sealed)
    assert "secret" in repr(home)
    home.close()


def test_a_home_that_can_not_be_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(HomeError, match="can't be written"):
        Home.open_new(tmp_path / "file" / "home", SECRET, UNLOCK)
    with pytest.raises(HomeError, match="no account"):
        Home.open_old(tmp_path / "empty", UNLOCK)


def test_a_full_disk_leaves_the_old_file_unharmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_atomically(tmp_path / "x", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HomeError, match="No space left"):
        write_atomically(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"old"


def test_a_full_database_says_so_and_keeps_what_it_had(tmp_path: Path) -> None:
    store = Store(tmp_path / "log.sqlite")
    store.put("kept", b"kept")
    store.write("PRAGMA max_page_count = 1")

    def fill() -> Any:
        with store.transaction():
            for number in range(1000):
                store.put(str(number), bytes(10_000))

    with pytest.raises(HomeError, match="disk is full"):
        fill()
    assert store.get("kept") == b"kept"
    assert store.get("1") is None


def test_a_damaged_database_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"not a database at all" * 500)
    with pytest.raises(HomeError, match="damaged"):
        Store(tmp_path / "log.sqlite")
