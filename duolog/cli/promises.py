"""Promises: habits, offers and plans. Each binds only the person who makes it, and ends when they say so."""

from typing import Annotated, Any

import typer

from duolog.cli import forms, times
from duolog.cli.command import commands
from duolog.cli.failures import Usage
from duolog.cli.named_entries import GROWN_FROM, with_source
from duolog.cli.steps import Form, Names, Option, Verb, add_verbs
from duolog.cli.things import ThingDesk, add_list, add_show

app, promise = commands(), commands()

NumberArgument = Annotated[
    int | None, typer.Argument(metavar="NUMBER", help="Which promise, as `duolog promise list` numbers them.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="The last day, as 2027-02-03: 90 days ahead at most.")
]
PARTS = {
    "triggers": "What may lead there",
    "early_signs": "How I notice",
    "first_step": "What I do first",
    "calls": "Whom I call",
    "tell_when": "When I tell you",
}
LINES = ("rhythm", "why")
HABIT_HINT = """Write above what you do: small, and often. Lines may stay empty.
  Rhythm: how often, as: every Sunday evening"""
OFFER_HINT = """Write above what you make visible. It ends by itself, and you can end it at any time.
  Until:  the last day, as 2027-02-03, 90 days ahead at most"""
PLAN_HINT = "Write above what the plan is for, and fill in a part or more. Nobody asks whether you used it."


class PromiseDesk(ThingDesk[Any]):
    """The promises of one journal, for one command."""

    kind, group = "promise", "duolog promise"


def _habit(_desk: PromiseDesk, _named: Any) -> Form:
    return Form(forms.lines_form(LINES), HABIT_HINT, lambda text: _parse(text, LINES))


def _offer(_desk: PromiseDesk, _named: Any) -> Form:
    return Form(forms.lines_form(("until", *LINES)), OFFER_HINT, _parse_offer)


def _parse_offer(text: str) -> dict[str, Any]:
    found = _parse(text, ("until", *LINES))
    if found and "until" not in found:
        raise Usage("The line `Until:` is missing: an offer has a last day, as 2027-02-03, 90 days ahead at most.")
    return found


def _plan(_desk: PromiseDesk, _named: Any) -> Form:
    return Form(forms.lines_form(LINES) + forms.sections_form(PARTS), PLAN_HINT, _parse_plan)


def _parse_plan(text: str) -> dict[str, Any]:
    found = _parse(text, LINES)
    if found and not any(name in found for name in PARTS):
        headings = ", ".join(f"`## {heading}`" for heading in PARTS.values())
        raise Usage(f"A plan needs a part, below one of these headings: {headings}.")
    return found


def _parse(text: str, lines: tuple[str, ...]) -> dict[str, Any]:
    found, rest = forms.parse_lines(text, lines)
    parts = {name: part for name, part in forms.parse_sections(rest, PARTS).items() if part}
    if not parts:
        return {}
    return {**found, **parts, **_until(found.get("until"))}


def _until(day: str | None) -> dict[str, Any]:
    return {} if day is None else {"until": times.end_of(day)}


MINE = Names("You hold no promise for this.", "This can't be done with it.")

BINDS = "It binds you alone, and you can end it at any time: `duolog promise end`."
VERBS = (
    Verb(
        "make",
        "Make something of yours visible for a time. Nobody can ask for it.",
        ("", "< offer.md"),
        f"Offered. {BINDS}",
        form=_offer,
        name="offer",
        gives={"form": "offer"},
        options=(GROWN_FROM,),
        completes=with_source,
    ),
    Verb(
        "make",
        "Promise a small act that you repeat.",
        ("", "--from 12 < habit.md"),
        f"Promised. {BINDS}",
        form=_habit,
        name="habit",
        gives={"form": "habit"},
        options=(GROWN_FROM,),
        completes=with_source,
    ),
    Verb(
        "make",
        "Plan for a temptation or a conflict. What leads there, what you do first, whom you call.",
        ("", "< plan.md"),
        f"Your plan is here. {BINDS}",
        form=_plan,
        name="plan",
        gives={"form": "plan"},
        options=(GROWN_FROM,),
        completes=with_source,
    ),
)
OWN_VERBS = (
    Verb(
        "mark",
        "Mark your habit as done, give an update to your offer, or say that you used your plan.",
        ("1", "1 --words < words.md"),
        "Marked.",
        MINE,
        words=True,
    ),
    Verb(
        "renew",
        "Let your offer run for longer, also when it has run out.",
        ("1 --until 2027-02-03",),
        "Renewed.",
        MINE,
        options=(Option("until", UntilOption, _until),),
        needs=("until", "Say until when, with --until 2027-02-03: 90 days ahead at most."),
    ),
    Verb(
        *("end", "End a promise of yours. No reason is needed.", ("1", "1 --yes"), "Ended.", MINE),
        question="Do you end this?",
        words=True,
    ),
)
add_verbs(app, PromiseDesk, NumberArgument, VERBS, above="duolog")

NONE_YET = "No promise yet. `duolog habit`, `duolog offer` and `duolog plan` make one."
add_list(promise, "list", PromiseDesk, "List the promises.", NONE_YET)
add_show(promise, "show", PromiseDesk, NumberArgument, "Show a promise with all its words.", NONE_YET)
add_verbs(promise, PromiseDesk, NumberArgument, OWN_VERBS)
