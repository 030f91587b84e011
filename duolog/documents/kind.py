"""One kind of document: its body, its words for a reader, and the change that a document makes to the state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import Answer, Body, parse_body
from duolog.documents.kernel import Machine
from duolog.documents.voice import Look, Voice
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document

B = TypeVar("B")
S = TypeVar("S")

NEWER = "A newer version of Duolog wrote this; update to see what it does."


@dataclass(frozen=True, slots=True)
class Format(Generic[B]):
    """The name of a kind, the version of it that is written and read here, and its bodies."""

    name: str
    v: int
    body: TypeAdapter[B]

    def read(self, document: Document, *, writing: bool = False) -> B:
        """The body of a document of this kind. `writing`: before it is sent, when the limits of length count too.

        Raises:
            NotAllowed: another version of Duolog wrote it.
            MalformedData: the body isn't what the kind says.
        """
        if document.v != self.v:  # check: documents.version
            raise NotAllowed(NEWER)
        return parse_body(self.body, document.body, writing=writing)


@dataclass(frozen=True, slots=True)
class Found:
    """The document that another names, as the journal holds it there.

    `named`: None where it isn't held, or nothing is named. `is_step`: whether it does more than stand in the timeline.
    `commentable`: whether it takes comments, or None where nobody can tell here: it isn't held, did not count, or a
    newer version of Duolog wrote it. `context`: the roster at the place of the document that names it. `writing`:
    whether that document is yet to be sent.
    """

    named: AppliedDocument | None
    is_step: bool
    commentable: bool | None
    context: Membership
    writing: bool = False


@dataclass(frozen=True, slots=True)
class Kind(Format[B], Generic[B, S]):
    """A kind of a shared or private journal. `B`: its bodies, `S`: its part of a journal's state.

    `describe`: a document in plain words. An empty text means that the document is told in its thing alone: the library
    has its entry, and no list for a person shows it, be it a timeline, a search, a report or a readable export.

    `part`: the type of the state that the kind keeps, by entry or account; a kind without it stands in the timeline
    alone. `reduce`: the change of one document in that part; it leaves the part itself as it is. `machine`: the rows of
    a kind with steps.

    `while_provisional`: whether the kind may be written before the partners have compared their words; steps of the
    class *ends* always may. `names`: the document that a body is about, if it is about one; it is told with a text.
    `looks_back`: a check before `reduce`, which gets that document as it is found there.

    Three say how one of the things that a kind's steps make is told to a reader: `title` names it in a list, `show` has
    all that its stage means for this reader, `today` says what in it is open for them now. `today_until`: the last
    second at which `today` may have a word about a thing, as it stands, to any reader; 0 where it has none. So a client
    reads no thing for `today` that was over long ago; without `today_until` it reads all.

    Two are for the author's client alone. `before_writing` checks a body. `consents_to` gives the body to which the
    author consents, and which must be shown whole here. A kind in which any step means consent must have it.
    """

    describe: Callable[[AppliedDocument, B, Voice, S], str]
    part: type[S] | None = None
    reduce: Callable[[S, AppliedDocument, B, Membership], Mapping[Any, Any]] | None = None
    machine: Machine[Any] | None = None
    while_provisional: bool = True
    names: Callable[[B], Answer | None] | None = None
    looks_back: Callable[[AppliedDocument, B, Found], None] | None = None
    title: Callable[[Any], str] | None = None
    show: Callable[[Any, Look], str] | None = None
    today: Callable[[Any, Look], tuple[str, ...]] | None = None
    today_until: Callable[[Any], int] | None = None
    before_writing: Callable[[B], None] | None = None
    consents_to: Callable[[S, B], Body | None] | None = None
