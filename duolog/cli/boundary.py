"""Boundaries: proposed, answered, agreed on, contested, ended. Each step names exactly the text that it answers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import forms
from duolog.cli.boundary_desk import BoundaryDesk
from duolog.cli.boundary_shapes import boundary_shape
from duolog.cli.command import JournalOption, OfflineOption, command, commands
from duolog.cli.desk import at_desk, steps_shape
from duolog.cli.failures import OK
from duolog.cli.named_entries import GROWN_FROM, with_source
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.steps import Form, Names, Verb, add_verbs, line_of
from duolog.cli.things import OPENED_BY
from duolog.documents.safe_text import lines

if TYPE_CHECKING:
    from duolog.documents.kinds.boundary_texts import Boundary, BoundaryText

app = commands()

NumberArgument = Annotated[int | None, typer.Argument(metavar="NUMBER", help="Which boundary, as `list` numbers them.")]

STATUS = {
    "proposed": ("waits for an answer", "careful"),
    "in_force": ("in force", "good"),
    "contested": ("contested", "careful"),
    "declined": ("declined", "quiet"),
    "taken_back": ("taken back", "quiet"),
    "lapsed": ("lapsed", "quiet"),
    "retired": ("retired", "quiet"),
}


def _wording(desk: BoundaryDesk, named: "BoundaryText | None") -> Form:
    """The form of a boundary. It starts from the text that the step names."""
    if named is not None:
        desk.warn_of_unknown_parts(named)
    return Form(forms.boundary_form(None if named is None else named.wording), forms.BOUNDARY_HINT, _parse_wording)


def _parse_wording(text: str) -> dict[str, Any]:
    terms = forms.parse_boundary(text)
    return {"wording": terms} if terms else {}


def _words(_desk: BoundaryDesk, _named: "BoundaryText | None") -> Form:
    return line_of("words", "Say above what no longer holds for you.")


WAITING = Names("Nothing waits for your answer.", "Nothing waits for an answer in this boundary.")
AGREED = Names(
    "No boundary is in force.",
    "The two of you have not agreed on this one yet.",
    also=lambda _, boundary: boundary.agreed is not None and boundary.retired is None,
)
NOT_AGAIN = "The same can't be proposed again for 14 days."

VERBS = (
    Verb(
        "propose",
        "Propose a boundary, in your editor or from standard input. Writing it is your consent to exactly that text.",
        ("", "< text.md", "--from 12 < text.md"),
        "Proposed. It isn't in force: that takes the other's acceptance of this text.",
        form=_wording,
        options=(GROWN_FROM,),
        completes=with_source,
    ),
    Verb(
        "counter",
        "Answer with another text, starting from the one that waits.",
        ("", "2 < text.md"),
        "Countered. Now your text waits for an answer.",
        WAITING,
        form=_wording,
    ),
    Verb(
        "accept",
        "Accept exactly the text that is shown. With it, both have said yes, and the boundary is in force.",
        ("", "1 --yes"),
        "Accepted. Both of you agreed to this text: it is in force.",
        # The other's wish to retire is no text to accept. The refusal says what answers it.
        Names(WAITING.none, WAITING.missing, also=lambda desk, boundary: desk.may("decline", boundary)),
        question="Do you accept exactly this text?",
        text=True,
    ),
    Verb(
        "decline",
        "Say no to what waits. What was agreed before stays.",
        ("", "2 --why"),
        f"Declined. {NOT_AGAIN}",
        WAITING,
        question="Do you decline this?",
        why=True,
    ),
    Verb(
        "take_back",
        "Take back your own text, or your asking to retire, while it waits for an answer. What was agreed before "
        "stays.",
        ("", "2 --yes"),
        f"Taken back. {NOT_AGAIN}",
        Names("Nothing of yours waits for an answer.", WAITING.missing),
        question="Do you take this back?",
    ),
    Verb(
        "contest",
        "Say that an agreed boundary doesn't hold for you any more, in your words. Both texts stay readable.",
        ("", "1 < words.md"),
        "Contested. The text stays readable beside your words; both of you can amend it.",
        AGREED,
        form=_words,
    ),
    Verb(
        "amend",
        "Propose a new text for an agreed boundary. The agreed one stays until the other accepts.",
        ("", "1 < text.md"),
        "Proposed. The agreed text stays until the other accepts this one.",
        AGREED,
        form=_wording,
        options=(GROWN_FROM,),
        completes=with_source,
    ),
    Verb(
        "retire",
        "Ask to end a boundary, or agree to the other's asking. Nobody retires one alone.",
        ("", "1 --why"),
        {
            "asks": "Asked. It stays in force until the other agrees.",
            "answers": "Retired: both of you agreed.",
        },
        AGREED,
        question={
            "asks": "Do you ask to end this? It stays until the other agrees.",
            "answers": "Do you agree that this ends?",
        },
        why=True,
    ),
)
add_verbs(app, BoundaryDesk, NumberArgument, VERBS)
OPENED_BY[BoundaryDesk.kind] = "duolog boundary show"


@command(app, "list", examples=("duolog boundary list", "duolog boundary list --json"), ephemeral=True)
def list_boundaries(run: Run, journal: JournalOption = None, offline: OfflineOption = False) -> int:
    """List the boundaries, and where each stands."""

    def act(desk: BoundaryDesk) -> int:
        from duolog.documents.kinds.boundary import title_of

        shapes = [boundary_shape(count, one, desk.me, desk.now) for count, one in enumerate(desk.things.values(), 1)]
        run.screen.result({"journal": b64(desk.journal.id), "boundaries": shapes})
        if not shapes:
            run.screen.say("No boundary yet. `duolog boundary propose` writes one.")
        for shape, one in zip(shapes, desk.things.values(), strict=True):
            _say_row(run, shape, title_of(one))
            desk.say_unsent(one)
        return OK

    return at_desk(BoundaryDesk, run, journal, act, offline=offline, reading=True)


def _say_row(run: Run, shape: dict[str, Any], title: str) -> None:
    words, style = STATUS[shape["status"]]
    if shape["waits_for_me"]:
        words = (
            "waits for your answer" if shape["status"] == "proposed" else f"{words}; something waits for your answer"
        )
    run.screen.say(f"{shape['number']:>2}  {words}", style=style)
    run.screen.say(title, indent=4)


@command(app, "show", examples=("duolog boundary show", "duolog boundary show 1"), ephemeral=True)
def show(run: Run, number: NumberArgument = None, journal: JournalOption = None, offline: OfflineOption = False) -> int:
    """Show a boundary whole: every text, who wrote it, and what became of it."""

    def act(desk: BoundaryDesk) -> int:
        count, boundary = desk.choose(number, lambda _: True, "No boundary yet. `duolog boundary propose` writes one.")
        shape = boundary_shape(count, boundary, desk.me, desk.now)
        steps = steps_shape(desk.next_steps(boundary))
        run.screen.result({"journal": b64(desk.journal.id), **shape, "steps": steps})
        words, style = STATUS[shape["status"]]
        run.screen.say(f"Boundary {count}: {words}", style=style)
        desk.say_unsent(boundary)
        _say_history(desk, boundary)
        if steps:
            run.screen.say()
            desk.say_next(count, boundary)
        return OK

    return at_desk(BoundaryDesk, run, journal, act, offline=offline, reading=True)


def _say_history(desk: BoundaryDesk, boundary: "Boundary") -> None:
    """Show every text of a boundary with what became of it, and who contests the agreed text."""
    say = desk.run.screen.say
    for text in boundary.texts.values():
        say()
        desk.say_text(boundary, text)
        say(desk.became(text), indent=2, style="quiet")
    for account, contested in boundary.contests.items():
        say()
        when = desk.voice.dated(contested.at, contested.effective)
        desk.say_heading(account, f"{desk.voice.name(account)} contests it, {when}:")
        say("\n".join(lines(contested.words or "")), indent=4)
