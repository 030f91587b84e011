"""How journals are called on screen: a number, as the list has it, and a name.

A name is one's own, and nobody else sees it. Without one, a journal is called after those who share it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from duolog.cli.failures import Usage
from duolog.cli.shapes import means

if TYPE_CHECKING:
    from duolog.client import JournalView

ALONE = "private"


def name_of(journal: "JournalView") -> str:
    """The name of a journal: one's own, else the names of the others; empty where they have none."""
    if journal.name is not None:
        return journal.name
    others = [member for member in journal.members if not member.me]
    partners = [one.name for one in others if one.role == "partner"] or [one.name for one in others]
    return " and ".join(name for name in partners if name is not None) if others else ALONE


def in_words(journals: "Sequence[JournalView]", journal: bytes) -> str:
    """A journal in a sentence: `journal 2 (Sam)`. `journals`: all of them, in the order of the list."""
    for number, one in enumerate(journals, 1):
        if one.id == journal:
            name = name_of(one)
            return f"journal {number} ({name})" if name else f"journal {number}"
    return f"the journal {journal.hex()[:8]}"


def chosen_journal(journals: "Sequence[JournalView]", typed: str) -> "JournalView":
    """The journal that a person means by its number, its name, or its id. Raises: Usage."""
    if typed.isdecimal() and 1 <= int(typed[:9]) <= len(journals):
        return journals[int(typed) - 1]
    wanted = " ".join(typed.split()).casefold()
    called = [one for one in journals if name_of(one).casefold() == wanted]
    found = called or [one for one in journals if means(typed, one.id)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(in_words(journals, one.id).removeprefix("journal ") for one in found or journals) or "none yet"
    if found:
        raise Usage(f"Several journals are called {typed!r}: {known}. Say the number.")
    raise Usage(f"There is no journal {typed!r} here. Your journals: {known}. (`duolog journal list` shows them.)")
