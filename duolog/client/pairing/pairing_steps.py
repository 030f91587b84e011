"""The steps of a pairing: accept an invitation, take the acceptance, reveal, add the partner, and learn the nonce.

Rules
- Each step is durable before the next is taken, and may be repeated; `go_on` takes the steps that are due.
- The founder's account takes one acceptance, durably, before it reveals its nonce. The partner checks the nonce
  against the invitation before any words are shown.
"""

import secrets
from dataclasses import dataclass, replace
from functools import partial

from duolog.client.home.pairings import Progress, drop_progress, load_progress, paired_journals, save_progress
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made
from duolog.client.pairing.comparing_words import note_joined, pairing_of, verify_known
from duolog.client.pairing.invitations import chain_of_acceptance, fetch_nonce, make_add, reveal, take_answer
from duolog.client.pairing.views import Pairing
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import SentAcceptance
from duolog.errors import NotAllowed, PinMismatch, ServerRefused, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, sha256
from duolog.protocol.roster_changes import check_member_shape
from duolog.protocol.roster_statements import Acceptance, Member, SignedAcceptance
from duolog.protocol.statements import statement_hash
from duolog.seal.pairing import InvitationSecret, PairingAnswer, parse_invitation, require_reveal, verify_invitation
from duolog.seal.pasted_links import parse_pasted

_OWN = "This is your own invitation. Give the link to the person whom you invite."


@dataclass(frozen=True, slots=True)
class InvitationLink:
    """Where an invitation waits, and its id (16 bytes). `invite_code` lets its holder register at that server."""

    server: str
    id: bytes

    @property
    def invite_code(self) -> str:
        return encode_b64(self.id)


def parse_link(text: str) -> InvitationLink:
    """The invitation that a link or a `duolog:` URI names, as a program shows it before there is an account.

    `text`: the link as somebody pasted it, also with what mail and chat programs put around it.

    Raises: MalformedData with a sentence for what is wrong. Spec: §7.
    """
    link = parse_pasted(text)
    return InvitationLink(link.origin, InvitationSecret(link.secret).id)


async def join(context: Context, text: str) -> Pairing:
    """Accept an invitation: post my chain and my signed acceptance under its secret. `text`: the link.

    Raises:
        MalformedData, OpenError: the link or the invitation is damaged or changed.
        NotAllowed: unconfirmed, my own invitation, or one on another server.
        PinMismatch: the invitation names another receipt key for this server, or another account than I know.
        VerificationError: the invitation is not true in itself.
        TransportError, ServerRefused: the invitation is gone or used, or the server can't be reached now.
    Spec: §7.
    """
    context.require_confirmed()
    link = parse_pasted(text)
    if link.origin != context.network.transport.origin:  # check: client.link_origin
        raise NotAllowed(f"This invitation is at {link.origin}, and your account is elsewhere. Register there to join.")
    secret = InvitationSecret(link.secret)
    known = {item: load_progress(context.home, item) for item in paired_journals(context.store)}
    journal = next((key for key, item in known.items() if item and item.secret == link.secret), None)
    again = journal is not None
    if journal is None:
        plaintext = secret.open("invitation", await _offered(context, secret))
        if parse_invitation(plaintext).receipt_key not in context.receipt_keys():
            await context.network.pin_server()  # perhaps it has replaced its key since
        journal = _accept(context, secret, plaintext)
    progress = load_progress(context.home, journal)
    if progress is None or progress.role == "founder" or progress.signed_acceptance is None:
        raise NotAllowed(_OWN)
    await _send_answer(context, journal, progress, progress.signed_acceptance, again=again)
    await go_on(context, journal)
    return pairing_of(context, journal)


