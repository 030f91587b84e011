"""Changes that take both partners: proposed by one, signed by the other, or declined.

Rules
- What is made of a consent names exactly its terms. When the roster moves before the other has signed, the proposal is
  void, and the same consent is proposed anew.
- A proposal that went away while the roster stood still was declined, or has lapsed after 14 days. Neither is made
  again within 14 days.
"""

from dataclasses import replace
from functools import partial

from duolog.api.common import JournalStatementModel
from duolog.api.journals import ProposalRequest
from duolog.client.home.pairings import (
    Consent,
    ConsentTo,
    consents,
    drop_consent,
    find_consent,
    find_invited,
    save_consent,
)
from duolog.client.log.confidant_terms import is_over, make_endings
from duolog.client.log.context import Context
from duolog.client.log.notes import note
from duolog.client.log.pull import pull
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, make_carried, make_fresh
from duolog.client.pairing.co_signing import sign_too
from duolog.client.pairing.comparing import note_compared
from duolog.client.pairing.listed_proposals import (
    KEPT_FOR,
    VerifiedProposal,
    declined_at,
    list_waiting,
    require_free,
    terms_of,
)
from duolog.client.pairing.offers import chain_of_acceptance
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import DeclinedProposal, EndedInvitation, same_terms
from duolog.errors import NotAllowed
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member, parse_acceptance
from duolog.protocol.statements import statement_hash
from duolog.seal.proposals import ProposalContext, seal_context


async def propose(context: Context, journal: bytes, consent: Consent) -> None:
    """Keep a consent, and make of it what can be made now: the change itself, or a proposal.

    Raises:
        NotAllowed: it can't be, it is so already, or it was declined less than 14 days ago. Nothing was kept.
        TransportError, ServerRefused, VerificationError: as for a push; the consent is kept.
    Spec: §5.
    """
    context.require_confirmed()
    roster = context.standing(journal).require_open()
    me = roster.find(context.account)
    if me is None or me.role != "partner":  # check: client.propose_partner
        raise NotAllowed("Only partners change who may read or write here.")
    subject = roster.find(consent.account)
    if subject is None or subject.role != "confidant":
        raise NotAllowed("There is no such confidant in this journal. List its members to see who is here.")
    if is_over(context, subject):
        raise NotAllowed("Their term is over. Invite them anew; they have to accept again.")
    if not _possible(context, roster, consent):
        raise NotAllowed("That is so already.")
    require_not_declined(context, journal, consent)
    save_consent(context.home, journal, consent)
    await renew(context, journal)


def require_not_declined(context: Context, journal: bytes, consent: Consent) -> None:
    """The same was not declined less than 14 days ago. Raises: NotAllowed."""
    require_free(context, _terms(context, journal, consent))


def _terms(context: Context, journal: bytes, consent: Consent) -> DeclinedProposal:
    place = Member(consent.account, 1, b"", "confidant", consent.rights, consent.until)
    return terms_of(journal, consent.change, place, context.clock())


async def renew(context: Context, journal: bytes) -> None:
    """Go on with every consent: what stands or can't be any more ends, what is void is proposed anew.

    Raises:
        TransportError, ServerRefused, VerificationError: as for a push; everything is kept.
    """
    for consent in consents(context.home, journal):
        await settle(context, journal, partial(_due, context, journal, consent.change, consent.account))


