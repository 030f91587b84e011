"""`appreciation`: thanks, to the other or of the two together, and small wins. It has no steps.

Rules
- Partners alone write it. In a journal of one partner there is nobody whom *you* could mean.
- Nobody counts how many each wrote, and nobody says who has written none.
"""

from typing import Literal

from pydantic import TypeAdapter

from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import Answer, Body, Words
from duolog.documents.kind import Found, Kind
from duolog.documents.voice import Voice, body_lines
from duolog.errors import NotAllowed


class Appreciation(Body):
    """Words of thanks. `of`: the other partner, or the two together. `about`: a soft link to what they are about."""

    text: Words
    of: Literal["you", "us"] | None = None
    about: Answer | None = None


def require_partner(applied: AppliedDocument, body: Appreciation, found: Found) -> None:
    """Check that a partner writes it, and that somebody is there whom *you* means. Raises: NotAllowed."""
    if applied.author not in found.context.partners:  # check: appreciation.partner
        raise NotAllowed("Appreciations are between partners. Your thanks can stand in a note or a comment.")
    if body.of == "you" and len(found.context.partners) < 2:  # check: appreciation.nobody
        raise NotAllowed("There is nobody here yet whom \u201cyou\u201d could mean. Write it of the two of you.")


_OF = {"you": "thanked the other", "us": "noted a win of the two together"}


def describe_appreciation(applied: AppliedDocument, body: Appreciation, voice: Voice, state: None) -> str:
    """The author, whom they appreciate, and the text."""
    first = f"{voice.name(applied.author)} {_OF.get(body.of or '', 'wrote an appreciation')}:"
    return "\n".join([first, *body_lines(body.text)])


KIND = Kind(
    *("appreciation", 1, TypeAdapter(Appreciation), describe_appreciation),
    names=lambda body: body.about,
    looks_back=require_partner,
)
