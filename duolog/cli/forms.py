"""Forms that people edit: lines of `Name: value`, then a text, then sections under `## Heading`.

The same form is read from the editor and from standard input. Every field may be left out.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from duolog.cli.failures import Usage
from duolog.documents import dates
from duolog.documents.safe_text import clean

if TYPE_CHECKING:
    from duolog.documents.kinds.boundary_texts import Wording

SECTIONS = {
    "why": "Why",
    "fine": "What is fine",
    "not_fine": "What isn't",
    "if_compromised": "If it is compromised",
}
BOUNDARY_FIELDS = ("topic", "binds", "review")
NOTE_FIELDS = ("feelings", "tags")

BOUNDARY_HINT = """Write the boundary above, in your own words. Lines and sections may stay empty.
  Topic:  communication, friendships, social media, time, money, closeness or other
  Binds:  both, or me. (One that binds only the other person can't be proposed.)
  Review: a day on which to look at it again, as 2027-03-01"""
NOTE_HINT = """Write above, as long as you like. `Feelings:` and `Tags:` take words with commas between them.
`duolog prompts note` has questions to begin with."""


def boundary_form(wording: "Wording | None" = None) -> str:
    """The form of a boundary; an empty form without a wording."""
    given: Mapping[str, Any] = wording.encode_json() if wording is not None else {}
    values = {name: clean(value) if isinstance(value, str) else value for name, value in given.items()}
    lines = [
        f"Topic: {str(values.get('topic', 'other')).replace('_', ' ')}",
        f"Binds: {values.get('binds', 'both')}",
        f"Review: {values.get('review') or ''}".rstrip(),
        "",
        str(values.get("text", "")),
    ]
    for key, heading in SECTIONS.items():
        lines += ["", f"## {heading}", str(values.get(key) or "")]
    return "\n".join(lines)


def parse_boundary(text: str) -> dict[str, Any]:
    """The terms of a boundary from its form; empty for an empty text. Raises: Usage."""
    from duolog.documents.kinds.boundary_texts import Topic

    fields, rest = parse_lines(text, BOUNDARY_FIELDS)
    parts = parse_sections(rest, SECTIONS)
    if not any(parts.values()):
        return {}
    if not parts["text"]:
        raise Usage("The boundary itself is missing: write it below the lines at the top, before the first heading.")
    topic = fields.get("topic", "").lower().replace(" ", "_") or "other"
    if topic not in get_args(Topic):
        known = ", ".join(name.replace("_", " ") for name in get_args(Topic))
        raise Usage(f"There is no topic {fields['topic']!r}. Choose one of: {known}.")
    binds = fields.get("binds", "").lower() or "both"
    if binds not in ("me", "both", "you"):
        raise Usage(f"`Binds: {fields['binds']}` isn't known. Write both, or me.")
    terms: dict[str, Any] = {"topic": topic, "binds": binds, **{key: part for key, part in parts.items() if part}}
    if review := fields.get("review"):
        try:
            terms["review"] = dates.iso_day(dates.parse_day(review))
        except ValueError as error:
            raise Usage(f"`Review: {review}` isn't a day. Write it as 2027-03-01, or leave it empty.") from error
    return terms


def note_form(body: Mapping[str, Any] | None = None) -> str:
    """The form of a note; an empty form without a body."""
    fields = {name: ", ".join(str(word) for word in (body or {}).get(name, ())) for name in NOTE_FIELDS}
    lines = [f"{name.capitalize()}: {words}".rstrip() for name, words in fields.items()]
    return "\n".join([*lines, str((body or {}).get("text", ""))])


def parse_note(text: str) -> dict[str, Any]:
    """The body of a note from its form; empty for an empty text."""
    fields, rest = parse_lines(text, NOTE_FIELDS)
    if not rest.strip():
        return {}
    body: dict[str, Any] = {"text": rest.strip("\n")}
    for name in NOTE_FIELDS:
        if words := [word.strip() for word in fields.get(name, "").split(",") if word.strip()]:
            body[name] = words
    return body


def lines_form(names: tuple[str, ...], **given: str) -> str:
    """A form of `Name: value` lines with an empty text below. A name with an underscore is shown with a space."""
    return "\n".join([f"{_label(name)}: {given.get(name, '')}".rstrip() for name in names] + ["", ""])


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _name(line: str) -> str:
    """The name in a line `Name: value`; empty for any other line."""
    name, colon, _ = line.partition(":")
    return name.strip().lower().replace(" ", "_") if colon else ""


def parse_lines(text: str, names: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """The `Name: value` lines at the top of a form, and the rest of it."""
    found: dict[str, str] = {}
    lines = text.lstrip("\n").split("\n")
    while lines:
        name = _name(lines[0])
        if name not in names:
            break
        found[name] = lines.pop(0).partition(":")[2].strip()
    return {name: value for name, value in found.items() if value}, "\n".join(lines).strip("\n")


def require_no_line(texts: Iterable[str], names: tuple[str, ...]) -> None:
    """Check that no line of the top stands in a text, where it would count as words. Raises: Usage."""
    for line in (line for text in texts for line in text.split("\n")):
        if (name := _name(line)) in names:
            raise Usage(f"The line `{_label(name)}:` stands below other words. Put it at the top, before all of them.")


def sections_form(sections: Mapping[str, str]) -> str:
    """Empty sections under their headings, below an empty text."""
    return "".join(f"\n\n## {heading}\n" for heading in sections.values())


def parse_sections(text: str, sections: Mapping[str, str]) -> dict[str, str]:
    """The text before the first known heading, and the text under each heading. `sections`: headings by field."""
    headings = {f"## {heading}".lower(): key for key, heading in sections.items()}
    parts: dict[str, list[str]] = {"text": [], **{key: [] for key in sections}}
    current = "text"
    for line in text.split("\n"):
        if (key := headings.get(line.strip().lower())) is not None:
            current = key
        else:
            parts[current].append(line)
    return {key: "\n".join(lines).strip() for key, lines in parts.items()}
