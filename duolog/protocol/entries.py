"""Entries: the header that everyone sees, and the checks of a blob that need no key.

Rules
- Header: suite u8 | journal 32 | entry id 16 | epoch u32 | author 32 | generation u32 | attachments u16 | attachment
  ids 16 each.
- Blob: nonce 24 | commitment 32 | ciphertext.
- A padded plaintext has a Padmé length, at least 256 bytes.
- The roster in force at an entry's place decides: the author is a member who may write, the epoch is current and not
  stale, and the roster names the entry's generation.

This module holds no key and opens nothing: see `duolog.seal.entries`.
"""

from dataclasses import dataclass
from struct import Struct

from duolog.errors import EntryFault, MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import label, sha256, u16, u32
from duolog.protocol.roster_changes import Roster

_LAYOUT = Struct(f">B {sizes.JOURNAL_ID}s {sizes.ENTRY_ID}s I {sizes.ACCOUNT_ID}s I H")
_FIXED = _LAYOUT.size
MIN_BLOB = sizes.AEAD_NONCE + sizes.COMMITMENT + sizes.MIN_PLAINTEXT + sizes.AEAD_TAG


@dataclass(frozen=True, slots=True)
class Header:
    """The part of an entry that the server sees. Its blob is bound to it."""

    journal: bytes
    entry: bytes
    epoch: int
    author: bytes
    generation: int
    attachments: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The fixed layout. Spec: §6."""
        return b"".join(
            (
                bytes([sizes.SUITE]),
                self.journal,
                self.entry,
                u32(self.epoch),
                self.author,
                u32(self.generation),
                u16(len(self.attachments)),
                *self.attachments,
            )
        )


def parse_header(data: bytes) -> Header:
    """A header from its bytes.

    Raises:
        MalformedData: the length doesn't match the attachment count, the suite is unknown, a number is zero, or there
            are too many attachments.
    Spec: §6.
    """
    if len(data) < _FIXED:
        raise MalformedData("An entry's header is cut off.")
    suite, journal, entry, epoch, author, generation, count = _LAYOUT.unpack_from(data)
    if suite != sizes.SUITE:  # check: entries.suite
        raise MalformedData("An entry belongs to another version of the protocol. Update this program to read it.")
    if count > sizes.MAX_ATTACHMENTS:  # check: entries.attachment_count
        raise MalformedData("An entry names too many attachments.")
    if len(data) != _FIXED + count * sizes.ATTACHMENT_ID:  # check: entries.header_length
        raise MalformedData("An entry's header has another length than it says.")
    if epoch == 0 or generation == 0:  # check: entries.header_numbers
        raise MalformedData("An entry's epoch and generation start at 1.")
    if count == 0:  # as in most
        return Header(journal, entry, epoch, author, generation)
    places = range(_FIXED, len(data), sizes.ATTACHMENT_ID)
    return Header(
        journal, entry, epoch, author, generation, tuple([data[at : at + sizes.ATTACHMENT_ID] for at in places])
    )


def require_blob_size(blob: bytes) -> None:
    """Check that the blob has the size of a padded plaintext. Raises: MalformedData. Spec: §6."""
    plaintext = len(blob) - sizes.AEAD_NONCE - sizes.COMMITMENT - sizes.AEAD_TAG
    if len(blob) > sizes.MAX_BLOB or plaintext != padded_length(plaintext):  # check: entries.blob_size
        raise MalformedData("An entry's size is not one that padding gives.")


def padded_length(length: int) -> int:
    """The Padmé length of `length` bytes, at least 256: it leaks at most log log of the length.

    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019.
    Spec: §6.
    """
    length = max(length, sizes.MIN_PLAINTEXT)
    exponent = length.bit_length() - 1
    zero_bits = exponent - exponent.bit_length()
    mask = (1 << zero_bits) - 1
    return (length + mask) & ~mask


def blob_hash(blob: bytes) -> bytes:
    """SHA-256 of a blob. The log keeps it when the server destroys the blob. Spec: §6."""
    return sha256(blob)


def entry_digest(header: bytes, hash_of_blob: bytes) -> bytes:
    """The digest by which the log covers an entry. 32 bytes. Spec: §6."""
    return sha256(label("entry-digest"), header, hash_of_blob)


def check_entry(header: Header, roster: Roster) -> None:
    """Check that the entry fits the roster at its place: a client's step 4, and the server's check of a push.

    Raises:
        EntryFault: `check` is entries.journal, .author, .rights, .stale, .epoch or .generation.
    Spec: §6.
    """
    if header.journal != roster.journal:  # check: entries.journal
        raise EntryFault("The entry was written for another journal.", check="entries.journal")
    member = roster.find(header.author)
    if member is None:  # check: entries.author
        raise EntryFault("The entry's author is not a member.", check="entries.author")
    if member.rights != "write":  # check: entries.rights
        raise EntryFault("The entry's author may read here, not write.", check="entries.rights")
    if roster.stale:  # check: entries.stale
        raise EntryFault("The entry was written while the journal's key had to be changed.", check="entries.stale")
    if header.epoch != roster.epoch:  # check: entries.epoch
        raise EntryFault("The entry was sealed with another epoch's key than the one in force.", check="entries.epoch")
    if header.generation != member.generation:  # check: entries.generation
        raise EntryFault("The entry was written with keys that are not in force.", check="entries.generation")
