"""Pairing: inviting a partner, accepting, and comparing the eight words. Each step is durable before the next is taken.

Rules
- The founder's account takes one acceptance, durably, before it reveals its nonce. The partner checks the nonce
  against the invitation before any words are shown.
- Only words compared by two people verify: both sign, and the second signature is sent by whoever gives it.
- Steps may be repeated and interrupted anywhere; `go_on` takes the next one that is due.
"""

import secrets
from dataclasses import replace
from typing import TypeVar

from duolog.api.invitations import InvitationRequest
from duolog.api.pages import parse_push
from duolog.client.comparing import finish
from duolog.client.context import Context
from duolog.client.logs import load_log, require_open
from duolog.client.notes import note
from duolog.client.outbox import MOVED, push_statement
from duolog.client.progress import Progress, load_progress, pairing_of, save_progress
from duolog.client.pulling import pull
from duolog.client.rosters import founder_of, make_fresh
from duolog.client.store import as_bytes
from duolog.client.views import BEFORE_FIRST_SHARING, NewInvitation, Pairing
from duolog.documents.account_kinds import (
    EndedInvitation,
    PendingInvitation,
    SentAcceptance,
    TakenAcceptance,
)
from duolog.errors import (
    NotAllowed,
    PinMismatch,
    ServerRefused,
    VerificationError,
)
from duolog.protocol import sizes
from duolog.protocol.codec import sha256
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import Acceptance, Member
from duolog.protocol.statements import SignedStatement
from duolog.seal.links import Link, parse_link
from duolog.seal.pairing import (
    Answer,
    Invitation,
    InvitationSecret,
    parse_answer,
    parse_invitation,
    parse_nonce,
    require_reveal,
    reveal_commitment,
    verify_answer,
    verify_invitation,
)

EXPIRES_AFTER = 24 * 3600  # seconds
T = TypeVar("T")


async def invite(context: Context, journal: bytes) -> NewInvitation:
    """A single-use invitation to become the other partner of this journal.

    Raises:
        NotAllowed: unconfirmed, or the journal has two partners, or can't be written.
        TransportError, ServerRefused: the server did not take it.
    Spec: §7.
    """
    context.require_confirmed()
    _, roster = require_open(context.store, journal)
    if len(roster.partners) >= sizes.MAX_PARTNERS:
        raise NotAllowed("This journal already has two partners.")
    if journal == context.identity.account_journal:  # check: client.invite_account_journal
        raise NotAllowed("The account's own journal is nobody else's. Create a journal to share.")
    link = Link(context.network.transport.origin, secrets.token_bytes(sizes.INVITATION_SECRET))
    secret, nonce = InvitationSecret(link.secret), secrets.token_bytes(sizes.NONCE)
    chain = context.chains[context.account]
    plaintext = Invitation(
        chain=tuple(context.chains.statements(context.account)),
        genesis=_genesis_of(context, journal),
        role="partner",
        rights="write",
        origin=link.origin,
        receipt_key=context.receipt_key(),
        reveal=reveal_commitment(nonce, chain.newest.statement_hash, journal),
    ).encode()
    expires = context.clock() + EXPIRES_AFTER
    save_progress(context, journal, Progress("founder", link.secret, plaintext, nonce))
    pending = PendingInvitation(
        invitation=secret.id,
        journal=journal,
        secret=link.secret,
        n_f=nonce,
        plaintext_hash=sha256(plaintext),
        role="partner",
        rights="write",
        expires=expires,
    )
    await note(context, "pending_invitation", pending)
    request = InvitationRequest(invitation=secret.id, sealed=secret.seal("invitation", plaintext), expires_at=expires)
    await context.network.call(lambda transport: transport.invite(journal, request))
    return NewInvitation(secret.id, journal, link.url, link.uri, expires, BEFORE_FIRST_SHARING)


