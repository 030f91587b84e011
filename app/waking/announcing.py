"""A database that announces what its writes moved, once they are committed."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from app.database import Database
from app.waking.notes import Notes, taking

P = ParamSpec("P")
T = TypeVar("T")


class Announcing:
    """Another database, with `announce` called after each commit that has notes. Implements `Database`.

    A request that is cancelled while its write is under way announces nothing. The listeners' next beat finds it.
    """

    def __init__(self, inner: Database, announce: Callable[[Notes], None]) -> None:
        self._inner, self._announce = inner, announce
        self.faults = inner.faults
        self.waiting = inner.waiting
        self.open, self.close = inner.open, inner.close
        self.read, self.look_up, self.read_page, self.forget = inner.read, inner.look_up, inner.read_page, inner.forget

    async def write(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As the other database's `write`."""
        return self._told(await self._inner.write(_noting(function, *args, **kwargs)))

    async def write_short(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As the other database's `write_short`."""
        return self._told(await self._inner.write_short(_noting(function, *args, **kwargs)))

    def _told(self, written: tuple[T, Notes]) -> T:
        value, notes = written
        if notes:
            self._announce(notes)
        return value


def _noting(
    function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
) -> Callable[[Connection], tuple[T, Notes]]:
    def noting(connection: Connection) -> tuple[T, Notes]:
        with taking() as notes:
            return function(connection, *args, **kwargs), notes

    return noting
