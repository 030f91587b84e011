"""Guards, the words for *only when*. A guard is one condition on a step, with a sentence for when it doesn't hold.

The list is closed: the words here, and those of `time_guards`. Every kind writes its rules in these words. A new word
is a decision, since every language that runs the rows needs it. A guard only reads the case, and knows no kind.

Spec: documents
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from duolog.documents.things import Case, Outcome, Text, value_of
from duolog.protocol.blind_pairs import key_fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One condition. `says`: the sentence for a person when it doesn't hold.

    `of_body`: whether it reads the content of the step, and so can't be asked before the step is written.
    """

    of_body: ClassVar[bool] = False
    says: str = ""

    def holds(self, case: Case[Any]) -> bool:
        """Whether the condition is met."""
        raise NotImplementedError

    def sentence(self, case: Case[Any]) -> str:
        """Why the step is refused."""
        return self.says


@dataclass(frozen=True, slots=True)
class Two(Guard):
    """The journal has two partners."""

    def holds(self, case: Case[Any]) -> bool:
        return len(case.context.partners) == 2


@dataclass(frozen=True, slots=True)
class From(Guard):
    """The thing stands in one of these stages."""

    stages: tuple[str, ...]

    def holds(self, case: Case[Any]) -> bool:
        return case.thing.standing in self.stages


@dataclass(frozen=True, slots=True)
class At(Guard):
    """The step names the text in this register. `became`: other sentences, by the outcome of the text that it names."""

    register: str
    became: Mapping[str, str] = field(default_factory=dict)

    def holds(self, case: Case[Any]) -> bool:
        return case.named is not None and case.thing.points.get(self.register) == case.named.entry

    def sentence(self, case: Case[Any]) -> str:
        if case.named is None:
            return self.says
        return self.became.get("taken_back" if case.named.taken_back else case.named.outcome, self.says)


@dataclass(frozen=True, slots=True)
class By(Guard):
    """The author of the step is the owner of the thing or the other, or is the writer of the named text or isn't."""

    who: Literal["owner", "other", "writer", "not_writer"]

    def holds(self, case: Case[Any]) -> bool:
        if self.who in ("owner", "other"):
            owner: bytes = case.thing.owner
            return (case.author == owner) == (self.who == "owner")
        return case.named is not None and (case.author == case.named.author) == (self.who == "writer")


@dataclass(frozen=True, slots=True)
class Is(Guard):
    """A field of the step has one of these values. `path`: names with dots between them."""

    of_body: ClassVar[bool] = True
    path: str
    values: tuple[str, ...]

    def holds(self, case: Case[Any]) -> bool:
        said: str | None = value_of(case.step, self.path)
        return said in self.values


@dataclass(frozen=True, slots=True)
class LeftOut(Guard):
    """The step leaves this field out. `path`: names with dots between them."""

    of_body: ClassVar[bool] = True
    path: str

    def holds(self, case: Case[Any]) -> bool:
        return case.said(self.path) is None


@dataclass(frozen=True, slots=True)
class Named(Guard):
    """A field of the named text's step has one of these values. `path`: names with dots between them."""

    path: str
    values: tuple[str, ...]

    def holds(self, case: Case[Any]) -> bool:
        said: str | None = None if case.named is None else value_of(case.named.step, self.path)
        return said in self.values


@dataclass(frozen=True, slots=True)
class Within(Guard):
    """At most this many seconds have passed since the named text was written."""

    seconds: int

    def holds(self, case: Case[Any]) -> bool:
        return case.named is not None and case.now <= case.named.effective + self.seconds


@dataclass(frozen=True, slots=True)
class Became(Guard):
    """The named text has one of these outcomes."""

    outcomes: tuple[Outcome, ...]

    def holds(self, case: Case[Any]) -> bool:
        return case.named is not None and case.named.outcome in self.outcomes


