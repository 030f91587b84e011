"""Notes of a write: which journals it moved, and whose sessions it ended.

The functions that store such things note them here, wherever they are called from. `Announcing` reads the notes once
the write is committed. Without a write around it, such as in a command's own transaction, a note goes nowhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Notes:
    """Ids of journals whose logs moved, and of accounts whose sessions ended."""

    journals: set[bytes] = field(default_factory=set)
    accounts: set[bytes] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.journals or self.accounts)

    def add(self, other: "Notes") -> None:
        """Add the notes of another write."""
        self.journals |= other.journals
        self.accounts |= other.accounts


_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def taking() -> Iterator[Notes]:
    """Take the notes of what happens meanwhile in this context."""
    notes = Notes()
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def note_moved(journal: bytes) -> None:
    """Note that a journal's log has new items."""
    if (notes := _notes.get()) is not None:
        notes.journals.add(journal)


def note_ended(account: bytes) -> None:
    """Note that sessions of an account ended."""
    if (notes := _notes.get()) is not None:
        notes.accounts.add(account)
