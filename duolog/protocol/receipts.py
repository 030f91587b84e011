"""Receipts: the server's signature over a head that it accepted.

Rules
- A receipt covers journal, seq, head and acceptance time (Unix seconds). It proves acceptance, never delivery.
- There is one for each accepted push, at its last seq. Times never decrease within a journal.
- Its encoding (112 bytes) is also what a message carries as `seen`.
- A replacement of the receipt key is signed by the key before it, or confirmed by the user.
"""

from dataclasses import dataclass

from duolog.errors import BadReceipt, BadSignature, MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import label, parse_u64, u64
from duolog.protocol.statements import verify_signature


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
    """A receipt from its 112 bytes; nothing is verified yet.

    Raises: MalformedData for another length, seq 0, or a number beyond 2^53-1.
    Spec: §6.
    """
    if len(data) != sizes.RECEIPT:  # check: receipts.size
        raise MalformedData(f"A receipt has {len(data)} bytes where {sizes.RECEIPT} belong.")
    receipt = Receipt(seq=parse_u64(data[:8]), head=data[8:40], time=parse_u64(data[40:48]), signature=data[48:])
    if receipt.seq == 0:  # check: receipts.first_seq
        raise MalformedData("A receipt is for the place before a journal's first item.")
    return receipt


def receipt_input(journal: bytes, seq: int, head: bytes, time: int) -> bytes:
    """The bytes that a receipt's signature covers. Spec: §6."""
    return label("receipt") + journal + u64(seq) + head + u64(time)


def verify_receipt(receipt: Receipt, journal: bytes, receipt_key: bytes) -> None:
    """The receipt is this server's, for this journal.

    Raises:
        BadReceipt: it is not.
    Spec: §6.
    """
    message = receipt_input(journal, receipt.seq, receipt.head, receipt.time)
    try:
        verify_signature(receipt_key, message, receipt.signature)
    except BadSignature as error:
        raise BadReceipt("A receipt was not signed by this server's key.", check="receipts.signature") from error


def receipt_key_input(old_key: bytes, new_key: bytes) -> bytes:
    """The bytes by which a server's old receipt key hands over to the next. Spec: §6."""
    return label("receipt-key") + old_key + new_key


def verify_receipt_key(old_key: bytes, new_key: bytes, signature: bytes) -> None:
    """The server's old receipt key hands over to the new one. Raises: BadSignature. Spec: §6."""
    verify_signature(old_key, receipt_key_input(old_key, new_key), signature)  # check: receipts.hand_over
