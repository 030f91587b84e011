"""Things are made by the steps of a kind: one boundary, one disclosure. A thing has texts, and marks of each person.

The entry of the step that makes a thing is its name. The thing is between the partners of that moment, and stands in
one stage. Its registers are of four types: *points* name one of its texts, *marks* hold at most one mark of each
person, *counts* are numbers, *times* are Unix seconds. A text is a step that later steps can name, with its outcome.

Nothing here knows a kind: each kind has its own types of text and thing. Spec: documents
"""

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import Any, Generic, Literal, TypeVar, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import AccountId, Body, EntryId, Hash, StepBody
from duolog.documents.latest import Key, Latest, Measure
from duolog.documents.thing_texts import Texts

Outcome = Literal["waiting", "accepted", "declined", "replaced"]
X = TypeVar("X", bound="Thing")
S = TypeVar("S", bound=StepBody)


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one person on a thing: the entry that made it, its time as shown and as it counts, and its words."""

    entry: EntryId
    at: int
    effective: int
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A step that later steps can name, and its outcome.

    `at` and `answered_at` are shown, `effective` and `answered_effective` count. `step`: all that its author wrote.
    """

    entry: EntryId
    message: Hash
    author: AccountId
    at: int
    effective: int
    digest: Hash
    step: StepBody
    outcome: Outcome = "waiting"
    answered_by: AccountId | None = None
    answered_at: int | None = None
    answered_effective: int | None = None
    answer: EntryId | None = None
    answer_why: str | None = None

    @property
    def taken_back(self) -> bool:
        """Whether its own author took it back. For the rules, such a text is declined."""
        return self.outcome == "declined" and self.answered_by == self.author


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing. `standing`: its stage, as the rows of its kind name it."""

    entry: EntryId
    owner: AccountId
    between: tuple[AccountId, ...]
    standing: str = ""
    texts: Texts[Text] = field(default_factory=Texts)
    points: dict[str, EntryId] = field(default_factory=dict)
    marks: dict[str, dict[AccountId, Mark]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    def at(self, register: str) -> Text | None:
        """The text that a register names, or None."""
        return self.texts.get(self.points.get(register, b""))

    def made_by(self, step: type[S]) -> S:
        """The step that made it. Raises: TypeError where another step stands in its place."""
        made = self.texts[self.entry].step
        if not isinstance(made, step):
            raise TypeError("another step stands where this thing was made")
        return made

    def of(self, register: str, account: bytes) -> Text | None:
        """The text of this person (account id, 32 bytes) that their mark in a register names, or None."""
        mark = self.marks.get(register, {}).get(account)
        return None if mark is None else self.texts.get(mark.entry)


@dataclass(frozen=True, slots=True)
class KeptThing:
    """A thing that is not read yet, with what `KeptThings` has of it. `text`: JSON, which `read` parses."""

    standing: str
    until: int
    digests: dict[EntryId, Hash]
    text: str
    read: Callable[[str], Any]


class Things(dict[EntryId, X], Generic[X]):
    """The things of one kind in a journal by their entries, oldest first.

    They can be looked up by their texts and by their stages, and asked for the latest of their times. Those that a home
    keeps are read when they are asked for.
    """

    def __init__(self, things: Mapping[EntryId, X] | None = None) -> None:
        super().__init__()
        self._of_text: dict[EntryId, EntryId] = {}
        self._of_digest: dict[Hash, tuple[EntryId, ...]] = {}
        self._standing: dict[str, dict[EntryId, None]] = {}
        self._latest: dict[Measure[X], Latest[X]] = {}
        for entry, thing in (things or {}).items():
            self[entry] = thing

    def __setitem__(self, entry: EntryId, thing: X) -> None:
        new = [*takewhile(lambda text: text.entry not in self._of_text, thing.texts.newest_first())]
        self._put(entry, thing, {text.entry: text.digest for text in reversed(new)})
        for latest in self._latest.values():
            latest.add(entry, thing)

    def put_kept(self, entry: EntryId, kept: KeptThing) -> None:
        """Put a thing here that is read when it is asked for."""
        self._put(entry, kept, kept.digests)

    def _put(self, entry: EntryId, thing: Any, digests: Mapping[EntryId, Hash]) -> None:
        """Put a thing here. `digests`: of the texts that are new in it."""
        before = dict.get(self, entry)
        if before is not None and before.standing != thing.standing:
            del self._standing[before.standing][entry]
        super().__setitem__(entry, thing)
        self._standing.setdefault(thing.standing, {})[entry] = None
        for text, digest in digests.items():
            self._of_text[text] = entry
            self._of_digest[digest] = (*self._of_digest.get(digest, ()), text)

    def __getitem__(self, entry: EntryId) -> X:
        thing: Any = super().__getitem__(entry)
        if isinstance(thing, KeptThing):
            thing = thing.read(thing.text)
            super().__setitem__(entry, thing)
        found: X = thing
        return found

    def get(self, entry: EntryId, default: Any = None) -> Any:
        """The thing of an entry, or `default`."""
        return self[entry] if entry in self else default  # noqa: SIM401  # it would call itself

    def values(self) -> ValuesView[X]:  # type: ignore[override]  # each is read when its turn comes
        """The things."""
        return ValuesView(self)

    def items(self) -> ItemsView[EntryId, X]:  # type: ignore[override]
        """The entries, each with its thing."""
        return ItemsView(self)

    def rows(self) -> Iterator[tuple[EntryId, X | KeptThing]]:
        """The entries, each with its thing as it is here."""
        return iter(super().items())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, dict):
            return NotImplemented
        return len(self) == len(other) and all(entry in other and other[entry] == self[entry] for entry in self)

    __hash__ = None  # they change in place

    def copy(self) -> "Things[X]":
        """A copy with the same things."""
        other = Things[X]()
        dict.update(other, self)
        other._of_text, other._of_digest = self._of_text.copy(), self._of_digest.copy()
        other._standing = {stage: entries.copy() for stage, entries in self._standing.items()}
        other._latest = {of: latest.copy() for of, latest in self._latest.items()}
        return other

    def find(self, text: bytes) -> X | None:
        """The thing that has this text. `text`: its entry, 16 bytes."""
        entry = self._of_text.get(text)
        return None if entry is None else self[entry]

    def standing(self, stages: Iterable[str]) -> Iterator[X]:
        """The things that stand in one of these stages."""
        return (self[entry] for stage in stages for entry in self._standing.get(stage, ()))

    def not_over(self, now: int) -> Iterator[tuple[int, X]]:
        """The things about which `today` may have a word at `now` (Unix seconds), each after its place, from 1."""
        for place, (entry, row) in enumerate(self.rows(), 1):
            if not isinstance(row, KeptThing) or now <= row.until:
                yield place, self[entry]

    def latest(self, of: Measure[X], wanted: Callable[[Key], bool]) -> int | None:
        """The latest time that is measured of any thing under the wanted keys, or None."""
        if of not in self._latest:
            made = self._latest[of] = Latest(of)
            for entry, thing in self.items():
                made.add(entry, thing)
        return self._latest[of].latest(self, wanted)

    def alike(self, digest: bytes) -> Iterator[tuple[X, Text]]:
        """Every text with this digest that was not replaced, each after its thing.

        Who replaces their own text by the same again and again makes no list of them: what was replaced is forgotten.
        """
        found = [self._text(entry) for entry in self._of_digest.get(digest, ())]
        left = [(thing, text) for thing, text in found if text.outcome != "replaced"]
        if len(left) < len(found):
            self._of_digest[digest] = tuple(text.entry for _, text in left)
        return iter(left)

    def _text(self, entry: bytes) -> tuple[X, Text]:
        thing = self[self._of_text[entry]]
        return thing, thing.texts[entry]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic to read and write the things by their entries."""
        inner = handler.generate_schema(dict[EntryId, get_args(source)[0]])  # type: ignore[misc]
        return core_schema.no_info_after_validator_function(
            cls,
            inner,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda things: dict(things.items()), return_schema=inner
            ),
        )


