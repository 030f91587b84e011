"""Containing: an error that nobody foresaw ends at the smallest thing that caused it.

Rules
- A full disk, a lost connection and too little memory are nobody's fault: OSError and MemoryError pass. A fault of an
  entry or of the server is stored for good, so the code inside such a block is pure: it judges bytes, and does no I/O.
- Errors of our own tree pass too: they name their cause already.
- The sentence names the error's type alone, because the error's text may quote a person's words.

The caller decides whose fault an error is: an entry's, the server's, or one journal's. Spec: §6
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from duolog.errors import DuologError


@contextmanager
def contained(what: str, fault: Callable[[str], DuologError]) -> Iterator[None]:
    """Turn an error that nobody foresaw into `fault`, with a sentence that begins with `what`."""
    try:
        yield
    except (DuologError, OSError, MemoryError):
        raise
    except Exception as error:
        sentence = f"{what} leads this program into an error that nobody foresaw ({type(error).__name__})."
        raise fault(f"{sentence} Please report it; the rest goes on.") from error
