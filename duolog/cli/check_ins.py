"""Check-ins and reviews: both answer the same questions, each for themselves, and the answers open together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import asking, forms
from duolog.cli.command import JournalOption, OfflineOption, command, commands
from duolog.cli.desk import at_desk
from duolog.cli.failures import OK, NotNow, Usage
from duolog.cli.filters import typed_day
from duolog.cli.named_entries import link_to, numbered
from duolog.cli.run import Run
from duolog.cli.shapes import Shape, b64, fields
from duolog.cli.steps import Names, Verb, YesOption, add_verbs
from duolog.cli.texts import sheet_of, write_text
from duolog.cli.things import OPENED_BY, ThingDesk, add_list, thing_shape
from duolog.documents import dates

if TYPE_CHECKING:
    from duolog.client import ListedThing
    from duolog.documents.kinds.check_in_answers import Form

app, group = commands(), commands()

NumberArgument = Annotated[
    int | None, typer.Argument(metavar="NUMBER", help="Which one, as `duolog checkins list` numbers them.")
]
TalkOption = Annotated[
    str | None, typer.Option("--talk-on", metavar="DAY", help="The day on which you want to talk, as 2026-11-29.")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DAY", help="The first day that the review looks at.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="The last day that the review looks at.")
]
AboutOption = Annotated[
    list[int] | None,
    typer.Option(
        "--about",
        metavar="ENTRY",
        min=1,
        help="An entry to look at together, by its number in `duolog timeline --numbers`. Can be given again.",
    ),
]
LINES: dict[str, tuple[str, ...]] = {"week": ("feelings", "closeness", "trust", "stress"), "review": ()}
SLIDERS = ("closeness", "trust", "stress")
SECTIONS: dict[str, dict[str, str]] = {
    "week": {
        "appreciation": "What I appreciate",
        "went_well": "What went well",
        "issue": "What I want to talk about",
        "need": "What I need",
        "ownership": "My own part",
        "struggle": "What is hard for me",
    },
    "review": {"keep": "What I want to keep", "change": "What I want to change"},
}
HINTS: dict[str, str] = {
    "week": """Answer what you want to, above; the rest may stay empty. It stays sealed until both have answered.
  Feelings: words with commas between them. Closeness, Trust, Stress: 0 to 10, in your own measure""",
    "review": "Say above how the time was. It stays sealed until both have answered.",
}
TOGETHER = "It opens once both have answered. Until then either can set it aside, and nothing opens."
BOTH = "Both have answered. Once both of your devices have seen that, `duolog checkins show` opens both."


class CheckInDesk(ThingDesk[Any]):
    """The check-ins of one journal, for one command."""

    kind, group = "check_in", "duolog checkins"

    @property
    def noun(self) -> str:
        """The word for one of them."""
        return "check-in"

    def open_one(self, form: "Form") -> "ListedThing[Any] | None":
        """The one of a form that takes my answer, or None."""
        able = (one for one in self.listed() if one.thing.form == form and self.may("commit", one.thing))
        return next(able, None)


@command(app, "checkin", examples=("duolog checkin", "duolog checkin --talk-on 2026-11-29 < answer.md"))
def checkin(run: Run, talk_on: TalkOption = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Answer the check-in of the week, or begin one. Your answer stays sealed until both have answered."""
    more = _days(talk_on=talk_on)
    return at_desk(CheckInDesk, run, journal, lambda desk: _answer(desk, "week", more, (), yes))


@command(app, "review", examples=("duolog review", "duolog review --since 2026-09-01 --until 2026-11-30 --about 12"))
def review(
    run: Run,
    since: SinceOption = None,
    until: UntilOption = None,
    about: AboutOption = None,
    talk_on: TalkOption = None,
    journal: JournalOption = None,
    yes: YesOption = False,
) -> int:
    """Answer a review of a longer time, or begin one. Your answer stays sealed until both have answered."""
    more = _days(talk_on=talk_on)
    if (since is None) != (until is None):
        raise Usage("A review looks at the days from --since to --until: give both.")
    if since is not None and until is not None:
        period = {"from": typed_day("--since", since), "to": typed_day("--until", until)}
        if period["from"] > period["to"]:
            raise Usage("The day of --since is after that of --until.")
        more["period"] = {name: dates.iso_day(day) for name, day in period.items()}
    return at_desk(CheckInDesk, run, journal, lambda desk: _answer(desk, "review", more, about or (), yes))


def _days(*, talk_on: str | None) -> dict[str, Any]:
    return {} if talk_on is None else {"talk_on": dates.iso_day(typed_day("--talk-on", talk_on))}


