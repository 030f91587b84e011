"""What goes wrong in one journal while all are looked after: a problem of that journal, and the others go on."""

from collections.abc import Iterator
from contextlib import contextmanager

from duolog.errors import DuologError, Unforeseen
from duolog.protocol.codec import encode_b64
from duolog.protocol.containing import contained


@contextmanager
def reported(problems: list[DuologError], journal: bytes | None = None) -> Iterator[None]:
    """Put what fails inside into `problems`; one that nobody foresaw as `Unforeseen`, with the journal's name."""
    what = "A step of this sync" if journal is None else f"The journal {encode_b64(journal)[:8]}"
    try:
        with contained(what, Unforeseen):
            yield
    except DuologError as error:
        problems.append(error)
