"""How far a pairing has come, as this home keeps it: sealed, one for each journal."""

from dataclasses import asdict, dataclass
from typing import Any

from duolog.client.home.store import as_bytes
from duolog.client.log.context import Context
from duolog.client.log.former_journals import why_former
from duolog.client.log.stored_logs import load_log
from duolog.client.pairing.views import BEFORE_CONFIDING, BEFORE_FIRST_SHARING, Pairing, PairingStage
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, encode_message_json, parse_b64, parse_message_json
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import SignedAcceptance
from duolog.seal.pairing import pairing_words, parse_invitation


@dataclass(frozen=True, slots=True)
class Progress:
    """One pairing as this home keeps it, sealed. `other`: the partner's account; `confirmed`: I have compared the
    words."""

    role: str
    secret: bytes
    plaintext: bytes
    nonce: bytes | None = None
    acceptance: bytes | None = None
    signature: bytes | None = None
    other: bytes | None = None
    confirmed: bool = False
    done: bool = False

    def __repr__(self) -> str:
        return f"Progress(role={self.role!r}, <secret>)"

    @property
    def signed_acceptance(self) -> SignedAcceptance | None:
        if self.acceptance is None or self.signature is None:
            return None
        return SignedAcceptance(self.acceptance, self.signature)


def load_progress(context: Context, journal: bytes) -> Progress | None:
    """The pairing of a journal, or None."""
    row = context.store.row("SELECT sealed FROM pairing WHERE journal = ?", journal)
    if row is None:
        return None
    value: dict[str, Any] = parse_message_json(context.home.open("pairing", as_bytes(row[0])))
    plain = ("role", "confirmed", "done")
    fields: dict[str, Any] = {
        key: data if key in plain or data is None else parse_b64(data) for key, data in value.items()
    }
    return Progress(**fields)


def save_progress(context: Context, journal: bytes, progress: Progress) -> None:
    """Make a step of a pairing durable."""
    value = {key: encode_b64(data) if isinstance(data, bytes) else data for key, data in asdict(progress).items()}
    sealed = context.home.seal("pairing", encode_message_json(value))
    context.store.write("INSERT OR REPLACE INTO pairing VALUES (?, ?)", journal, sealed)


def pairing_of(context: Context, journal: bytes) -> Pairing:
    """Where the pairing of a journal stands here. Raises: NotAllowed when there is none."""
    progress, roster = load_progress(context, journal), load_log(context.store, journal).roster
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
    here = member and why_former(context, journal) is None
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
