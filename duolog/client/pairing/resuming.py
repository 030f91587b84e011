"""Going on with invitations that another own device made or accepted, from what the account journal says of them.

Rules
- An invitation's plaintext is not kept there: it is put together again, and believed by its hash alone.
- What this home holds already is left as it is, unless the one whom another own device let in stands in the roster.
- What another own device ended is over here too.
"""

from collections.abc import Iterable

from duolog.client.home.pairings import (
    Invited,
    Progress,
    admissions,
    all_invited,
    drop_invited,
    drop_progress,
    load_progress,
    paired_journals,
    save_invited,
    save_progress,
)
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import load_log
from duolog.client.pairing.offers import OfferedPlace, rebuild_invitation
from duolog.client.server.transport import Transport
from duolog.documents.account import AccountState
from duolog.documents.account_kinds import PendingInvitation, SentAcceptance
from duolog.errors import ServerRefused
from duolog.protocol.codec import sha256
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import parse_acceptance
from duolog.protocol.statements import statement_hash
from duolog.seal.pairing import InvitationSecret, parse_invitation, parse_nonce, verify_invitation


async def take_up(context: Context, state: AccountState) -> None:
    """Take up every invitation and acceptance of mine that this home doesn't know. Nothing in an unconfirmed home.

    Raises: nothing; what fails is reported, and tried by the next sync.
    Spec: §7.
    """
    _forget_ended(context, state)
    if context.unconfirmed:
        return
    for journal in {item.journal for item in state.invitations.values()}:
        with context.problems.reported(journal):
            _take_up_invitations(context, state, journal)
    for sent in state.sent.values():
        with context.problems.reported(sent.journal):
            await _take_up_acceptance(context, state, sent)


def _take_up_invitations(context: Context, state: AccountState, journal: bytes) -> None:
    roster = context.standing(journal).open_roster
    if roster is None:
        return
    mine = [item for item in state.invitations.values() if item.journal == journal]
    _take_up_partner(context, state, roster, [item for item in mine if item.role == "partner"])
    _take_up_confidants(context, state, roster, [item for item in mine if item.role == "confidant"])


def _forget_ended(context: Context, state: AccountState) -> None:
    """What another own device finished or revoked waits here no longer."""
    for journal, invitation in admissions(context.store):
        if invitation in state.ended:
            drop_invited(context.home, journal, invitation)
    for journal in paired_journals(context.store):
        progress = load_progress(context.home, journal)
        revoked = progress is not None and state.ended.get(InvitationSecret(progress.secret).id) == "revoked"
        if progress is not None and progress.role == "founder" and revoked and progress.other is None:
            drop_progress(context.home, journal)


def _take_up_partner(
    context: Context, state: AccountState, roster: Roster, invitations: Iterable[PendingInvitation]
) -> None:
    progress = load_progress(context.home, roster.journal)
    chosen = None
    for item in invitations:  # the newest that fits
        taken = state.acceptances.get(item.invitation)
        if roster.provisional:
            fits = taken is not None and roster.find(taken.account) is not None
        else:
            used = taken is not None and statement_hash(taken.acceptance) in roster.accepted
            fits = progress is None and len(roster.partners) == 1 and _still_waits(context, state, item) and not used
        chosen = item if fits else chosen
    if chosen is None:
        return
    taken = state.acceptances.get(chosen.invitation) if roster.provisional else None
    if progress is not None and (taken is None or progress.other == taken.account):
        return
    plaintext = rebuild_invitation(
        context, roster, OfferedPlace("partner", chosen.rights), chosen.n_f, chosen.plaintext_hash
    )
    if plaintext is None:
        return
    began = Progress("founder", chosen.secret, plaintext, chosen.n_f)
    if taken is not None:
        began = Progress(
            *("founder", chosen.secret, plaintext, chosen.n_f, taken.acceptance, taken.signature, taken.account)
        )
    save_progress(context.home, roster.journal, began)


def _take_up_confidants(
    context: Context, state: AccountState, roster: Roster, invitations: Iterable[PendingInvitation]
) -> None:
    known = {item.invitation for item in all_invited(context.home, roster.journal)}
    for item in invitations:
        if item.invitation in known or item.until is None or not _still_waits(context, state, item):
            continue
        place = OfferedPlace("confidant", item.rights, item.until)
        plaintext = rebuild_invitation(context, roster, place, item.n_f, item.plaintext_hash)
        if plaintext is not None:
            invited = Invited(item.secret, plaintext, item.n_f, item.rights, item.until, item.expires)
            save_invited(context.home, roster.journal, invited)


def _still_waits(context: Context, state: AccountState, item: PendingInvitation) -> bool:
    """Nobody ended it, and somebody has answered it or still can."""
    answerable = context.clock() <= item.expires or item.invitation in state.acceptances
    return item.invitation not in state.ended and answerable


# --- on the other side ------------------------------------------------------------------------------------------------


async def _take_up_acceptance(context: Context, state: AccountState, sent: SentAcceptance) -> None:
    roster = load_log(context.store, sent.journal).roster
    finished = sent.journal in state.journals and (roster is None or not roster.provisional)
    if (
        finished
        or load_progress(context.home, sent.journal) is not None
        or context.standing(sent.journal).former is not None
    ):
        return
    place = parse_acceptance(sent.acceptance).member
    plaintext = await _plaintext_of(context, sent, roster, OfferedPlace(place.role, place.rights, place.until))
    if plaintext is None:
        return
    invitation = parse_invitation(plaintext)
    founder, _ = verify_invitation(invitation)
    for generation in founder.generations:
        state.require_pinned(founder.account, generation.generation, generation.statement_hash)
    context.chains.meet(founder.account, invitation.chain)
    began = Progress(*(invitation.role, sent.secret, plaintext, None, sent.acceptance, sent.signature, founder.account))
    save_progress(context.home, sent.journal, began)


async def _plaintext_of(
    context: Context, sent: SentAcceptance, roster: Roster | None, place: OfferedPlace
) -> bytes | None:
    """The invitation that I accepted: put together again once I am in the journal, and before that from the server."""
    secret = InvitationSecret(sent.secret)
    try:
        if roster is not None:
            revealed = await context.network.call(Transport.revealed, secret.id)
            if revealed.sealed is None:
                return None
            nonce = parse_nonce(secret.open("reveal", revealed.sealed))
            return rebuild_invitation(context, roster, place, nonce, sent.plaintext_hash)
        offered = await context.network.call(Transport.open_invitation, secret.id)
    except ServerRefused as error:
        if error.code != "not_found":  # it is over, or was revoked
            raise
        return None
    plaintext = secret.open("invitation", offered.sealed)
    return plaintext if sha256(plaintext) == sent.plaintext_hash else None
