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

from duolog.client.home.pairings import (
    Progress,
    drop_invitation,
    drop_progress,
    load_progress,
    paired_journals,
    save_progress,
)
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, make_fresh
from duolog.client.log.stored_logs import load_log
from duolog.client.pairing.comparing import finish, verify_known
from duolog.client.pairing.offers import (
    Offer,
    OfferedPlace,
    chain_of_acceptance,
    fetch_answer,
    make_offer,
    note_taken,
    reveal,
    verify_taken,
)
from duolog.client.pairing.progress import pairing_of
from duolog.client.pairing.views import BEFORE_FIRST_SHARING, NewInvitation, Pairing
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import EndedInvitation, SentAcceptance
from duolog.errors import NotAllowed, PinMismatch, ServerRefused, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import sha256
from duolog.protocol.roster_changes import check_member_shape
from duolog.protocol.roster_statements import Acceptance, Member, parse_acceptance
from duolog.protocol.statements import statement_hash
from duolog.seal.links import parse_link
from duolog.seal.pairing import (
    InvitationSecret,
    PairingAnswer,
    parse_invitation,
    parse_nonce,
    require_reveal,
    verify_invitation,
)

T = TypeVar("T")


async def invite(context: Context, journal: bytes) -> NewInvitation:
    """A single-use invitation to become the other partner of this journal. An earlier one is taken back.

    Raises:
        NotAllowed: unconfirmed, or the journal has two partners, or can't be written.
        TransportError, ServerRefused: the server did not take it.
    Spec: §7.
    """
    context.require_confirmed()
    roster = context.standing(journal).require_open()
    if len(roster.partners) >= sizes.MAX_PARTNERS:
        raise NotAllowed("This journal already has two partners.")
    await _take_back(context, journal)

    def keep(offer: Offer) -> None:
        save_progress(context.home, journal, Progress("founder", offer.link.secret, offer.plaintext, offer.nonce))

    offer = await make_offer(context, journal, OfferedPlace("partner", "write"), keep)
    link, invitation = offer.link, InvitationSecret(offer.link.secret).id
    return NewInvitation(invitation, journal, link.url, link.uri, offer.expires, BEFORE_FIRST_SHARING)


async def _take_back(context: Context, journal: bytes) -> None:
    """End the invitation before: its link, were it used, would lead to a pairing that nobody goes on with."""
    progress = load_progress(context.home, journal)
    if progress is None or progress.role != "founder":
        return
    if progress.acceptance is not None:
        raise NotAllowed("Somebody has accepted your invitation already. Sync, and compare words: `verify`.")
    try:
        await revoke(context, journal, InvitationSecret(progress.secret).id)
    except ServerRefused as error:
        if error.code != "not_found":  # it has ended
            raise


async def revoke(context: Context, journal: bytes, invitation: bytes) -> None:
    """Take an invitation back. Raises: TransportError, ServerRefused."""
    await context.network.call(Transport.revoke_invitation, journal, invitation)
    progress = load_progress(context.home, journal)
    if progress is not None and InvitationSecret(progress.secret).id == invitation:
        drop_progress(context.home, journal)
    drop_invitation(context.home, invitation)
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
    known = {item: load_progress(context.home, item) for item in paired_journals(context.store)}
    journal = next((key for key, item in known.items() if item and item.secret == link.secret), None)
    if journal is None:
        journal = _accept(context, secret, secret.open("invitation", await _offered(context, secret)))
    progress = load_progress(context.home, journal)
    if progress is None or progress.role == "founder":
        raise NotAllowed("This is your own invitation. Give the link to the one whom it is for.")
    accepted = _require(progress.signed_acceptance)
    sent = SentAcceptance(
        journal=journal,
        secret=secret.secret,
        plaintext_hash=sha256(progress.plaintext),
        acceptance=accepted.statement,
        signature=accepted.signature,
    )
    await note(context, "sent_acceptance", sent)
    answer = PairingAnswer(accepted, chain_of_acceptance(context, accepted))
    await context.network.call(Transport.answer_invitation, secret.id, secret.seal("acceptance", answer.encode()))
    await go_on(context, journal)
    return pairing_of(context, journal)


async def _offered(context: Context, secret: InvitationSecret) -> bytes:
    try:
        return (await context.network.call(Transport.open_invitation, secret.id)).sealed
    except ServerRefused as error:
        if error.code != "not_found":
            raise
        sentence = (
            "This link opens nothing: it was used, it is too old, or another one was made since. Ask for a new one."
        )
        raise ServerRefused(sentence, code=error.code, status=error.status) from error


