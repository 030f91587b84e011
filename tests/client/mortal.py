"""A program that dies at a point of its life.

A point lies before and behind each request, and behind each commit of the home; or, for a quick look, before and behind
each request that asks the server to change something.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from duolog.client import Duolog, HttpTransport


class Killed(BaseException):
    """The program is gone."""


class Life:
    """What is left of a program's life: it dies when it reaches the point with the number `points`, from 1.

    `quick`: the points are those of requests that change something.
    """

    def __init__(self, person: Duolog, points: int, *, quick: bool) -> None:
        self._left, self._quick = points, quick
        self._dead = False
        transport, self._store = person._context.network.transport, person._context.home.store
        assert isinstance(transport, HttpTransport)
        self._call, self._write, self._transaction = transport._call, self._store.write, self._store.transaction
        for place, name, step in (
            (transport, "_call", self._request),
            (self._store, "write", self._commit),
            (self._store, "transaction", self._together),
        ):
            setattr(place, name, step)

    def reach(self) -> None:
        """A point is reached. Nothing changes any more once the program is dead."""
        self._left -= 1
        self._dead = self._dead or self._left == 0
        if self._dead:
            raise Killed

    async def _request(self, method: str, *arguments: Any, **options: Any) -> Any:
        counts = not self._quick or method != "GET"
        if self._dead or counts:
            self.reach()
        answer = await self._call(method, *arguments, **options)
        if counts:
            self.reach()
        return answer

    def _commit(self, sql: str, *values: object) -> None:
        if self._dead:
            raise Killed
        self._write(sql, *values)
        self._committed()

    @contextmanager
    def _together(self) -> Iterator[None]:
        if self._dead:
            raise Killed
        with self._transaction():
            yield
        self._committed()

    def _committed(self) -> None:
        if not (self._quick or self._store._depth):
            self.reach()


def is_killed(error: BaseException) -> bool:
    """Whether the program died, perhaps in one of several tasks."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_killed(item) for item in error.exceptions)
    return isinstance(error, Killed)
