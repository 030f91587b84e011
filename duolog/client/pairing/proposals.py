"""Changes that take both partners: proposed by one, signed by the other, or declined.

Rules
- What is made of a consent names exactly its terms. When the roster moves before the other has signed, the proposal is
  void, and the same consent is proposed anew.
- The co-signer's client believes nothing: chain, acceptance, words, N_F and its own grant are checked before its
  person's signature is added. Words are compared with the confidant by each partner.
- A proposal that went away while the roster stood still was declined, or has lapsed after 14 days. Neither is made
  again within 14 days.
- Declining and taking back are durable in the account journal before the server is told.
"""

from dataclasses import replace

from duolog.api.common import JournalStatementModel
from duolog.api.journals import ProposalRequest
from duolog.client.home.pairings import Consent, consents, drop_consent, find_consent, find_invited, save_consent
from duolog.client.home.words import Words
from duolog.client.log.confidant_terms import is_over, make_endings
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note
from duolog.client.log.outbox import MOVED, push_statement
from duolog.client.log.pull import pull
from duolog.client.log.statements import Made, make_carried, make_fresh, sign_for
from duolog.client.log.stored_logs import load_log, require_open
from duolog.client.pairing.comparing import require_words
from duolog.client.pairing.listed_proposals import (
    KEPT_FOR,
    Waiting,
    declined_at,
    list_waiting,
    require_free,
    terms_of,
    view_waiting,
)
from duolog.client.pairing.offers import chain_of_acceptance
from duolog.client.pairing.views import ProposalView
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import DeclinedProposal, EndedInvitation, Pin, Verified, same_terms
from duolog.errors import NotAllowed, ServerRefused, TransportError
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member, parse_acceptance
from duolog.protocol.statements import SignedStatement, statement_hash
from duolog.seal.grants import unwrap_grant
from duolog.seal.proposals import ProposalContext, seal_context

_TRIES = 8  # races lost in a row before giving up for now


async def propose(context: Context, journal: bytes, consent: Consent) -> None:
    """Keep a consent, and make of it what can be made now: the change itself, or a proposal.

    Raises:
        NotAllowed: it can't be, it is so already, or it was declined less than 14 days ago. Nothing was kept.
        TransportError, ServerRefused, VerificationError: as for a push; the consent is kept.
    Spec: §5.
    """
    context.require_confirmed()
    _, roster = require_open(context.store, journal)
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
    for wanted in consents(context.home, journal):
        for _ in range(_TRIES):
            consent = find_consent(context.home, journal, wanted.change, wanted.account)
            if consent is None or not await _go_on(context, journal, consent):
                break
            await pull(context, journal)


async def _go_on(context: Context, journal: bytes, consent: Consent) -> bool:
    """One step; whether another follows, once the journal was pulled."""
    _, roster = require_open(context.store, journal)
    if _stands(roster, consent):
        await _finish(context, journal, consent)
        return False
    if not _possible(context, roster, consent):
        drop_consent(context.home, journal, consent)
        return False
    if consent.declined and declined_at(context, _terms(context, journal, consent)) is None:
        drop_consent(context.home, journal, consent)
        return False
    if consent.declined or roster.provisional:
        return False
    try:
        endings = make_endings(context, roster)
        if endings:
            await push_statement(context, journal, endings[0])
            return True
        if len(roster.partners) == 1:
            await push_statement(context, journal, _make(context, roster, consent))
            return True
        return await _propose(context, roster, consent)
    except ServerRefused as error:
        if error.code not in MOVED:
            raise
    return True


async def _propose(context: Context, roster: Roster, consent: Consent) -> bool:
    listed = await list_waiting(context, roster)
    mine = next((item for item in listed if _is_mine(context, roster, consent, item)), None)
    if mine is not None:
        since = (consent.sent_at if consent.statement == mine.id else None) or context.clock()
        sent = replace(consent, statement=mine.id, prev=roster.head, sent=True, sent_at=since)
        save_consent(context.home, roster.journal, sent)
        return False
    if consent.sent and consent.prev == roster.head:
        await pull(context, roster.journal)
        after = load_log(context.store, roster.journal).roster
        if after is None or after.head != roster.head:
            return True  # void, not declined
        await note(context, "declined_proposal", _terms(context, roster.journal, consent))
        lapsed = consent.sent_at is not None and context.clock() >= consent.sent_at + KEPT_FOR
        save_consent(context.home, roster.journal, replace(consent, declined=True, lapsed=lapsed))
        return False
    made = _make(context, roster, consent)
    theirs = next((item for item in listed if item.signed.statement == made.signed.statement), None)
    if theirs is not None:  # the other has proposed the very same
        await _push_signed(context, roster, theirs)
        return True
    identifier = statement_hash(made.signed.statement)
    consent = replace(consent, statement=identifier, prev=roster.head, sent=False, sent_at=context.clock())
    save_consent(context.home, roster.journal, consent)
    whole = JournalStatementModel.of(made.signed, dict(made.grants))
    request = ProposalRequest(
        statement=whole.statement,
        signatures=whole.signatures,
        grants=whole.grants,
        context=_context_of(context, roster, consent, identifier),
    )
    await context.network.call(Transport.propose, roster.journal, request)
    save_consent(context.home, roster.journal, replace(consent, sent=True))
    return False


