"""Boundaries: proposed, answered, agreed on, contested, ended. Every step names the very text that it answers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import asking, forms, times
from duolog.cli.boundary_desk import Desk, answers
from duolog.cli.boundary_shapes import boundary_shape
from duolog.cli.command import command, group
from duolog.cli.failures import OK, Usage
from duolog.cli.journals import OfflineOption
from duolog.cli.pairing import JournalOption
from duolog.cli.run import Run
from duolog.cli.shapes import b64
from duolog.cli.texts import written_text
from duolog.documents.safe_text import lines, one_line

if TYPE_CHECKING:
    from duolog.documents.kinds.boundary_texts import Boundary, Text

app = group("boundary", "What the two of you agree on, by an explicit act of each.")

NumberArgument = Annotated[int | None, typer.Argument(metavar="NUMBER", help="Which boundary, as `list` numbers them.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask again. For scripts.")]
WhyOption = Annotated[bool, typer.Option("--why", help="Say why, in your editor or on standard input.")]
TextOption = Annotated[
    int | None,
    typer.Option(
        "--text", metavar="N", help="Which of its texts, as `show` numbers them. Default: the one that waits."
    ),
]


def _write(run: Run, start: str, hint: str, parse: Callable[[str], Any], act: Callable[[Any], int]) -> int:
    """Takes a text from the editor or standard input, and acts on it while it is still kept."""
    with written_text(run, start=start, hint=hint) as text:
        parsed = parse(text)
        if not parsed:
            run.screen.say("Nothing was written.")
            return OK
        return act(parsed)


def _reason(run: Run, wanted: bool) -> dict[str, str]:
    if not wanted:
        return {}
    with written_text(run, start="", hint="Say why, above.") as text:
        return {"why": text.strip()} if text.strip() else {}


def _at_desk(run: Run, journal: str | None, act: Callable[[Desk], int], *, offline: bool = False) -> int:
    with run.opened() as duolog:
        run.sync(duolog, offline=offline)
        meant = run.journal(duolog, journal)
        return act(Desk(run, duolog, meant)) or run.frozen(meant)


@command(app, "propose", examples=("duolog boundary propose", "duolog boundary propose < text.md"))
def propose(run: Run, journal: JournalOption = None) -> int:
    """Propose a boundary, in your editor or from standard input. Writing it is your consent to exactly that text."""

    def act(desk: Desk) -> int:
        return _write(
            run,
            forms.boundary_form(),
            forms.BOUNDARY_HINT,
            forms.parse_boundary,
            lambda terms: desk.step(
                {"step": "propose", "wording": terms},
                "Proposed. It isn't in force: that takes the other's acceptance of this text.",
            ),
        )

    return _at_desk(run, journal, act)


@command(app, "counter", examples=("duolog boundary counter", "duolog boundary counter 2 < text.md"))
def counter(run: Run, number: NumberArgument = None, journal: JournalOption = None) -> int:
    """Answer with another text, starting from the one that waits."""

    def act(desk: Desk) -> int:
        _, boundary = desk.choose(number, desk.waits_for_me, "Nothing waits for your answer.")
        waiting = _waiting(boundary)
        desk.warn_of_unknown_parts(waiting)
        return _write(
            run,
            forms.boundary_form(waiting.wording),
            forms.BOUNDARY_HINT,
            forms.parse_boundary,
            lambda terms: desk.step(
                {"step": "counter", "answers": answers(waiting), "wording": terms},
                "Countered. Now your text waits for an answer.",
            ),
        )

    return _at_desk(run, journal, act)


@command(app, "accept", examples=("duolog boundary accept", "duolog boundary accept 1 --yes"))
def accept(
    run: Run,
    number: NumberArgument = None,
    text: TextOption = None,
    journal: JournalOption = None,
    yes: YesOption = False,
) -> int:
    """Accept exactly the text that is shown. With it, both have said yes, and the boundary is in force."""

    def act(desk: Desk) -> int:
        _, boundary = desk.choose(
            number, lambda one: desk.waits_for_me(one) or desk.me in one.contests, "Nothing waits for your answer."
        )
        chosen = _text(boundary, text) or boundary.waiting_text or boundary.agreed_text
        if chosen is None:
            raise Usage("Nothing waits for an answer in this boundary.")
        desk.say_text(boundary, chosen)
        desk.require_shown(chosen)
        if not asking.ask_yes("Do you accept exactly this text?", given=yes):
            run.screen.say("Nothing was sent. `duolog boundary counter` or `decline` answers it otherwise.")
            return OK
        return desk.step(
            {"step": "accept", "answers": answers(chosen)}, "Accepted. Both of you agreed to this text: it is in force."
        )

    return _at_desk(run, journal, act)


@command(app, "decline", examples=("duolog boundary decline", "duolog boundary decline 2 --why"))
def decline(
    run: Run,
    number: NumberArgument = None,
    journal: JournalOption = None,
    why: WhyOption = False,
    yes: YesOption = False,
) -> int:
    """Say no to what waits. What was agreed before stays."""

    def act(desk: Desk) -> int:
        _, boundary = desk.choose(number, desk.waits_for_me, "Nothing waits for your answer.")
        waiting = _waiting(boundary)
        desk.say_text(boundary, waiting)
        if not asking.ask_yes("Do you decline this?", given=yes or why):
            return OK
        body = {"step": "decline", "answers": answers(waiting), **_reason(run, why)}
        return desk.step(body, "Declined. The same can't be proposed again for 14 days.")

    return _at_desk(run, journal, act)


@command(app, "take-back", examples=("duolog boundary take-back", "duolog boundary take-back 2 --yes"))
def take_back(run: Run, number: NumberArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Take back your own text, or your asking to retire, while it waits for an answer. What was agreed before stays."""

    def act(desk: Desk) -> int:
        _, boundary = desk.choose(number, desk.waits_for_other, "Nothing of yours waits for an answer.")
        waiting = _waiting(boundary)
        desk.say_text(boundary, waiting)
        if not asking.ask_yes("Do you take this back?", given=yes):
            return OK
        body = {"step": "take_back", "answers": answers(waiting)}
        return desk.step(body, "Taken back. The same can't be proposed again for 14 days.")

    return _at_desk(run, journal, act)