async def revoke(context: Context, journal: bytes, invitation: bytes) -> None:
    """Take an invitation back. Raises: TransportError, ServerRefused."""
    await context.network.call(lambda transport: transport.revoke_invitation(journal, invitation))
    progress = load_progress(context, journal)
    if progress is not None and InvitationSecret(progress.secret).id == invitation:
        context.store.write("DELETE FROM pairing WHERE journal = ?", journal)
    await note(context, "ended_invitation", EndedInvitation(invitation=invitation, how="revoked"))


async def join(context: Context, text: str) -> Pairing:
    """Accept an invitation: post my chain and my signed acceptance under its secret.

    Raises:
        MalformedData, OpenError: the link or what it leads to is damaged or changed.
        NotAllowed: unconfirmed, my own invitation, or one on another server.
        PinMismatch: it names another receipt key for this server, or another account than I know.
        VerificationError: it is not true in itself.
        TransportError, ServerRefused: it is gone, used, or can't be reached now.
    Spec: §7.
    """
    context.require_confirmed()
    link, transport = parse_link(text), context.network.transport
    if link.origin != transport.origin:  # check: client.link_origin
        raise NotAllowed(f"This invitation is at {link.origin}, and your account is elsewhere. Register there to join.")
    secret = InvitationSecret(link.secret)
    row = context.store.rows("SELECT journal FROM pairing")
    known = {as_bytes(item[0]): load_progress(context, as_bytes(item[0])) for item in row}
    journal = next((key for key, item in known.items() if item and item.secret == link.secret), None)
    if journal is None:
        offered = await context.network.call(lambda server: server.open_invitation(secret.id))
        journal = await _accept(context, secret, secret.open("invitation", offered.sealed))
    progress = load_progress(context, journal)
    if progress is None or progress.role != "partner":
        raise NotAllowed("This is your own invitation. Give the link to your partner.")
    answer = Answer(_require(progress.signed_acceptance), tuple(context.chains.statements(context.account)))
    await context.network.call(
        lambda server: server.answer_invitation(secret.id, secret.seal("acceptance", answer.encode()))
    )
    await go_on(context, journal)
    return pairing_of(context, journal)


async def _accept(context: Context, secret: InvitationSecret, plaintext: bytes) -> bytes:
    invitation = parse_invitation(plaintext)
    founder, roster = verify_invitation(invitation)
    if invitation.origin != context.network.transport.origin:  # check: client.invitation_origin
        raise VerificationError("The invitation was made for another server.", check="client.invitation_origin")
    if invitation.receipt_key != context.receipt_key():  # check: client.invitation_receipt_key
        raise PinMismatch(
            "The invitation names another receipt key than this server showed you. Stop, and ask who runs it.",
            check="client.invitation_receipt_key",
        )
    if invitation.role != "partner":
        raise NotAllowed("This invitation is for a confidant; this version of Duolog can't accept it yet.")
    if founder.account == context.account:
        raise NotAllowed("This is your own invitation. Give the link to your partner.")
    context.chains.pin(founder.account, invitation.chain)
    me = founder_of(context.chains[context.account])
    statement = Acceptance(roster.journal, sha256(plaintext), me, secrets.token_bytes(sizes.NONCE)).encode()
    signature = context.identity.secret.sign(statement)
    progress = Progress("partner", secret.secret, plaintext, None, statement, signature, founder.account)
    save_progress(context, roster.journal, progress)
    sent = SentAcceptance(
        journal=roster.journal,
        secret=secret.secret,
        plaintext_hash=sha256(plaintext),
        acceptance=statement,
        signature=signature,
    )
    await note(context, "sent_acceptance", sent)
    return roster.journal


async def go_on(context: Context, journal: bytes) -> None:
    """Take the next steps of a pairing that are due; nothing when it waits for the other.

    Raises:
        VerificationError, OpenError, MalformedData: what the other or the server left is not true.
        TransportError, ServerRefused: not now.
    """
    progress = load_progress(context, journal)
    if progress is None or progress.done:
        return
    if progress.role == "founder":
        await _go_on_as_founder(context, journal, progress)
    elif progress.nonce is None:
        await _learn_nonce(context, journal, progress)
    await finish(context, journal)


