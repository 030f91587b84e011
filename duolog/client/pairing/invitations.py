"""Inviting a partner or a confidant: the sealed invitation, the one answer to it, the reveal, and its end.

Rules
- Secret and nonce are durable, here and in the account journal, before the invitation is at the server.
- The inviter takes one answer, durably, before the nonce is revealed; only then can words be compared.
- The account journal notes the end of an invitation for all own devices.
"""

import secrets
from dataclasses import dataclass
from typing import Literal

from duolog.api.invitations import InvitationRequest
from duolog.client.home import pairings
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note, put_note
from duolog.client.log.statements import Made, make_fresh, require_term
from duolog.client.log.stored_logs import load_log, stored_statement
from duolog.client.pairing.views import BEFORE_FIRST_SHARING, BEFORE_SHARING_WITH_CONFIDANT, NewInvitation
from duolog.client.server.transport import Transport, ignoring
from duolog.documents.account_kinds import EndedInvitation, PendingInvitation, TakenAcceptance
from duolog.errors import NotAllowed, ServerRefused, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import sha256
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member, Rights, Role, SignedAcceptance, parse_acceptance
from duolog.protocol.statements import SignedStatement
from duolog.seal.links import Link
from duolog.seal.pairing import (
    Invitation,
    InvitationSecret,
    parse_answer,
    parse_nonce,
    reveal_commitment,
    verify_answer,
)

EXPIRES_AFTER = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class OfferedPlace:
    """The place that an invitation offers in a journal. `until`: Unix seconds, for a confidant alone."""

    role: Role
    rights: Rights
    until: int | None = None


Place = OfferedPlace | PendingInvitation | Member  # whatever says role, rights and term


async def invite(context: Context, journal: bytes) -> NewInvitation:
    """Invite the other partner of a journal with a single-use link. An earlier invitation is taken back.

    Raises:
        NotAllowed: unconfirmed, the account's own journal, one with two partners, or one that can't be written.
        TransportError, ServerRefused: the server did not take it.
    Spec: §7.
    """
    context.require_confirmed()
    roster = context.standing(journal).require_open()
    if len(roster.partners) >= sizes.MAX_PARTNERS:
        raise NotAllowed("This journal already has two partners.")
    await _take_back(context, journal)
    pending, plaintext = _begin(context, roster, OfferedPlace("partner", "write"))
    began = pairings.Progress("founder", pending.secret, plaintext, pending.n_f)
    pairings.save_progress(context.home, journal, began)
    return await _send(context, pending, plaintext, BEFORE_FIRST_SHARING)


async def invite_confidant(context: Context, journal: bytes, rights: Rights, until: int) -> NewInvitation:
    """Invite a confidant with a single-use link. `until`: Unix seconds, 90 days from now at most.

    Raises:
        NotAllowed: unconfirmed, not a partner, a partner not verified yet, eight confidants, or no possible term.
        TransportError, ServerRefused: the server did not take it.
    Spec: §7.
    """
    here = context.standing(journal)
    roster = here.require_open()
    if not here.is_partner:  # check: client.invite_partner
        raise NotAllowed("Only partners invite.")
    if roster.provisional:  # check: client.invite_provisional
        raise NotAllowed("Compare the eight words with your partner first. Until then nobody else can be added.")
    if len(roster.members) - len(roster.partners) >= sizes.MAX_CONFIDANTS:
        raise NotAllowed("This journal has eight confidants already. Remove one first.")
    require_term(context, until)
    pending, plaintext = _begin(context, roster, OfferedPlace("confidant", rights, until))
    invited = pairings.Invited(pending.secret, plaintext, pending.n_f, rights, until, pending.expires)
    pairings.save_invited(context.home, journal, invited)
    return await _send(context, pending, plaintext, BEFORE_SHARING_WITH_CONFIDANT)


