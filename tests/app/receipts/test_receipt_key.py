"""The receipt key: made once, kept private, replaced only by a key that the one before has signed."""

from pathlib import Path

import pytest

from app.receipts.service import add_receipt_key, load_receipt_keys
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.receipts import verify_former_key, verify_receipt, verify_receipt_key


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


def test_a_key_is_added_and_the_two_sign_each_other(tmp_path: Path) -> None:
    path = tmp_path / "receipt.key"
    old = load_receipt_keys(path).keys[0].key
    assert add_receipt_key(path) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    signer = load_receipt_keys(path)
    first, second = signer.keys
    assert first.key == old
    verify_receipt_key(first.key, second.key, second.signature or b"")
    verify_former_key(first.key, second.key, second.countersignature or b"")
    verify_receipt(signer.sign(bytes(32), 1, bytes(32), 1), bytes(32), second.key)
    path.write_bytes(path.read_bytes().strip())  # an editor that ends files without a line's end
    assert add_receipt_key(path) == 3


ONE = encode_b64(bytes(32)) + "\n"
TOO_MANY = "".join(encode_b64(number.to_bytes(32, "big")) + "\n" for number in range(sizes.MAX_SERVERS + 1))


@pytest.mark.parametrize(
    "content",
    ["", "\n", "not a key\n", "AAAA\n", ONE * 2, TOO_MANY],
    ids=["empty", "a line's end", "no key", "short", "twice", "too many"],
)
def test_a_spoilt_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "receipt.key"
    path.write_text(content)
    for read in (load_receipt_keys, add_receipt_key):
        with pytest.raises(MalformedData):
            read(path)
    assert path.read_text() == content


def test_the_signer_shows_nothing_of_its_key(tmp_path: Path) -> None:
    assert repr(load_receipt_keys(tmp_path / "receipt.key")) == "ReceiptSigner(<secret>)"