def _is_mine(context: Context, roster: Roster, consent: Consent, waiting: Waiting) -> bool:
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


async def note_compared(context: Context, account: bytes) -> None:
    """Pin an account whose words were compared, and mark it as verified, for all own devices."""
    newest = context.chains[account].newest
    pin = Pin(account=account, generation=newest.generation, chain_head=newest.statement_hash)
    await note(context, "pin", pin)
    await note(context, "verified", Verified(**pin.model_dump()))


# --- the other partner's side -----------------------------------------------------------------------------------------


async def list_proposals(context: Context, journal: bytes) -> tuple[ProposalView, ...]:
    """What waits for a signature, mine or the other's. Raises: TransportError, ServerRefused."""
    _, roster = require_open(context.store, journal)
    return tuple(
        view_waiting(context, roster, item)
        for item in await list_waiting(context, roster)
        if declined_at(context, terms_of(journal, item.parsed.change, item.subject, 0)) is None
    )


async def sign(context: Context, journal: bytes, proposal: bytes, words: Words | None) -> None:
    """Consent to exactly what is proposed. `words`: as the confidant reads them, where somebody is to be added.

    Raises:
        NotAllowed: it is not there (any more), is my own, was declined, or its term is over.
        PinMismatch: the words differ, or the account is another than my devices know. Nothing was signed.
        VerificationError, OpenError: what was proposed is not true. Nothing was signed.
        TransportError, ServerRefused: not now.
    Spec: §5, §7.
    """
    context.require_confirmed()
    _, roster = require_open(context.store, journal)
    waiting = await _find(context, roster, proposal)
    if context.account in waiting.signers:
        raise NotAllowed("You have signed this already. It waits for the other.")
    require_free(context, terms_of(journal, waiting.parsed.change, waiting.subject, 0))
    if is_over(context, waiting.subject):
        raise NotAllowed("The term that is proposed is over already.")
    if waiting.parsed.acceptance is not None:
        require_words(waiting.words, words or ())
        _pin_newcomer(context, waiting)
        await note_compared(context, waiting.subject.account)  # it is so, whatever becomes of the proposal
    try:
        await _push_signed(context, roster, waiting)
    except ServerRefused as error:
        if error.code not in MOVED:
            raise
        await pull(context, journal)
        raise NotAllowed(
            "The members have changed just now, so this proposal is void. It will be made anew."
        ) from error
    await pull(context, journal)
    after = load_log(context.store, journal).roster
    if after is None or after.version < waiting.after.version:
        raise TransportError("The server took your signature and does not show it yet. Sync again.")


async def _push_signed(context: Context, roster: Roster, waiting: Waiting) -> None:
    """Add my signature to a proposal whose every part was checked, and send it."""
    _pin_newcomer(context, waiting)
    me = waiting.after.find(context.account)
    if waiting.parsed.grants is not None and me is not None:
        secret = context.identity.secrets[me.generation]
        grant = waiting.grants.get(context.account, b"")
        unwrap_grant(grant, waiting.after, context.account, secret)  # check: client.proposal_grant
    mine = sign_for(context.identity, roster, waiting.signed.statement)
    both = {item.account: item for item in (*waiting.signed.signatures, mine)}
    signed = SignedStatement(waiting.signed.statement, tuple(both[account] for account in sorted(both)))
    after = check_change(roster, signed, context.chains)
    await push_statement(context, roster.journal, Made(signed, waiting.grants, after, None))


def _pin_newcomer(context: Context, waiting: Waiting) -> None:
    """The account that is to be added is the one that my devices know, if they do. Raises: PinMismatch, AccountFork."""
    if not waiting.chain:
        return
    account = waiting.subject.account
    chain = waiting.chains[account]
    for generation in chain.generations:
        account_state(context).require_pinned(account, generation.generation, generation.statement_hash)
    if account not in context.chains or chain.newest != context.chains[account].newest:
        context.chains.pin(account, waiting.chain)


async def decline(context: Context, journal: bytes, proposal: bytes) -> None:
    """Say no to a proposal of the other's, or take back one's own. Durable here before the server is told.

    Raises:
        NotAllowed: it is not there (any more).
        TransportError, ServerRefused: not now.
    Spec: §5.
    """
    _, roster = require_open(context.store, journal)
    waiting = await _find(context, roster, proposal)
    wanted = next((item for item in consents(context.home, journal) if item.statement == proposal), None)
    if wanted is not None:
        drop_consent(context.home, journal, wanted)
        if wanted.invitation is not None:
            await note(context, "ended_invitation", EndedInvitation(invitation=wanted.invitation, how="revoked"))
    if context.account not in waiting.signers:
        terms = terms_of(journal, waiting.parsed.change, waiting.subject, context.clock())
        await note(context, "declined_proposal", terms)
    try:
        await context.network.call(Transport.drop_proposal, journal, proposal)
    except ServerRefused as error:
        if error.code != "not_found":  # it is gone, which is what was wanted
            raise


async def _find(context: Context, roster: Roster, proposal: bytes) -> Waiting:
    found = next((item for item in await list_waiting(context, roster) if item.id == proposal), None)
    if found is None:
        raise NotAllowed("There is no such proposal now. List them to see what waits.")
    return found
