"""`withdrawn`: its author takes a text back, within a day by one server's clock. Texts can be withdrawn, steps can't.

A member who kept the entry keeps it. All others see a gap, and who made it. A client that doesn't hold the named text
can't check its kind, and shows the gap.
"""

from dataclasses import dataclass

from pydantic import TypeAdapter

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import AccountId, Answer, Body, EntryId, Hash
from duolog.documents.kind import Found, Kind
from duolog.documents.voice import Voice
from duolog.errors import NotAllowed
from duolog.protocol import sizes


class Withdrawn(Body):
    """The text that is taken back."""

    answers: Answer


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal that counts, as far as this client can tell.

    `message`: the hash of the message that it names. `received`: the time of its receipt. `key_since`: the first seq
    whose receipt is by the same clock.
    """

    message: Hash
    received: int
    key_since: int = 0


Withdrawals = dict[EntryId, dict[AccountId, Withdrawal]]


def require_text(applied: AppliedDocument, body: Withdrawn, found: Found) -> None:
    """Check that the named document, where it is held, is a text of the same author, and not older than a day.

    Raises: NotAllowed when it is somebody else's, a step or older, or another message than the one held. Spec: §9.
    """
    named = found.named
    if named is None:
        return
    if named.author != applied.author:  # check: withdrawn.author
        raise NotAllowed("Only who wrote a text can withdraw it. You can erase it for yourself.")
    if named.message != body.answers.message:  # check: withdrawn.message
        raise NotAllowed("It names another text than the one that is here. Look at that one before you withdraw it.")
    if found.is_step:  # check: withdrawn.step
        raise NotAllowed("This is a step that the other may have answered, so it stands. Only texts are withdrawn.")
    if named.seq < applied.key_since:  # check: withdrawn.carried
        raise NotAllowed("It was written at another server. Each of you can erase it for themselves.")
    if applied.received - named.received > sizes.WITHDRAW_WINDOW:  # check: withdrawn.window
        raise NotAllowed("It was written more than a day before. Each of you can erase it for themselves.")


def reduce_withdrawn(state: Withdrawals, applied: AppliedDocument, body: Withdrawn, context: Membership) -> Withdrawals:
    """Record the first withdrawal of an entry by its author."""
    known = state.get(body.answers.entry, {})
    if applied.author in known:  # check: withdrawn.twice
        raise NotAllowed("It is withdrawn already.")
    made = Withdrawal(body.answers.message, applied.received, applied.key_since)
    return {body.answers.entry: {**known, applied.author: made}}


def describe_withdrawn(applied: AppliedDocument, body: Withdrawn, voice: Voice, state: Withdrawals) -> str:
    """`Ada withdrew something written within the last day`."""
    return f"{voice.name(applied.author)} withdrew something written within the last day"


KIND = Kind(
    *("withdrawn", 1, TypeAdapter(Withdrawn), describe_withdrawn, Withdrawals, reduce_withdrawn),
    names=lambda body: body.answers,
    looks_back=require_text,
)
