"""The kernel runs the rows of any kind, and knows none.

Rules
- Only partners take steps. A step that names a text counts only if exactly that message is held here, and only if its
  author is one of the two that the thing is between. The text may be one of another kind, where a row says so; the step
  then makes a thing.
- A step counts by the first of its rows whose guards all hold. A step without such a row is refused. The reason is the
  sentence of the guard that fails first, in the row in which most guards hold before it.
- An entry id is that of one text. A later entry with the same id, which only a server that breaks the rules lets in,
  takes the place of none.
- A refused step changes nothing. A step that counts changes one thing, by the effects of its row in order.
- A step of the class *ends* counts although the other partner could not open it. Of any other step that they could not
  open, only the effects with `stays` happen.

The kernel reads no clock and copies no state: it returns the thing that changed. Spec: documents
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import EntryId, StepBody
from duolog.documents.digests import Digests
from duolog.documents.effects import Effect
from duolog.documents.guards import At, Guard, OfKind
from duolog.documents.things import Case, Text, Thing, Things, X, value_of
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.messages import Document

Class = Literal["tells", "asks", "answers", "own", "ends"]
_NONE: Mapping[str, Things[Any]] = {}


@dataclass(frozen=True, slots=True)
class Row:
    """One way in which a step counts. `does`: its class; *ends* speaks for its author alone, and lets go."""

    step: str
    does: Class
    only: tuple[Guard, ...]
    then: tuple[Effect, ...]

    @property
    def register(self) -> str | None:
        """The register of the text that the step names, or None for a step that names no text."""
        return next((guard.register for guard in self.only if isinstance(guard, At)), None)


@dataclass(frozen=True, slots=True)
class Possible:
    """Whether a step may be taken now: the entry that it would name, and why not (None where it may)."""

    step: str
    does: Class
    names: EntryId | None
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Machine(Generic[X]):
    """A kind's rows, and its own types of thing and text.

    `noun`: the word for one thing. `digests`: of steps by their names. Two texts with the same digest are the same.
    `comments_open`: the stages in which a thing takes comments, none unless the kind says so: in any other, a comment
    could be a response too early, or a nudge. `binding`: the steps that not even their own author takes back, by newer
    keys.
    """

    noun: str
    thing: type[X]
    text: type[Text]
    digests: Digests
    rows: tuple[Row, ...]
    comments_open: tuple[str, ...] = ()
    binding: tuple[str, ...] = ()

    @property
    def names_of(self) -> tuple[str, ...]:
        """The other kinds whose texts the steps may name."""
        guards = (guard for row in self.rows for guard in row.only if isinstance(guard, OfKind))
        return tuple(dict.fromkeys(guard.kind for guard in guards))

    def class_of(self, step: str) -> Class:
        """The class of a step, as its first row has it."""
        return next(row.does for row in self.rows if row.step == step)

    def ends(self, step: StepBody) -> bool:
        """Whether every row of a step has the class *ends*."""
        return all(row.does == "ends" for row in self.rows if row.step == step.step)

    def reduce(
        self,
        things: Things[X],
        applied: AppliedDocument,
        step: StepBody,
        context: Membership,
        parts: Mapping[str, Things[Any]] = _NONE,
    ) -> dict[EntryId, X]:
        """The thing as a step changes it. `parts`: the things of every kind, by its name.

        Raises: NotAllowed, with a reason, when no row allows it.
        Spec: documents
        """
        case, row = self._judge(things, applied, step, context, parts)
        return _changed(case, row.then)

    def undelivered(
        self,
        things: Things[X],
        applied: AppliedDocument,
        step: StepBody,
        context: Membership,
        parts: Mapping[str, Things[Any]] = _NONE,
    ) -> tuple[dict[EntryId, X], bool]:
        """The change that is left of a step that the other partner could not open, and whether the whole step counts.

        Raises: as `reduce`. Spec: documents
        """
        case, row = self._judge(things, applied, step, context, parts)
        if row.does == "ends":  # check: documents.ends_undelivered
            return _changed(case, row.then), True
        return _changed(case, tuple(effect for effect in row.then if effect.stays)), False

    def steps(
        self, things: Things[X], thing: X | None, account: bytes, now: int, context: Membership
    ) -> tuple[Possible, ...]:
        """Each step that names a text of a thing, or none where `thing` is None; and why `account` may not take it now.

        Guards that ask for the content of the step are left out: it isn't written yet. `now`: Unix seconds.
        """
        applied = AppliedDocument(bytes(sizes.ENTRY_ID), 0, account, bytes(sizes.HASH), Document("", 1, now, {}))
        found: dict[str, tuple[int, Possible]] = {}
        for row in self.rows:
            if (row.register is None) != (thing is None):
                continue
            named = None if thing is None or row.register is None else thing.at(row.register)
            passed, why_not = _try(row, self._case(things, applied, context, None, thing, named))
            if account not in context.partners or (thing is not None and account not in thing.between):
                why_not = self._not_yours(partner=account in context.partners)
            elif why_not is None:
                passed = sys.maxsize
            if row.step not in found or passed > found[row.step][0]:
                found[row.step] = passed, Possible(row.step, row.does, None if named is None else named.entry, why_not)
        return tuple(possible for _, possible in found.values())

    def _judge(
        self,
        things: Things[X],
        applied: AppliedDocument,
        step: StepBody,
        context: Membership,
        parts: Mapping[str, Things[Any]],
    ) -> tuple[Case[X], Row]:
        if applied.author not in context.partners:  # check: documents.partner
            raise NotAllowed(self._not_yours(partner=False))
        if things.find(applied.entry) is not None:  # check: documents.entry_once
            raise NotAllowed("An entry with the same id counted already, and this one does not take its place.")
        case = self._case(things, applied, context, step, *self._named(things, applied, step, parts))
        furthest, sentence = -1, ""
        for row in self.rows:
            if row.step == step.step:
                passed, why_not = _try(row, case)
                if why_not is None:
                    return case, row
                if passed > furthest:
                    furthest, sentence = passed, why_not
        raise NotAllowed(sentence)

    def _named(
        self, things: Things[X], applied: AppliedDocument, step: StepBody, parts: Mapping[str, Things[Any]]
    ) -> tuple[X | None, Text | None, tuple[str, Thing] | None]:
        """The thing and the text that a step names; or the text of another kind, and its thing there."""
        answers = value_of(step, "answers")
        if answers is None:
            return None, None, None
        own, elsewhere = things.find(answers.entry), None
        for kind in self.names_of if own is None else ():
            found: Thing | None = parts[kind].find(answers.entry) if kind in parts else None
            elsewhere = elsewhere if found is None else (kind, found)
        thing = own if elsewhere is None else elsewhere[1]
        if thing is None:  # check: documents.held
            raise NotAllowed("The text that this answers is not here, or did not count.")
        named = thing.texts[answers.entry]
        if named.message != answers.message:  # check: documents.same_message
            raise NotAllowed("This answers other words than the ones that are here.")
        if applied.author not in thing.between:  # check: documents.between
            raise NotAllowed(self._not_yours(partner=True))
        return own, named, elsewhere

    def _case(
        self,
        things: Things[X],
        applied: AppliedDocument,
        context: Membership,
        step: StepBody | None,
        thing: X | None,
        named: Text | None,
        elsewhere: tuple[str, Thing] | None = None,
    ) -> Case[X]:
        new = self.thing(applied.entry, applied.author, tuple(sorted(context.partners)))
        return Case(things, applied, context, step, thing or new, new, named, self.text, self._digest, elsewhere)

    def _digest(self, step: StepBody, thing: EntryId) -> bytes | None:
        digest = self.digests.get(step.step)
        return None if digest is None else digest.of(step, thing)

    def _not_yours(self, *, partner: bool) -> str:
        if partner:
            return f"This {self.noun} is between two other people."
        return f"A {self.noun} is between the partners of a journal, and only they take steps in it."


def _try(row: Row, case: Case[Any]) -> tuple[int, str | None]:
    """The number of guards that hold before the first that doesn't, and its sentence (None where all hold)."""
    for passed, guard in enumerate(row.only):
        if not (case.step is None and guard.of_body) and not guard.holds(case):  # check: documents.guard
            return passed, guard.sentence(case)
    return len(row.only), None


def _changed(case: Case[X], effects: tuple[Effect, ...]) -> dict[EntryId, X]:
    thing = case.thing
    for effect in effects:
        thing = effect.change(case, thing)
    return {} if thing is case.thing else {thing.entry: thing}
