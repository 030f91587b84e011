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
from duolog.seal.derive import MacKey, hkdf
from duolog.seal.keys import EpochKey, GenerationSecret
from duolog.seal.secret import Secret

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
    """Open one entry for the reader `account`. Raises: as `EntryOpener` and its `open`. Spec: §6."""
    return EntryOpener(epoch_key, account, secret, readers).open(header, blob)


class EntryOpener(Secret):
    """Opens the entries at which the same epoch and roster are in force, for the reader `account`.

    It holds the tag key of each author that it has met.
    Raises: OpenError: the reader is not among the readers, or `secret` is of another generation.
    """

    __slots__ = ("_authors", "_epoch_key", "_own_tag", "_reader", "_secret", "_tag_keys")

    def __init__(
        self, epoch_key: EpochKey, account: bytes, secret: GenerationSecret, readers: Sequence[Reader]
    ) -> None:
        self._authors = {reader.account: reader for reader in readers}
        self._reader = self._find(account)
        keys = (self._reader.generation, self._reader.box_key)
        if keys != (secret.generation, secret.box_key):  # check: seal.reader_generation
            raise OpenError("This entry was sealed to another generation of your keys than the one at hand.")
        self._epoch_key, self._secret = epoch_key, secret
        at = readers.index(self._reader) * sizes.TAG
        self._own_tag = slice(at, at + sizes.TAG)
        self._tag_keys: dict[bytes, MacKey] = {}  # by author

    def open(self, header: Header, blob: bytes) -> bytes:
        """The verified message of one entry, as shipped.

        Raises:
            EntryFault: `check` is entries.commitment (5), entries.aead, entries.padding (6) or entries.tag (7).
            OpenError: the author is not among the readers.
        Spec: §6.
        """
        author, bound = self._find(header.author), header.encode()
        key, commitment = self._epoch_key.entry_keys(bound)

        # 5. commitment
        if not hmac.compare_digest(blob[sizes.AEAD_NONCE : _COMMITMENT_END], commitment):  # check: entries.commitment
            raise EntryFault("The entry does not fit the journal's key.", check="entries.commitment")

        # 6. AEAD and padding
        try:
            plaintext = aead.decrypt(key, blob[: sizes.AEAD_NONCE], blob[_COMMITMENT_END:], bound + commitment)
        except OpenError as error:
            raise EntryFault("The entry was changed after it was sealed.", check="entries.aead") from error
        message, tags = _unpad(plaintext, len(self._authors))

        # 7. own tag
        expected = self._tag_key(author).mac(_tagged(bound, sha256(message)))
        if not hmac.compare_digest(tags[self._own_tag], expected):  # check: entries.tag
            raise EntryFault("The entry was not written by the member whom it names.", check="entries.tag")
        return message

    def _find(self, account: bytes) -> Reader:
        found = self._authors.get(account)
        if found is None:
            raise OpenError("This entry was sealed for others.")
        return found

    def _tag_key(self, author: Reader) -> MacKey:
        if author.account not in self._tag_keys:
            try:
                shared = self._secret.agree(author.box_key)
            except OpenError as error:
                raise EntryFault("The entry's author has keys that nobody can check.", check="entries.tag") from error
            self._tag_keys[author.account] = MacKey(_tag_key(shared, author, self._reader))
        return self._tag_keys[author.account]


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


def _unpad(plaintext: bytes, readers: int) -> tuple[bytes, bytes]:
    message_end = _LENGTH + int.from_bytes(plaintext[:_LENGTH], "big")
    end = message_end + readers * sizes.TAG
    ends_well = end <= len(plaintext) == padded_length(end) and not plaintext[end:].strip(b"\x00")
    if not ends_well:  # check: entries.padding
        raise EntryFault("The entry's padding is not what the protocol says.", check="entries.padding")
    return plaintext[_LENGTH:message_end], plaintext[message_end:end]


def _tag_for(secret: GenerationSecret, author: Reader, reader: Reader, header: bytes, hashed_message: bytes) -> bytes:
    try:
        shared = secret.agree(reader.box_key)
    except OpenError:
        return bytes(sizes.TAG)
    return hmac_sha256(_tag_key(shared, author, reader), _tagged(header, hashed_message))


def _tagged(header: bytes, hashed_message: bytes) -> bytes:
    return label("tag") + header + hashed_message


def _tag_key(shared: bytes, author: Reader, reader: Reader) -> bytes:
    return hkdf(shared, label("tag-key") + author.encode() + reader.encode(), sizes.TAG)
