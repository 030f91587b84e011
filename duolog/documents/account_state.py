"""State of the account journal, and what it says of pinned accounts.

Nothing pinned changes silently. A document that contradicts a pin is kept as a conflict, and asking for what is in
conflict raises `PinMismatch`. Spec: documents
"""

from dataclasses import dataclass, field

from duolog.documents import account_kinds as kinds
from duolog.documents.applied import AppliedDocument, Skipped
from duolog.documents.bodies import AccountId, EntryId, JournalId
from duolog.errors import PinMismatch
from duolog.protocol.accounts import AccountChain


@dataclass(frozen=True, slots=True)
class AccountState:
    """The state after the documents of the account journal. `pins`: each account's generations and their chain heads.

    `generation`: the newest of mine that has written here. `cancelled`: closings that were taken back. Every generation
    up to the one in `signed_until` may have signed them anew.
    """

    seq: int = 0
    generation: int = 0
    journals: dict[JournalId, kinds.Joined] = field(default_factory=dict)
    pins: dict[AccountId, dict[int, AccountId]] = field(default_factory=dict)
    verified: dict[AccountId, kinds.Verified] = field(default_factory=dict)
    heads: dict[JournalId, kinds.NotedHead] = field(default_factory=dict)
    labels: dict[kinds.KeyholderId, str] = field(default_factory=dict)
    invitations: dict[kinds.InvitationId, kinds.PendingInvitation] = field(default_factory=dict)
    acceptances: dict[kinds.InvitationId, kinds.TakenAcceptance] = field(default_factory=dict)
    ended: dict[kinds.InvitationId, str] = field(default_factory=dict)
    sent: dict[JournalId, kinds.SentAcceptance] = field(default_factory=dict)
    pairings: dict[JournalId, dict[AccountId, kinds.ComparedWords]] = field(default_factory=dict)
    drafts: dict[EntryId, kinds.Draft] = field(default_factory=dict)
    confirmed: dict[kinds.KeyholderId, kinds.Confirmed] = field(default_factory=dict)
    rotated: dict[int, kinds.Rotated] = field(default_factory=dict)
    branches: dict[AccountId, kinds.BranchChosen] = field(default_factory=dict)
    closings: dict[JournalId, kinds.PendingClosing] = field(default_factory=dict)
    cancelled: dict[JournalId, kinds.PendingClosing] = field(default_factory=dict)
    signed_until: dict[JournalId, int] = field(default_factory=dict)
    closed: tuple[JournalId, ...] = ()
    kept: dict[JournalId, tuple[EntryId, ...]] = field(default_factory=dict)
    erased: dict[JournalId, tuple[EntryId, ...]] = field(default_factory=dict)
    declined: tuple[kinds.DeclinedProposal, ...] = ()
    answers: tuple[kinds.SealedAnswer, ...] = ()
    left: dict[JournalId, kinds.LeftJournal] = field(default_factory=dict)
    moved: kinds.AccountMoved | None = None
    conflicts: tuple[kinds.Conflict, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unknown: tuple[AppliedDocument, ...] = ()

    def require_pinned(self, account: bytes, generation: int, chain_head: bytes) -> None:
        """Check that this generation of the account has the chain head that was pinned, if any was.

        Raises: PinMismatch when it has another, or the pins themselves contradict each other. Spec: §4.
        """
        self.require_no_conflict(account)
        if self.pins.get(account, {}).get(generation, chain_head) != chain_head:  # check: account.pinned
            raise PinMismatch("This account's keys are not the ones you know. Stop, and compare words in person.")

    def require_pinned_chain(self, chain: AccountChain) -> None:
        """Check every generation of a chain. Raises: as `require_pinned`."""
        for generation in chain.generations:
            self.require_pinned(chain.account, generation.generation, generation.statement_hash)

    def require_no_conflict(self, about: bytes) -> None:
        """Check that nothing contradicts a pin of this account or journal (32 bytes). Raises: PinMismatch. Spec: §4."""
        for conflict in self.conflicts:
            if conflict.about == about:  # check: account.conflict
                raise PinMismatch(conflict.sentence)