def _begin(context: Context, roster: Roster, place: OfferedPlace) -> tuple[PendingInvitation, bytes]:
    """A new invitation as the account journal keeps it, and its plaintext."""
    context.require_confirmed()
    if roster.journal == context.identity.account_journal:  # check: client.invite_account_journal
        raise NotAllowed("The account's own journal is nobody else's. Create a journal to share.")
    secret, nonce = secrets.token_bytes(sizes.INVITATION_SECRET), secrets.token_bytes(sizes.NONCE)
    plaintext = _plaintext(context, roster, place, nonce, len(context.chains[roster.founder].generations))
    pending = PendingInvitation(
        invitation=InvitationSecret(secret).id,
        journal=roster.journal,
        secret=secret,
        n_f=nonce,
        plaintext_hash=sha256(plaintext),
        role=place.role,
        rights=place.rights,
        # A server whose clock is ahead counts by its own.
        expires=max(context.clock(), load_log(context.store, roster.journal).time) + EXPIRES_AFTER,
        **({} if place.until is None else {"until": place.until}),
    )
    return pending, plaintext


async def _send(context: Context, pending: PendingInvitation, plaintext: bytes, notice: str) -> NewInvitation:
    """Note an invitation for all own devices, and then leave it at the server."""
    await note(context, "pending_invitation", pending)
    secret, expires = InvitationSecret(pending.secret), pending.expires
    sealed = secret.seal("invitation", plaintext)
    request = InvitationRequest(invitation=secret.id, sealed=sealed, expires_at=expires)
    await context.network.call(Transport.invite, pending.journal, request)
    link = Link(context.network.transport.origin, pending.secret)
    return NewInvitation(secret.id, pending.journal, link.url, link.uri, expires, notice)


async def _take_back(context: Context, journal: bytes) -> None:
    """End the earlier invitation: nobody would go on with a pairing that begins with its link."""
    progress = pairings.load_progress(context.home, journal)
    if progress is None or progress.role != "founder":
        return
    if progress.acceptance is not None:
        raise NotAllowed("Somebody has accepted your invitation already. Sync, and compare words: `verify`.")
    with ignoring("not_found"):  # the invitation has ended
        await revoke(context, journal, InvitationSecret(progress.secret).id)


async def revoke(context: Context, journal: bytes, invitation: bytes) -> None:
    """Take an invitation back; also where the server has lost it already, as when the program died behind its answer.

    Raises: TransportError; ServerRefused, also where there is no such invitation.
    """
    try:
        await context.network.call(Transport.revoke_invitation, journal, invitation)
    except ServerRefused as error:
        state = account_state(context)
        waits = invitation in state.invitations and invitation not in state.ended
        if error.code != "not_found" or not waits:
            raise
    await _end(context, journal, invitation, "revoked")


async def _end(context: Context, journal: bytes, invitation: bytes, how: Literal["revoked", "expired"]) -> None:
    """Forget an invitation here, and note its end: both are durable together."""
    ended = EndedInvitation(invitation=invitation, how=how)
    with context.store.transaction():
        progress = pairings.load_progress(context.home, journal)
        if progress is not None and InvitationSecret(progress.secret).id == invitation:
            pairings.drop_progress(context.home, journal)
        pairings.drop_invitation(context.home, invitation)
        put_note(context, "ended_invitation", ended)
    await note(context, "ended_invitation", ended)


def rebuild_invitation(
    context: Context, roster: Roster, place: Place, nonce: bytes, plaintext_hash: bytes
) -> bytes | None:
    """The plaintext of an invitation that another own device made or accepted; None where it was a different one.

    `plaintext_hash`: SHA-256. The founder may have rotated since then, so each of their generations is tried, the
    newest first.
    """
    for generations in range(len(context.chains[roster.founder].generations), 0, -1):
        plaintext = _plaintext(context, roster, place, nonce, generations)
        if sha256(plaintext) == plaintext_hash:
            return plaintext
    return None


def _plaintext(context: Context, roster: Roster, place: Place, nonce: bytes, generations: int) -> bytes:
    """An invitation that shows the first `generations` of the founder's chain, whichever partner invites."""
    founder = context.chains[roster.founder]
    return Invitation(
        chain=tuple(context.chains.statements(founder.account)[:generations]),
        genesis=genesis_of(context, roster.journal),
        role=place.role,
        rights=place.rights,
        until=place.until,
        origin=context.network.transport.origin,
        receipt_key=context.receipt_key(),
        reveal=reveal_commitment(nonce, founder.generations[generations - 1].statement_hash, roster.journal),
    ).encode()


