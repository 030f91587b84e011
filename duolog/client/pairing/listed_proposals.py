"""Proposals at the server: sent, listed, and verified before anything of them is shown.

Rules
- A proposal is not shown unless it follows the roster in force, is rightly signed, and shows the words that its
  acceptance has: no member has proposed it.
- A declined change is not shown again within 14 days, nor a change that asks for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from duolog.api.common import JournalStatementModel
from duolog.api.journals import Proposal, ProposalRequest
from duolog.client.journals.people import names_in, voice
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.pairing.views import ProposalView
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import DeclinedProposal, asks_no_less
from duolog.errors import MalformedData, NotAllowed, OpenError, VerificationError
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, require_descent
from duolog.protocol.containing import contained
from duolog.protocol.roster import check_grants, check_proposal
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member, RosterStatement, parse_roster
from duolog.protocol.statements import Signature, SignedStatement, statement_hash
from duolog.seal.keys import EpochKey
from duolog.seal.proposals import open_context, verify_context
from duolog.seal.words import Words

AGAIN_AFTER = 14 * 24 * 3600  # seconds, before a declined change may be proposed again
KEPT_FOR = 14 * 24 * 3600  # seconds for which a server keeps a proposal that nobody answers
PROPOSAL_FAULT = partial(VerificationError, check="client.proposal_unforeseen")
SHOWN = ("add", "extend", "rights")


@dataclass(frozen=True, slots=True)
class VerifiedProposal:
    """A proposal that is in order. `after`: the roster that it makes. `chain`: of a newcomer, as proposed."""

    id: bytes
    signed: SignedStatement
    grants: Mapping[bytes, bytes]
    parsed: RosterStatement
    after: Roster
    chains: Mapping[bytes, AccountChain]
    proposed_at: int
    words: Words | None = None
    chain: tuple[SignedAccountStatement, ...] = ()

    @property
    def subject(self) -> Member:
        """The place that the proposal would make."""
        found = self.after.find(self.parsed.account or b"")
        if found is None or found.until is None:
            raise VerificationError("A proposal names no confidant.", check="client.proposal_subject")
        return found

    @property
    def terms(self) -> DeclinedProposal:
        """The change as the account journal remembers it when somebody declines it, without the time."""
        change = {"journal": self.after.journal, "change": self.parsed.change, "at": 0}
        place = {"account": self.subject.account, "rights": self.subject.rights, "until": self.subject.until}
        return DeclinedProposal.model_validate(change | place)

    @property
    def signers(self) -> tuple[bytes, ...]:
        return tuple(item.account for item in self.signed.signatures)


async def send_proposal(
    context: Context, journal: bytes, signed: SignedStatement, grants: Mapping[bytes, bytes], sealed: bytes | None
) -> None:
    """Leave a proposal at the server. `sealed`: its context. Raises: TransportError, ServerRefused."""
    whole = JournalStatementModel.of(signed, dict(grants))
    await context.network.call(Transport.propose, journal, ProposalRequest(**dict(whole), context=sealed))


def co_signed(signed: SignedStatement, *more: Signature) -> SignedStatement:
    """The same statement with more signatures: one of each account, ascending by account."""
    signatures = {item.account: item for item in (*signed.signatures, *more)}
    return SignedStatement(signed.statement, tuple(signatures[account] for account in sorted(signatures)))


async def list_waiting(context: Context, roster: Roster) -> tuple[VerifiedProposal, ...]:
    """The proposals to change members that are in order, oldest first. Raises: TransportError, ServerRefused."""
    listed = await context.network.call(Transport.proposals, roster.journal)
    found, key = [], context.epochs(roster.journal).get(roster.epoch)
    for proposal in listed.proposals:
        try:
            with contained("A proposal", PROPOSAL_FAULT):
                waiting = verify_waiting(context.chains, key, roster, proposal)
        except (MalformedData, VerificationError, OpenError):
            continue  # no member has proposed this for this roster
        if waiting.parsed.change in SHOWN:
            found.append(waiting)
    return tuple(found)


def verify_waiting(
    pinned: Mapping[bytes, AccountChain], key: EpochKey | None, roster: Roster, proposal: Proposal
) -> VerifiedProposal:
    """Verify one listed proposal. `key`: of the roster's epoch.

    Raises: MalformedData, VerificationError, OpenError when the proposal is not in order. Spec: §5, §7.
    """
    signed, parsed = proposal.signed(), parse_roster(proposal.statement)
    identifier = statement_hash(signed.statement)
    chains = pinned
    words, shown = None, tuple[SignedAccountStatement, ...]()
    if parsed.acceptance is not None:
        if key is None or proposal.context is None:  # check: client.proposal_context
            raise VerificationError(
                "A proposal comes without the context of its words.", check="client.proposal_context"
            )
        opened = open_context(key, roster.journal, identifier, proposal.context)
        chain, words = verify_context(opened, parsed.acceptance)
        chains, shown = {**pinned, chain.account: _newer(pinned.get(chain.account), chain)}, opened.chain
    after = check_proposal(roster, signed, chains)
    grants = proposal.grants_by_account()
    if parsed.grants is not None:
        check_grants(after, grants)
    waiting = VerifiedProposal(identifier, signed, grants, parsed, after, chains, proposal.proposed_at, words, shown)
    if parsed.change in SHOWN:
        _ = waiting.subject
    return waiting


def _newer(pinned: AccountChain | None, chain: AccountChain) -> AccountChain:
    """The longer of the pinned and the shown chain. Raises: AccountFork, Rollback."""
    if pinned is None:
        return chain
    older, newer = sorted((pinned, chain), key=lambda item: item.newest.generation)
    require_descent(older, newer)
    return newer


def declined_at(context: Context, terms: DeclinedProposal) -> int | None:
    """When this change, or a change that asks for no more, was declined in the last 14 days. Unix seconds, or None."""
    known = [item.at for item in account_state(context).declined if asks_no_less(terms, item)]
    recent = [at for at in known if context.clock() < at + AGAIN_AFTER]
    return max(recent, default=None)


def require_free(context: Context, terms: DeclinedProposal) -> None:
    """Check that this change was not declined in the last 14 days. Raises: NotAllowed. Spec: §7."""
    if declined_at(context, terms) is not None:  # check: client.declined
        raise NotAllowed(
            "This was declined, or nobody answered it, less than 14 days ago. It isn't proposed again before then, nor "
            "is a longer time. A shorter one may be."
        )


def view_waiting(context: Context, roster: Roster, waiting: VerifiedProposal) -> ProposalView:
    """A proposal as a person sees it."""
    subject = waiting.subject
    return ProposalView(
        id=waiting.id,
        journal=roster.journal,
        change=waiting.parsed.change,
        account=subject.account,
        name=names_in(context, roster.journal).get(subject.account),
        rights=subject.rights,
        until=subject.until or 0,
        signed_by=waiting.signers,
        mine=context.account in waiting.signers,
        words=waiting.words,
        proposed_at=waiting.proposed_at,
        text=_in_words(context, roster, waiting),
    )


def _in_words(context: Context, roster: Roster, waiting: VerifiedProposal) -> str:
    subject, before = waiting.subject, roster.find(waiting.subject.account)
    voices = voice(context, roster.journal)
    by = voices.name(waiting.signers[0])
    who = voices.name(subject.account) if before is not None else f"the account {subject.account.hex()[:8]}"
    may = "read and write" if subject.rights == "write" else "read"
    until = voices.when(subject.until or 0)
    match waiting.parsed.change:
        case "add":
            return f"{by}: let {who} in as a confidant, who may {may}, until {until}."
        case "extend":
            was = "" if before is None or before.until is None else f" instead of {voices.when(before.until)}"
            return f"{by}: {who} may {may} until {until}{was}."
    return f"{by}: {who} may {may} from now on, until {until} as before."
