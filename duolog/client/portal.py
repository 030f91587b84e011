"""An event loop on a thread of its own, and objects whose methods wait there for their answers."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

P = ParamSpec("P")
R = TypeVar("R")
I = TypeVar("I")  # noqa: E741  # the asynchronous class


class Face(Generic[I]):
    """Stands before one object of the library; its methods wait on the portal."""

    def __init__(self, inner: I, portal: BlockingPortal) -> None:
        self._inner, self._portal = inner, portal


def waits(method: Callable[Concatenate[I, P], Coroutine[Any, Any, R]]) -> Callable[Concatenate[Face[I], P], R]:
    """The same method without `await`."""

    def call(self: Face[I], /, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self._portal.call(lambda: method(self._inner, *args, **kwargs))
        return result

    call.__doc__, call.__name__ = method.__doc__, method.__name__
    return call


@contextmanager
def opening() -> Iterator[tuple[BlockingPortal, AbstractContextManager[BlockingPortal]]]:
    """A thread with an event loop, and its context manager. Here the thread ends only when opening fails."""
    thread = start_blocking_portal()
    portal = thread.__enter__()
    try:
        yield portal, thread
    except BaseException:
        thread.__exit__(None, None, None)
        raise
