"""Documents as reducers get them: with their place in the log, the roster there, and the time that counts.

Rules
- A reducer is `state, document, context -> state`: deterministic, total, incremental and pure, without a clock. It
  compares effective times (`effective_time`) and no others. Screens show the author's `at`. A reader's `now` is for
  views alone.
- The author's client refuses a step that the rules forbid, with `NotAllowed`. Every other client skips the step, and
  gives the same sentence as the reason.

Nothing here knows a kind, or decides what a step means. Spec: documents
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer

from duolog.documents.bodies import AccountId, EntryId, Hash
from duolog.documents.fields import Binary
from duolog.errors import DuologError
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document

DAY = 24 * 3600  # seconds
MAX_AHEAD = DAY  # seconds by which an effective time may be later than the receipt
MAX_BEFORE = 7 * DAY  # seconds by which it may be earlier: a text that was written offline is that old
UNFORESEEN = "It could not be judged: something in it is unlike anything that this version of Duolog expects."


@dataclass(frozen=True, slots=True)
class AppliedDocument:
    """A verified, opened document on its way into a reducer.

    `entry`: 16 bytes. `seq`: its place in the log. `author`: account id, 32 bytes. `message`: SHA-256 of the message,
    32 bytes. `received`: the receipt's time in Unix seconds, 0 where it isn't known. `refused`: seqs that its author
    could not open, and so doesn't hold. `generation`: the author's keys that wrote it. `key_since`: the first seq whose
    receipt is under the same key, so by the same server's clock.
    """

    entry: EntryId
    seq: int
    author: AccountId
    message: Hash
    document: Document
    received: int = 0
    refused: tuple[int, ...] = ()
    generation: int = 0
    key_since: int = 0

    @property
    def at(self) -> int:
        """The time that is shown, by the author's clock. Unix seconds."""
        return self.document.at

    @property
    def effective(self) -> int:
        """The time that rules compare. Unix seconds."""
        return effective_time(self.document.at, self.received)


def effective_time(at: int, received: int) -> int:
    """The time by which rules judge a document: its author's clock, believed only near the receipt. Unix seconds.

    `received`: the time of its receipt, or 0 where nobody knows it. Spec: documents
    """
    if received:  # check: documents.effective
        return min(max(at, received - MAX_BEFORE), received + MAX_AHEAD)
    return at


def expected_receipt(now: int, newest: int, last: AppliedDocument | None) -> int:
    """The time that a receipt would have now, as far as a clock that may be wrong can tell. Unix seconds.

    `newest`: the newest receipt here; no later receipt has an earlier time. `last`: the author's own newest document.
    Where its `at` is later than its receipt, the author's clock is ahead by as much, unless it was set back since.
    """
    ahead = last.at - last.received if last is not None and last.received and last.at <= now else 0
    return max(newest, now - max(ahead, 0))


def why_skipped(error: Exception) -> str:
    """Why a document has no effect, after any error that it raised.

    Raises: MemoryError and OSError again, which are this computer's fault and no document's.
    """
    if isinstance(error, MemoryError | OSError):
        raise error
    return str(error) if isinstance(error, DuologError) else UNFORESEEN


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document without effect: its entry, and the reason in a sentence for a person."""

    entry: EntryId
    reason: str


def _encode_sorted(accounts: frozenset[bytes]) -> list[str]:
    return [encode_b64(account) for account in sorted(accounts)]  # a set has no order of its own


@dataclass(frozen=True, slots=True)
class Membership:
    """The roster at a document's place in the log: the partners' account ids, and whether one is provisional.

    `journal`: the journal's id, 32 bytes. It is the same at every place; a client that asks for possible steps may
    leave it out.
    """

    partners: Annotated[frozenset[AccountId], PlainSerializer(_encode_sorted, return_type=list[str], when_used="json")]
    provisional: bool = False
    journal: Annotated[bytes, Binary()] = b""
