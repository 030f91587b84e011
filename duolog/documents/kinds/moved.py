"""`moved`: its author goes on with the journal at another server. Each other member follows by an act of their own.

The newest `moved` of each author counts. It names the new server and its receipt key, so that no other server can pass
for it.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import AccountId, Body
from duolog.documents.fields import Binary
from duolog.documents.kind import Kind
from duolog.documents.safe_text import one_line
from duolog.documents.voice import Voice
from duolog.protocol import sizes


class Moved(Body):
    """The server to which its author has moved: its origin, and its receipt key (32 bytes)."""

    origin: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    receipt_key: Annotated[bytes, Binary(sizes.SIGN_KEY)]


@dataclass(frozen=True, slots=True)
class Move:
    """An author's newest `moved`, and its place in the log."""

    seq: int
    said: Moved


Moves = dict[AccountId, Move]


def reduce_moved(state: Moves, applied: AppliedDocument, body: Moved, context: Membership) -> Moves:
    """Record where the author goes on from here."""
    return {applied.author: Move(applied.seq, body)}


def describe_moved(applied: AppliedDocument, body: Moved, voice: Voice, state: Moves) -> str:
    """`Ada goes on with this journal at https://journal.example`."""
    return f"{voice.name(applied.author)} goes on with this journal at {one_line(body.origin)}"


KIND = Kind("moved", 1, TypeAdapter(Moved), describe_moved, Moves, reduce_moved)
