"""Sealed entries: each reader opens them at their own place, believes the author, and nobody else's bytes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duolog.errors import EntryFault, MalformedData, OpenError
from duolog.protocol import sizes
from duolog.protocol.codec import u32
from duolog.protocol.entries import Header, padded_length, require_blob_size
from duolog.seal import aead
from duolog.seal.entries import Reader, open_entry, readers_of, seal_entry
from duolog.seal.keys import EpochKey
from tests.examples import examples
from tests.protocol.builders import Person, couple
from tests.protocol.refusals import malformed, refused

ADA, SAM, JOURNAL = couple()
READERS = readers_of(JOURNAL.roster, JOURNAL.chains)
HEADER = JOURNAL.header(ADA)
MESSAGE = JOURNAL.message()
BLOB = JOURNAL.seal(ADA, HEADER, MESSAGE)


def opened(blob: bytes = BLOB, header: Header = HEADER, reader: Person = SAM, key: EpochKey | None = None) -> bytes:
    return open_entry(header, blob, key or JOURNAL.key, reader.account, reader.secret, READERS)


def blob_of(plaintext: bytes) -> bytes:
    """A blob whose plaintext is spoilt before it is sealed, as only a member can."""
    key, commitment = JOURNAL.key.entry_keys(HEADER.encode())
    return bytes(24) + commitment + aead.encrypt(key, bytes(24), plaintext, HEADER.encode() + commitment)


@settings(max_examples=examples(40), deadline=None)
@given(st.binary(max_size=3000))
def test_every_member_opens_an_entry_the_author_included(message: bytes) -> None:
    blob = seal_entry(HEADER, message, JOURNAL.key, ADA.secret, READERS)
    require_blob_size(blob)
    assert opened(blob) == opened(blob, reader=ADA) == message


def test_sealing_twice_gives_other_bytes() -> None:
    assert seal_entry(HEADER, MESSAGE, JOURNAL.key, ADA.secret, READERS) != seal_entry(
        HEADER, MESSAGE, JOURNAL.key, ADA.secret, READERS
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"journal": bytes(32)},
        {"entry": bytes(16)},
        {"epoch": 1},
        {"author": SAM.account},
        {"generation": 2},
        {"attachments": (bytes(16),)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_flipped_header_field_opens_nothing(changes: dict[str, Any]) -> None:
    with refused("entries.commitment", EntryFault):
        opened(header=replace(HEADER, **changes))


def test_another_epochs_key_opens_nothing() -> None:
    with refused("entries.commitment"):
        opened(key=JOURNAL.keys[1])


def test_a_wrong_commitment_is_refused_before_anything_is_decrypted() -> None:
    with refused("entries.commitment"):
        opened(BLOB[:24] + bytes([BLOB[24] ^ 1]) + BLOB[25:])
    other = HEADER.encode()
    key, _ = JOURNAL.key.entry_keys(other)
    wrong = bytes(32)
    forged = bytes(24) + wrong + aead.encrypt(key, bytes(24), bytes(256), other + wrong)
    with refused("entries.commitment"):
        opened(forged)


@pytest.mark.parametrize("at", [0, 56, -1])
def test_a_flipped_byte_is_refused(at: int) -> None:
    spoilt = bytearray(BLOB)
    spoilt[at] ^= 1
    with refused("entries.aead", EntryFault):
        opened(bytes(spoilt))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content.ljust(512, b"\x00"),
        lambda content: content.ljust(255, b"\x00"),
        lambda content: content.ljust(272, b"\x00"),
        lambda content: content.ljust(256, b"\x01"),
        lambda content: b"\xff\xff\xff\xff" + content[4:].ljust(252, b"\x00"),
        lambda content: u32(230) + content[4:].ljust(252, b"\x00"),
        lambda content: content[:3],
        lambda content: b"",
    ],
)
def test_padding_that_is_not_what_the_protocol_says_is_refused(spoil: Any) -> None:
    content = u32(9) + b"a message" + bytes(64)
    with refused("entries.padding", EntryFault):
        opened(blob_of(spoil(content)))


def test_an_entry_forged_in_anothers_name_is_refused_by_every_other_reader() -> None:
    """Sam knows the epoch key and can seal; Ada's tag for herself is one that he cannot make."""
    content = u32(9) + b"forged!!!" + bytes(64)
    forged = blob_of(content.ljust(padded_length(len(content)), b"\x00"))
    with refused("entries.tag", EntryFault):
        opened(forged, reader=ADA)
    with refused("entries.tag"):
        opened(forged)


