"""Sealed attachments: whatever the server or the author does to the bytes, nothing false comes out."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, ParamSpec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duolog.errors import AttachmentFault, MalformedData
from duolog.protocol import sizes
from duolog.protocol.attachments import chunk_count, padded_size, stored_size
from duolog.protocol.messages import Attachment
from duolog.seal.attachments import open_attachment, seal_attachment, verify_stored

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

P = ParamSpec("P")
JOURNAL, ID, KEY = b"j" * 32, b"a" * 16, b"k" * 32
CHUNK, SEALED, HEADER = sizes.STREAM_CHUNK, sizes.STREAM_CHUNK + sizes.STREAM_TAG, sizes.STREAM_HEADER


def content_of(size: int) -> bytes:
    return bytes(range(256)) * (size // 256) + bytes(range(size % 256))


def sealed(size: int) -> tuple[bytes, Attachment]:
    stored = b"".join(seal_attachment(io.BytesIO(content_of(size)), size, KEY, JOURNAL, ID))
    return stored, Attachment(ID, KEY, hashlib.sha256(stored).digest(), size, "image/png")


def read(stored: bytes, named: Attachment, journal: bytes = JOURNAL) -> bytes:
    verify_stored(io.BytesIO(stored), named)
    return b"".join(open_attachment(io.BytesIO(stored), named, journal))


def read_unverified(stored: bytes, named: Attachment) -> bytes:
    return b"".join(open_attachment(io.BytesIO(stored), named, JOURNAL))


def authored(stored: bytes, named: Attachment) -> Attachment:
    """As an author would name these very bytes."""
    return replace(named, digest=hashlib.sha256(stored).digest())


def refused(check: str, act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> int | None:
    with pytest.raises(AttachmentFault) as caught:
        act(*args, **kwargs)
    assert caught.value.check == check
    return caught.value.chunk


@pytest.mark.parametrize("size", [0, 1, 255, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 77])
def test_what_was_sealed_opens_again(size: int) -> None:
    stored, named = sealed(size)
    assert len(stored) == stored_size(size)
    assert read(stored, named) == content_of(size)


def test_two_seals_of_one_file_have_no_byte_in_common_but_their_length() -> None:
    one, two = sealed(100)[0], sealed(100)[0]
    assert len(one) == len(two)
    assert one[:24] != two[:24]
    assert one[24:] != two[24:]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_padding_hides_most_of_a_size(size: int) -> None:
    padded = padded_size(size)
    assert max(size, 64 * sizes.KIB) <= padded <= max(size * 1.07, 64 * sizes.KIB)
    assert padded_size(padded) == padded
    assert (chunk_count(size) - 1) * CHUNK < padded <= chunk_count(size) * CHUNK


def test_short_files_look_alike() -> None:
    assert {stored_size(size) for size in range(0, 65_537, 97)} == {65_577}


def test_a_size_that_no_attachment_has_is_refused() -> None:
    for size in (sizes.MAX_ATTACHMENT, sizes.MAX_INTEGER):
        with pytest.raises(MalformedData, match="longer"):
            stored_size(size)
        with pytest.raises(MalformedData, match="longer"):
            next(seal_attachment(io.BytesIO(b""), size, KEY, JOURNAL, ID))
        with pytest.raises(MalformedData, match="longer"):
            verify_stored(io.BytesIO(b""), replace(sealed(0)[1], size=size))


@pytest.mark.parametrize("size", [0, 1, CHUNK, 3 * CHUNK])
@pytest.mark.parametrize("other", [-1, 1, CHUNK])
def test_a_file_that_changes_while_it_is_sealed_is_refused(size: int, other: int) -> None:
    if size + other < 0:
        return
    with pytest.raises(MalformedData, match="changed while"):
        list(seal_attachment(io.BytesIO(content_of(size + other)), size, KEY, JOURNAL, ID))


# --- the server's faults ------------------------------------------------------------------------------------------


def test_server_flips_a_bit_of_any_chunk() -> None:
    stored, named = sealed(3 * CHUNK)
    for at in (0, HEADER, HEADER + 100, HEADER + SEALED, HEADER + 2 * SEALED + 5, len(stored) - 1):
        flipped = stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]
        refused("attachments.digest", read, flipped, named)


def pieces(stored: bytes) -> list[bytes]:
    return [stored[:HEADER], *(stored[at : at + SEALED] for at in range(HEADER, len(stored), SEALED))]


def test_server_drops_repeats_or_reorders_chunks() -> None:
    stored, named = sealed(4 * CHUNK)
    parts = pieces(stored)
    for n in range(1, len(parts)):
        refused("attachments.size", read, b"".join(parts[:n] + parts[n + 1 :]), named)
        refused("attachments.size", read, b"".join(parts[: n + 1] + parts[n:]), named)
    for one, two in pairwise(range(1, len(parts))):
        mixed = parts.copy()
        mixed[one], mixed[two] = mixed[two], mixed[one]
        refused("attachments.digest", read, b"".join(mixed), named)


@pytest.mark.parametrize("cut", [1, 17, CHUNK, SEALED, SEALED + 1])
def test_server_cuts_off_the_end_or_adds_to_it(cut: int) -> None:
    stored, named = sealed(4 * CHUNK)
    refused("attachments.size", read, stored[:-cut], named)
    refused("attachments.size", read, stored + bytes(cut), named)


def test_server_sends_without_end_and_is_not_read_to_it() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: WriteableBuffer) -> int:
            self.given += len(memoryview(buffer))
            return len(memoryview(buffer))

    endless = Endless()
    _, named = sealed(CHUNK)
    refused("attachments.size", verify_stored, io.BufferedReader(endless), named)
    assert endless.given < 4 * SEALED


def test_server_sends_another_attachment_of_the_same_size() -> None:
    _, named = sealed(10)
    refused("attachments.digest", read, sealed(11)[0], named)


# --- the author's faults: the digest is right -----------------------------------------------------------------------


def test_author_names_the_chunk_that_does_not_open() -> None:
    stored, named = sealed(4 * CHUNK)
    for number in range(1, 5):
        at = HEADER + (number - 1) * SEALED + 9
        flipped = stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]
        chunk = refused("attachments.chunk", read, flipped, authored(flipped, named))
        assert chunk == number


def test_author_reorders_or_repeats_chunks() -> None:
    stored, named = sealed(4 * CHUNK)
    head, one, two, three, four = pieces(stored)
    swapped = head + two + one + three + four
    assert refused("attachments.chunk", read, swapped, authored(swapped, named)) == 1
    again = head + one + one + three + four
    assert refused("attachments.chunk", read, again, authored(again, named)) == 2


def test_author_moves_an_attachment_to_another_journal_id_or_key() -> None:
    stored, named = sealed(10)
    assert refused("attachments.chunk", read, stored, named, b"x" * 32) == 1
    assert refused("attachments.chunk", read, stored, replace(named, id=b"x" * 16)) == 1
    assert refused("attachments.chunk", read, stored, replace(named, key=b"x" * 32)) == 1


def test_author_says_a_smaller_size_than_there_is() -> None:
    stored, named = sealed(CHUNK)
    assert refused("attachments.padding", read, stored, replace(named, size=CHUNK - 1)) == 1


def test_stored_bytes_that_nobody_verified_do_not_open_either() -> None:
    stored, named = sealed(2 * CHUNK)
    for short in (stored[:5], stored[: HEADER + 3], stored[: HEADER + SEALED], stored[:-1]):
        refused("attachments.chunk", read_unverified, short, named)
    assert refused("attachments.trailing", read_unverified, stored + b"x", named) == 2
    assert refused("attachments.end", read_unverified, stored, replace(named, size=CHUNK)) == 1


# --- memory ---------------------------------------------------------------------------------------------------------


def test_a_long_attachment_is_never_whole_in_memory() -> None:
    size = 32 * sizes.KIB * sizes.KIB

    class Zeros(io.RawIOBase):
        left = size

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: WriteableBuffer) -> int:
            given = min(len(memoryview(buffer)), self.left)
            memoryview(buffer)[:given] = bytes(given)
            self.left -= given
            return given

    tracemalloc.start()
    total = sum(len(part) for part in seal_attachment(io.BufferedReader(Zeros()), size, KEY, JOURNAL, ID))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == stored_size(size)
    assert peak < 2 * sizes.KIB * sizes.KIB
