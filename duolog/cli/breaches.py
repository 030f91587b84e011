"""Breaches: two accounts of one event. Nobody edits the other's, and each closes it for themselves."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import forms
from duolog.cli.command import commands
from duolog.cli.failures import Usage
from duolog.cli.shapes import b64
from duolog.cli.steps import BESIDE, Form, Names, Option, Verb, add_verbs
from duolog.cli.things import ThingDesk, add_list, add_show
from duolog.documents import dates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duolog.documents.things import Things

app = commands()

NumberArgument = Annotated[
    int | None, typer.Argument(metavar="NUMBER", help="Which one, as `duolog breach list` numbers them.")
]
BoundaryOption = Annotated[
    int | None, typer.Option("--boundary", metavar="N", help="The boundary, as `duolog boundary list` numbers them.")
]
OPEN_LINES, ACCOUNT_LINES = ("happened", "look_again"), ("look_again",)
OPEN_HINT = """Write above what happened, what it did, and what you take on yourself. Lines may stay empty.
  Happened:   the day, as 2027-02-03
  Look again: a day on which you alone are reminded
`duolog prompts breach` has questions to begin with."""
ACCOUNT_HINT = """Write above how it was for you. Both accounts stand side by side, and nobody edits the other's.
  Look again: a day on which you alone are reminded"""
SEND = "Send this to {other}? What is shared can be kept."


class BreachDesk(ThingDesk[Any]):
    """The breaches of one journal, for one command."""

    kind, group = "breach", "duolog breach"


def _open(_desk: BreachDesk, _named: Any) -> Form:
    return Form(forms.lines_form(OPEN_LINES), OPEN_HINT, lambda text: _parse(text, OPEN_LINES))


def _account(_desk: BreachDesk, _named: Any) -> Form:
    return Form(forms.lines_form(ACCOUNT_LINES), ACCOUNT_HINT, lambda text: _parse(text, ACCOUNT_LINES))


def _parse(text: str, lines: tuple[str, ...]) -> dict[str, Any]:
    found, rest = forms.parse_lines(text, lines)
    if not rest.strip():
        return {}
    for name, day in found.items():
        try:
            found[name] = dates.iso_day(dates.parse_day(day))
        except ValueError as error:
            raise Usage(f"{day!r} isn't a day. Write it as 2027-03-01, or leave it empty.") from error
    return {**found, BESIDE: {"text": rest.strip("\n")}}


def _of_boundary(desk: BreachDesk, given: "Mapping[str, Any]") -> dict[str, Any]:
    """The fields of an account of a boundary: it names the text that both agreed to."""
    from duolog.documents.registry import KINDS

    things: Things[Any] = desk.duolog.state(desk.journal.id).part(KINDS["boundary"])
    boundaries, number = list(things.values()), int(given["boundary"])
    text = boundaries[number - 1].agreed_text if 1 <= number <= len(boundaries) else None
    if text is None:
        raise Usage(
            f"Boundary {number} isn't one that both agreed to, and nobody is held to another. `duolog boundary list` "
            "shows them."
        )
    return {"as": "saw", "answers": {"entry": b64(text.entry), "message": b64(text.message)}}


HERE = Names("Nothing waits for this.", "This can't be done with it.")

VERBS = (
    Verb(
        "open",
        "Own up: say what you did, what it did, and what you take on yourself. It needs no boundary.",
        ("", "< account.md"),
        "It is there. {other} may add their own account.",
        form=_open,
        question=SEND,
        name="own-up",
        gives={"as": "own"},
    ),
    Verb(
        "open",
        "Say how you saw something that both of you agreed on, in your own words.",
        ("--boundary 1", "--boundary 1 < account.md"),
        "It is there. {other} may add their own account.",
        form=_open,
        question=SEND,
        name="saw",
        options=(Option("boundary", BoundaryOption, lambda number: {} if number is None else {"boundary": number}),),
        needs=("boundary", "Say which boundary, with --boundary 1: one that both of you agreed to."),
        completes=_of_boundary,
    ),
    Verb(
        "account",
        "Give your own account of it. Both stand side by side.",
        ("1", "1 < account.md"),
        "It is there, beside the other.",
        HERE,
        form=_account,
        question=SEND,
    ),
    Verb(
        "close",
        "Say that it is closed for you. It is over when it is for both.",
        ("1", "1 --yes"),
        *(
            "For you it is closed.",
            HERE,
            None,
            "Is it closed for you?",
        ),
        words=True,
    ),
    Verb(
        "reopen",
        "Say that it is open again for you.",
        ("1", "1 --words"),
        *(
            "For you it is open again.",
            HERE,
            None,
            "Is it open again for you?",
        ),
        words=True,
    ),
)
add_verbs(app, BreachDesk, NumberArgument, VERBS)

NONE_YET = "Nothing here. `duolog breach own-up` and `duolog breach saw` begin."
add_list(app, "list", BreachDesk, "List the events, and for whom each is closed.", NONE_YET)
add_show(app, "show", BreachDesk, NumberArgument, "Open one, with the accounts side by side.", NONE_YET)