async def _go_on_as_founder(context: Context, journal: bytes, progress: Progress) -> None:
    secret = InvitationSecret(progress.secret)
    if progress.acceptance is None:
        mine = await context.network.call(lambda transport: transport.own_invitations(journal))
        sealed = next((item.answer for item in mine.invitations if item.invitation == secret.id), None)
        if sealed is None:
            return
        progress = await _take(context, journal, progress, secret.open("acceptance", sealed))
    roster = load_log(context.store, journal).roster
    if roster is None or progress.other is None or roster.find(progress.other) is not None:
        return
    revealed = secret.seal("reveal", _require(progress.nonce))
    try:
        await context.network.call(lambda transport: transport.reveal(journal, secret.id, revealed))
    except ServerRefused as error:
        if error.code != "invitation_used":  # revealed before, sealed with another nonce
            raise
    await _add(context, journal, progress)
    await note(context, "ended_invitation", EndedInvitation(invitation=secret.id, how="added"))


async def _take(context: Context, journal: bytes, progress: Progress, plaintext: bytes) -> Progress:
    """Take one acceptance, durably, here and in the account journal."""
    answer = parse_answer(plaintext)
    acceptance, chain = verify_answer(progress.plaintext, answer)
    if chain.account == context.account:  # check: client.own_answer
        raise VerificationError("The server answers your invitation with your own account.", check="client.own_answer")
    context.chains.pin(chain.account, answer.chain)
    signed = answer.acceptance
    taken = replace(progress, acceptance=signed.statement, signature=signed.signature, other=acceptance.member.account)
    save_progress(context, journal, taken)
    document = TakenAcceptance(
        invitation=InvitationSecret(progress.secret).id,
        account=chain.account,
        acceptance=signed.statement,
        signature=signed.signature,
    )
    await note(context, "taken_acceptance", document)
    return taken


async def _add(context: Context, journal: bytes, progress: Progress) -> None:
    for _ in range(4):
        _, roster = require_open(context.store, journal)
        chain = context.chains[_require(progress.other)]
        newcomer = Member(chain.account, chain.newest.generation, chain.newest.statement_hash, "partner", "write")
        members = tuple(sorted((*roster.members, newcomer), key=lambda item: item.account))
        made = make_fresh(
            context,
            roster,
            "add",
            members,
            provisional=True,
            account=chain.account,
            acceptance=progress.signed_acceptance,
        )
        try:
            await push_statement(context, journal, made)
        except ServerRefused as error:
            if error.code not in MOVED:
                raise
        await pull(context, journal)
        after = load_log(context.store, journal).roster
        if after is not None and after.find(chain.account) is not None:
            return


async def _learn_nonce(context: Context, journal: bytes, progress: Progress) -> None:
    secret = InvitationSecret(progress.secret)
    revealed = await context.network.call(lambda transport: transport.revealed(secret.id))
    if revealed.sealed is None:
        return
    nonce = parse_nonce(secret.open("reveal", revealed.sealed))
    require_reveal(parse_invitation(progress.plaintext), nonce)  # check: client.reveal
    save_progress(context, journal, replace(progress, nonce=nonce))


def _genesis_of(context: Context, journal: bytes) -> SignedStatement:
    row = context.store.row("SELECT frame FROM item WHERE journal = ? AND seq = 1", journal)
    item = None if row is None else parse_push(as_bytes(row[0]))[0].item
    if not isinstance(item, StatementItem):
        raise NotAllowed("This journal has not been fetched yet. Sync first.")
    return item.signed


def _require(value: T | None) -> T:
    if value is None:
        raise NotAllowed("This step of the pairing is not due yet. Sync, and try again.")
    return value
