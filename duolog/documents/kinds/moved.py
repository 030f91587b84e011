"""`moved`: its author goes on with the journal at another server. The others follow by an act of their own.

The newest of each author counts. It names the server and its receipt key, so that nobody is sent to a server that only
says that it is the one.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

from duolog.documents.base import AccountId, AppliedDocument, Body, Context, Voice
from duolog.documents.fields import Binary
from duolog.documents.kind import Kind
from duolog.documents.plain import one_line
from duolog.protocol import sizes


class Moved(Body):
    """The server to which its author has gone: its origin, and its receipt key (32 bytes)."""

    origin: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    receipt_key: Annotated[bytes, Binary(sizes.SIGN_KEY)]


@dataclass(frozen=True, slots=True)
class Move:
    """What an author's newest `moved` says, and its place in the log."""

    seq: int
    said: Moved


Moves = dict[AccountId, Move]


def reduce_moved(state: Moves, applied: AppliedDocument, body: Moved, context: Context) -> Moves:
    """The author is to be found there from now on."""
    return {applied.author: Move(applied.seq, body)}


def describe_moved(applied: AppliedDocument, body: Moved, voice: Voice, state: Moves) -> str:
    """`Ada goes on with this journal at https://journal.example`."""
    return f"{voice.name(applied.author)} goes on with this journal at {one_line(body.origin)}"


KIND = Kind("moved", 1, TypeAdapter(Moved), describe_moved, Moves, reduce_moved)
