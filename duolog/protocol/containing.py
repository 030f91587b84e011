"""Containing: an error that nobody foresaw ends at the smallest thing that caused it.

Rules
- A full disk, a lost connection and too little memory are nobody's fault: OSError and MemoryError pass. Where the
  fault is an entry's or the server's, and so is kept for good, what stands inside is pure: it judges bytes, and neither
  asks nor reads nor writes.
- Errors of our own tree pass too: they say already what was wrong.
- The sentence names the error's type alone. Its text may quote what somebody wrote.

Whose fault it is, the caller says: an entry's, the server's, or one journal's. Spec: §6
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from duolog.errors import DuologError


@contextmanager
def contained(what: str, fault: Callable[[str], DuologError]) -> Iterator[None]:
    """Raise `fault` with a sentence that begins with `what`, where anything inside raises what nobody foresaw."""
    try:
        yield
    except (DuologError, OSError, MemoryError):
        raise
    except Exception as error:
        sentence = f"{what} leads this program into an error that nobody foresaw ({type(error).__name__})."
        raise fault(f"{sentence} Please report it; the rest goes on.") from error
