"""The latest of many times, kept while things change: so a guard that compares with other things reads none of them.

A guard that asks for the latest says what it measures of a thing: times, each under a key. The index is made when the
guard first asks, and every thing that changes afterwards is added. A time that is no longer true is left out when it is
met. So each of many things that a partner makes and ends costs no more than the first. Spec:
documents
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
Key = tuple[Hashable, ...]


class Measure(Hashable, Protocol[T_contra]):
    """Times of a thing that are measured."""

    def measured(self, thing: T_contra) -> Iterator[tuple[Key, int]]:
        """The times of a thing, each with its key."""
        ...


class Latest(Generic[T]):
    """The latest time under each key. `of`: what is measured."""

    def __init__(self, of: Measure[T]) -> None:
        self._of = of
        self._times: dict[Key, list[tuple[int, bytes]]] = {}  # heaps: minus the time, and the entry of its thing

    def add(self, entry: bytes, thing: T) -> None:
        """Measure a new or changed thing. `entry`: its name, 16 bytes."""
        for key, time in self._of.measured(thing):
            heappush(self._times.setdefault(key, []), (-time, entry))

    def copy(self) -> "Latest[T]":
        """A copy that changes by itself."""
        other = Latest(self._of)
        other._times = {key: times.copy() for key, times in self._times.items()}
        return other

    def latest(self, things: Mapping[bytes, T], wanted: Callable[[Key], bool]) -> int | None:
        """The latest time under the wanted keys, or None. `things`: as they are now."""
        found = [self._top(things, key) for key in self._times if wanted(key)]
        return max((time for time in found if time is not None), default=None)

    def _top(self, things: Mapping[bytes, T], key: Key) -> int | None:
        times = self._times[key]
        while times:
            time, entry = times[0]
            if (key, -time) in self._of.measured(things[entry]):
                return -time
            heappop(times)
        return None
