"""`went_on`: after the server's restoration its author waited seven days, and went on with the journal from this place.

Rules
- A client writes it by itself, as the first thing behind the place. It speaks for its author alone.
- It changes nothing of what was agreed. Somebody who comes later with newer entries of their own learns from it that
  the other went on knowingly, and that the server didn't hide these entries from the other.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import AccountId, Body, Hash, Seconds
from duolog.documents.kind import Kind
from duolog.documents.voice import Voice
from duolog.errors import NotAllowed
from duolog.protocol import sizes


class WentOn(Body):
    """The last place before, with its head, and the restoration as the server dates it, Unix seconds."""

    seq: Annotated[int, Field(ge=1, le=sizes.MAX_INTEGER)]
    head: Hash
    restored_at: Seconds


GoneOn = dict[AccountId, WentOn]


def reduce_went_on(state: GoneOn, applied: AppliedDocument, body: WentOn, context: Membership) -> GoneOn:
    """Record it as its author's newest. Raises: NotAllowed for anybody but a partner."""
    if applied.author not in context.partners:  # check: documents.went_on_partner
        raise NotAllowed("Only a partner goes on with a journal after a restoration.")
    return {applied.author: body}


def describe_went_on(applied: AppliedDocument, body: WentOn, voice: Voice, state: GoneOn) -> str:
    """`Ada went on with this journal after the server had gone back to an older state`."""
    return f"{voice.name(applied.author)} went on with this journal after the server had gone back to an older state"


KIND = Kind("went_on", 1, TypeAdapter(WentOn), describe_went_on, GoneOn, reduce_went_on)
