"""The steps of a kind as commands. The kind's rows run them, and no kind is named here.

Rules
- A step is a verb: `take_back` is `take-back`.
- The rows say which text a step names now, and of which class the step is. A person gives the number of the thing, or
  no number where only one thing is meant.
- Writing the words of a step confirms it; at a terminal, a verb may ask once more. A step without words is shown first,
  and its class decides the question.
- A step of the class *answers* or *own* consents, so the text that it names must be shown whole.
- The long words of a step stand in a note beside it. Words come from the editor or from standard input, and from no
  argument.
- Whatever is written can stay a draft.

A kind's own file gives a `Desk` that shows its texts, and one `Verb` for each step.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Generic

import typer

from duolog.cli.asking import at_terminal
from duolog.cli.command import JournalOption, command
from duolog.cli.desk import Desk, X, at_desk, verb_of
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.texts import say_once, sheet_of, write_text
from duolog.cli.uncompared import warn_uncompared
from duolog.cli.waiting import may_wait

if TYPE_CHECKING:
    from duolog.documents.things import Text

BESIDE = "(beside)"  # no field of a document has such a name
Said = str | Mapping[str, str]  # a sentence, or one for each class of row

CONSENTS = ("answers", "own")  # classes of rows by which their author agrees to the text that is named

WordsOption = Annotated[bool, typer.Option("--words", help="Add a few words, in your editor or on standard input.")]
WhyOption = Annotated[bool, typer.Option("--why", help="Say why, in your editor or on standard input.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask again. For scripts.")]
DraftOption = Annotated[bool, typer.Option("--draft", help="Don't send it: keep it as a draft for yourself.")]
TextOption = Annotated[
    int | None,
    typer.Option(
        "--text", metavar="N", help="Which of its texts, as `show` numbers them. Default: the one that waits."
    ),
]


@dataclass(frozen=True)
class Form:
    """A text to write: what the editor opens with, a hint, and how the text becomes fields of the step.

    `parse` gives no field for an empty text. Under `BESIDE` it gives the body of the note that stands beside the step.
    """

    start: str
    hint: str
    parse: Callable[[str], dict[str, Any]]


def line_of(name: str, hint: str) -> Form:
    """A form whose whole text is one field of the step."""
    return Form("", hint, lambda text: {name: text.strip()} if text.strip() else {})


@dataclass(frozen=True)
class Names:
    """The errors of a step that names a text. `none`: no thing has such a text. `missing`: the chosen thing has none.

    `also`: whether a thing may be meant although the rows refuse the step now, where they allow it with no other. Then
    the refusal says why.
    """

    none: str
    missing: str
    also: Callable[[Any, Any], bool] = lambda _desk, _thing: False


@dataclass(frozen=True)
class Verb:
    """One step as a command. The rows have no words for a person; a verb adds them.

    `examples`: what follows the verb. `done`: said when the step is in the journal. `names`: None for a step that names
    nothing. `form`: makes the form of its words from the desk and the named text. `question`: asked without a form, and
    with one at a terminal, after writing. `why`, `words`, `text`: whether the command has these options.

    Where several verbs are one step, or another word reads better, `name` is the verb's own, and `gives` has the fields
    that make the difference. `options`: further options of the command, each of which gives fields of the step.
    `needs`: a field that must come of them, and what is said where it doesn't. `completes`: makes the step's fields
    from the desk and from what was given.
    """

    step: str
    purpose: str
    examples: tuple[str, ...]
    done: Said
    names: Names | None = None
    form: Callable[[Any, Any], Form] | None = None
    question: Said = ""
    why: bool = False
    words: bool = False
    text: bool = False
    name: str = ""
    gives: Mapping[str, Any] = field(default_factory=dict)
    options: tuple["Option", ...] = ()
    needs: tuple[str, str] = ("", "")
    completes: Callable[[Any, Mapping[str, Any]], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Option:
    """An option of a verb. `parse`: its value, or None, as fields of the step. Raises: Usage."""

    name: str
    type: Any
    parse: Callable[[Any], Mapping[str, Any]]


def add_verbs(
    app: typer.Typer, desk: type[Desk[Any]], number: Any, verbs: Iterable[Verb], *, above: str | None = None
) -> None:
    """Make a command of each verb. `number`: the annotated type of the argument that names a thing.

    `above`: the command above the verbs, where it isn't the desk's.
    """
    for verb in verbs:
        name = verb.name or verb_of(verb.step)
        whole = f"{desk.group if above is None else above} {name}"
        if verb.names is not None:
            desk.commands[verb.step] = whole
        examples = tuple(f"{whole} {rest}".rstrip() for rest in verb.examples)
        command(app, name, examples=examples)(_command(desk, number, verb))


def _command(desk: type[Desk[Any]], number: Any, verb: Verb) -> Callable[..., int]:
    options: dict[str, tuple[Any, Any, bool]] = {
        "number": (number, None, verb.names is not None),
        "text": (TextOption, None, verb.text),
        **{one.name: (one.type, None, True) for one in verb.options},
        "journal": (JournalOption, None, True),
        "why": (WhyOption, False, verb.why),
        "words": (WordsOption, False, verb.words),
        "draft": (DraftOption, False, verb.form is not None),
        "yes": (YesOption, False, True),
    }

    def take(run: Run, /, journal: str | None, **given: Any) -> int:
        gives = dict(verb.gives)
        for one in verb.options:
            gives |= one.parse(given.pop(one.name))
        if verb.needs[0] and verb.needs[0] not in gives:
            raise Usage(verb.needs[1])
        return at_desk(desk, run, journal, lambda here: _Taking(here, verb, **given).take(gives))

    take.__doc__ = verb.purpose
    take.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter("run", inspect.Parameter.POSITIONAL_ONLY, annotation=Run)]
        + [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default, has) in options.items()
            if has
        ]
    )
    return take


@dataclass(frozen=True)
class _Taking(Generic[X]):
    """One step on its way: what it names is found and shown, its words are written, and it is sent or kept."""

    desk: Desk[X]
    verb: Verb
    number: int | None = None
    text: int | None = None
    why: bool = False
    words: bool = False
    draft: bool = False
    yes: bool = False

    def take(self, gives: dict[str, Any]) -> int:
        """Take the step; the exit code. `gives`: fields of it."""
        desk, verb = self.desk, self.verb
        gives = gives if verb.completes is None else verb.completes(desk, gives)
        body, named, does = {"step": verb.step, **gives}, None, desk.class_of(verb.step)
        if not self.draft and desk.may_now(verb.step, beginning=False):
            warn_uncompared(desk.run, desk.duolog, desk.journal)
        if desk.first_use and desk.may_now(verb.step, beginning=verb.names is None):
            say_once(desk.run, desk.kind, desk.first_use)
        if verb.names is not None:
            names, step = verb.names, verb.step
            number, thing = self._chosen(names)
            named, does = self._named(names, thing)
            body["answers"] = {"entry": b64(named.entry), "message": b64(named.message)}
            if verb.form is not None:
                if self.text is None:
                    self._require_possible(thing)
                desk.say_before_writing(thing, named)
            else:
                desk.say_named(thing, named, does)
                if does in CONSENTS:
                    desk.require_shown(named)
                if self.text is None:
                    desk.require_possible(step, thing)
                if not self._agreed(does):
                    desk.say_next(number, thing, but=step)
                    return OK
        else:
            self._require_possible(None)
            if verb.form is None and verb.question and not self._agreed(does):
                return OK
        return self._write(body, named, does)

    def _chosen(self, names: Names) -> tuple[int, X]:
        """The number and the thing that are meant. A thing with a number is found without a look at the others."""
        desk, step = self.desk, self.verb.step
        able = self.number is None and any(desk.may(step, one) for one in desk.things.values())
        return desk.choose(self.number, lambda one: desk.may(step, one) if able else names.also(desk, one), names.none)

    def _require_possible(self, thing: X | None) -> None:
        """Refuse before an editor opens. What is on standard input was written already, and the rules judge it."""
        if at_terminal():
            self.desk.require_possible(self.verb.step, thing)

    def _agreed(self, does: str) -> bool:
        question = _by_class(self.verb.question, does).format(other=self.desk.other)
        if not question:
            return True
        return self.desk.run.agreed(question, given=self.yes or self.why or self.words, otherwise="Nothing was sent.")

    def _named(self, names: Names, thing: X) -> "tuple[Text, str]":
        """The text that the step names, and the class of the step."""
        possible = self.desk.possible(self.verb.step, thing)
        if self.text is not None:
            return self.desk.numbered(thing, self.text), possible.does
        if possible.names is None:
            raise Usage(names.missing)
        return thing.texts[possible.names], possible.does

    def _write(self, body: dict[str, Any], named: "Text | None", does: str) -> int:
        """Write the step with the words of its form. The words stay kept until the step is sent or kept as a draft."""
        verb, desk = self.verb, self.desk
        form = verb.form(desk, named) if verb.form is not None else None
        if form is None and (self.why or self.words):
            form = line_of("why", "Say why, above.") if self.why else line_of("words", "Write a few words above.")
        if form is None:
            return self._finish(body, {}, does)
        about = [desk.journal.id] if named is None else [desk.journal.id, named.entry]
        sheet = sheet_of(f"{desk.kind} {verb.name or verb.step}", *about, start=form.start, hint=form.hint)
        if verb.form is not None:
            return write_text(desk.run, sheet, form.parse, lambda fields: self._finish(body, fields, does))
        # Without its words the step goes too.
        return write_text(desk.run, sheet, lambda text: (form.parse(text),), lambda one: self._finish(body, *one, does))

    def _finish(self, body: dict[str, Any], fields: dict[str, Any], does: str) -> int:
        """Send the step, or keep it as a draft."""
        desk, words = self.desk, fields.get(BESIDE)
        whole = body | {name: value for name, value in fields.items() if name != BESIDE}
        if self.draft:
            return desk.keep(whole, words)
        written = fields and self.verb.form is not None
        if written and may_wait(desk.run, desk.duolog, desk.journal, desk.draft_instead(whole), given=self.yes):
            return desk.keep(whole, words)
        if written and self.verb.question and at_terminal() and not self._agreed(does):
            return desk.keep(whole, words)
        return desk.write(whole, _by_class(self.verb.done, does).format(other=desk.other), words)


def _by_class(said: Said, does: str) -> str:
    return said if isinstance(said, str) else said[does]
