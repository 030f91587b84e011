"""Comparing words: both partners sign `verify`, and the second signature is sent by whoever gives it.

Only words compared by two people verify. Nothing is signed while they differ.
"""

from dataclasses import replace

from duolog.api.common import JournalStatementModel
from duolog.api.journals import ProposalRequest
from duolog.client.home.pairings import load_progress, save_progress
from duolog.client.home.words import Words
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.notes import note
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, carried, sign_for
from duolog.client.log.stored_logs import load_log
from duolog.client.pairing.progress import pairing_of
from duolog.client.pairing.views import Pairing, PairingStage
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import Joined, NotedHead, Pin, Verified
from duolog.errors import NotAllowed, PinMismatch, VerificationError
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.protocol.statements import SignedStatement


async def finish(context: Context, journal: bytes) -> None:
    """Once the roster says that both have verified: pin the partner in the account journal."""
    progress, state = load_progress(context.home, journal), load_log(context.store, journal)
    roster = state.roster
    if progress is None or roster is None or progress.other is None or roster.find(progress.other) is None:
        return
    me = roster.find(context.account)
    if me is None:
        return
    joined = Joined(
        journal=journal,
        role=me.role,
        receipt_key=context.receipt_key(),
        origin=context.network.transport.origin,
    )
    await note(context, "joined", joined)
    newest = context.chains[progress.other].newest
    pin = Pin(account=progress.other, generation=newest.generation, chain_head=newest.statement_hash)
    await note(context, "pin", pin)
    elsewhere = me.role == "partner" and progress.other in account_state(context).verified  # on another own device
    if roster.provisional or not (progress.confirmed or elsewhere):
        return
    await note(context, "verified", Verified(**pin.model_dump()))
    await note(context, "noted_head", NotedHead(journal=journal, seq=state.seq, head=state.head))
    save_progress(context.home, journal, replace(progress, done=True))


async def verify(context: Context, journal: bytes, words: Words) -> Pairing:
    """Confirm that both see the same eight words, and sign that; `words` as the other reads them.

    Raises:
        NotAllowed: unconfirmed, or there are no words to compare yet.
        PinMismatch: they differ. Somebody stands between the two; nothing was signed.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §7.
    """
    context.require_confirmed()
    now = pairing_of(context, journal)
    if now.stage is PairingStage.VERIFIED:
        return now
    progress = load_progress(context.home, journal)
    if progress is None:
        raise NotAllowed("There are no words to compare yet. Sync, and wait for the other side.")
    require_words(now.words, words)
    save_progress(context.home, journal, replace(progress, confirmed=True))
    if progress.role == "confidant":
        await finish(context, journal)
    else:
        await sign_verification(context, journal)
    return pairing_of(context, journal)


def require_words(shown: Words | None, heard: Words) -> None:
    """The other reads the same eight words as are shown here.

    Raises:
        NotAllowed: there are none to compare yet.
        PinMismatch: they differ. Somebody stands in between; nothing was signed.
    Spec: §7.
    """
    if shown is None:
        raise NotAllowed("There are no words to compare yet. Sync, and wait for the other side.")
    if tuple(word.lower() for word in heard) != shown:  # check: client.words
        raise PinMismatch(
            "The words differ: somebody may stand between you. Nothing was signed. Revoke the invitation, start again.",
            check="client.words",
        )


async def note_compared(context: Context, account: bytes) -> None:
    """Pin an account whose words were compared, and mark it as verified, for all own devices."""
    newest = context.chains[account].newest
    pin = Pin(account=account, generation=newest.generation, chain_head=newest.statement_hash)
    await note(context, "pin", pin)
    await note(context, "verified", Verified(**pin.model_dump()))


async def verify_known(context: Context, journal: bytes) -> None:
    """Sign `verify` without words, for a partner whose words were compared in another journal; and once more when the
    roster has moved since my signature.

    Raises:
        PinMismatch: the account's pins contradict each other.
        TransportError, ServerRefused, VerificationError: as for a push.
    Spec: §7.
    """
    progress, roster = load_progress(context.home, journal), load_log(context.store, journal).roster
    if progress is None or progress.role == "confidant" or progress.other is None or context.unconfirmed:
        return
    if roster is None or not roster.provisional or roster.find(progress.other) is None:
        return
    if context.standing(journal).former is not None:
        return
    if not progress.confirmed:
        if not _is_known(context, progress.other):  # check: client.verified_before
            return
        save_progress(context.home, journal, replace(progress, confirmed=True))
    await sign_verification(context, journal)


def _is_known(context: Context, account: bytes) -> bool:
    """Whether words were compared with this account, and its chain holds what they were compared for."""
    state = account_state(context)
    state.require_no_conflict(account)
    verified = state.verified.get(account)
    if verified is None:
        return False
    return context.chains[account].generation(verified.generation).statement_hash == verified.chain_head


async def sign_verification(context: Context, journal: bytes) -> None:
    """Propose `verify`, or add my signature to the other's and send it. Raises: as `verify`."""

    async def make() -> Made | None:
        roster = context.standing(journal).require_open()
        if not roster.provisional:
            return None
        statement = carried(roster, "verify", provisional=False).encode()
        mine = SignedStatement(statement, (sign_for(context.identity, roster, statement),))
        made = await _both_signed(context, roster, mine)
        if made is None:
            signatures = JournalStatementModel.of(mine, {}).signatures
            request = ProposalRequest(statement=statement, signatures=signatures, grants=[])
            await context.network.call(Transport.propose, journal, request)
            made = await _both_signed(context, roster, mine)
        return made

    await settle(context, journal, make)
    if not context.standing(journal).require_here().provisional:
        await finish(context, journal)


async def _both_signed(context: Context, roster: Roster, mine: SignedStatement) -> Made | None:
    """My statement with the other partner's signature, when the server holds a valid one."""
    proposals = await context.network.call(Transport.proposals, roster.journal)
    for proposal in proposals.proposals:
        if proposal.statement != mine.statement:
            continue
        theirs = proposal.signed().signatures
        both = {item.account: item for item in (*theirs, *mine.signatures)}
        signed = SignedStatement(mine.statement, tuple(both[account] for account in sorted(both)))
        try:
            return Made(signed, {}, check_change(roster, signed, context.chains), None)
        except VerificationError:
            continue
    return None
