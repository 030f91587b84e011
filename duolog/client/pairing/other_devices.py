"""Taking up, from the account journal, the invitations that another own device made or accepted.

Rules
- The account journal doesn't keep an invitation's plaintext: it is put together again, and believed by its hash alone.
- This home keeps the pairing that it has, unless another own device let in the partner who stands in the roster.
- An invitation that another own device ended is over here too.
"""

from collections.abc import Sequence
from dataclasses import replace

from duolog.client.home import pairings
from duolog.client.log.context import Context
from duolog.client.pairing.invitations import fetch_nonce, rebuild_invitation
from duolog.client.server.transport import Transport, ignoring
from duolog.documents.account_kinds import PendingInvitation, SentAcceptance
from duolog.documents.account_state import AccountState
from duolog.protocol.codec import sha256
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import parse_acceptance
from duolog.protocol.statements import statement_hash
from duolog.seal.pairing import InvitationSecret, parse_invitation, verify_invitation


async def take_up(context: Context, state: AccountState) -> None:
    """Take up every invitation and acceptance of mine that this home doesn't know; none in an unconfirmed home.

    Raises: nothing. A failure is reported, and the next sync tries again.
    Spec: §7.
    """
    _forget_ended(context, state)
    if context.unconfirmed:
        return
    for journal in {item.journal for item in state.invitations.values()}:
        with context.problems.reported(journal):
            roster = context.standing(journal).open_roster
            if roster is not None:
                _take_up_partner(context, state, roster)
                _take_up_confidants(context, state, roster)
    for sent in state.sent.values():
        with context.problems.reported(sent.journal):
            await _take_up_acceptance(context, state, sent)


def _forget_ended(context: Context, state: AccountState) -> None:
    """Forget the invitations that another own device finished or revoked."""
    for _, invitation in pairings.admissions(context.store):
        if invitation in state.ended:
            pairings.drop_invitation(context.home, invitation)
    for journal in pairings.paired_journals(context.store):
        progress = pairings.load_progress(context.home, journal)
        revoked = progress is not None and state.ended.get(InvitationSecret(progress.secret).id) == "revoked"
        if progress is not None and progress.role == "founder" and revoked and progress.other is None:
            pairings.drop_progress(context.home, journal)


def _take_up_partner(context: Context, state: AccountState, roster: Roster) -> None:
    """Go on with the newest invitation that fits the roster, unless this home knows its pairing."""
    fitting = [item for item in _mine(state, roster, "partner") if _fits(context, state, roster, item)]
    if not fitting:
        return
    chosen, progress = fitting[-1], pairings.load_progress(context.home, roster.journal)
    taken = state.acceptances.get(chosen.invitation) if roster.provisional else None
    if progress is not None and (taken is None or progress.other == taken.account):
        return
    plaintext = rebuild_invitation(context, roster, chosen, chosen.n_f, chosen.plaintext_hash)
    if plaintext is None:
        return
    began = pairings.Progress("founder", chosen.secret, plaintext, chosen.n_f)
    if taken is not None:
        began = replace(began, acceptance=taken.acceptance, signature=taken.signature, other=taken.account)
    pairings.save_progress(context.home, roster.journal, began)


def _fits(context: Context, state: AccountState, roster: Roster, item: PendingInvitation) -> bool:
    """Whether the provisional partner took this invitation; without a second partner, whether somebody still can."""
    taken = state.acceptances.get(item.invitation)
    if roster.provisional:
        return taken is not None and roster.find(taken.account) is not None
    used = taken is not None and statement_hash(taken.acceptance) in roster.accepted
    return len(roster.partners) == 1 and _still_waits(context, state, item) and not used


def _take_up_confidants(context: Context, state: AccountState, roster: Roster) -> None:
    known = {item.invitation for item in pairings.all_invited(context.home, roster.journal)}
    for item in _mine(state, roster, "confidant"):
        if item.invitation in known or item.until is None or not _still_waits(context, state, item):
            continue
        plaintext = rebuild_invitation(context, roster, item, item.n_f, item.plaintext_hash)
        if plaintext is not None:
            invited = pairings.Invited(item.secret, plaintext, item.n_f, item.rights, item.until, item.expires)
            pairings.save_invited(context.home, roster.journal, invited)


def _mine(state: AccountState, roster: Roster, role: str) -> Sequence[PendingInvitation]:
    return [item for item in state.invitations.values() if (item.journal, item.role) == (roster.journal, role)]


def _still_waits(context: Context, state: AccountState, item: PendingInvitation) -> bool:
    """Whether an invitation has not ended, and was answered or can be."""
    answerable = context.clock() <= item.expires or item.invitation in state.acceptances
    return item.invitation not in state.ended and answerable


async def _take_up_acceptance(context: Context, state: AccountState, sent: SentAcceptance) -> None:
    here = context.standing(sent.journal)
    finished = sent.journal in state.journals and (here.roster is None or not here.roster.provisional)
    if finished or here.former is not None or pairings.load_progress(context.home, sent.journal) is not None:
        return
    plaintext = await _accepted_plaintext(context, sent, here.roster)
    if plaintext is None:
        return
    invitation = parse_invitation(plaintext)
    founder, _ = verify_invitation(invitation)
    state.require_pinned_chain(founder)
    context.chains.meet(founder.account, invitation.chain)
    accepted = (sent.acceptance, sent.signature, founder.account)
    began = pairings.Progress(invitation.role, sent.secret, plaintext, None, *accepted)
    pairings.save_progress(context.home, sent.journal, began)


async def _accepted_plaintext(context: Context, sent: SentAcceptance, roster: Roster | None) -> bytes | None:
    """The invitation that I accepted: put together again once I am in the journal, and before that from the server."""
    secret, place = InvitationSecret(sent.secret), parse_acceptance(sent.acceptance).member
    with ignoring("not_found"):  # the invitation is over, or was revoked
        if roster is not None:
            nonce = await fetch_nonce(context, secret)
            return None if nonce is None else rebuild_invitation(context, roster, place, nonce, sent.plaintext_hash)
        sealed = (await context.network.call(Transport.open_invitation, secret.id)).sealed
        plaintext = secret.open("invitation", sealed)
        return plaintext if sha256(plaintext) == sent.plaintext_hash else None
    return None
