"""Changes that take both partners: proposed by one, signed by the other, or declined.

Rules
- A proposal names exactly the terms of the consent from which it was made. When the roster moves before the other has
  signed, the proposal is void, and the same consent is proposed anew.
- A proposal that disappears while the roster stays the same was declined, or has lapsed after 14 days. Neither is made
  again within 14 days.
"""

from dataclasses import replace
from functools import partial

from duolog.client.home import pairings
from duolog.client.home.pairings import Consent, ConsentTo
from duolog.client.log.context import Context
from duolog.client.log.notes import note
from duolog.client.log.pull import pull
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, is_over, make_carried, make_endings, require_term
from duolog.client.pairing import listed_proposals
from duolog.client.pairing.co_signing import sign_too
from duolog.client.pairing.comparing_words import note_compared
from duolog.client.pairing.invitations import chain_of_acceptance, make_add
from duolog.documents.account_kinds import DeclinedProposal, EndedInvitation, same_terms
from duolog.errors import NotAllowed
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member, Rights
from duolog.protocol.statements import statement_hash
from duolog.seal.proposals import ProposalContext, seal_context

ONLY_PARTNERS = "Only partners change who may read or write here."


async def propose(
    context: Context, journal: bytes, account: bytes, *, rights: Rights | None = None, until: int | None = None
) -> None:
    """Consent to a confidant's other rights or later end (`until`, Unix seconds); with two partners, propose it.

    Raises: NotAllowed when the rules forbid the change, it is so already, or it was declined less than 14 days ago, and
    nothing is kept then; as `renew`. Spec: §5.
    """
    if until is not None:
        require_term(context, until)
    context.require_confirmed()
    here = context.standing(journal)
    roster = here.require_open()
    if not here.is_partner:  # check: client.propose_partner
        raise NotAllowed(ONLY_PARTNERS)
    subject = require_confidant(roster, account)
    if is_over(context, subject):
        raise NotAllowed("Their term is over. Invite them anew; they have to accept again.")
    change: ConsentTo = "extend" if rights is None else "rights"
    consent = Consent(change, account, rights or subject.rights, until or subject.until or 0)
    if not _possible(context, roster, consent):
        raise NotAllowed("That is so already.")
    keep_consent(context, journal, consent)
    await renew(context, journal)


def require_confidant(roster: Roster, account: bytes) -> Member:
    """The place of a confidant. Raises: NotAllowed when the roster has none for this account."""
    member = roster.find(account)
    if member is None or member.role != "confidant":
        raise NotAllowed("There is no such confidant in this journal. List its members to see who is here.")
    return member


def keep_consent(context: Context, journal: bytes, consent: Consent) -> None:
    """Make a consent durable. Raises: NotAllowed when the same change was declined less than 14 days ago."""
    listed_proposals.require_free(context, _terms(context, journal, consent))
    pairings.save_consent(context.home, journal, consent)


def _terms(context: Context, journal: bytes, consent: Consent) -> DeclinedProposal:
    change = {"journal": journal, "change": consent.change, "at": context.clock()}
    place = {"account": consent.account, "rights": consent.rights, "until": consent.until}
    return DeclinedProposal.model_validate(change | place)


async def renew(context: Context, journal: bytes) -> None:
    """Go on with every consent: drop those that are fulfilled or impossible, and propose anew those that are void.

    Raises: as `settle`; every consent is kept.
    """
    for consent in pairings.consents(context.home, journal):
        await settle(context, journal, partial(_due, context, journal, consent.change, consent.account))


async def _due(context: Context, journal: bytes, change: ConsentTo, account: bytes) -> Made | None:
    """The statement to push for a consent now; None when the consent is over, or waits for the other partner."""
    roster = context.standing(journal).require_open()
    consent = pairings.find_consent(context.home, journal, change, account)
    if consent is None:
        return None
    member = roster.find(account)
    if member is not None and _changed(member, consent) == member:
        if consent.invitation is not None:
            await note_compared(context, account)
            await note(context, "ended_invitation", EndedInvitation(invitation=consent.invitation, how="added"))
        pairings.drop_consent(context.home, journal, consent)
        return None
    lapsed = consent.declined and listed_proposals.declined_at(context, _terms(context, journal, consent)) is None
    if lapsed or not _possible(context, roster, consent):
        pairings.drop_consent(context.home, journal, consent)
        return None
    if consent.declined or roster.provisional:
        return None
    endings = make_endings(context, roster)
    if endings:
        return endings[0]
    if len(roster.partners) == 1:
        return _make(context, roster, consent)
    return await _proposed(context, roster, consent)


