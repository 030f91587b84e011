"""Headers, padding, and the place of an entry in the roster (step 4)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.errors import EntryFault
from duolog.protocol import sizes
from duolog.protocol.entries import (
    MIN_BLOB,
    Header,
    blob_hash,
    check_entry,
    entry_digest,
    padded_length,
    parse_header,
    require_blob_size,
)
from tests.protocol.builders import Person, couple
from tests.protocol.refusals import malformed, refused

HEADERS = st.builds(
    Header,
    journal=st.binary(min_size=32, max_size=32),
    entry=st.binary(min_size=16, max_size=16),
    epoch=st.integers(1, 2**32 - 1),
    author=st.binary(min_size=32, max_size=32),
    generation=st.integers(1, 2**32 - 1),
    attachments=st.lists(st.binary(min_size=16, max_size=16), max_size=sizes.MAX_ATTACHMENTS).map(tuple),
)
HEADER = Header(bytes(32), bytes(16), 1, bytes(32), 1, (b"a" * 16,))


@given(HEADERS)
def test_a_header_comes_back_as_it_went(header: Header) -> None:
    assert parse_header(header.encode()) == header


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data[:50], "cut off"),
        (lambda data: data[:-1], "another length"),
        (lambda data: data + b"\x00", "another length"),
        (lambda data: b"\x02" + data[1:], "another version"),
        (lambda data: data[:49] + bytes(4) + data[53:], "start at 1"),
        (lambda data: data[:85] + bytes(4) + data[89:], "start at 1"),
        (lambda data: data[:89] + b"\x00\x11" + b"a" * 16 * 17, "too many"),
    ],
)
def test_a_header_with_another_shape_is_refused(spoil: Any, words: str) -> None:
    with malformed(words):
        parse_header(spoil(HEADER.encode()))


@given(st.integers(0, 200_000))
def test_padding_never_shrinks_costs_little_and_is_a_fixed_point(length: int) -> None:
    padded = padded_length(length)
    assert padded >= max(length, 256)
    assert padded <= max(256, length * 1.12 + 1)
    assert padded_length(padded) == padded


def test_padding_leaves_few_lengths_to_tell_apart() -> None:
    assert padded_length(0) == 256
    assert padded_length(257) == 272
    assert len({padded_length(length) for length in range(sizes.MAX_MESSAGE)}) < 160


def test_the_largest_message_for_the_largest_roster_fits_a_blob() -> None:
    content = 4 + sizes.MAX_MESSAGE + sizes.MAX_MEMBERS * sizes.TAG
    require_blob_size(bytes(MIN_BLOB - sizes.MIN_PLAINTEXT + padded_length(content)))


@pytest.mark.parametrize("size", [0, MIN_BLOB - 1, MIN_BLOB + 1, 71, 72 + 2**17 + 2**13])
def test_a_blob_of_a_size_that_padding_does_not_give_is_refused(size: int) -> None:
    with malformed("padding"):
        require_blob_size(bytes(size))
    require_blob_size(bytes(MIN_BLOB))


def test_a_digest_covers_header_and_blob() -> None:
    one = entry_digest(HEADER.encode(), blob_hash(b"a"))
    assert one != entry_digest(HEADER.encode(), blob_hash(b"b"))
    assert one != entry_digest(replace(HEADER, epoch=2).encode(), blob_hash(b"a"))


@pytest.mark.parametrize(
    ("check", "other"),
    [
        ("entries.journal", {"journal": bytes(32)}),
        ("entries.author", {"author": bytes(32)}),
        ("entries.epoch", {"epoch": 1}),
        ("entries.generation", {"generation": 2}),
    ],
)
def test_an_entry_out_of_its_place_is_refused(check: str, other: dict[str, Any]) -> None:
    ada, _, journal = couple()
    check_entry(journal.header(ada), journal.roster)
    with refused(check, EntryFault):
        check_entry(journal.header(ada, **other), journal.roster)


def test_a_reader_writes_nothing() -> None:
    _, _, journal = couple()
    okoro = Person("okoro")
    journal.add_confidant(okoro, rights="read")
    with refused("entries.rights"):
        check_entry(journal.header(okoro), journal.roster)


def test_a_stale_epoch_takes_no_entries() -> None:
    ada, sam, journal = couple()
    journal.append(journal.draft_bad_grant(sam), sam)
    with refused("entries.stale"):
        check_entry(journal.header(ada), journal.roster)
