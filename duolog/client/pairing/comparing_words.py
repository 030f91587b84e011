"""Comparing the eight words of a pairing, and signing `verify` once two people have compared them.

Rules
- Only words compared by two people verify. Nothing is signed while they differ.
- Who finds that they differ tells the other in the journal: a warning, which verifies and ends nothing.
- Both partners sign `verify`. The partner who gives the second signature sends the statement.
"""

from dataclasses import replace

from duolog.client.home.pairings import Progress, load_progress, save_progress
from duolog.client.log.context import Context
from duolog.client.log.differing_words import acceptance_of, found_to_differ
from duolog.client.log.folding import account_state
from duolog.client.log.notes import joined_as, note
from duolog.client.log.outbox import post
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, carried, sign_for
from duolog.client.pairing.listed_proposals import co_signed, send_proposal
from duolog.client.pairing.views import BEFORE_CONFIDING, BEFORE_FIRST_SHARING, Pairing, PairingStage
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import EndedInvitation, NotedHead, Pin, Verified
from duolog.documents.kinds.words_differ import KIND, WordsDiffer
from duolog.documents.registry import make_document
from duolog.errors import NotAllowed, PinMismatch, VerificationError
from duolog.protocol import sizes
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.protocol.statements import SignedStatement
from duolog.seal.pairing import InvitationSecret, parse_invitation
from duolog.seal.words import Words


def pairing_of(context: Context, journal: bytes) -> Pairing:
    """Where the pairing of a journal stands here. Raises: NotAllowed when there is no pairing."""
    progress, here = load_progress(context.home, journal), context.standing(journal)
    other, roster = None if progress is None else progress.other, here.roster
    if progress is not None and progress.role == "confidant":
        return _as_confidant(journal, progress, is_member=here.me is not None and here.former is None)
    if roster is not None and len(roster.partners) == sizes.MAX_PARTNERS and not roster.provisional:
        other = next(item.account for item in roster.partners if item.account != context.account)
        return Pairing(journal, PairingStage.VERIFIED, None, other)
    if progress is None:
        raise NotAllowed("No invitation to this journal waits here. Make one, or ask for a new link.")
    words = progress.words
    if words is None or roster is None or other is None or roster.find(other) is None:
        waiting = PairingStage.WAITING_FOR_ANSWER if progress.role == "founder" else PairingStage.WAITING_FOR_FOUNDER
        return Pairing(journal, waiting, None, other, BEFORE_FIRST_SHARING)
    stage = PairingStage.WAITING_FOR_PARTNER if progress.confirmed else PairingStage.COMPARE
    return Pairing(journal, stage, words, other, BEFORE_FIRST_SHARING)


def _as_confidant(journal: bytes, progress: Progress, *, is_member: bool) -> Pairing:
    """A confidant's pairing: they compare words with each partner before they are let in, and sign nothing."""
    offered, words = parse_invitation(progress.plaintext), progress.words
    if words is None:
        stage = PairingStage.WAITING_FOR_FOUNDER
    elif not progress.confirmed:
        stage = PairingStage.COMPARE
    else:
        stage = PairingStage.VERIFIED if is_member else PairingStage.WAITING_FOR_PARTNER
    place = ("confidant", offered.rights, offered.until)
    return Pairing(journal, stage, words, progress.other, BEFORE_CONFIDING, *place)


async def verify(context: Context, journal: bytes, words: Words) -> Pairing:
    """Confirm that both see the same eight words, and sign `verify`. `words`: as the other reads them.

    Raises:
        NotAllowed: unconfirmed, or there are no words to compare yet.
        PinMismatch: the words differ. Somebody stands between the two; nothing was signed.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §7.
    """
    context.require_confirmed()
    now, progress = pairing_of(context, journal), load_progress(context.home, journal)
    if progress is None or now.stage is PairingStage.VERIFIED:
        return now
    require_words(now.words, words)
    save_progress(context.home, journal, replace(progress, confirmed=True))
    if progress.role == "confidant":
        await note_joined(context, journal)
    else:
        await _sign_verification(context, journal)
    return pairing_of(context, journal)


def say_words_differ(context: Context, journal: bytes) -> bytes | None:
    """Put into the outbox, for the other partner, that the words differ; its entry id, 16 bytes.

    None where it was said of this pairing already, or there is no partner here to tell.
    Raises: NotAllowed, JournalFrozen as `post`.
    Spec: §7.
    """
    here, acceptance = context.standing(journal), acceptance_of(context, journal)
    roster = here.open_roster
    if roster is None or not roster.provisional or acceptance is None:
        return None
    if context.account in found_to_differ(context, journal):
        return None
    return post(context, journal, make_document(KIND.name, WordsDiffer(acceptance=acceptance), context.clock()))


