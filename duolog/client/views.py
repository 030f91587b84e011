"""What the client library hands out: plain values without keys, safe to show and to keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from duolog.errors import DuologError

if TYPE_CHECKING:
    from duolog.client.duolog import Duolog
    from duolog.client.ways import KeyholderView

Words = tuple[str, ...]

STALE_AFTER = 45  # days
_DAY = 24 * 3600  # seconds

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
COPIES_STAY = "Copies that were read already can't be recalled."


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A fresh account. `words`: the 24 words of the recovery sheet, shown once and stored nowhere."""

    duolog: "Duolog"
    words: Words

    def __repr__(self) -> str:
        return "NewAccount(words=<secret>)"


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """A single-use invitation. `link` and `uri` hold its secret: give one of them to nobody but the partner.

    `id`: 16 bytes, also the partner's invite code at this server. `expires_at`: Unix seconds. `notice`: to be shown
    before the first sharing in this journal, None later.
    """

    id: bytes
    journal: bytes
    link: str
    uri: str
    expires_at: int
    notice: str | None

    def __repr__(self) -> str:
        return f"NewInvitation(id={self.id.hex()}, link=<secret>)"


class PairingStage(Enum):
    """Where a pairing stands."""

    WAITING_FOR_ANSWER = "waiting for answer"  # the founder: nobody has opened the link yet
    WAITING_FOR_FOUNDER = "waiting for founder"  # the partner: accepted; the founder's client has not come back yet
    COMPARE = "compare"  # both see eight words: compare them aloud, then verify
    WAITING_FOR_PARTNER = "waiting for partner"  # I have confirmed the words; the other has not yet
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

    WAITING_FOR_ANSWER = "waiting for answer"  # nobody has opened the link yet
    COMPARE = "compare"  # both see eight words: compare them aloud, then confirm
    WAITING_FOR_PARTNER = "waiting for partner"  # I have signed; the other partner compares and signs, or declines
    DECLINED = "declined"  # it isn't made again within 14 days
    LAPSED = "lapsed"  # nobody answered for 14 days, which is not a no; it isn't made again within 14 more


@dataclass(frozen=True, slots=True)
class Admission:
    """A confidant's invitation that isn't finished. `words`: eight, once somebody has accepted. `until`: Unix
    seconds."""

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

    `change`: add, extend or rights. `signed_by`: accounts. `mine`: I have signed, and the other hasn't yet. `words`:
    eight, to compare with a confidant before signing; None where nobody is added. `text`: all of it in plain words.
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


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member by account id, with the name of their own profile if they wrote one that can be shown. `called`: how
    texts name them, as `Ada (you)` or `Your partner`. `until`: Unix seconds or None."""

    account: bytes
    name: str | None
    called: str
    role: str
    rights: str
    until: int | None
    me: bool


@dataclass(frozen=True, slots=True)
class JournalView:
    """One journal as this home holds it. `seq`: the last verified place. `frozen`: why it is read-only, or None.
    `former`: why I am in it no longer, or None."""

    id: bytes
    members: tuple[MemberView, ...]
    seq: int
    provisional: bool
    closed: bool
    frozen: str | None
    waiting: int
    unreadable: int
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What this home knows without the network. `unconfirmed`: restored from words, and not compared with anybody
    yet. `deleted`: the account was deleted from here, and can only be read."""

    server: str
    account: bytes
    account_words: Words
    keyholder_kind: str
    unconfirmed: bool
    journals: tuple[JournalView, ...]
    new_keyholders: tuple["KeyholderView", ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class AccountWords:
    """Eight words of an account's newest key statement (its chain head). `since`: Unix day of it, None for a first
    generation."""

    account: bytes
    name: str | None
    me: bool
    generation: int
    since: int | None
    words: Words

    def stale(self, now: int) -> bool:
        """Whether somebody else's keys are older than 45 days at `now` (Unix seconds): a rotation may be kept back."""
        return not self.me and self.since is not None and now // _DAY - self.since > STALE_AFTER


@dataclass(frozen=True, slots=True)
class JournalWords:
    """Eight words of a journal's head at `seq`."""

    journal: bytes
    seq: int
    words: Words


@dataclass(frozen=True, slots=True)
class Heads:
    """What two people compare by voice to know that they see the same."""

    accounts: tuple[AccountWords, ...]
    journals: tuple[JournalWords, ...]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did: new items by journal, own entries delivered, journals that are read-only, and what couldn't
    be done now.

    `new_keyholders`: ways into this account that its owner has not looked at on this home yet. `proposed`: how many
    changes wait for my signature, by journal. `clock_apart`: by how many seconds the server's clock is ahead of this
    computer's (negative: behind it); 0 unless they are more than a day apart."""

    new: Mapping[bytes, int]
    delivered: int
    frozen: Mapping[bytes, str]
    problems: tuple[DuologError, ...]
    new_keyholders: tuple["KeyholderView", ...] = ()
    proposed: Mapping[bytes, int] = field(default_factory=dict)
    clock_apart: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A document that is safe in this home. `delivered`: the server has it too; otherwise `problem` says why not
    yet."""

    entry: bytes
    delivered: bool
    problem: DuologError | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry as this home may show it.

    `at`: the author's clock, `received`: the server's, `effective`: the time that rules compare, Unix seconds; the last
    differs from `at` where the author's clock isn't believed. `kind`, `v`, `body`, `text` are None where `unreadable`
    says why.
    `text`: the document in plain words, safe on a terminal. `without_effect`: why the rules skip this step, or None.
    `not_delivered_to`: members who said that they could not read it. `seq` is None while it waits in the outbox.
    `hidden`: withdrawn by its author, or erased by me; then there is no text, unless I had kept it.
    """

    journal: bytes
    entry: bytes
    seq: int | None
    author: bytes
    author_name: str | None
    mine: bool
    received: int | None
    at: int | None
    kind: str | None
    v: int | None
    body: Mapping[str, Any] | None
    text: str | None
    unreadable: str | None
    without_effect: str | None
    not_delivered_to: tuple[bytes, ...]
    hidden: str | None = None
    effective: int | None = None


@dataclass(frozen=True, slots=True)
class WaitingClosing:
    """A closing of mine that waits. `not_before`: Unix seconds. `held`: `server`, or `device`: whichever of mine comes
    first. `ends`: own keyholders that go out with it."""

    journal: bytes
    not_before: int
    held: str
    ends: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class MoveSeen:
    """A member says that they go on with a journal elsewhere. `receipt_key`: of that server, 32 bytes."""

    journal: bytes
    account: bytes
    name: str | None
    origin: str
    receipt_key: bytes


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What moving did. `journals`: those that go on at the new server; `behind`: those that only a partner can bring.

    `told`: the members and the own devices were told at the old server. `open_logs`: journals whose log there could
    not be closed. `problems`: what could not be done at the new server now; a sync does it.
    """

    old: str
    new: str
    journals: tuple[bytes, ...]
    behind: tuple[bytes, ...]
    told: bool
    open_logs: tuple[bytes, ...]
    problems: tuple[DuologError, ...]
