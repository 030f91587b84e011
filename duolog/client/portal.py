"""An event loop on a thread of its own, and objects whose methods wait there for their answers."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F")
I = TypeVar("I", covariant=True)  # noqa: E741  # the asynchronous class
J = TypeVar("J")
Thread = AbstractContextManager[BlockingPortal]


class Face(Generic[I]):
    """The face of one object of the library. Its methods wait on the portal."""

    def __init__(self, inner: I, portal: BlockingPortal) -> None:
        self._inner, self._portal = inner, portal


def waits(method: Callable[Concatenate[I, P], Coroutine[Any, Any, R]]) -> Callable[Concatenate[Face[I], P], R]:
    """A method of a face: it waits for the library's method."""

    def call(self: Face[I], /, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self._portal.call(lambda: method(self._inner, *args, **kwargs))
        return result

    call.__doc__, call.__name__ = method.__doc__, method.__name__
    return call


def steps(method: Callable[[I], Coroutine[Any, Any, R]]) -> Callable[[Face[I]], R]:
    """The next step of a face that is an iterator: it waits for that of the library's asynchronous one."""

    def call(self: Face[I], /) -> R:
        try:
            result: R = self._portal.call(lambda: method(self._inner))
        except StopAsyncIteration:
            raise StopIteration from None
        return result

    call.__doc__, call.__name__ = method.__doc__, "__next__"
    return call


def itself(face: F) -> F:
    """The face itself, which is its own iterator."""
    return face


def gives(
    method: Callable[Concatenate[I, P], J], face: Callable[[J, BlockingPortal], F]
) -> Callable[Concatenate[Face[I], P], F]:
    """A method of a face: it gives the face of the object that the library's method gives."""

    def call(self: Face[I], /, *args: P.args, **kwargs: P.kwargs) -> F:
        return face(method(self._inner, *args, **kwargs), self._portal)

    call.__doc__, call.__name__ = method.__doc__, method.__name__
    return call


def opened(open_it: Callable[[], Awaitable[R]]) -> tuple[R, BlockingPortal, Thread]:
    """Open something on a new thread with an event loop. The thread ends when opening fails."""
    thread = start_blocking_portal()
    portal = thread.__enter__()
    try:
        return portal.call(open_it), portal, thread
    except BaseException:
        thread.__exit__(None, None, None)
        raise
