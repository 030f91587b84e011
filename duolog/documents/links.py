"""Documents that are about another one: what they find where they stand, and how that one is named to a reader.

Rules
- A text takes comments, and so does a copy. A thing takes comments in the stages that its kind lists, and what a person
  says of themselves (a profile, a move, a withdrawal) takes none.
- Nothing here changes state. So a document that isn't held, did not count, or is of a newer version is no fault of the
  document that names it: a reader is told that it is about something that is not here.

Spec: documents
"""

from collections.abc import Callable
from typing import Any

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import Answer
from duolog.documents.journal_state import JournalState
from duolog.documents.kind import Found, Kind
from duolog.documents.names import YOU
from duolog.documents.registry import KINDS, is_step
from duolog.documents.things import Thing, value_of
from duolog.documents.voice import Voice
from duolog.errors import MalformedData, NotAllowed

Find = Callable[[bytes], AppliedDocument | None]  # the document of an entry that stands earlier in the log

NOT_HERE = "something that is not here"


def look_back(
    state: JournalState, kind: Kind[Any, Any], body: Any, context: Membership, find: Find, *, writing: bool
) -> Found:
    """The document that a body of this kind names, as it is found at this place of the log."""
    names = None if kind.names is None else kind.names(body)
    named = None if names is None else find(names.entry)
    if named is None:
        return Found(None, False, None, context, writing)
    return Found(named, is_step(named.document.kind), takes_comments(state, named), context, writing)


def takes_comments(state: JournalState, named: AppliedDocument) -> bool | None:
    """Whether a document takes comments in this state. None where nobody can tell: it did not count, or is unknown."""
    kind = KINDS.get(named.document.kind)
    if kind is None:
        return None
    if kind.part is None:
        return True
    if kind.machine is None:
        return False
    thing = _thing_of(state, kind, named)
    return None if thing is None else thing.standing in kind.machine.comments_open


def about(state: JournalState, names: Answer, voice: Voice) -> str:
    """The words for a document that another names: the title of its thing, or its author and its time."""
    item = state.find(names.entry)
    if item is None or item.applied.message != names.message or item.taken_back:
        return NOT_HERE
    one = item.applied
    counted = item.skipped is None or not is_step(one.document.kind)
    if not counted or state.withdrawn(one.entry, one.author, one.seq, one.received):
        return NOT_HERE
    kind = KINDS.get(one.document.kind)
    if kind is not None and kind.machine is not None and kind.title is not None:
        thing = _thing_of(state, kind, one)
        if thing is not None:
            return f"\u201c{kind.title(thing)}\u201d"
    name = voice.name(one.author)
    return f"what {'you' if name == YOU else name} wrote, {voice.dated(one.at, one.effective)}"


def _thing_of(state: JournalState, kind: Kind[Any, Any], step: AppliedDocument) -> Thing | None:
    """The thing that a step made, or in which it took place. None where it is in none that counts."""
    things = state.part(kind)
    thing: Thing | None = things.get(step.entry) or things.find(step.entry)
    if thing is None:
        try:
            answers = value_of(kind.read(step.document), "answers")
        except (NotAllowed, MalformedData):
            return None  # no step of this version, so in no thing
        thing = None if answers is None else things.find(answers.entry)
    return thing