def _accept(context: Context, secret: InvitationSecret, plaintext: bytes) -> bytes:
    invitation = parse_invitation(plaintext)
    founder, roster = verify_invitation(invitation)
    if invitation.origin != context.network.transport.origin:  # check: client.invitation_origin
        raise VerificationError("The invitation was made for another server.", check="client.invitation_origin")
    if invitation.receipt_key != context.receipt_key():  # check: client.invitation_receipt_key
        raise PinMismatch(
            "The invitation names another receipt key than this server showed you. Stop, and ask who runs it.",
            check="client.invitation_receipt_key",
        )
    if founder.account == context.account:
        raise NotAllowed("This is your own invitation. Give the link to the one whom it is for.")
    known = context.standing(roster.journal)
    if known.me is not None and known.former is None:
        raise NotAllowed("You are in this journal already.")
    if invitation.until is not None and invitation.until <= context.clock():
        raise NotAllowed("The term that this invitation offers is over already. Ask for another one.")
    newest = context.chains[context.account].newest
    place = (invitation.role, invitation.rights, invitation.until)
    me = Member(context.account, newest.generation, newest.statement_hash, *place)
    check_member_shape(me)
    context.chains.meet(founder.account, invitation.chain)
    statement = Acceptance(roster.journal, sha256(plaintext), me, secrets.token_bytes(sizes.NONCE)).encode()
    signature = context.identity.secret.sign(statement)
    progress = Progress(invitation.role, secret.secret, plaintext, None, statement, signature, founder.account)
    save_progress(context.home, roster.journal, progress)
    return roster.journal


async def go_on(context: Context, journal: bytes) -> None:
    """Take the next steps of a pairing that are due; nothing when it waits for the other.

    Raises:
        VerificationError, OpenError, MalformedData: what the other or the server left is not true.
        TransportError, ServerRefused: not now.
    """
    progress = load_progress(context.home, journal)
    if progress is None or progress.done:
        return
    if progress.role == "founder":
        await _go_on_as_founder(context, journal, progress)
    elif progress.nonce is None:
        await _learn_nonce(context, journal, progress)
    await finish(context, journal)
    await verify_known(context, journal)


async def _go_on_as_founder(context: Context, journal: bytes, progress: Progress) -> None:
    secret = InvitationSecret(progress.secret)
    if progress.acceptance is None:
        answer = await fetch_answer(context, journal, secret)
        if answer is None:
            await _expire(context, journal, secret)
            return
        progress = _take(context, journal, progress, answer)
    roster = load_log(context.store, journal).roster
    if roster is None or progress.other is None or roster.find(progress.other) is not None:
        return
    if statement_hash(_require(progress.acceptance)) in roster.accepted:
        drop_progress(context.home, journal)  # let in, and removed by another device
        return
    await note_taken(context, secret, progress.other, _require(progress.signed_acceptance))
    await reveal(context, journal, secret, _require(progress.nonce))
    await _add(context, journal, progress)
    await note(context, "ended_invitation", EndedInvitation(invitation=secret.id, how="added"))


async def _expire(context: Context, journal: bytes, secret: InvitationSecret) -> None:
    """Nobody has answered in time: nobody is waited for any longer."""
    pending = account_state(context).invitations.get(secret.id)
    if pending is not None and context.clock() > pending.expires:
        drop_progress(context.home, journal)
        await note(context, "ended_invitation", EndedInvitation(invitation=secret.id, how="expired"))


def _take(context: Context, journal: bytes, progress: Progress, plaintext: bytes) -> Progress:
    """Take one acceptance, durably."""
    taken = verify_taken(context, InvitationSecret(progress.secret), progress.plaintext, plaintext)
    progress = replace(progress, acceptance=taken.acceptance, signature=taken.signature, other=taken.account)
    save_progress(context.home, journal, progress)
    return progress


async def _add(context: Context, journal: bytes, progress: Progress) -> None:
    newcomer = parse_acceptance(_require(progress.acceptance)).member  # they may have rotated since

    async def make() -> Made | None:
        roster = context.standing(journal).require_open()
        if roster.find(newcomer.account) is not None:
            return None
        members = tuple(sorted((*roster.members, newcomer), key=lambda item: item.account))
        return make_fresh(
            context,
            roster,
            "add",
            members,
            provisional=True,
            account=newcomer.account,
            acceptance=progress.signed_acceptance,
        )

    await settle(context, journal, make)


async def _learn_nonce(context: Context, journal: bytes, progress: Progress) -> None:
    secret = InvitationSecret(progress.secret)
    try:
        revealed = await context.network.call(Transport.revealed, secret.id)
    except ServerRefused as error:
        if error.code != "not_found" or load_log(context.store, journal).roster is not None:
            raise
        drop_progress(context.home, journal)  # said once
        raise NotAllowed(
            "An invitation that you accepted is over: it was revoked, or your answer was not taken in time. Ask for a "
            "new link."
        ) from error
    if revealed.sealed is None:
        return
    nonce = parse_nonce(secret.open("reveal", revealed.sealed))
    require_reveal(parse_invitation(progress.plaintext), nonce)  # check: client.reveal
    save_progress(context.home, journal, replace(progress, nonce=nonce))


def _require(value: T | None) -> T:
    if value is None:
        raise NotAllowed("This step of the pairing is not due yet. Sync, and try again.")
    return value