def genesis_of(context: Context, journal: bytes) -> SignedStatement:
    """The verified genesis of a journal. Raises: NotAllowed when it isn't here."""
    genesis = stored_statement(context.store, journal, 1)
    if genesis is None:
        raise NotAllowed("This journal has not been fetched yet. Sync first.")
    return genesis


# --- its answer, and the reveal ---------------------------------------------------------------------------------------


async def take_answer(
    context: Context, journal: bytes, secret: InvitationSecret, plaintext: bytes, expires: int | None
) -> TakenAcceptance | None:
    """Verify the answer to an invitation of mine, and pin the newcomer's chain; None while there is no answer.

    The caller makes the acceptance durable. `plaintext`: of the invitation. `expires`: Unix seconds. An invitation
    that has no answer by then has ended.

    Raises: VerificationError, OpenError, MalformedData when the answer is not true; TransportError, ServerRefused.
    Spec: §7.
    """
    mine = await context.network.call(Transport.own_invitations, journal)
    sealed = next((item.answer for item in mine.invitations if item.invitation == secret.id), None)
    if sealed is None:
        if expires is not None and context.clock() > expires:
            await _end(context, journal, secret.id, "expired")
        return None
    answer = parse_answer(secret.open("acceptance", sealed))
    _, chain = verify_answer(plaintext, answer)
    if chain.account == context.account:  # check: client.own_answer
        raise VerificationError("The server answers your invitation with your own account.", check="client.own_answer")
    context.chains.meet(chain.account, answer.chain)
    taken = _taken(secret, answer.acceptance)
    _require_first(context, taken)
    return taken


def _taken(secret: InvitationSecret, acceptance: SignedAcceptance) -> TakenAcceptance:
    account, statement = parse_acceptance(acceptance.statement).member.account, acceptance.statement
    return TakenAcceptance(invitation=secret.id, account=account, acceptance=statement, signature=acceptance.signature)


def _require_first(context: Context, taken: TakenAcceptance) -> None:
    """Check that no own device has taken another answer to the same invitation."""
    first = account_state(context).acceptances.get(taken.invitation, taken)
    if (first.acceptance, first.signature) != (taken.acceptance, taken.signature):  # check: client.one_acceptance
        raise VerificationError(
            "The server gave your devices two answers to one invitation. Revoke it, and make a new one.",
            check="client.one_acceptance",
        )


async def reveal(
    context: Context, journal: bytes, secret: InvitationSecret, acceptance: SignedAcceptance, nonce: bytes
) -> None:
    """Note the one acceptance that I take, and then leave N_F for the newcomer. Doing it again changes nothing.

    Raises: VerificationError when another own device took another acceptance; TransportError, ServerRefused.
    """
    taken = _taken(secret, acceptance)
    await note(context, "taken_acceptance", taken)
    _require_first(context, taken)
    with ignoring("invitation_used"):  # revealed before, sealed with another nonce
        await context.network.call(Transport.reveal, journal, secret.id, secret.seal("reveal", nonce))


async def fetch_nonce(context: Context, secret: InvitationSecret) -> bytes | None:
    """The nonce N_F, or None before the inviter reveals it. Raises: OpenError, TransportError, ServerRefused."""
    sealed = (await context.network.call(Transport.revealed, secret.id)).sealed
    return None if sealed is None else parse_nonce(secret.open("reveal", sealed))


def chain_of_acceptance(context: Context, acceptance: SignedAcceptance) -> tuple[SignedAccountStatement, ...]:
    """The newcomer's chain up to the keys with which they accepted; the acceptance is verified against these."""
    newcomer = parse_acceptance(acceptance.statement).member
    return tuple(context.chains.statements(newcomer.account)[: newcomer.generation])


def make_add(context: Context, roster: Roster, acceptance: SignedAcceptance) -> Made:
    """Add the newcomer as they have accepted: a provisional partner, or a confidant, which the other partner signs.

    Raises: RosterViolation. Spec: §5.
    """
    newcomer = parse_acceptance(acceptance.statement).member  # they may have rotated since
    is_partner = newcomer.role == "partner"
    return make_fresh(
        context,
        roster,
        "add",
        tuple(sorted((*roster.members, newcomer), key=lambda item: item.account)),
        provisional=is_partner,
        account=newcomer.account,
        acceptance=acceptance,
        waits=not is_partner,
    )
