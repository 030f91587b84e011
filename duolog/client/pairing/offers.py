"""What inviting a partner and inviting a confidant have in common: the sealed offer, the one answer, the reveal.

Rules
- Secret and nonce are durable, here and in the account journal, before the offer is at the server.
- One answer is taken, durably, before the nonce is revealed; only then can words be compared.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from duolog.api.invitations import InvitationRequest
from duolog.api.pages import parse_push
from duolog.client.home.item_rows import frame_at
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import PendingInvitation, TakenAcceptance
from duolog.errors import NotAllowed, ServerRefused, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import sha256
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Rights, Role, SignedAcceptance, parse_acceptance
from duolog.protocol.statements import SignedStatement
from duolog.seal.links import Link
from duolog.seal.pairing import Invitation, InvitationSecret, parse_answer, reveal_commitment, verify_answer

EXPIRES_AFTER = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class OfferedPlace:
    """What is offered in a journal. `until`: Unix seconds, for a confidant alone."""

    role: Role
    rights: Rights
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation before it is sent: its link, plaintext, nonce N_F, and when it ends (Unix seconds)."""

    link: Link
    plaintext: bytes
    nonce: bytes
    expires: int

    def __repr__(self) -> str:
        return "Offer(<secret>)"


async def make_offer(context: Context, journal: bytes, place: OfferedPlace, keep: Callable[[Offer], None]) -> Offer:
    """A new invitation, kept by `keep` and in the account journal, and then left at the server.

    Whoever of the partners invites, it shows the founder's chain, whose genesis this is.

    Raises:
        NotAllowed: unconfirmed, the account's own journal, or one that can't be written.
        TransportError, ServerRefused: the server did not take it.
    Spec: §7.
    """
    context.require_confirmed()
    roster = context.standing(journal).require_open()
    if journal == context.identity.account_journal:  # check: client.invite_account_journal
        raise NotAllowed("The account's own journal is nobody else's. Create a journal to share.")
    link = Link(context.network.transport.origin, secrets.token_bytes(sizes.INVITATION_SECRET))
    secret, nonce = InvitationSecret(link.secret), secrets.token_bytes(sizes.NONCE)
    plaintext = _invitation(context, roster, place, nonce, len(context.chains[roster.founder].generations))
    offer = Offer(link, plaintext, nonce, context.clock() + EXPIRES_AFTER)
    keep(offer)
    pending = PendingInvitation(
        invitation=secret.id,
        journal=journal,
        secret=link.secret,
        n_f=nonce,
        plaintext_hash=sha256(plaintext),
        role=place.role,
        rights=place.rights,
        expires=offer.expires,
        **({} if place.until is None else {"until": place.until}),
    )
    await note(context, "pending_invitation", pending)
    sealed = secret.seal("invitation", plaintext)
    request = InvitationRequest(invitation=secret.id, sealed=sealed, expires_at=offer.expires)
    await context.network.call(Transport.invite, journal, request)
    return offer


def rebuild_invitation(
    context: Context, roster: Roster, place: OfferedPlace, nonce: bytes, plaintext_hash: bytes
) -> bytes | None:
    """The plaintext of an invitation that another own device made or accepted, known by its SHA-256 alone.

    The founder may have rotated since, so each of their generations is tried, the newest first. None: it was another.
    """
    for generations in range(len(context.chains[roster.founder].generations), 0, -1):
        plaintext = _invitation(context, roster, place, nonce, generations)
        if sha256(plaintext) == plaintext_hash:
            return plaintext
    return None


def _invitation(context: Context, roster: Roster, place: OfferedPlace, nonce: bytes, generations: int) -> bytes:
    """An invitation to a journal, with that many generations of its founder's chain."""
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


def chain_of_acceptance(context: Context, accepted: SignedAcceptance) -> tuple[SignedAccountStatement, ...]:
    """The newcomer's chain as it was when they accepted: what an acceptance is checked against ends with its keys."""
    newcomer = parse_acceptance(accepted.statement).member
    return tuple(context.chains.statements(newcomer.account)[: newcomer.generation])


async def fetch_answer(context: Context, journal: bytes, secret: InvitationSecret) -> bytes | None:
    """The plaintext of the answer to an invitation of mine; None while there is none. Raises: OpenError."""
    mine = await context.network.call(Transport.own_invitations, journal)
    sealed = next((item.answer for item in mine.invitations if item.invitation == secret.id), None)
    return None if sealed is None else secret.open("acceptance", sealed)


def verify_taken(context: Context, secret: InvitationSecret, invitation: bytes, plaintext: bytes) -> TakenAcceptance:
    """What to note of a good answer to my invitation (its plaintext). The newcomer's chain is pinned.

    Raises:
        VerificationError, MalformedData: it isn't a true answer to this invitation.
    Spec: §7.
    """
    answer = parse_answer(plaintext)
    _, chain = verify_answer(invitation, answer)
    if chain.account == context.account:  # check: client.own_answer
        raise VerificationError("The server answers your invitation with your own account.", check="client.own_answer")
    context.chains.meet(chain.account, answer.chain)
    taken = _taken(secret, chain.account, answer.acceptance)
    _require_first(context, taken)
    return taken


async def note_taken(context: Context, secret: InvitationSecret, account: bytes, acceptance: SignedAcceptance) -> None:
    """Note the one acceptance that I take, before anything follows from it.

    Raises: VerificationError when another own device took another one; TransportError, ServerRefused.
    """
    taken = _taken(secret, account, acceptance)
    await note(context, "taken_acceptance", taken)
    _require_first(context, taken)


def _taken(secret: InvitationSecret, account: bytes, acceptance: SignedAcceptance) -> TakenAcceptance:
    return TakenAcceptance(
        invitation=secret.id, account=account, acceptance=acceptance.statement, signature=acceptance.signature
    )


def _require_first(context: Context, taken: TakenAcceptance) -> None:
    """All my devices take the same answer to an invitation."""
    first = account_state(context).acceptances.get(taken.invitation, taken)
    if (first.acceptance, first.signature) != (taken.acceptance, taken.signature):  # check: client.one_acceptance
        raise VerificationError(
            "The server gave your devices two answers to one invitation. Revoke it, and make a new one.",
            check="client.one_acceptance",
        )


async def reveal(context: Context, journal: bytes, secret: InvitationSecret, nonce: bytes) -> None:
    """Leave N_F for the newcomer; once more changes nothing. Raises: TransportError, ServerRefused."""
    sealed = secret.seal("reveal", nonce)
    try:
        await context.network.call(Transport.reveal, journal, secret.id, sealed)
    except ServerRefused as error:
        if error.code != "invitation_used":  # revealed before, sealed with another nonce
            raise


def genesis_of(context: Context, journal: bytes) -> SignedStatement:
    """The journal's genesis as it was verified. Raises: NotAllowed when it isn't here."""
    frame = frame_at(context.store, journal, 1)
    item = None if frame is None else parse_push(frame)[0].item
    if not isinstance(item, StatementItem):
        raise NotAllowed("This journal has not been fetched yet. Sync first.")
    return item.signed
