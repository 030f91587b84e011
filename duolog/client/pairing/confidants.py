"""Letting a confidant in: invited by either partner, compared by words, and only then proposed.

Rules
- The same three messages as for a partner. One acceptance is taken, durably, before N_F is revealed.
- Nothing is signed before the inviter's person has heard the eight words from the confidant.
- What is proposed is exactly what the confidant has accepted and the inviter has confirmed.
- Each step is durable before the next; `admit` takes those that need no person.
"""

from dataclasses import replace

from duolog.client.home.pairings import (
    Consent,
    Invited,
    all_invited,
    drop_invited,
    find_consent,
    find_invited,
    save_consent,
    save_invited,
)
from duolog.client.home.words import Words
from duolog.client.log.confidant_terms import require_term
from duolog.client.log.context import Context
from duolog.client.log.notes import note
from duolog.client.pairing.comparing import require_words
from duolog.client.pairing.offers import Offer, OfferedPlace, fetch_answer, make_offer, note_taken, reveal, verify_taken
from duolog.client.pairing.proposals import renew, require_not_declined
from duolog.client.pairing.views import BEFORE_SHARING_WITH_CONFIDANT, Admission, AdmissionStage, NewInvitation
from duolog.documents.account_kinds import EndedInvitation
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.roster_statements import Rights
from duolog.seal.pairing import InvitationSecret


async def invite_confidant(context: Context, journal: bytes, rights: Rights, until: int) -> NewInvitation:
    """A single-use invitation for a confidant. `until`: Unix seconds, 90 days from now at most.

    Raises:
        NotAllowed: unconfirmed, not a partner, a partner not verified yet, eight confidants, or no possible term.
        TransportError, ServerRefused: the server did not take it.
    Spec: §7.
    """
    roster = context.standing(journal).require_open()
    me = roster.find(context.account)
    if me is None or me.role != "partner":  # check: client.invite_partner
        raise NotAllowed("Only partners invite.")
    if roster.provisional:  # check: client.invite_provisional
        raise NotAllowed("Compare the eight words with your partner first. Until then nobody else can be added.")
    if len(roster.members) - len(roster.partners) >= sizes.MAX_CONFIDANTS:
        raise NotAllowed("This journal has eight confidants already. Remove one first.")
    require_term(context, until)

    def keep(offer: Offer) -> None:
        save_invited(
            context.home,
            journal,
            Invited(offer.link.secret, offer.plaintext, offer.nonce, rights, until, offer.expires),
        )

    offer = await make_offer(context, journal, OfferedPlace("confidant", rights, until), keep)
    link, invitation = offer.link, InvitationSecret(offer.link.secret).id
    return NewInvitation(invitation, journal, link.url, link.uri, offer.expires, BEFORE_SHARING_WITH_CONFIDANT)


async def admit(context: Context, journal: bytes) -> None:
    """Take the steps of every admission that are due: take the answer, and reveal.

    Raises:
        VerificationError, OpenError, MalformedData: what the confidant or the server left is not true.
        TransportError, ServerRefused: not now.
    """
    for invited in all_invited(context.home, journal):
        secret = InvitationSecret(invited.secret)
        taken = invited if invited.account is not None else await _take(context, journal, secret, invited)
        if taken is not None and taken.account is not None and taken.signed_acceptance and not taken.revealed:
            await note_taken(context, secret, taken.account, taken.signed_acceptance)
            await reveal(context, journal, secret, taken.nonce)
            save_invited(context.home, journal, replace(taken, revealed=True))


async def _take(context: Context, journal: bytes, secret: InvitationSecret, invited: Invited) -> Invited | None:
    """Take one acceptance, durably; None while there is none."""
    answer = await fetch_answer(context, journal, secret)
    if answer is None:
        await _expire(context, journal, invited)
        return None
    taken = verify_taken(context, secret, invited.plaintext, answer)
    kept = replace(invited, account=taken.account, acceptance=taken.acceptance, signature=taken.signature)
    save_invited(context.home, journal, kept)
    return kept


async def _expire(context: Context, journal: bytes, invited: Invited) -> None:
    if context.clock() > invited.expires:
        drop_invited(context.home, journal, invited.invitation)
        await note(context, "ended_invitation", EndedInvitation(invitation=invited.invitation, how="expired"))


def admissions(context: Context, journal: bytes) -> tuple[Admission, ...]:
    """Where each confidant's invitation from here stands. Without the network."""
    return tuple(_view(context, journal, item) for item in all_invited(context.home, journal))


def _view(context: Context, journal: bytes, invited: Invited) -> Admission:
    words = invited.words if invited.revealed else None
    consent = _consent_of(context, journal, invited)
    if consent is not None and consent.declined:
        stage = AdmissionStage.LAPSED if consent.lapsed else AdmissionStage.DECLINED
    elif consent is not None:
        stage = AdmissionStage.WAITING_FOR_PARTNER
    else:
        stage = AdmissionStage.WAITING_FOR_ANSWER if words is None else AdmissionStage.COMPARE
    place = (invited.rights, invited.until, invited.account)
    return Admission(invited.invitation, journal, stage, *place, words)


async def confirm(context: Context, journal: bytes, invitation: bytes | None, words: Words) -> None:
    """Confirm that a confidant sees the same eight words, and consent to letting them in as they have accepted.

    With one partner they are let in at once; with two it waits for the other. `invitation`: which, if there are
    several.

    Raises:
        NotAllowed: nobody has accepted yet, or it was declined less than 14 days ago.
        PinMismatch: the words differ. Nothing was signed.
        TransportError, ServerRefused, VerificationError: as for a push; the consent is kept.
    Spec: §7.
    """
    context.require_confirmed()
    invited = _meant(context, journal, invitation)
    require_words(invited.words if invited.revealed else None, words)
    account = invited.account
    if account is None:
        raise NotAllowed("Nobody has accepted this invitation yet. Sync, and wait for them.")
    if _consent_of(context, journal, invited) is None:
        consent = Consent("add", account, invited.rights, invited.until, invited.invitation)
        require_not_declined(context, journal, consent)
        save_consent(context.home, journal, consent)
    await renew(context, journal)


def _consent_of(context: Context, journal: bytes, invited: Invited) -> Consent | None:
    """The consent to let in who took this very invitation; they may have taken an earlier one, too."""
    found = None if invited.account is None else find_consent(context.home, journal, "add", invited.account)
    return found if found is not None and found.invitation == invited.invitation else None


def _meant(context: Context, journal: bytes, invitation: bytes | None) -> Invited:
    if invitation is not None:
        found = find_invited(context.home, journal, invitation)
        if found is None:
            raise NotAllowed("There is no such invitation from here. List them to see their names.")
        return found
    open_ones = [item for item in all_invited(context.home, journal) if item.words is not None]
    undecided = [item for item in open_ones if _consent_of(context, journal, item) is None]
    meant = undecided or open_ones
    if len(meant) != 1:
        raise NotAllowed(
            "Several invitations wait: say which." if meant else "Nobody has accepted an invitation from here yet."
        )
    return meant[0]
