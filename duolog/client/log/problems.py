"""Problems: errors in one journal, or in one step of a sync, that don't stop the others.

An open home has one collector. An error inside `reported` goes into the collection that is under way, so no step of a
sync passes a list on.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from duolog.errors import DuologError, MalformedData, TransportError, Unforeseen, VerificationError
from duolog.protocol.codec import encode_b64
from duolog.protocol.containing import contained


class Problems:
    """The problems of one collection. `grave` ones may be raised at its end; `asides` are only reported."""

    def __init__(self) -> None:
        self.grave: list[DuologError] = []
        self.asides: list[DuologError] = []

    @property
    def all(self) -> tuple[DuologError, ...]:
        """Every problem, the grave ones first."""
        return (*self.grave, *self.asides)

    def raise_first(self) -> None:
        """Raise the first proof of a fault, or else the first lost connection. Other problems are only reported."""
        for kind in (VerificationError, MalformedData, TransportError):
            for problem in self.grave:
                if isinstance(problem, kind):
                    raise problem


class Collector:
    """The collector of an open home: it puts each problem into the collection that is under way.

    Where none is, a problem is raised: nobody would ever see it.
    """

    def __init__(self) -> None:
        self._current: Problems | None = None

    @contextmanager
    def collecting(self) -> Iterator[Problems]:
        """A collection of its own: each problem that is reported inside goes there alone."""
        before, found = self._current, Problems()
        self._current = found
        try:
            yield found
        finally:
            self._current = before

    @contextmanager
    def reported(self, journal: bytes | None = None, *, aside: bool = False) -> Iterator[None]:
        """Take the error that is raised inside. One that nobody foresaw becomes `Unforeseen` of this journal."""
        what = "A step of this sync" if journal is None else f"The journal {encode_b64(journal)[:8]}"
        try:
            with contained(what, Unforeseen):
                yield
        except DuologError as error:
            self.report(error, aside=aside)

    def report(self, problem: DuologError, *, aside: bool = False) -> None:
        """Take one problem. Raises: the problem, outside of a collection."""
        if self._current is None:
            raise problem
        (self._current.asides if aside else self._current.grave).append(problem)