def require_words(shown: Words | None, heard: Words) -> None:
    """Check that the other reads the eight words that are shown here. Spec: §7.

    Raises: NotAllowed when there are no words to compare yet; PinMismatch when they differ.
    """
    if shown is None:
        raise NotAllowed("There are no words to compare yet. Sync, and wait for the other side.")
    if tuple(word.lower() for word in heard) != shown:  # check: client.words
        raise PinMismatch(
            "The words differ: somebody may stand between you. Nothing was signed. Revoke the invitation, start again.",
            check="client.words",
        )


async def verify_known(context: Context, journal: bytes) -> None:
    """Sign `verify` for a partner whose words were compared, here before the roster moved or in another journal.

    Raises: PinMismatch when the account's pins contradict each other; as `settle`. Spec: §7.
    """
    progress, here = load_progress(context.home, journal), context.standing(journal)
    if progress is None or progress.role == "confidant" or progress.other is None or context.unconfirmed:
        return
    roster = here.roster
    if here.former is not None or roster is None or not roster.provisional or roster.find(progress.other) is None:
        return
    if not progress.confirmed:
        if not _is_known(context, progress.other):  # check: client.verified_before
            return
        save_progress(context.home, journal, replace(progress, confirmed=True))
    await _sign_verification(context, journal)


def _is_known(context: Context, account: bytes) -> bool:
    """Whether words were compared with this account for keys that its chain holds."""
    state = account_state(context)
    state.require_no_conflict(account)
    verified = state.verified.get(account)
    if verified is None:
        return False
    return context.chains[account].generation(verified.generation).statement_hash == verified.chain_head


async def _sign_verification(context: Context, journal: bytes) -> None:
    """Propose `verify`, or add my signature to the other's and send the statement."""

    async def make() -> Made | None:
        roster = context.standing(journal).require_open()
        if not roster.provisional:
            return None
        statement = carried(roster, "verify", provisional=False).encode()
        mine = SignedStatement(statement, (sign_for(context.identity, roster, statement),))
        made = await _both_signed(context, roster, mine)
        if made is None:
            await send_proposal(context, journal, mine, {}, None)
            made = await _both_signed(context, roster, mine)
        return made

    await settle(context, journal, make)
    if not context.standing(journal).require_here().provisional:
        await note_joined(context, journal)


async def _both_signed(context: Context, roster: Roster, mine: SignedStatement) -> Made | None:
    """My statement with the other partner's signature, when the server holds a valid one."""
    for proposal in (await context.network.call(Transport.proposals, roster.journal)).proposals:
        if proposal.statement == mine.statement:
            signed = co_signed(proposal.signed(), *mine.signatures)
            try:
                return Made(signed, {}, check_change(roster, signed, context.chains), None)
            except VerificationError:
                continue
    return None


async def note_joined(context: Context, journal: bytes) -> None:
    """Note a journal in which the other and I are members, pin the other, and mark them as verified if both signed.

    The inviter notes first that the invitation has ended, also after a crash behind letting the other in.

    Raises: as `note`.
    """
    progress, here = load_progress(context.home, journal), context.standing(journal)
    other, me = None if progress is None else progress.other, here.me
    if progress is None or other is None or me is None or here.roster is None or here.roster.find(other) is None:
        return
    if progress.role == "founder":
        added = EndedInvitation(invitation=InvitationSecret(progress.secret).id, how="added")
        await note(context, "ended_invitation", added)
    await note(context, "joined", joined_as(context, journal, me.role))
    pin = await _note_pin(context, other)
    elsewhere = me.role == "partner" and other in account_state(context).verified  # on another own device
    if not here.roster.provisional and (progress.confirmed or elsewhere):
        await note(context, "verified", Verified(**pin.model_dump()))
        await note(context, "noted_head", NotedHead(journal=journal, seq=here.log.seq, head=here.log.head))
        save_progress(context.home, journal, replace(progress, done=True))


async def note_compared(context: Context, account: bytes) -> None:
    """Pin an account whose words were compared, and mark it as verified. Raises: as `note`."""
    pin = await _note_pin(context, account)
    await note(context, "verified", Verified(**pin.model_dump()))


async def _note_pin(context: Context, account: bytes) -> Pin:
    newest = context.chains[account].newest
    pin = Pin(account=account, generation=newest.generation, chain_head=newest.statement_hash)
    await note(context, "pin", pin)
    return pin
