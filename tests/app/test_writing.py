"""Answers that are written without models say the same as these."""

import json

from hypothesis import given
from hypothesis import strategies as st

from app.writing import receipt_json, write_json
from duolog.api.common import ReceiptModel
from duolog.protocol.codec import encode_b64
from duolog.protocol.receipts import Receipt


@given(st.binary(max_size=300))
def test_a_binary_value_is_unpadded_base64url(value: bytes) -> None:
    written = write_json({"value": value, "more": [value, 2**53 - 1, None]})
    assert json.loads(written) == {"value": encode_b64(value), "more": [encode_b64(value), 2**53 - 1, None]}


def test_a_receipt_is_written_as_its_model_is() -> None:
    receipt = Receipt(7, bytes(range(32)), 1_790_000_000, bytes(range(64)))
    assert json.loads(write_json(receipt_json(receipt))) == ReceiptModel.of(receipt).model_dump(mode="json")
