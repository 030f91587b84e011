"""Bodies of the account journal, in which the devices of one account write for each other. Nobody else reads them.

Some bodies hold secrets, such as an invitation's or the text of a draft. Their reprs leave the secrets out.
`account_reducers` has the rules of each kind. Spec: documents
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from duolog.documents.bodies import AccountId, Body, EntryId, Hash, JournalId
from duolog.documents.fields import AtMost, Binary, NullIsEmpty
from duolog.protocol import sizes
from duolog.protocol.roster_statements import Rights, Role

MAX_HEADS = 400  # journals whose heads fit into one document

KeyholderId = Annotated[bytes, Binary(sizes.KEYHOLDER_ID)]
InvitationId = Annotated[bytes, Binary(sizes.INVITATION_ID)]
Number = Annotated[int, Field(ge=1, le=sizes.MAX_U32)]
Seconds = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"\S")]
Origin = Annotated[str, StringConstraints(min_length=1, max_length=512)]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A document that contradicts a pin. `about`: the id of the pinned account or journal (32 bytes)."""

    entry: EntryId
    about: AccountId
    sentence: str


class Joined(Body):
    """A journal that is mine: my role, its server's receipt key and origin, and my own name for it."""

    journal: JournalId
    role: Role
    receipt_key: Annotated[bytes, Binary(sizes.SIGN_KEY)]
    origin: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    name: Line | None = None


class Pin(Body):
    """The chain of an account as I know it: its newest generation, and the hash of that statement."""

    account: AccountId
    generation: Number
    chain_head: Hash


class Verified(Pin):
    """I have compared words with this account, and its chain was the pinned one."""


class NotedHead(Body):
    """The head up to which I have verified a journal. Noted daily at most, and at pairing, revoking and closing."""

    journal: JournalId
    seq: Number
    head: Hash


class AccountMoved(Body):
    """I have moved to another server: both servers' origins and receipt keys, and the verified head of each journal.

    My other devices follow by themselves.
    """

    origin: Origin
    receipt_key: Annotated[bytes, Binary(sizes.SIGN_KEY)]
    from_origin: Origin
    from_receipt_key: Annotated[bytes, Binary(sizes.SIGN_KEY)]
    heads: Annotated[tuple[NotedHead, ...], AtMost(MAX_HEADS), NullIsEmpty()] = ()


class KeyholderLabel(Body):
    """My own name for one of my keyholders."""

    keyholder: KeyholderId
    label: Line


class PendingInvitation(Body):
    """An invitation that I made, with all that my other devices need to finish it.

    `secret`: 16 bytes. `n_f`: the founder's nonce N_F, 32 bytes. `plaintext_hash`: SHA-256 of the invitation's
    plaintext.
    """

    invitation: InvitationId
    journal: JournalId
    secret: Annotated[bytes, Binary(sizes.INVITATION_SECRET)] = Field(repr=False)
    n_f: Annotated[bytes, Binary(sizes.NONCE)] = Field(repr=False)
    plaintext_hash: Hash
    role: Role
    rights: Rights
    until: Seconds | None = None
    expires: Seconds


class TakenAcceptance(Body):
    """The one acceptance that I take for an invitation. `acceptance`: the statement's bytes."""

    invitation: InvitationId
    account: AccountId
    acceptance: Annotated[bytes, Binary()]
    signature: Annotated[bytes, Binary(sizes.SIGNATURE)]


class EndedInvitation(Body):
    """An invitation that has ended."""

    invitation: InvitationId
    how: Literal["added", "revoked", "expired"]


class SentAcceptance(Body):
    """My own acceptance of somebody's invitation, with all that my other devices need to go on from it.

    `secret`: 16 bytes. `plaintext_hash`: SHA-256 of the invitation's plaintext. `acceptance`: the statement's bytes.
    """

    journal: JournalId
    secret: Annotated[bytes, Binary(sizes.INVITATION_SECRET)] = Field(repr=False)
    plaintext_hash: Hash
    acceptance: Annotated[bytes, Binary()]
    signature: Annotated[bytes, Binary(sizes.SIGNATURE)]


class ComparedWords(Body):
    """The hash whose words I compare with another member of a journal (section 7); only its first 88 bits are shown."""

    journal: JournalId
    account: AccountId
    words_hash: Hash


