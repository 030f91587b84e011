"""Pairings, invitations, admissions and proposals as a person sees them. Only an invitation's link is secret."""

from dataclasses import dataclass, field
from enum import Enum

from duolog.seal.words import Words

BEFORE_FIRST_SHARING = (
    "What you share here can be kept by the other person: they can copy it, and nobody can take it back from them."
)
BEFORE_CONFIDING = (
    "You are invited as a confidant, for a time. You will read what is written or copied into this journal from the "
    "day on which you are let in, and nothing from before. Both partners see that you are there, until when, and what "
    "you write if you may write; they can keep it. Either of them can end it at any time, and so can you."
)
BEFORE_SHARING_WITH_CONFIDANT = (
    "They will read everything that is written or copied into this journal from the day on which they are let in, and "
    "nothing else: nothing from before, and no other journal of yours. Either of you can end it alone, at any time. "
    "What they have read by then can't be recalled."
)


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """A single-use invitation. `link` and `uri` hold its secret, for the invited person alone.

    `id`: 16 bytes, also their invite code at this server. `expires_at`: Unix seconds. `notice`: to be shown
    before the first sharing in this journal, None later.
    """

    id: bytes
    journal: bytes
    link: str = field(repr=False)
    uri: str = field(repr=False)
    expires_at: int
    notice: str | None


class PairingStage(Enum):
    """Where a pairing stands."""

    WAITING_FOR_ANSWER = "waiting for answer"  # the founder: the link waits to be opened
    WAITING_FOR_FOUNDER = "waiting for founder"  # the partner: accepted; the founder's client takes the next step
    COMPARE = "compare"  # both see eight words: compare them aloud, then verify
    WAITING_FOR_PARTNER = "waiting for partner"  # I have confirmed the words, and the other can
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Pairing:
    """A pairing as one side sees it. `words`: eight, once both nonces are known. `other`: account id, 32 bytes, once
    known. `role`, `rights` and `until` (Unix seconds): the place that was offered."""

    journal: bytes
    stage: PairingStage
    words: Words | None = None
    other: bytes | None = None
    notice: str | None = None
    role: str = "partner"
    rights: str = "write"
    until: int | None = None


class AdmissionStage(Enum):
    """Where the invitation of a confidant stands."""

    WAITING_FOR_ANSWER = "waiting for answer"  # the link waits to be opened
    COMPARE = "compare"  # both see eight words: compare them aloud, then confirm
    WAITING_FOR_PARTNER = "waiting for partner"  # I have signed; the other partner compares and signs, or declines
    DECLINED = "declined"  # it isn't made again within 14 days
    LAPSED = "lapsed"  # 14 days went by without an answer, which is not a no; it isn't made again within 14 more


@dataclass(frozen=True, slots=True)
class Admission:
    """A confidant's invitation that isn't finished. `words`: eight, once it was accepted. `until`: Unix seconds."""

    invitation: bytes
    journal: bytes
    stage: AdmissionStage
    rights: str
    until: int
    account: bytes | None = None
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A change that waits for another signature, with the place that it would make.

    `change`: add, extend or rights. `signed_by`: accounts. `mine`: I have signed, and the other decides. `words`:
    eight, to compare with a confidant before signing; None where nobody is added. `text`: the change in plain words.
    """

    id: bytes
    journal: bytes
    change: str
    account: bytes
    name: str | None
    rights: str
    until: int
    signed_by: tuple[bytes, ...]
    mine: bool
    words: Words | None
    proposed_at: int
    text: str
