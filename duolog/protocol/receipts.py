"""Receipts: the server's signature over a head that the server accepted.

Rules
- A receipt covers journal, seq, head and acceptance time (Unix seconds). It proves acceptance, never delivery.
- Each accepted push has one receipt, at its last seq. Times lie between 2020 and 2200, and never decrease under one
  receipt key: after a move another server's clock counts.
- A message carries the same encoding (112 bytes) as `seen`.
- A server can replace its receipt key: the old key signs the new one, and the new key signs the same bytes. So from a
  key that a home has pinned it finds the later ones by the old keys, and the earlier ones by the new keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

from duolog.errors import BadReceipt, BadSignature, MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import label, u64
from duolog.protocol.statements import verify_signature

_LAYOUT = Struct(f">Q {sizes.HASH}s Q {sizes.SIGNATURE}s")


@dataclass(frozen=True, slots=True)
class Receipt:
    """`seq` and `head` (32 bytes) accepted at `time` (Unix seconds), with the server's `signature` (64 bytes)."""

    seq: int
    head: bytes
    time: int
    signature: bytes

    def encode(self) -> bytes:
        """seq u64 | head 32 | time u64 | signature 64: 112 bytes. Spec: §6."""
        return u64(self.seq) + self.head + u64(self.time) + self.signature


def parse_receipt(data: bytes) -> Receipt:
    """Parse a receipt's 112 bytes, without verifying it.

    Raises: MalformedData for another length, seq 0, a number above 2^53-1, or a time that no clock shows.
    Spec: §6.
    """
    receipt = stored_receipt(data)
    if receipt.seq > sizes.MAX_INTEGER:  # check: receipts.seq
        raise MalformedData("A number is beyond 2^53-1.")
    if receipt.seq == 0:  # check: receipts.first_seq
        raise MalformedData("A receipt is for the place before a journal's first item.")
    if not is_plausible(receipt.time):  # check: receipts.time
        raise MalformedData("A receipt's time is before 2020 or after 2200.")
    return receipt


def is_plausible(time: int) -> bool:
    """Whether a server can have signed a receipt at this time (Unix seconds): from 2020 to 2200. Spec: §6."""
    return sizes.EARLIEST_TIME <= time <= sizes.LATEST_TIME


def stored_receipt(data: bytes) -> Receipt:
    """Parse a stored receipt's 112 bytes; it was verified before storing, perhaps before numbers had bounds.

    Raises: MalformedData: another length.
    """
    if len(data) != sizes.RECEIPT:  # check: receipts.size
        raise MalformedData(f"A receipt has {len(data)} bytes where {sizes.RECEIPT} belong.")
    return Receipt(*_LAYOUT.unpack(data))


def receipt_input(journal: bytes, seq: int, head: bytes, time: int) -> bytes:
    """The bytes that a receipt's signature covers. Spec: §6."""
    return label("receipt") + journal + u64(seq) + head + u64(time)


def verify_receipt(receipt: Receipt, journal: bytes, receipt_key: bytes) -> None:
    """Check that this server signed the receipt, for this journal.

    Raises:
        BadReceipt: it didn't.
    Spec: §6.
    """
    message = receipt_input(journal, receipt.seq, receipt.head, receipt.time)
    try:
        verify_signature(receipt_key, message, receipt.signature)
    except BadSignature as error:
        raise BadReceipt("A receipt was not signed by this server's key.", check="receipts.signature") from error


def is_signed(receipt: Receipt, journal: bytes, receipt_key: bytes) -> bool:
    """Whether this server signed the receipt, for this journal. Spec: §6."""
    try:
        verify_receipt(receipt, journal, receipt_key)
    except BadReceipt:
        return False
    return True


def signer_of(receipt: Receipt, journal: bytes, receipt_keys: Sequence[bytes]) -> bytes | None:
    """The one of a server's keys that signed a receipt; None where none did. Spec: §6."""
    return next((key for key in reversed(receipt_keys) if is_signed(receipt, journal, key)), None)


def receipt_key_input(old_key: bytes, new_key: bytes) -> bytes:
    """The bytes that a server's old and new receipt key both sign where one replaces the other. Spec: §6."""
    return label("receipt-key") + old_key + new_key


def verify_receipt_key(old_key: bytes, new_key: bytes, signature: bytes) -> None:
    """Check that the server's old receipt key signed the new one. Raises: BadSignature. Spec: §6."""
    verify_signature(old_key, receipt_key_input(old_key, new_key), signature)  # check: receipts.hand_over


def verify_former_key(old_key: bytes, new_key: bytes, signature: bytes) -> None:
    """Check that the server's new receipt key signed the old one. Raises: BadSignature. Spec: §6."""
    verify_signature(new_key, receipt_key_input(old_key, new_key), signature)  # check: receipts.taken_over
