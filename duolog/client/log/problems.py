"""Problems: what goes wrong in one journal while all are looked after. The others go on.

An open home has one collector. What fails inside `reported` goes into the collection that is under way, so that no step
of a sync passes a list on.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from duolog.errors import DuologError, MalformedData, TransportError, Unforeseen, VerificationError
from duolog.protocol.codec import encode_b64
from duolog.protocol.containing import contained


class Problems:
    """The problems of one collection. `grave` ones may be raised at its end; `asides` are only ever reported."""

    def __init__(self) -> None:
        self.grave: list[DuologError] = []
        self.asides: list[DuologError] = []

    def __bool__(self) -> bool:
        return bool(self.grave or self.asides)

    @property
    def all(self) -> tuple[DuologError, ...]:
        """Every problem, the grave ones first."""
        return (*self.grave, *self.asides)

    def raise_first(self) -> None:
        """Raise a proof of a fault before a lost connection; a problem of neither kind stays in the report."""
        for kind in (VerificationError, MalformedData, TransportError):
            for problem in self.grave:
                if isinstance(problem, kind):
                    raise problem


class Collector:
    """Who takes the problems of an open home."""

    def __init__(self) -> None:
        self._current = Problems()

    @contextmanager
    def collecting(self) -> Iterator[Problems]:
        """A collection of its own: whatever is reported inside goes there, and nowhere else."""
        before, self._current = self._current, Problems()
        try:
            yield self._current
        finally:
            self._current = before

    @contextmanager
    def reported(self, journal: bytes | None = None, *, aside: bool = False) -> Iterator[None]:
        """Take what fails inside; an error that nobody foresaw becomes `Unforeseen`, with the journal's name."""
        what = "A step of this sync" if journal is None else f"The journal {encode_b64(journal)[:8]}"
        try:
            with contained(what, Unforeseen):
                yield
        except DuologError as error:
            self.report(error, aside=aside)

    def report(self, problem: DuologError, *, aside: bool = False) -> None:
        """Take one problem."""
        (self._current.asides if aside else self._current.grave).append(problem)