@dataclass(frozen=True, slots=True)
class OfKind(Guard):
    """The named text is one of this other kind, in a thing between the same two people."""

    of_body: ClassVar[bool] = True
    kind: str

    def holds(self, case: Case[Any]) -> bool:
        if case.elsewhere is None:
            return False
        kind, thing = case.elsewhere
        return kind == self.kind and thing.between == case.new.between


@dataclass(frozen=True, slots=True)
class Unset(Guard):
    """No text is in this register."""

    register: str

    def holds(self, case: Case[Any]) -> bool:
        return self.register not in case.thing.points


@dataclass(frozen=True, slots=True)
class KeyFits(Guard):
    """The key `k` of the step fits the commitment of the author's text in this register. Spec: §8."""

    of_body: ClassVar[bool] = True
    register: str

    def holds(self, case: Case[Any]) -> bool:
        text = case.thing.of(self.register, case.author)
        commitment: bytes | None = None if text is None else value_of(text.step, "commitment")
        if commitment is None:
            return False
        return key_fits(commitment, case.said("k"), case.context.journal, case.thing.entry, case.author)


@dataclass(frozen=True, slots=True)
class In(Guard):
    """The author has a mark in this register."""

    register: str

    def holds(self, case: Case[Any]) -> bool:
        return case.author in case.thing.marks.get(self.register, {})


@dataclass(frozen=True, slots=True)
class NotIn(Guard):
    """The author has no mark in this register."""

    register: str

    def holds(self, case: Case[Any]) -> bool:
        return case.author not in case.thing.marks.get(self.register, {})


@dataclass(frozen=True, slots=True)
class Free(Guard):
    """The register has no text of the other person that was written within the last `seconds`."""

    register: str
    seconds: int

    def holds(self, case: Case[Any]) -> bool:
        text = case.thing.at(self.register)
        return text is None or text.author == case.author or case.now > text.effective + self.seconds


@dataclass(frozen=True, slots=True)
class Differs(Guard):
    """No thing in this stage has a text with the digest of the step in this register."""

    of_body: ClassVar[bool] = True
    stage: str
    register: str

    def holds(self, case: Case[Any]) -> bool:
        alike = case.things.alike(case.digest)
        return not any(
            thing.standing == self.stage and thing.points.get(self.register) == text.entry for thing, text in alike
        )


@dataclass(frozen=True, slots=True)
class Fresh(Guard):
    """No text with the digest of the step waits, or was declined or lapsed less than `seconds` ago.

    `lapse`: seconds after which a waiting text has lapsed. `mine`: only the author's own texts matter.
    """

    of_body: ClassVar[bool] = True
    seconds: int
    lapse: int = 0
    mine: bool = False

    def holds(self, case: Case[Any]) -> bool:
        alike = (text for _, text in case.things.alike(case.digest) if not self.mine or text.author == case.author)
        return not any(case.now < self._until(text) for text in alike)

    def _until(self, text: Text) -> int:
        if text.outcome == "declined":
            return (text.answered_effective or 0) + self.seconds
        return text.effective + self.lapse + self.seconds if text.outcome == "waiting" else 0


@dataclass(frozen=True, slots=True)
class OwnerIn(Guard):
    """The owner of the thing has a mark in this register."""

    register: str

    def holds(self, case: Case[Any]) -> bool:
        return case.thing.owner in case.thing.marks.get(self.register, {})


@dataclass(frozen=True, slots=True)
class Least(Guard):
    """A count is at least this."""

    count: str
    least: int

    def holds(self, case: Case[Any]) -> bool:
        counted: int = case.thing.counts.get(self.count, 0)
        return counted >= self.least


@dataclass(frozen=True, slots=True)
class After(Guard):
    """More than this many seconds have passed since the text in this register was written."""

    register: str
    seconds: int

    def holds(self, case: Case[Any]) -> bool:
        text = case.thing.at(self.register)
        return text is not None and case.now > text.effective + self.seconds
