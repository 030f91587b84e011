"""How far a pairing has come."""

from duolog.client.home.pairings import Progress, load_progress
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import load_log
from duolog.client.pairing.views import BEFORE_CONFIDING, BEFORE_FIRST_SHARING, Pairing, PairingStage
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.roster_changes import Roster
from duolog.seal.pairing import pairing_words, parse_invitation


def pairing_of(context: Context, journal: bytes) -> Pairing:
    """Where the pairing of a journal stands here. Raises: NotAllowed when there is none."""
    progress, roster = load_progress(context.home, journal), load_log(context.store, journal).roster
    other = None if progress is None else progress.other
    if progress is not None and progress.role == "confidant":
        return _as_confidant(context, journal, progress, roster)
    if roster is not None and len(roster.partners) == sizes.MAX_PARTNERS and not roster.provisional:
        other = next(item.account for item in roster.partners if item.account != context.account)
        return Pairing(journal, PairingStage.VERIFIED, None, other)
    if progress is None:
        raise NotAllowed("No invitation to this journal waits here. Make one, or ask for a new link.")
    here = roster is not None and other is not None and roster.find(other) is not None
    if not here or progress.nonce is None or progress.signed_acceptance is None:
        waiting = PairingStage.WAITING_FOR_ANSWER if progress.role == "founder" else PairingStage.WAITING_FOR_FOUNDER
        return Pairing(journal, waiting, None, other, BEFORE_FIRST_SHARING)
    words = pairing_words(progress.plaintext, progress.signed_acceptance, progress.nonce)
    stage = PairingStage.WAITING_FOR_PARTNER if progress.confirmed else PairingStage.COMPARE
    return Pairing(journal, stage, words, other, BEFORE_FIRST_SHARING)


def _as_confidant(context: Context, journal: bytes, progress: Progress, roster: Roster | None) -> Pairing:
    """Where it stands for a confidant: they compare words with each partner before they are let in, and sign none."""
    offered = parse_invitation(progress.plaintext)
    words = None
    if progress.nonce is not None and progress.signed_acceptance is not None:
        words = pairing_words(progress.plaintext, progress.signed_acceptance, progress.nonce)
    member = roster is not None and roster.find(context.account) is not None
    here = member and context.standing(journal).former is None
    if words is None:
        stage = PairingStage.WAITING_FOR_FOUNDER
    elif not progress.confirmed:
        stage = PairingStage.COMPARE
    else:
        stage = PairingStage.VERIFIED if here else PairingStage.WAITING_FOR_PARTNER
    return Pairing(
        journal,
        stage,
        words,
        progress.other,
        BEFORE_CONFIDING,
        role="confidant",
        rights=offered.rights,
        until=offered.until,
    )
