"""The kinds of the account journal: what an account's own devices tell each other. Nobody else ever reads them.

Secrets stand in some of them (an invitation's, a draft's text): their reprs leave those out.
What they come to is in `account`. Spec: documents
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from duolog.documents.base import AccountId, Body, EntryId, Hash, JournalId
from duolog.documents.fields import AtMost, Binary
from duolog.protocol import sizes

MAX_HEADS = 400  # of journals that one document may name; more would not fit into it

KeyholderId = Annotated[bytes, Binary(sizes.KEYHOLDER_ID)]
InvitationId = Annotated[bytes, Binary(sizes.INVITATION_ID)]
Number = Annotated[int, Field(ge=1, le=sizes.MAX_U32)]
Seconds = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"\S")]
Origin = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Role = Literal["partner", "confidant"]
Rights = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something pinned that another document contradicts. `about`: the id of an account or journal (32 bytes)."""

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
    """The chain of an account as I know it: its newest generation and that statement's hash."""

    account: AccountId
    generation: Number
    chain_head: Hash


class Verified(Body):
    """I have compared words with this account, and its chain was the one that I have pinned."""

    account: AccountId
    generation: Number
    chain_head: Hash


class NotedHead(Body):
    """How far I had verified a journal. Noted daily at most, and at pairing, revoking and closing."""

    journal: JournalId
    seq: Number
    head: Hash


class AccountMoved(Body):
    """I have moved from one server to another: their origins and receipt keys, and how far each journal was verified.

    My other devices follow by themselves.
    """

    origin: Origin
    receipt_key: Annotated[bytes, Binary(sizes.SIGN_KEY)]
    from_origin: Origin
    from_receipt_key: Annotated[bytes, Binary(sizes.SIGN_KEY)]
    heads: Annotated[tuple[NotedHead, ...], AtMost(MAX_HEADS)] = ()


class KeyholderLabel(Body):
    """What I call one of my keyholders."""

    keyholder: KeyholderId
    label: Line


class PendingInvitation(Body):
    """An invitation that I made, with all that another of my devices needs to finish it.

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
    """The one acceptance that I take for an invitation. `acceptance`: the statement's bytes; the first counts."""

    invitation: InvitationId
    account: AccountId
    acceptance: Annotated[bytes, Binary()]
    signature: Annotated[bytes, Binary(sizes.SIGNATURE)]


class EndedInvitation(Body):
    """An invitation that waits no longer."""

    invitation: InvitationId
    how: Literal["added", "revoked", "expired"]


class SentAcceptance(Body):
    """My own acceptance of somebody's invitation, so that another of my devices can go on from it.

    `secret`: 16 bytes. `plaintext_hash`: SHA-256 of the invitation's plaintext. `acceptance`: the statement's bytes.
    """

    journal: JournalId
    secret: Annotated[bytes, Binary(sizes.INVITATION_SECRET)] = Field(repr=False)
    plaintext_hash: Hash
    acceptance: Annotated[bytes, Binary()]
    signature: Annotated[bytes, Binary(sizes.SIGNATURE)]


class Pairing(Body):
    """The hash whose words I compare with another member of a journal (section 7); only its first 88 bits are shown."""

    journal: JournalId
    account: AccountId
    words_hash: Hash


class DraftDocument(Body):
    """What a draft would become: a document without its time."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    v: Number
    body: dict[str, Any] = Field(repr=False)


class Draft(Body):
    """Something not sent yet, for one journal; without a document it is thrown away."""

    draft: EntryId
    journal: JournalId
    document: DraftDocument | None = None


class DeclinedProposal(Body):
    """A change that one of us proposed and the other declined, with the place it would have made, and when (`at`)."""

    journal: JournalId
    change: Literal["add", "extend", "rights"]
    account: AccountId
    rights: Rights
    until: Seconds
    at: Seconds


def same_terms(one: DeclinedProposal, other: DeclinedProposal) -> bool:
    """Whether two proposals would make the same change, whenever they were declined."""
    return one.model_copy(update={"at": 0}) == other.model_copy(update={"at": 0})


def asks_no_less(wanted: DeclinedProposal, declined: DeclinedProposal) -> bool:
    """Whether a change gives the same account what was declined, or more: as long a term or a longer one, the same
    rights or more. A minute more would otherwise be another proposal, and one partner could press the other with it.
    """
    of_same = ("journal", "change", "account")
    if any(getattr(wanted, name) != getattr(declined, name) for name in of_same):
        return False
    return wanted.until >= declined.until and (wanted.rights == "write" or declined.rights == "read")


class LeftJournal(Body):
    """A journal that I was a confidant of, and left."""

    journal: JournalId


class HeadCompared(Body):
    """A journal's head, as it was read out or verified."""

    journal: JournalId
    seq: Number
    head: Hash


class Rotated(Body):
    """A rotation that I made: its generation, where every other journal stood, and which keyholders it left out.

    What my generation before wrote behind these places is not believed.
    """

    generation: Number
    heads: Annotated[tuple[HeadCompared, ...], AtMost(MAX_HEADS)] = ()
    removed: Annotated[tuple[KeyholderId, ...], AtMost(sizes.MAX_KEYHOLDERS)] = ()


class BranchChosen(Body):
    """Of a forked account, the branch whose words I have compared with its owner."""

    account: AccountId
    generation: Number
    chain_head: Hash


class Confirmed(Body):
    """A restored state whose words were compared: on which keyholder, and with whom (a member, or my other device).

    A device never takes its own state as confirmed by reading this: it is a record, written after comparing.
    """

    keyholder: KeyholderId
    generation: Number
    chain_head: Hash
    heads: Annotated[tuple[HeadCompared, ...], AtMost(MAX_HEADS)] = ()
    with_account: AccountId | None = None


class PendingClosing(Body):
    """A closing of mine that waits for its time. `statement`: its bytes; `salt` opens its timing.

    `held`: who brings it in when `not_before` (Unix seconds) has come: the server, or whichever device of mine comes
    first. `ends`: keyholders of mine that go out with it.
    """

    journal: JournalId
    statement: Annotated[bytes, Binary()] = Field(repr=False)
    signature: Annotated[bytes, Binary(sizes.SIGNATURE)] = Field(repr=False)
    salt: Annotated[bytes, Binary(sizes.SALT)] = Field(repr=False)
    not_before: Seconds
    held: Literal["server", "device"]
    ends: tuple[KeyholderId, ...] = Field(default=(), max_length=sizes.MAX_KEYHOLDERS)


class EndedClosing(Body):
    """No closing of mine waits for this journal any more."""

    journal: JournalId
    how: Literal["closed", "cancelled"]


class Kept(Body):
    """An entry that I keep even if its author withdraws it."""

    journal: JournalId
    entry: EntryId


class Erased(Body):
    """An entry that I have erased for myself: its gap is my own doing."""

    journal: JournalId
    entry: EntryId
