"""Letters: told, reflected, heard. Their words are written in the editor, and opened by `show` alone."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli import forms, helping
from duolog.cli.command import commands
from duolog.cli.failures import Usage
from duolog.cli.steps import BESIDE, Form, Names, Verb, add_verbs, line_of
from duolog.cli.things import ThingDesk, add_list, add_show

if TYPE_CHECKING:
    from collections.abc import Mapping


app, letter = commands(), commands()

NumberArgument = Annotated[
    int | None, typer.Argument(metavar="NUMBER", help="Which letter, as `duolog letter list` numbers them.")
]
HELD = (
    "You suggest to read it in a session. That is a wish and no lock: once it is sent, it can be opened. Keep it as a "
    "draft until then?"
)
LETTER_LINES, REFLECTION_LINES = ("about", "hold", "feelings"), ("asks",)
LETTER_HINT = """Write the letter above, below its lines, in your own words.
  About:    one line that is read before opening it. It can't be withdrawn later: choose a plain one
  Hold:     yes, if you suggest to read it together in a session
  Feelings: words with commas between them
`duolog prompts` has questions to begin with, for each form of a letter."""
REFLECTION_HINT = """Say above what you hear, in your own words. Don't answer it yet.
  Asks: one question, if you have one
`duolog prompts reflection` has ways to begin."""


class LetterDesk(ThingDesk[Any]):
    """The letters of one journal, for one command."""

    kind, group = "disclosure", "duolog letter"

    @property
    def first_use(self) -> str:
        """For whom the practice is, where help is, and that the other can keep what is shared."""
        return helping.help_page().first_disclosure

    def draft_instead(self, body: "Mapping[str, Any]") -> str:
        """A letter for a session is better kept until then."""
        return HELD if body.get("hold") else ""


def _letter(_desk: LetterDesk, _named: Any) -> Form:
    return Form(forms.lines_form(LETTER_LINES, hold="no"), LETTER_HINT, _parse_letter)


def _parse_letter(text: str) -> dict[str, Any]:
    lines, rest = forms.parse_lines(text, LETTER_LINES)
    if not rest.strip():
        return {}
    if "about" not in lines:
        raise Usage("The line `About:` is missing: write one line that is read before the letter is opened.")
    hold = {"hold": True} if lines.get("hold", "no").lower() in ("yes", "y") else {}
    return {"about": lines["about"], **hold, **_beside(rest, lines.get("feelings", ""))}


def _reflection(_desk: LetterDesk, _named: Any) -> Form:
    return Form(forms.lines_form(REFLECTION_LINES), REFLECTION_HINT, _parse_reflection)


def _parse_reflection(text: str) -> dict[str, Any]:
    lines, rest = forms.parse_lines(text, REFLECTION_LINES)
    return {**lines, **_beside(rest)} if rest.strip() else {}


def _response(_desk: LetterDesk, _named: Any) -> Form:
    return Form("", "Write your response above.", lambda text: _beside(text) if text.strip() else {})


def _beside(text: str, feelings: str = "") -> dict[str, Any]:
    return {BESIDE: forms.parse_note(f"Feelings: {feelings}\n{text}")}


def _missing(_desk: LetterDesk, _named: Any) -> Form:
    return line_of("words", "Say above what is missing, or not as you meant it.")


SEND = "Send this to {other}? What is shared can be kept."
TOLD = "It is there. Nobody can tell whether it is opened, and it asks for nothing."
HERE = Names("No letter waits for this step of yours.", "This letter has no text for this step.")
RESPOND = Names(
    HERE.none, HERE.missing, also=lambda desk, letter: desk.me != letter.owner and letter.standing != "answered"
)
REFLECTED = Names("No reflection waits for your word.", "No reflection waits in this letter.")


def _tell(name: str, form: str, purpose: str, examples: tuple[str, ...], names: Names | None = None) -> Verb:
    """A verb that tells a letter of this form."""
    return Verb("tell", purpose, examples, TOLD, names, _letter, SEND, name=name, gives={"form": form})


VERBS = (
    _tell(
        "disclose",
        "disclosure",
        "Tell your partner what they should know. In your editor or from standard input; they open it when they want.",
        ("", "< letter.md"),
    ),
    _tell(
        "supplement",
        "supplement",
        "Add to a disclosure of your own, in a letter by itself. Nothing is hidden in a change of the first one.",
        ("1", "1 < letter.md"),
        Names("You told no disclosure yet. `duolog disclose` tells one.", "There is no disclosure of yours in this."),
    ),
    _tell("impact", "impact", "Write what something did to you. It needs nobody's leave.", ("", "< letter.md")),
    _tell("repair", "repair", "Write what you take on yourself, and what you will do.", ("", "< letter.md")),
    Verb(
        *("acknowledge", "Say that you have a letter. Nothing else tells the other.", ("", "1 --yes"), "Acknowledged."),
        *(HERE, None, "Do you tell {other} that you have it?"),
    ),
    Verb(
        "reflect",
        "Say what you hear in a letter. In your own words; its writer says whether it is right.",
        ("1", "1 < words.md"),
        "Sent. Its writer can say heard, or not quite.",
        HERE,
        form=_reflection,
        question=SEND,
    ),
    Verb(
        "heard",
        "Say that what they heard is right. Then a response is possible, and not expected.",
        ("", "1 --yes"),
        "You said: heard.",
        REFLECTED,
        question="Is this what you meant?",
        words=True,
    ),
    Verb(
        "not_quite",
        "Say what is missing in what they heard.",
        ("1", "1 < words.md"),
        "You said: not quite.",
        REFLECTED,
        form=_missing,
    ),
    Verb(
        "respond",
        "Respond to a letter, after \u201cheard\u201d.",
        ("1", "1 < words.md"),
        "Sent.",
        RESPOND,
        form=_response,
        question=SEND,
    ),
    Verb(
        "set_aside",
        "Let a letter rest: no reason, no date. Only you take it up again. As its writer, ask for nothing more.",
        ("", "1 --yes"),
        "Set aside. It asks nothing of you.",
        HERE,
        question="Do you set this aside?",
        words=True,
    ),
)
add_verbs(app, LetterDesk, NumberArgument, VERBS, above="duolog")

NONE_YET = "No letter yet. `duolog disclose` writes one."
add_list(letter, "list", LetterDesk, "List the letters by their first line, and where each stands.", NONE_YET)
add_show(letter, "show", LetterDesk, NumberArgument, "Open a letter with all its words. Nobody is told.", NONE_YET)