@dataclass(frozen=True, slots=True)
class Case(Generic[X]):
    """One step that is judged. `thing`: the thing that it names, or else `new`, the thing that it would make.

    `named`: the text that it names. `elsewhere`: where that is a text of another kind, the name of the kind, and the
    thing there. `step`: None where a client asks for possible steps, before one is written.
    `text_type` is the kind's, and so is `digest_of`: the digest of a step in the thing of an entry.
    """

    things: Things[X]
    applied: AppliedDocument
    context: Membership
    step: StepBody | None
    thing: X
    new: X
    named: Text | None
    text_type: type[Text]
    digest_of: Callable[[StepBody, bytes], bytes | None]
    elsewhere: "tuple[str, Thing] | None" = None

    @property
    def author(self) -> bytes:
        """The author of the step."""
        return self.applied.author

    @property
    def now(self) -> int:
        """The effective time of the step."""
        return self.applied.effective

    @property
    def digest(self) -> bytes:
        """The step's digest, 32 bytes. Two steps that say the same have the same digest.

        Where the step has none, no other step says the same.
        """
        digest = None if self.step is None else self.digest_of(self.step, self.thing.entry)
        return self.applied.message if digest is None else digest

    def said(self, path: str) -> Any:
        """The value of a field of the step. `path`: names with dots between them."""
        return value_of(self.step, path)

    def text(self) -> Text:
        """The step as a text."""
        if self.step is None:
            raise ValueError("nothing is written yet")
        one = self.applied
        return self.text_type(one.entry, one.message, one.author, one.at, one.effective, self.digest, self.step)


def value_of(body: StepBody | None, path: str) -> Any:
    """The value of a known field of a body, None where it is left out. `path`: names with dots between them."""
    value: Any = body
    for name in path.split("."):
        known = _fields(type(value)).get(name) if isinstance(value, Body) else None
        value = None if known is None else vars(value)[known]  # not `dict(value)`, where unknown fields come too
    return value


@cache
def _fields(body: type[Body]) -> Mapping[str, str]:
    """The fields of a body: its names in a message, with the names in Python."""
    return {field.serialization_alias or name: name for name, field in body.model_fields.items()}
