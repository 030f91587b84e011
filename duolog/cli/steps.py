"""The steps of a kind as commands. The kind's rows run them, and no kind is named here.

Rules
- A step is a verb: `take_back` is `take-back`.
- The rows say which text a step names now, and of which class the step is. A person gives the number of the thing, or
  no number where only one thing is meant.
- Writing the words of a step confirms it. A step without words is shown first, and its class decides the question.
- A step of the class *answers* or *own* consents, so the text that it names must be shown whole.

A kind's own file gives a `Desk` that shows its texts, and one `Verb` for each step.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import asking
from duolog.cli.command import JournalOption, command
from duolog.cli.desk import Desk, X, at_desk, verb_of
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.texts import written_text

if TYPE_CHECKING:
    from duolog.documents.things import Text

Said = str | Mapping[str, str]  # a sentence, or one for each class of row

CONSENTS = ("answers", "own")  # classes of rows by which their author agrees to the text that is named

WhyOption = Annotated[bool, typer.Option("--why", help="Say why, in your editor or on standard input.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask again. For scripts.")]
TextOption = Annotated[
    int | None,
    typer.Option(
        "--text", metavar="N", help="Which of its texts, as `show` numbers them. Default: the one that waits."
    ),
]


@dataclass(frozen=True)
class Form:
    """A text to write: what the editor opens with, a hint, and how the text becomes fields of the step.

    `parse` gives no field for an empty text.
    """

    start: str
    hint: str
    parse: Callable[[str], dict[str, Any]]


WHY = Form("", "Say why, above.", lambda text: {"why": text.strip()} if text.strip() else {})


@dataclass(frozen=True)
class Names:
    """The errors of a step that names a text. `none`: no thing has such a text. `missing`: the chosen thing has none.

    `also`: whether a thing may be meant although the rows refuse the step now. Then the refusal says why.
    """

    none: str
    missing: str
    also: Callable[[Any, Any], bool] = lambda _desk, _thing: False


@dataclass(frozen=True)
class Verb:
    """One step as a command. The rows have no words for a person; a verb adds them.

    `examples`: what follows the verb. `done`: said when the step is in the journal. `names`: None for a step that names
    nothing. `form`: makes the form of its words from the desk and the named text; without a form, `question` is asked.
    `why`, `text`: whether the command has `--why` and `--text`.
    """

    step: str
    purpose: str
    examples: tuple[str, ...]
    done: Said
    names: Names | None = None
    form: Callable[[Any, Any], Form] | None = None
    question: Said = ""
    why: bool = False
    text: bool = False


def add_verbs(app: typer.Typer, desk: type[Desk[Any]], number: Any, verbs: Iterable[Verb]) -> None:
    """Make a command of each verb. `number`: the annotated type of the argument that names a thing."""
    for verb in verbs:
        examples = tuple(f"{desk.group} {verb_of(verb.step)} {rest}".rstrip() for rest in verb.examples)
        command(app, verb_of(verb.step), examples=examples)(_command(desk, number, verb))


def _command(desk: type[Desk[Any]], number: Any, verb: Verb) -> Callable[..., int]:
    options: dict[str, tuple[Any, Any, bool]] = {
        "number": (number, None, verb.names is not None),
        "text": (TextOption, None, verb.text),
        "journal": (JournalOption, None, True),
        "why": (WhyOption, False, verb.why),
        "yes": (YesOption, False, verb.form is None),
    }

    def take(run: Run, /, journal: str | None, **given: Any) -> int:
        return at_desk(desk, run, journal, lambda here: _take(here, verb, **given))

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


def _take(
    desk: Desk[X],
    verb: Verb,
    *,
    number: int | None = None,
    text: int | None = None,
    why: bool = False,
    yes: bool = False,
) -> int:
    body: dict[str, Any] = {"step": verb.step}
    named, does = None, ""
    if verb.names is not None:
        names, step = verb.names, verb.step
        number, thing = desk.choose(number, lambda one: desk.may(step, one) or names.also(desk, one), names.none)
        named, does = _named(desk, step, names, thing, text)
        body["answers"] = {"entry": b64(named.entry), "message": b64(named.message)}
        if verb.form is None:
            desk.say_named(thing, named, does)
            if does in CONSENTS:
                desk.require_shown(named)
            if not asking.ask_yes(_by_class(verb.question, does), given=yes or why):
                desk.run.screen.say("Nothing was sent.")
                desk.say_next(number, thing, but=step)
                return OK
    return _write(desk, verb, body, named, _by_class(verb.done, does), why=why)


def _named(desk: Desk[X], step: str, names: Names, thing: X, chosen: int | None) -> "tuple[Text, str]":
    """The text that a step names, and the class of the step. `chosen`: the number of another text."""
    possible = desk.possible(step, thing)
    if chosen is not None:
        return desk.numbered(thing, chosen), possible.does
    if possible.names is None:
        raise Usage(names.missing)
    return thing.texts[possible.names], possible.does


def _write(desk: Desk[X], verb: Verb, body: dict[str, Any], named: "Text | None", done: str, *, why: bool) -> int:
    """Write a step with the words of its form. The words stay kept until the step is sent."""
    form = verb.form(desk, named) if verb.form is not None else WHY if why else None
    if form is None:
        return desk.write(body, done)
    with written_text(desk.run, start=form.start, hint=form.hint) as text:
        fields = form.parse(text)
        if not fields and verb.form is not None:
            desk.run.screen.say("Nothing was written.")
            return OK
        return desk.write(body | fields, done)


def _by_class(said: Said, does: str) -> str:
    return said if isinstance(said, str) else said[does]