async def _proposed(context: Context, roster: Roster, consent: Consent) -> Made | None:
    """Propose the change unless I have done so; where the other has proposed the very same, the statement itself."""
    journal, listed = roster.journal, await listed_proposals.list_waiting(context, roster)
    terms, own = _terms(context, journal, consent), [item for item in listed if context.account in item.signers]
    mine = next((item for item in own if item.id == consent.statement or same_terms(item.terms, terms)), None)
    if mine is not None:
        since = (consent.sent_at if consent.statement == mine.id else None) or context.clock()
        sent = replace(consent, statement=mine.id, prev=roster.head, sent=True, sent_at=since)
        pairings.save_consent(context.home, journal, sent)
        return None
    if consent.sent and consent.prev == roster.head:
        await pull(context, journal)
        after = context.standing(journal).require_here()
        if after.head != roster.head:  # void, not declined
            return await _due(context, journal, consent.change, consent.account)
        await note(context, "declined_proposal", terms)
        lapsed = consent.sent_at is not None and context.clock() >= consent.sent_at + listed_proposals.KEPT_FOR
        pairings.save_consent(context.home, journal, replace(consent, declined=True, lapsed=lapsed))
        return None
    made = _make(context, roster, consent)
    theirs = next((item for item in listed if item.signed.statement == made.signed.statement), None)
    if theirs is not None:
        return sign_too(context, roster, theirs)
    identifier = statement_hash(made.signed.statement)
    consent = replace(consent, statement=identifier, prev=roster.head, sent=False, sent_at=context.clock())
    pairings.save_consent(context.home, journal, consent)
    sealed = _context_of(context, roster, consent, identifier)
    await listed_proposals.send_proposal(context, journal, made.signed, made.grants, sealed)
    pairings.save_consent(context.home, journal, replace(consent, sent=True))
    return None


def _changed(member: Member, consent: Consent) -> Member:
    """A member's place as the consent asks for it."""
    if consent.change == "rights":
        return replace(member, rights=consent.rights)
    if consent.change == "extend":
        return replace(member, until=consent.until)
    return replace(member, role="confidant", rights=consent.rights, until=consent.until)


def _possible(context: Context, roster: Roster, consent: Consent) -> bool:
    """Whether the roster can be changed as the consent says."""
    member = roster.find(consent.account)
    if consent.change == "add":
        invited = pairings.find_invited(context.home, roster.journal, consent.invitation)
        used = invited is None or statement_hash(invited.acceptance or b"") in roster.accepted
        return member is None and not used and consent.until > context.clock()
    if member is None or member.until is None or member.role != "confidant":
        return False
    if consent.change == "extend":
        return consent.until > member.until
    return consent.rights != member.rights


def _make(context: Context, roster: Roster, consent: Consent) -> Made:
    """The statement that a consent asks for, signed by me alone."""
    if consent.change == "add":
        invited = pairings.find_invited(context.home, roster.journal, consent.invitation)
        if invited is None or invited.signed_acceptance is None:
            raise NotAllowed("The acceptance for this proposal is not here.")
        return make_add(context, roster, invited.signed_acceptance)
    changed = _changed(require_confidant(roster, consent.account), consent)
    return make_carried(context, roster, consent.change, changed)


def _context_of(context: Context, roster: Roster, consent: Consent, identifier: bytes) -> bytes | None:
    """The parts of the co-signer's words, sealed to the epoch in force; None where nobody is added."""
    invited = pairings.find_invited(context.home, roster.journal, consent.invitation)
    if invited is None or invited.signed_acceptance is None:
        return None
    key = context.epochs(roster.journal).get(roster.epoch)
    if key is None:
        raise NotAllowed("This journal's key is not here. Sync, and try again.")
    chain = chain_of_acceptance(context, invited.signed_acceptance)
    return seal_context(key, roster.journal, identifier, ProposalContext(invited.plaintext, invited.nonce, chain))
