"""Containing: an error that nobody foresaw ends at the smallest thing that caused it.

Rules
- A full disk, a lost connection and too little memory are nobody's fault: OSError and MemoryError pass. A fault of an
  entry or of the server is stored for good, so the code inside such a block is pure: it judges bytes, and does no I/O.
- Errors of our own tree pass too: they name their cause already.
- The sentence names the error's type alone, because the error's text may quote a person's words.

The caller decides whose fault an error is: an entry's, the server's, or one journal's. Spec: §6
"""

from collections.abc import Callable

from duolog.errors import DuologError


class contained:  # noqa: N801  # reads as `suppress` does
    """Turn an error that nobody foresaw into `fault`, with a sentence that begins with `what`."""

    __slots__ = ("_fault", "_what")

    def __init__(self, what: str, fault: Callable[[str], DuologError]) -> None:
        self._what, self._fault = what, fault

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and (foreseen := as_foreseen(error, self._what, self._fault)) is not error:
            raise foreseen from error


def as_foreseen(error: Exception, what: str, fault: Callable[[str], DuologError]) -> Exception:
    """The error itself where it names its cause or is nobody's fault; else a fault, as of `contained`."""
    if isinstance(error, DuologError | OSError | MemoryError):
        return error
    sentence = f"{what} leads this program into an error that nobody foresaw ({type(error).__name__})."
    return fault(f"{sentence} Please report it; the rest goes on.")