async def _due(context: Context, journal: bytes, change: ConsentTo, account: bytes) -> Made | None:
    """The statement that a consent comes to now; None when it is over, or waits for the other partner."""
    roster = context.standing(journal).require_open()
    consent = find_consent(context.home, journal, change, account)
    if consent is None:
        return None
    if _stands(roster, consent):
        await _finish(context, journal, consent)
        return None
    lapsed = consent.declined and declined_at(context, _terms(context, journal, consent)) is None
    if lapsed or not _possible(context, roster, consent):
        drop_consent(context.home, journal, consent)
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
    """Propose it, unless that was done; the change itself where the other has proposed the very same."""
    journal, listed = roster.journal, await list_waiting(context, roster)
    mine = next((item for item in listed if _is_mine(context, roster, consent, item)), None)
    if mine is not None:
        since = (consent.sent_at if consent.statement == mine.id else None) or context.clock()
        sent = replace(consent, statement=mine.id, prev=roster.head, sent=True, sent_at=since)
        save_consent(context.home, journal, sent)
        return None
    if consent.sent and consent.prev == roster.head:
        await pull(context, journal)
        after = context.standing(journal).require_here()
        if after.head != roster.head:  # void, not declined
            return await _due(context, journal, consent.change, consent.account)
        await note(context, "declined_proposal", _terms(context, journal, consent))
        lapsed = consent.sent_at is not None and context.clock() >= consent.sent_at + KEPT_FOR
        save_consent(context.home, journal, replace(consent, declined=True, lapsed=lapsed))
        return None
    made = _make(context, roster, consent)
    theirs = next((item for item in listed if item.signed.statement == made.signed.statement), None)
    if theirs is not None:
        return sign_too(context, roster, theirs)
    identifier = statement_hash(made.signed.statement)
    consent = replace(consent, statement=identifier, prev=roster.head, sent=False, sent_at=context.clock())
    save_consent(context.home, journal, consent)
    whole = JournalStatementModel.of(made.signed, dict(made.grants))
    request = ProposalRequest(
        statement=whole.statement,
        signatures=whole.signatures,
        grants=whole.grants,
        context=_context_of(context, roster, consent, identifier),
    )
    await context.network.call(Transport.propose, journal, request)
    save_consent(context.home, journal, replace(consent, sent=True))
    return None


def _is_mine(context: Context, roster: Roster, consent: Consent, waiting: VerifiedProposal) -> bool:
    """It carries my signature, and was made of this consent, or of the same one on another device of mine."""
    same = same_terms(
        _terms(context, roster.journal, consent), terms_of(roster.journal, waiting.parsed.change, waiting.subject, 0)
    )
    return context.account in waiting.signers and (waiting.id == consent.statement or same)


def _stands(roster: Roster, consent: Consent) -> bool:
    member = roster.find(consent.account)
    if member is None:
        return False
    return {
        "add": (member.role, member.rights, member.until) == ("confidant", consent.rights, consent.until),
        "extend": member.until == consent.until,
        "rights": member.rights == consent.rights,
    }[consent.change]


def _possible(context: Context, roster: Roster, consent: Consent) -> bool:
    """Whether the roster could still become what was consented to."""
    member = roster.find(consent.account)
    if consent.change == "add":
        invited = find_invited(context.home, roster.journal, consent.invitation)
        used = invited is None or statement_hash(invited.acceptance or b"") in roster.accepted
        return member is None and not used and consent.until > context.clock()
    if member is None or member.until is None or member.role != "confidant":
        return False
    if consent.change == "extend":
        return consent.until > member.until
    return consent.rights != member.rights


def _make(context: Context, roster: Roster, consent: Consent) -> Made:
    """The statement that a consent comes to, signed by me alone."""
    if consent.change == "add":
        invited = find_invited(context.home, roster.journal, consent.invitation)
        accepted = None if invited is None else invited.signed_acceptance
        if accepted is None:
            raise NotAllowed("The acceptance for this proposal is not here.")
        newcomer = parse_acceptance(accepted.statement).member
        members = tuple(sorted((*roster.members, newcomer), key=lambda item: item.account))
        return make_fresh(
            context,
            roster,
            "add",
            members,
            provisional=False,
            account=newcomer.account,
            acceptance=accepted,
            waits=True,
        )
    member = roster.find(consent.account)
    if member is None:
        raise NotAllowed("There is no such confidant in this journal.")
    if consent.change == "extend":
        return make_carried(context, roster, "extend", replace(member, until=consent.until))
    return make_carried(context, roster, "rights", replace(member, rights=consent.rights))


def _context_of(context: Context, roster: Roster, consent: Consent, identifier: bytes) -> bytes | None:
    """What the co-signer's words are made of, sealed to the epoch in force."""
    invited = find_invited(context.home, roster.journal, consent.invitation)
    accepted = None if invited is None else invited.signed_acceptance
    if consent.change != "add" or invited is None or accepted is None:
        return None
    key = context.epochs(roster.journal).get(roster.epoch)
    if key is None:
        raise NotAllowed("This journal's key is not here. Sync, and try again.")
    chain = chain_of_acceptance(context, accepted)
    return seal_context(key, roster.journal, identifier, ProposalContext(invited.plaintext, invited.nonce, chain))


async def _finish(context: Context, journal: bytes, consent: Consent) -> None:
    if consent.invitation is not None:
        await note_compared(context, consent.account)
        await note(context, "ended_invitation", EndedInvitation(invitation=consent.invitation, how="added"))
    drop_consent(context.home, journal, consent)
