"""Answers as JSON, written at once from what the server itself has stored or made.

A model would check each value again, and its fields would be written by Python one by one. The models describe these
answers and tests compare both (`tests/app/test_writing.py`).
"""

from pydantic_core import to_json

from duolog.protocol.codec import JsonObject
from duolog.protocol.receipts import Receipt


def write_json(value: JsonObject) -> bytes:
    """JSON with each binary value as unpadded base64url. No text in it has a `=`: that is taken for padding."""
    return to_json(value, bytes_mode="base64").replace(b"=", b"")


def receipt_json(receipt: Receipt) -> JsonObject:
    """A receipt as `ReceiptModel` shows it."""
    return {"seq": receipt.seq, "head": receipt.head, "time": receipt.time, "signature": receipt.signature}
