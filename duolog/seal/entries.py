"""Sealed entries: how a message becomes a blob, and how a reader opens and verifies it.

Rules
- Key and commitment derive from the epoch key and the whole header, so a blob opens only with its own header.
- Plaintext: u32 length | message | tags, 32 bytes each in the roster's order | zeros up to the Padmé length, at least
  256.
- A tag for each member, the author's own account included: HMAC under a key that only author and that member share.
  Each member knows who wrote; nobody can prove it to an outsider, since every reader could have made their own tag.
- A member whose X25519 key is invalid gets a tag of zeros: one member's fault must not stop the others from writing.
- Blob: nonce 24 | commitment 32 | ciphertext; associated data is header | commitment.

A reader goes on where `check_entry` (step 4) ends, in this order, each step with its own fault:
5. the commitment, in constant time, before anything is decrypted;
6. the AEAD, and the padding;
7. the reader's own tag.
Step 8 judges the message itself; it needs the log, so the client does it.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from duolog.errors import EntryFault, MalformedData, OpenError
from duolog.protocol import sizes
from duolog.protocol.codec import hmac_sha256, label, sha256, u32
from duolog.protocol.entries import Header, padded_length
from duolog.protocol.roster import Chains
from duolog.protocol.roster_changes import Roster
from duolog.seal import aead
from duolog.seal.derive import hkdf
from duolog.seal.keys import EpochKey, GenerationSecret

_LENGTH = 4
_COMMITMENT_END = sizes.AEAD_NONCE + sizes.COMMITMENT


@dataclass(frozen=True, slots=True)
class Reader:
    """A member at one epoch, as tags name it: account, generation, and that generation's X25519 key."""

    account: bytes
    generation: int
    box_key: bytes

    def encode(self) -> bytes:
        """account 32 | generation u32 | box key 32."""
        return self.account + u32(self.generation) + self.box_key


def readers_of(roster: Roster, chains: Chains) -> tuple[Reader, ...]:
    """The readers who get a tag: all members, in the roster's order. `chains`: each member's verified chain.

    Raises:
        ChainViolation: a member's generation is not in its chain.
    Spec: §6.
    """
    return tuple(
        Reader(item.account, item.generation, chains[item.account].generation(item.generation).box_key)
        for item in roster.members
    )


def seal_entry(
    header: Header,
    message: bytes,
    epoch_key: EpochKey,
    author: GenerationSecret,
    readers: Sequence[Reader],
    *,
    nonce: bytes | None = None,
) -> bytes:
    """The blob of one entry. `nonce` (24 bytes) is fresh unless a test vector needs a given one.

    Raises:
        MalformedData: the message is longer than 96 KiB.
    Spec: §6.
    """
    if len(message) > sizes.MAX_MESSAGE:  # check: seal.message_size
        raise MalformedData("A message is longer than 96 KiB.")
    bound = header.encode()
    writer = Reader(header.author, header.generation, author.box_key)
    hashed = sha256(message)
    tags = [_tag_for(author, writer, reader, bound, hashed) for reader in readers]
    content = u32(len(message)) + message + b"".join(tags)
    plaintext = content.ljust(padded_length(len(content)), b"\x00")
    key, commitment = epoch_key.entry_keys(bound)
    nonce = secrets.token_bytes(sizes.AEAD_NONCE) if nonce is None else nonce
    return nonce + commitment + aead.encrypt(key, nonce, plaintext, bound + commitment)


def open_entry(
    header: Header,
    blob: bytes,
    epoch_key: EpochKey,
    account: bytes,
    secret: GenerationSecret,
    readers: Sequence[Reader],
) -> bytes:
    """Open one entry for the reader `account`: the verified message, as shipped.

    `epoch_key`, `secret` and `readers` are those in force at the entry's place.

    Raises:
        EntryFault: `check` is entries.commitment (5), entries.aead, entries.padding (6) or entries.tag (7).
        OpenError: the author or the reader is not in `readers`, or `secret` is of another generation.
    Spec: §6.
    """
    author, reader = _find(readers, header.author), _find(readers, account)
    if (reader.generation, reader.box_key) != (secret.generation, secret.box_key):  # check: seal.reader_generation
        raise OpenError("This entry was sealed to another generation of your keys than the one at hand.")
    bound = header.encode()
    key, commitment = epoch_key.entry_keys(bound)

    # 5. commitment
    if not hmac.compare_digest(blob[sizes.AEAD_NONCE : _COMMITMENT_END], commitment):  # check: entries.commitment
        raise EntryFault("The entry does not fit the journal's key.", check="entries.commitment")

    # 6. AEAD and padding
    try:
        plaintext = aead.decrypt(key, blob[: sizes.AEAD_NONCE], blob[_COMMITMENT_END:], bound + commitment)
    except OpenError as error:
        raise EntryFault("The entry was changed after it was sealed.", check="entries.aead") from error
    message, tags = _unpad(plaintext, len(readers))

    # 7. own tag
    at = readers.index(reader) * sizes.TAG
    try:
        tag_key = _tag_key(secret.agree(author.box_key), author, reader)
    except OpenError as error:
        raise EntryFault("The entry's author has keys that nobody can check.", check="entries.tag") from error
    expected = hmac_sha256(tag_key, label("tag"), bound, sha256(message))
    if not hmac.compare_digest(tags[at : at + sizes.TAG], expected):  # check: entries.tag
        raise EntryFault("The entry was not written by the member whom it names.", check="entries.tag")
    return message


def open_exported(header: bytes, blob: bytes, key: bytes, readers: int) -> bytes:
    """Open one exported entry by its own key (32 bytes). `readers`: the number of its tags.

    This checks neither the commitment, which needs the epoch key, nor a tag, which needs a member's secret. So the
    result shows that these bytes open to this message, and not who wrote the message.

    Raises:
        EntryFault: `check` is entries.aead or entries.padding.
    Spec: §12.
    """
    commitment = blob[sizes.AEAD_NONCE : _COMMITMENT_END]
    try:
        plaintext = aead.decrypt(key, blob[: sizes.AEAD_NONCE], blob[_COMMITMENT_END:], header + commitment)
    except OpenError as error:
        raise EntryFault("The entry does not open under the key that is given for it.", check="entries.aead") from error
    return _unpad(plaintext, readers)[0]


def _find(readers: Sequence[Reader], account: bytes) -> Reader:
    found = next((reader for reader in readers if reader.account == account), None)
    if found is None:
        raise OpenError("This entry was sealed for others.")
    return found


def _unpad(plaintext: bytes, readers: int) -> tuple[bytes, bytes]:
    message_end = _LENGTH + int.from_bytes(plaintext[:_LENGTH], "big")
    end = message_end + readers * sizes.TAG
    ends_well = end <= len(plaintext) == padded_length(end) and not any(plaintext[end:])
    if not ends_well:  # check: entries.padding
        raise EntryFault("The entry's padding is not what the protocol says.", check="entries.padding")
    return plaintext[_LENGTH:message_end], plaintext[message_end:end]


def _tag_for(secret: GenerationSecret, author: Reader, reader: Reader, header: bytes, hashed_message: bytes) -> bytes:
    try:
        shared = secret.agree(reader.box_key)
    except OpenError:
        return bytes(sizes.TAG)
    return hmac_sha256(_tag_key(shared, author, reader), label("tag"), header, hashed_message)


def _tag_key(shared: bytes, author: Reader, reader: Reader) -> bytes:
    return hkdf(shared, label("tag-key") + author.encode() + reader.encode(), sizes.TAG)
