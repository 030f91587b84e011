"""The other partner's side of a proposal: list the proposals, sign one exactly as it is, or decline it.

Rules
- This client believes nothing of a proposal: chain, acceptance, words, N_F and its own grant are checked before its
  person's signature is added. Words are compared with the confidant by each partner.
- Declining and taking back are durable in the account journal before the server is told.
"""

from duolog.client.home.pairings import consents, drop_consent
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note, put_note
from duolog.client.log.outbox import deliver
from duolog.client.log.pull import pull
from duolog.client.log.settle import MOVED, push_statement
from duolog.client.log.statements import Made, is_over, sign_for
from duolog.client.pairing import listed_proposals
from duolog.client.pairing.comparing_words import note_compared, require_words
from duolog.client.pairing.listed_proposals import VerifiedProposal, list_waiting
from duolog.client.pairing.views import ProposalView
from duolog.client.server.transport import Transport, ignoring
from duolog.documents.account_kinds import EndedInvitation
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.seal.grants import unwrap_grant
from duolog.seal.words import Words


async def list_proposals(context: Context, journal: bytes) -> tuple[ProposalView, ...]:
    """The proposals that wait for a signature, mine or the other's. Raises: TransportError, ServerRefused."""
    roster = context.standing(journal).require_open()
    listed = await list_waiting(context, roster)
    waiting = [item for item in listed if listed_proposals.declined_at(context, item.terms) is None]
    return tuple(listed_proposals.view_waiting(context, roster, item) for item in waiting)


async def sign(context: Context, journal: bytes, proposal: bytes, words: Words | None) -> None:
    """Consent to a proposal exactly as it is. `words`: as the confidant reads them, where one is to be added.

    Raises:
        NotAllowed: there is no such proposal now, I have signed it, it was declined, or its term is over.
        PinMismatch: the words differ, or the account is another than my devices know. Nothing was signed.
        VerificationError, OpenError: the proposal is not true. Nothing was signed.
        TransportError, ServerRefused: not now.
    Spec: §5, §7.
    """
    context.require_confirmed()
    roster = context.standing(journal).require_open()
    waiting = await _find(context, roster, proposal)
    if context.account in waiting.signers:
        raise NotAllowed("You have signed this already. It waits for the other.")
    listed_proposals.require_free(context, waiting.terms)
    if is_over(context, waiting.subject):
        raise NotAllowed("The term that is proposed is over already.")
    if waiting.parsed.acceptance is not None:
        require_words(waiting.words, words or ())
        _pin_newcomer(context, waiting)
        await note_compared(context, waiting.subject.account)  # true even if the proposal ends
    try:
        await push_statement(context, journal, sign_too(context, roster, waiting))
    except ServerRefused as error:
        if error.code not in MOVED:
            raise
        await pull(context, journal)
        raise NotAllowed(
            "The members have changed just now, so this proposal is void. It will be made anew."
        ) from error
    await pull(context, journal)
    if context.standing(journal).require_here().version < waiting.after.version:
        raise TransportError("The server took your signature and does not show it yet. Sync again.")


def sign_too(context: Context, roster: Roster, waiting: VerifiedProposal) -> Made:
    """Add my signature to a proposal, after the newcomer's pins and my grant. Raises: as `sign`. Spec: §5."""
    _pin_newcomer(context, waiting)
    me = waiting.after.find(context.account)
    if waiting.parsed.grants is not None and me is not None:
        secret = context.identity.secrets[me.generation]
        grant = waiting.grants.get(context.account, b"")
        unwrap_grant(grant, waiting.after, context.account, secret)  # check: client.proposal_grant
    signed = listed_proposals.co_signed(waiting.signed, sign_for(context.identity, roster, waiting.signed.statement))
    return Made(signed, waiting.grants, check_change(roster, signed, context.chains), None)


def _pin_newcomer(context: Context, waiting: VerifiedProposal) -> None:
    """Check that the account to be added is the account that my devices know, if they do, and pin its chain."""
    if not waiting.chain:
        return
    account = waiting.subject.account
    chain = waiting.chains[account]
    account_state(context).require_pinned_chain(chain)
    if account not in context.chains or chain.newest != context.chains[account].newest:
        context.chains.pin(account, waiting.chain)


async def decline(context: Context, journal: bytes, proposal: bytes) -> None:
    """Decline a proposal of the other's, or take back my own. That is durable here before the server is told.

    Raises: NotAllowed when there is no such proposal now; TransportError, ServerRefused. Spec: §5.
    """
    roster = context.standing(journal).require_open()
    waiting = await _find(context, roster, proposal)
    wanted = next((item for item in consents(context.home, journal) if item.statement == proposal), None)
    if wanted is not None:
        with context.store.transaction():
            drop_consent(context.home, journal, wanted)
            if wanted.invitation is not None:
                put_note(context, "ended_invitation", EndedInvitation(invitation=wanted.invitation, how="revoked"))
        await deliver(context, context.identity.account_journal)
    if context.account not in waiting.signers:
        terms = waiting.terms.model_copy(update={"at": context.clock()})
        await note(context, "declined_proposal", terms)
    with ignoring("not_found"):  # the proposal is gone already
        await context.network.call(Transport.drop_proposal, journal, proposal)


async def _find(context: Context, roster: Roster, proposal: bytes) -> VerifiedProposal:
    found = next((item for item in await list_waiting(context, roster) if item.id == proposal), None)
    if found is None:
        raise NotAllowed("There is no such proposal now. List them to see what waits.")
    return found