@command(app, "contest", examples=("duolog boundary contest", "duolog boundary contest 1 < words.md"))
def contest(run: Run, number: NumberArgument = None, journal: JournalOption = None) -> int:
    """Say that an agreed boundary doesn't hold for you any more, in your words. Both texts stay readable."""

    def act(desk: Desk) -> int:
        _, boundary = desk.choose(number, _is_agreed, "No boundary is in force.")
        agreed = _agreed(boundary)
        return _write(
            run,
            "",
            "Say above what no longer holds for you.",
            str.strip,
            lambda words: desk.step(
                {"step": "contest", "answers": answers(agreed), "words": words},
                "Contested. The text stays readable beside your words; both of you can amend it.",
            ),
        )

    return _at_desk(run, journal, act)


@command(app, "amend", examples=("duolog boundary amend", "duolog boundary amend 1 < text.md"))
def amend(run: Run, number: NumberArgument = None, journal: JournalOption = None) -> int:
    """Propose a new text for an agreed boundary. The agreed one stays until the other accepts."""

    def act(desk: Desk) -> int:
        _, boundary = desk.choose(number, _is_agreed, "No boundary is in force.")
        agreed = _agreed(boundary)
        desk.warn_of_unknown_parts(agreed)
        return _write(
            run,
            forms.boundary_form(agreed.wording),
            forms.BOUNDARY_HINT,
            forms.parse_boundary,
            lambda terms: desk.step(
                {"step": "amend", "answers": answers(agreed), "wording": terms},
                "Proposed. The agreed text stays until the other accepts this one.",
            ),
        )

    return _at_desk(run, journal, act)


@command(app, "retire", examples=("duolog boundary retire", "duolog boundary retire 1 --why"))
def retire(
    run: Run,
    number: NumberArgument = None,
    journal: JournalOption = None,
    why: WhyOption = False,
    yes: YesOption = False,
) -> int:
    """Ask to end a boundary, or agree to the other's asking. Nobody retires one alone."""

    def act(desk: Desk) -> int:
        _, boundary = desk.choose(number, _is_agreed, "No boundary is in force.")
        waiting = boundary.waiting_text
        asked = waiting is not None and waiting.wording is None and desk.waits_for_me(boundary)
        named = waiting if asked and waiting is not None else _agreed(boundary)
        desk.say_text(boundary, _agreed(boundary))
        if asked:
            desk.say_text(boundary, named)
            desk.require_shown(named)
        question = (
            "Do you agree that this ends?" if asked else "Do you ask to end this? It stays until the other agrees."
        )
        if not asking.ask_yes(question, given=yes or why):
            return OK
        body = {"step": "retire", "answers": answers(named), **_reason(run, why)}
        return desk.step(
            body, "Retired: both of you agreed." if asked else "Asked. It stays in force until the other agrees."
        )

    return _at_desk(run, journal, act)


