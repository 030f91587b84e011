"""The page of help: where to find it, when joint work is unsafe, how to leave. From the wheel, without the network."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated

from pydantic import Field, StringConstraints

from duolog.catalogues.languages import Id, Part, Text, parse_toml, read_file

MAX_LISTED = 24  # sections, paragraphs, points or lines

Number = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 -]{1,18}[0-9]$")]


class PhoneLine(Part):
    """A number to call, where it can be called, and who answers."""

    place: Text
    name: Text
    call: Number


class HelpSection(Part):
    """One subject: paragraphs, then points, then lines to call."""

    id: Id
    title: Text
    paragraphs: Annotated[tuple[Text, ...], Field(max_length=MAX_LISTED)] = ()
    points: Annotated[tuple[Text, ...], Field(max_length=MAX_LISTED)] = ()
    lines: Annotated[tuple[PhoneLine, ...], Field(max_length=MAX_LISTED)] = ()


class HelpPage(Part):
    """The whole page. `first_disclosure`: the sentences that stand beside the first use of a disclosure."""

    title: Text
    opening: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_LISTED)]
    first_disclosure: Text
    sections: Annotated[tuple[HelpSection, ...], Field(min_length=1, max_length=MAX_LISTED)]


@cache
def load_help(language: str) -> HelpPage:
    """The page in one of `LANGUAGES`. Raises: MalformedData when its file isn't what it was released as."""
    return parse_toml(HelpPage, read_file(f"help_{language}.toml"))


def as_markdown(page: HelpPage) -> str:
    """The page for the docs."""
    return "\n".join(_markdown(page)) + "\n"


def _markdown(page: HelpPage) -> Iterator[str]:
    yield f"# {page.title}"
    for paragraph in page.opening:
        yield f"\n{paragraph}"
    for section in page.sections:
        yield f"\n## {section.title}"
        for paragraph in section.paragraphs:
            yield f"\n{paragraph}"
        if section.points:
            yield ""
            yield from (f"- {point}" for point in section.points)
        if section.lines:
            yield "\n| where | who | call |"
            yield "|---|---|---|"
            yield from (f"| {line.place} | {line.name} | **{line.call}** |" for line in section.lines)
