"""How documents are put into words: names, times and the texts of others, so that no text passes for Duolog's own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from duolog.documents.bodies import has_unknown_parts, hidden_characters
from duolog.documents.names import YOU
from duolog.documents.safe_text import clean, lines, one_line

TITLE = 60  # characters of a text that name it in a list
PARTS_UNSHOWN = "It has parts that this version of Duolog can't show; update to read all of it."
HIDDEN = "It has characters that can't be shown."


@dataclass(frozen=True, slots=True)
class Voice:
    """How one reader is told of documents.

    `name` gives an account's name, `when` writes Unix seconds in the reader's zone, `clean` makes the whole safe to
    show. An export is compared later, so its `clean` changes nothing and the file escapes instead.
    """

    name: Callable[[bytes], str]
    when: Callable[[int], str]
    clean: Callable[[str], str] = clean

    def whose(self, account: bytes) -> str:
        """`Ada's`, or `your` for the reader's own."""
        name = self.name(account)
        return "your" if name == YOU or name.endswith("(you)") else f"{name}'s"

    def unshown(self, value: object) -> Iterable[str]:
        """Sentences for a reader who isn't shown a body whole."""
        if has_unknown_parts(value):
            yield PARTS_UNSHOWN
        if self.clean is clean and hidden_characters(value):  # a file hides nothing, and needs no table of Unicode
            yield HIDDEN

    def dated(self, at: int, effective: int) -> str:
        """The time by the author's clock, marked where another time counts."""
        if at == effective:
            return self.when(at)
        why = "by a clock that was ahead" if at > effective else "received more than a week later"
        return f"{self.when(at)} ({why}: {self.when(effective)} counts)"


@dataclass(frozen=True, slots=True)
class Look:
    """One reader who looks at one time. `me`: their account, `now`: Unix seconds."""

    me: bytes
    now: int
    voice: Voice


def capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def title_line(text: str) -> str:
    """The beginning of somebody's text, as its name in a list."""
    line = one_line(text)
    return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"


def grown_from(link: object) -> Iterable[str]:
    """A line for a step that names something that it grew from. Only a client can say what that is."""
    if link is not None:
        yield "  It grew from something else in this journal."


def body_lines(text: str) -> Iterable[str]:
    """The lines of somebody's text, indented deeper than Duolog's own, so that none of them passes for Duolog's."""
    return (f"    {line}" for line in lines(text))


def indented(label: str, text: str | None) -> Iterable[str]:
    """`  label: text`, with further lines below. An empty text gives no line."""
    if text:
        first, *rest = lines(text)
        yield f"  {label}: {first}"
        yield from (f"    {line}" for line in rest)
