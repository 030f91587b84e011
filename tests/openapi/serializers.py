"""Teaches schemathesis the binary form of a push: any bytes will do."""

from typing import Any

import schemathesis

from duolog.api.pages import MEDIA_TYPE


@schemathesis.serializer(MEDIA_TYPE)
def as_bytes(context: Any, value: Any) -> bytes:
    """Whatever was generated, as bytes."""
    return value if isinstance(value, bytes) else str(value).encode()
