"""How tests say that something was refused, and for which rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from duolog.errors import MalformedData, VerificationError
from duolog.protocol.codec import encode_canonical, parse_canonical


@contextmanager
def refused(check: str, error: type[VerificationError] = VerificationError) -> Iterator[None]:
    """The block is refused by the rule named `check`."""
    with pytest.raises(error) as caught:
        yield
    assert caught.value.check == check


@contextmanager
def malformed(words: str) -> Iterator[None]:
    """The block is refused as malformed, and the sentence says `words`."""
    with pytest.raises(MalformedData, match=words):
        yield


def edited(statement: bytes, *gone: str, **changes: Any) -> bytes:
    """A statement with fields changed, added or, where named in `gone`, left out."""
    value = parse_canonical(statement) | changes
    return encode_canonical({name: item for name, item in value.items() if name not in gone})
