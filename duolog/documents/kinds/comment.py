"""`comment`: a reply that is no step. It moves nothing, asks nothing, and is withdrawn like any text.

Rules
- It is about a text, or about a thing in a stage in which its kind takes comments. A letter takes them once it was
  answered: a comment before would be the response that comes after *heard*.
- Its author's client writes no comment on a document that isn't here. A comment whose document is gone later stays.
"""

from pydantic import TypeAdapter

from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import Answer, Body, Words
from duolog.documents.kind import Found, Kind
from duolog.documents.voice import Voice, body_lines
from duolog.errors import NotAllowed


class Comment(Body):
    """A reply to the document that it answers."""

    answers: Answer
    text: Words


def require_commentable(applied: AppliedDocument, body: Comment, found: Found) -> None:
    """Check that the named document, where it is held, takes comments. Before sending, also that it is held.

    Raises: NotAllowed. Spec: documents
    """
    if found.named is not None and found.named.message != body.answers.message:  # check: comment.message
        raise NotAllowed("It names other words than the ones that are here. Look at those before you comment on them.")
    if found.commentable is False:  # check: comment.closed
        raise NotAllowed("This takes no comments now. What you want to say can stand in a note of your own.")
    if found.commentable is None and found.writing:  # check: comment.held
        raise NotAllowed("What you comment on is not here, or this version of Duolog doesn't know it. Sync first.")


def describe_comment(applied: AppliedDocument, body: Comment, voice: Voice, state: None) -> str:
    """The author and the text."""
    return "\n".join([f"{voice.name(applied.author)} commented:", *body_lines(body.text)])


KIND = Kind(
    *("comment", 1, TypeAdapter(Comment), describe_comment),
    names=lambda body: body.answers,
    looks_back=require_commentable,
)