class DraftDocument(Body):
    """The document that a draft would become, without its time.

    `words`: the body of the note that will stand beside a step, which then names it in `text`.
    """

    kind: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    v: Number
    body: dict[str, Any] = Field(repr=False)
    words: dict[str, Any] | None = Field(default=None, repr=False)


class Draft(Body):
    """A draft for one journal. Without a document, the draft is deleted."""

    draft: EntryId
    journal: JournalId
    document: DraftDocument | None = None


class SealedAnswer(Body):
    """My answer in a check-in, kept before I commit to it, so that every own device can open it and seal it again.

    `pair`: the entry that began it. `k`, `nonce`: by which it is sealed, 32 and 24 bytes. `answer`: its bytes. `fill`:
    dots, so that the server can't tell a long answer from a short one.
    """

    journal: JournalId
    pair: EntryId
    k: Annotated[bytes, Binary(sizes.PAIR_SECRET)] = Field(repr=False)
    nonce: Annotated[bytes, Binary(sizes.AEAD_NONCE)] = Field(repr=False)
    answer: Annotated[bytes, Binary()] = Field(repr=False)
    fill: str | None = Field(default=None, repr=False)


class DeclinedProposal(Body):
    """A change of members that one partner proposed and the other declined, with its terms, and when (`at`)."""

    journal: JournalId
    change: Literal["add", "extend", "rights"]
    account: AccountId
    rights: Rights
    until: Seconds
    at: Seconds


def same_terms(one: DeclinedProposal, other: DeclinedProposal) -> bool:
    """Whether two proposals would make the same change, apart from the time of declining."""
    terms = ("journal", "change", "account", "rights", "until")  # and no field that is unknown here
    return all(getattr(one, name) == getattr(other, name) for name in terms)


def asks_no_less(wanted: DeclinedProposal, declined: DeclinedProposal) -> bool:
    """Whether a change gives the same account the term and the rights that were declined, or more.

    Otherwise a term that is a minute longer would be another proposal, and one partner could press the other with it.
    """
    of_same = ("journal", "change", "account")
    if any(getattr(wanted, name) != getattr(declined, name) for name in of_same):
        return False
    return wanted.until >= declined.until and (wanted.rights == "write" or declined.rights == "read")


class LeftJournal(Body):
    """A journal that I was a confidant of, and left."""

    journal: JournalId


class Rotated(Body):
    """A rotation that I made: its generation, the head of every other journal, and the keyholders that it left out.

    Entries that my generation before wrote after these heads are not believed.
    """

    generation: Number
    heads: Annotated[tuple[NotedHead, ...], AtMost(MAX_HEADS), NullIsEmpty()] = ()
    removed: Annotated[tuple[KeyholderId, ...], AtMost(sizes.MAX_KEYHOLDERS), NullIsEmpty()] = ()


class BranchChosen(Pin):
    """The branch of a forked account whose words I have compared with the account's owner."""


class Confirmed(Body):
    """A record that the words of a restored state were compared: on which keyholder, and with which account.

    No device takes its own state as confirmed by reading this.
    """

    keyholder: KeyholderId
    generation: Number
    chain_head: Hash
    heads: Annotated[tuple[NotedHead, ...], AtMost(MAX_HEADS), NullIsEmpty()] = ()
    with_account: AccountId | None = None


class PendingClosing(Body):
    """A closing of mine that waits until `not_before`, Unix seconds. `statement`: its bytes. `salt` opens its timing.

    `held`: whether the server brings it in then, or the first of my devices that comes. `ends`: keyholders of mine that
    are revoked with it.
    """

    journal: JournalId
    statement: Annotated[bytes, Binary()] = Field(repr=False)
    signature: Annotated[bytes, Binary(sizes.SIGNATURE)] = Field(repr=False)
    salt: Annotated[bytes, Binary(sizes.SALT)] = Field(repr=False)
    not_before: Seconds
    held: Literal["server", "device"]
    ends: Annotated[tuple[KeyholderId, ...], Field(max_length=sizes.MAX_KEYHOLDERS), NullIsEmpty()] = ()


class EndedClosing(Body):
    """The end of my closing of this journal: nothing waits any more."""

    journal: JournalId
    how: Literal["closed", "cancelled"]


class Kept(Body):
    """An entry that I keep, even if its author withdraws it."""

    journal: JournalId
    entry: EntryId


class Erased(Body):
    """An entry that I have erased for myself, which explains its gap."""

    journal: JournalId
    entry: EntryId