@command(app, "list", examples=("duolog boundary list", "duolog boundary list --json"), ephemeral=True)
def list_boundaries(run: Run, journal: JournalOption = None, offline: OfflineOption = False) -> int:
    """List the boundaries, and where each stands."""

    def act(desk: Desk) -> int:
        from duolog.documents.kinds.boundary import title_of

        shapes = [boundary_shape(count, one, desk.me, desk.now) for count, one in enumerate(desk.all, 1)]
        run.screen.result({"journal": b64(desk.journal.id), "boundaries": shapes})
        if not shapes:
            run.screen.say("No boundary yet. `duolog boundary propose` writes one.")
        for shape, one in zip(shapes, desk.all, strict=True):
            _say_row(run, shape, title_of(one))
        return OK

    return _at_desk(run, journal, act, offline=offline)


STATUS = {
    "proposed": ("waits for an answer", "careful"),
    "in_force": ("in force", "good"),
    "contested": ("contested", "careful"),
    "declined": ("declined", "quiet"),
    "taken_back": ("taken back", "quiet"),
    "lapsed": ("lapsed", "quiet"),
    "retired": ("retired", "quiet"),
}


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

    def act(desk: Desk) -> int:
        count, boundary = desk.choose(number, lambda _: True, "No boundary yet. `duolog boundary propose` writes one.")
        shape = boundary_shape(count, boundary, desk.me, desk.now)
        run.screen.result({"journal": b64(desk.journal.id), **shape})
        words, style = STATUS[shape["status"]]
        run.screen.say(f"Boundary {count}: {words}", style=style)
        for text in boundary.texts.values():
            run.screen.say()
            desk.say_text(boundary, text)
            run.screen.say(_became(desk, boundary, text), indent=2, style="quiet")
        for account, contested in boundary.contests.items():
            run.screen.say()
            when = desk.voice.dated(contested.at, contested.effective)
            desk.say_whose(account, f" contests it, {when}:")
            run.screen.say("\n".join(lines(contested.words or "")), indent=4)
        return OK

    return _at_desk(run, journal, act, offline=offline)


def _became(desk: Desk, boundary: "Boundary", text: "Text") -> str:
    if text.outcome == "waiting":
        if text.lapsed(desk.now):
            return "Nobody answered within 14 days. Silence is never consent."
        return f"Waits for an answer until {times.moment(text.lapses_at)}."
    if text.taken_back:
        return f"Taken back by {desk.voice.name(text.author)}."
    if text.outcome == "accepted" and None not in (text.answered_by, text.answered_at, text.answered_effective):
        done = "Agreed to" if text.wording is None else "Accepted"
        when = desk.voice.dated(text.answered_at or 0, text.answered_effective or 0)
        return f"{done} by {desk.voice.name(text.answered_by or b'')}, {when}."
    if text.outcome == "declined" and text.answered_by is not None:
        return f"Declined by {desk.voice.name(text.answered_by)}." + (
            f" Why: {one_line(text.answer_why)}" if text.answer_why else ""
        )
    return "Replaced by a newer text."


def _text(boundary: "Boundary", number: int | None) -> "Text | None":
    if number is None:
        return None
    texts = list(boundary.texts.values())
    if not 1 <= number <= len(texts):
        raise Usage(f"This boundary has no text {number}. `duolog boundary show` numbers them.")
    return texts[number - 1]


def _waiting(boundary: "Boundary") -> "Text":
    if boundary.waiting_text is None:
        raise Usage("Nothing waits for an answer in this boundary.")
    return boundary.waiting_text


def _is_agreed(boundary: "Boundary") -> bool:
    return boundary.agreed_text is not None and boundary.retired is None


def _agreed(boundary: "Boundary") -> "Text":
    if boundary.agreed_text is None:
        raise Usage("The two of you have not agreed on this one yet.")
    return boundary.agreed_text
