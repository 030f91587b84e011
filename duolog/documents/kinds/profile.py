"""`profile`: the name that a person chooses. Names stand here and nowhere else, and each person writes their own.

The newest profile of an author counts. A name doesn't prove who somebody is: the compared words do.
"""

from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import AccountId, Body
from duolog.documents.kind import Kind
from duolog.documents.names import name_fault
from duolog.documents.safe_text import one_line
from duolog.documents.voice import Voice
from duolog.errors import NotAllowed


class Profile(Body):
    """Display name, pronouns, and a colour as `#rrggbb`."""

    display_name: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"\S")]
    pronouns: Annotated[str, StringConstraints(max_length=40)] | None = None
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] | None = Field(default=None)


Profiles = dict[AccountId, Profile]


def reduce_profile(state: Profiles, applied: AppliedDocument, body: Profile, context: Membership) -> Profiles:
    """Give the author this profile from here on."""
    return {applied.author: body}


def describe_profile(applied: AppliedDocument, body: Profile, voice: Voice, state: Profiles) -> str:
    """`... goes by Ada (she/her)`."""
    author, fault = voice.name(applied.author), name_fault(body.display_name)
    if fault is not None:
        return f"{author} chose a name that isn't shown. {fault}"
    pronouns = f" ({one_line(body.pronouns)})" if body.pronouns else ""
    return f"{author} goes by {one_line(body.display_name)}{pronouns}"


def require_name(body: Profile) -> None:
    """Check before writing that others will be shown the name. Raises: NotAllowed."""
    fault = name_fault(body.display_name)
    if fault is not None:  # check: documents.name
        raise NotAllowed(f"{fault} Choose another.")


KIND = Kind(
    *("profile", 1, TypeAdapter(Profile), describe_profile, Profiles, reduce_profile), before_writing=require_name
)