def _answer(desk: CheckInDesk, form: "Form", more: dict[str, Any], about: Sequence[int], yes: bool) -> int:
    """Seal an answer to what is open; where nothing is, begin with `more`, and with links to the entries `about`."""
    run, found = desk.run, desk.open_one(form)
    if found is not None and (more or about):
        raise Usage("One is open, with days and entries of its own. Answer it without these options.")
    if about:
        more = {**more, "chosen": [link_to(numbered(desk.duolog, desk.journal, one)) for one in about]}
    if found is None and asking.at_terminal():
        desk.require_possible("begin", None)
    start = forms.lines_form(LINES[form]) + forms.sections_form(SECTIONS[form])

    def send(answer: dict[str, Any]) -> int:
        if asking.at_terminal() and not asking.ask_yes(f"{TOGETHER} Seal this answer?", given=yes):
            raise NotNow("Nothing was sealed.")
        check_ins = desk.duolog.check_ins(desk.journal.id)
        with run.screen.busy("Sealing and sending"):
            if found is None:
                written = check_ins.begin(form, answer, more=more)
            else:
                written = check_ins.answer(found.entry, answer)
        sentence = f"Yours is sealed. {TOGETHER}" if found is None else BOTH
        return run.wrote(desk.duolog, desk.journal.id, written, sentence)

    answered = () if found is None else (found.entry,)
    sheet = sheet_of(f"checkin {form}", desk.journal.id, *answered, start=start, hint=HINTS[form])
    return write_text(run, sheet, lambda text: _parse(text, form), send)


def _parse(text: str, form: "Form") -> dict[str, Any]:
    lines, rest = forms.parse_lines(text, LINES[form])
    parts = {name: part for name, part in forms.parse_sections(rest, SECTIONS[form]).items() if part}
    forms.require_no_line(parts.values(), LINES[form])
    whole = parts.pop("text", None)
    if whole is not None:
        parts["summary" if form == "review" else "issue"] = whole
    answer: dict[str, Any] = dict(parts)
    if words := [word.strip() for word in lines.get("feelings", "").split(",") if word.strip()]:
        answer["feelings"] = words
    for name in SLIDERS:
        if typed := lines.get(name):
            if not typed.isascii() or not typed.isdigit() or int(typed) > 10:
                raise Usage(f"`{name.capitalize()}: {typed}` isn't a whole number from 0 to 10.")
            answer[name] = int(typed)
    return answer


@command(group, "show", examples=("duolog checkins show", "duolog checkins show 1"), ephemeral=True)
def show(run: Run, number: NumberArgument = None, journal: JournalOption = None, offline: OfflineOption = False) -> int:
    """Open your own answer; and the other's, side by side, once both are open."""

    def act(desk: CheckInDesk) -> int:
        _, thing = desk.choose(number, lambda _: True, NONE_YET)
        view, check_ins = desk.view(thing), desk.duolog.check_ins(desk.journal.id)
        answers = check_ins.answers(view.entry)
        shapes: list[Shape] = [fields(one, "account mine lines problem") for one in answers]
        shape = thing_shape(view)
        run.screen.result({"journal": b64(desk.journal.id), **shape, "answers": shapes})
        desk.say_view(view)
        for one in answers:
            for count, line in enumerate(one.lines):
                run.screen.say(("\n" if not count else "") + line, style="" if count else "strong")
        if check_ins.waits_for_me(view.entry):
            run.screen.say("Much time has passed since. Your answer opens when you say so:", style="careful")
            run.screen.say(f"duolog checkins reveal {view.number}", indent=2, style="quiet")
        return OK

    return at_desk(CheckInDesk, run, journal, act, offline=offline, reading=True)


@command(group, "reveal", examples=("duolog checkins reveal", "duolog checkins reveal 1 --yes"))
def reveal(run: Run, number: NumberArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Open your answer to the other, where that was left to you because much time had passed."""

    def act(desk: CheckInDesk) -> int:
        check_ins = desk.duolog.check_ins(desk.journal.id)
        _, thing = desk.choose(
            number, lambda one: check_ins.waits_for_me(one.entry), "No answer of yours waits for this."
        )
        if not run.agreed("Both have answered. Open yours to the other?", given=yes, otherwise="Nothing was opened."):
            return OK
        written = check_ins.reveal(thing.entry)
        return run.wrote(desk.duolog, desk.journal.id, written, "Your answer is open.")

    return at_desk(CheckInDesk, run, journal, act)


VERBS = (
    Verb(
        "set_aside",
        "Say: not this one. Nothing opens, and you may begin another at any time.",
        ("", "1 --yes"),
        "Set aside.",
        Names("No check-in is open.", "This one can't be set aside."),
        question="Do you set this one aside?",
    ),
)
NONE_YET = "No check-in yet. `duolog checkin` begins one."
add_list(group, "list", CheckInDesk, "List the check-ins and reviews.", NONE_YET)
add_verbs(group, CheckInDesk, NumberArgument, VERBS)
CheckInDesk.commands |= {"commit": "duolog checkin", "reveal": "duolog checkins reveal"}
OPENED_BY[CheckInDesk.kind] = "duolog checkins show"