def test_my_own_words_forged_to_my_second_device_are_refused() -> None:
    """A tag copied from a real entry of Ada's belongs to that message alone."""
    key, commitment = JOURNAL.key.entry_keys(HEADER.encode())
    plaintext = aead.decrypt(key, BLOB[:24], BLOB[56:], HEADER.encode() + commitment)
    tags = plaintext[4 + len(MESSAGE) : 4 + len(MESSAGE) + 64]
    content = u32(5) + b"other" + tags
    with refused("entries.tag"):
        opened(blob_of(content.ljust(256, b"\x00")), reader=ADA)


def test_tags_stand_in_the_rosters_order() -> None:
    turned = READERS[::-1]
    blob = seal_entry(HEADER, MESSAGE, JOURNAL.key, ADA.secret, turned)
    with refused("entries.tag"):
        opened(blob)


def test_whoever_was_not_a_member_opens_nothing() -> None:
    with pytest.raises(OpenError, match="sealed for others"):
        opened(reader=Person("robin"))
    with pytest.raises(OpenError, match="sealed for others"):
        opened(header=replace(HEADER, author=bytes(32)))


def test_a_reader_opens_with_the_generation_that_the_roster_named() -> None:
    sam = Person("sam").rotate()
    with pytest.raises(OpenError, match="another generation"):
        opened(reader=sam)
    assert open_entry(HEADER, BLOB, JOURNAL.key, sam.account, sam.secrets[0], READERS) == MESSAGE


def test_a_member_with_a_broken_key_does_not_stop_the_others() -> None:
    broken = tuple(replace(item, box_key=bytes(32)) if item.account == SAM.account else item for item in READERS)
    blob = seal_entry(HEADER, MESSAGE, JOURNAL.key, ADA.secret, broken)
    assert open_entry(HEADER, blob, JOURNAL.key, ADA.account, ADA.secret, broken) == MESSAGE


def test_an_author_whose_key_nobody_can_check_is_quarantined() -> None:
    header = JOURNAL.header(SAM)
    blob = seal_entry(header, MESSAGE, JOURNAL.key, SAM.secret, READERS)
    broken = tuple(replace(item, box_key=bytes(32)) if item.account == SAM.account else item for item in READERS)
    with refused("entries.tag", EntryFault):
        open_entry(header, blob, JOURNAL.key, ADA.account, ADA.secret, broken)


def test_a_message_too_long_is_not_sealed() -> None:
    assert seal_entry(HEADER, bytes(sizes.MAX_MESSAGE), JOURNAL.key, ADA.secret, READERS)
    with malformed("96 KiB"):
        seal_entry(HEADER, bytes(sizes.MAX_MESSAGE + 1), JOURNAL.key, ADA.secret, READERS)


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=600), st.integers(0, len(BLOB)), st.binary(max_size=8))
def test_an_opener_raises_nothing_but_the_projects_errors(noise: bytes, at: int, piece: bytes) -> None:
    for blob in (noise, BLOB[:at] + piece + BLOB[at + len(piece) :], BLOB[:24] + noise):
        try:
            assert opened(blob) == MESSAGE
        except (EntryFault, OpenError, MalformedData):
            continue


def test_a_tag_key_names_author_and_reader() -> None:
    reader = Reader(b"a" * 32, 7, b"b" * 32)
    assert reader.encode() == b"a" * 32 + bytes([0, 0, 0, 7]) + b"b" * 32