async def _send_answer(
    context: Context, journal: bytes, progress: Progress, accepted: SignedAcceptance, *, again: bool
) -> None:
    """Note my answer for all own devices, and send it. `again`: one may have come before, which was sealed with another
    nonce, and counts.

    Raises: ServerRefused: another account's answer was first, or the invitation is gone.
    """
    secret = InvitationSecret(progress.secret)
    sent = SentAcceptance(
        journal=journal,
        secret=secret.secret,
        plaintext_hash=sha256(progress.plaintext),
        acceptance=accepted.statement,
        signature=accepted.signature,
    )
    await note(context, "sent_acceptance", sent)
    answer = PairingAnswer(accepted, chain_of_acceptance(context, accepted))
    try:
        await context.network.call(Transport.answer_invitation, secret.id, secret.seal("acceptance", answer.encode()))
    except ServerRefused as error:
        if error.code != "invitation_used" or not again:
            raise
        await _offered(context, secret)  # which the server shows to nobody but the account that answered


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
    """Verify an invitation, and make my acceptance of it durable; the journal's id."""
    invitation = parse_invitation(plaintext)
    founder, roster = verify_invitation(invitation)
    if invitation.origin != context.network.transport.origin:  # check: client.invitation_origin
        raise VerificationError("The invitation was made for another server.", check="client.invitation_origin")
    if invitation.receipt_key not in context.receipt_keys():  # check: client.invitation_receipt_key
        raise PinMismatch(
            "The invitation names another receipt key than this server showed you. Stop, and ask who runs it.",
            check="client.invitation_receipt_key",
        )
    if founder.account == context.account:
        raise NotAllowed(_OWN)
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
    """Take the next steps of a pairing that are due. Raises: as `take_answer`, `fetch_nonce` and `settle`."""
    progress = load_progress(context.home, journal)
    if progress is None or progress.done:
        return
    if progress.role == "founder":
        await _go_on_as_founder(context, journal, progress)
    elif progress.nonce is None:
        await _learn_nonce(context, journal, progress)
    await note_joined(context, journal)
    await verify_known(context, journal)


async def _go_on_as_founder(context: Context, journal: bytes, progress: Progress) -> None:
    secret = InvitationSecret(progress.secret)
    if progress.acceptance is None:
        pending = account_state(context).invitations.get(secret.id)
        expires = None if pending is None else pending.expires
        taken = await take_answer(context, journal, secret, progress.plaintext, expires)
        if taken is None:
            return
        progress = replace(progress, acceptance=taken.acceptance, signature=taken.signature, other=taken.account)
        save_progress(context.home, journal, progress)
    roster, other = context.standing(journal).roster, progress.other
    acceptance, nonce = progress.signed_acceptance, progress.nonce
    if roster is None or other is None or acceptance is None or nonce is None or roster.find(other) is not None:
        return
    if statement_hash(acceptance.statement) in roster.accepted:
        drop_progress(context.home, journal)  # another device let them in, and removed them
        return
    await reveal(context, journal, secret, acceptance, nonce)
    await settle(context, journal, partial(_add, context, journal, other, acceptance))


async def _add(context: Context, journal: bytes, newcomer: bytes, acceptance: SignedAcceptance) -> Made | None:
    roster = context.standing(journal).require_open()
    return None if roster.find(newcomer) is not None else make_add(context, roster, acceptance)


async def _learn_nonce(context: Context, journal: bytes, progress: Progress) -> None:
    """Learn the founder's nonce; where the server has no answer of mine, send it: it was cut off before.

    Raises: NotAllowed: the invitation is over; as `fetch_nonce`.
    """
    try:
        nonce = await fetch_nonce(context, InvitationSecret(progress.secret))
    except ServerRefused as error:
        if error.code != "not_found" or context.standing(journal).roster is not None:
            raise
        await _answer_late(context, journal, progress)
        return
    if nonce is not None:
        require_reveal(parse_invitation(progress.plaintext), nonce)  # check: client.reveal
        save_progress(context.home, journal, replace(progress, nonce=nonce))


async def _answer_late(context: Context, journal: bytes, progress: Progress) -> None:
    accepted = progress.signed_acceptance
    try:
        if accepted is not None:
            await _send_answer(context, journal, progress, accepted, again=True)
    except ServerRefused as error:
        if error.code != "not_found":
            raise
        drop_progress(context.home, journal)  # the error is raised once
        raise NotAllowed(
            "An invitation that you accepted is over: it was revoked, somebody else answered it, or your answer was "
            "not taken in time. Ask for a new link."
        ) from error
