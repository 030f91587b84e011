"""Entries that a person names by their number, as `duolog timeline --numbers` shows it, and links to them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duolog.cli.desk import Desk
from duolog.cli.failures import Usage
from duolog.cli.steps import Option

if TYPE_CHECKING:
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog
    from duolog.documents.timeline import Item

GrownFromOption = Annotated[
    int | None,
    typer.Option(
        "--from", metavar="ENTRY", min=1, help="What it grew from, by its number in `duolog timeline --numbers`."
    ),
]
GROWN_FROM = Option("grown_from", GrownFromOption, lambda number: {} if number is None else {"from": number})


def with_source(desk: Desk[Any], gives: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a step, with a link in the place of the number of what it grew from. Raises: Usage."""
    if "from" not in gives:
        return dict(gives)
    return {**gives, "from": link_to(numbered(desk.duolog, desk.journal, gives["from"]))}


def numbered(duolog: "Duolog", meant: "JournalView", number: int) -> "Item":
    """The readable document of an entry, by the entry's number. Raises: Usage."""
    found = [item for item in duolog.timeline(meant.id, after=number - 1, limit=1) if item.seq == number]
    item = duolog.state(meant.id).find(found[0].entry) if found and found[0].body is not None else None
    if item is None:
        raise Usage(f"There is no readable entry {number} here. `duolog timeline --numbers` shows the numbers.")
    return item


def link_to(item: "Item") -> dict[str, Any]:
    """A link to a document, as a body holds it."""
    from duolog.documents.bodies import Answer

    return Answer(entry=item.applied.entry, message=item.applied.message).encode_json()
