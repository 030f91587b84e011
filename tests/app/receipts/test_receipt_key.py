"""The receipt key: made once, kept private, replaced only by a key that the one before has signed."""

import secrets
from pathlib import Path

import pytest

from app.receipts.service import load_receipt_keys
from duolog.errors import MalformedData
from duolog.protocol.codec import encode_b64
from duolog.protocol.receipts import verify_receipt, verify_receipt_key


def test_the_key_is_made_once_for_the_server_alone(tmp_path: Path) -> None:
    path = tmp_path / "receipt.key"
    first, second = load_receipt_keys(path), load_receipt_keys(path)
    assert first.keys == second.keys
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert first.keys[0].signature is None


def test_its_receipts_verify(tmp_path: Path) -> None:
    signer = load_receipt_keys(tmp_path / "receipt.key")
    verify_receipt(signer.sign(bytes(32), 7, bytes(32), 1_800_000_000), bytes(32), signer.keys[-1].key)


def test_a_second_line_replaces_the_key_and_the_first_signs_it(tmp_path: Path) -> None:
    path = tmp_path / "receipt.key"
    old = load_receipt_keys(path).keys[0].key
    with path.open("a") as file:
        file.write(encode_b64(secrets.token_bytes(32)) + "\n")
    signer = load_receipt_keys(path)
    first, second = signer.keys
    assert first.key == old
    assert second.signature is not None
    verify_receipt_key(first.key, second.key, second.signature)
    verify_receipt(signer.sign(bytes(32), 1, bytes(32), 1), bytes(32), second.key)


@pytest.mark.parametrize("content", ["", "\n", "not a key\n", "AAAA\n"])
def test_a_spoilt_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "receipt.key"
    path.write_text(content)
    with pytest.raises(MalformedData):
        load_receipt_keys(path)


def test_the_signer_shows_nothing_of_its_key(tmp_path: Path) -> None:
    assert repr(load_receipt_keys(tmp_path / "receipt.key")) == "ReceiptSigner(<secret>)"
