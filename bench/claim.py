"""A claim: one sentence about speed, and figures that compare Duolog with limits in the same run."""

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.profiles import profiled

Note = str | float


@dataclass(frozen=True, slots=True)
class Figure:
    """One comparison: `rounds` has Duolog's value and the limit's for each round, both in `unit`.

    `limit` says in words what the limit is. `at_least` or `at_most`: the wanted ratio; a figure without either is only
    stated. `also`: further values from the same rounds, by name. `line`: values over the time of the measurement.
    """

    name: str
    unit: str
    limit: str
    rounds: Sequence[tuple[float, float]]
    at_least: float | None = None
    at_most: float | None = None
    also: Mapping[str, Note] = field(default_factory=dict)
    line: Sequence[tuple[float, float]] = ()

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: each round's two sides had the same minutes of the machine."""
        return median(ours / limit for ours, limit in self.rounds)

    @property
    def ours(self) -> float:
        return median(ours for ours, _ in self.rounds)

    @property
    def at_limit(self) -> float:
        return median(limit for _, limit in self.rounds)

    @property
    def holds(self) -> bool | None:
        """Whether the wanted ratio is there; None where none is wanted."""
        if self.at_least is not None:
            return self.ratio >= self.at_least
        return None if self.at_most is None else self.ratio <= self.at_most


@dataclass(frozen=True, slots=True)
class Stage:
    """A claim's measurement gets a folder of its own on a real disk, the number of rounds, and how much to measure.

    `size`: 1.0 is the whole measurement, less is a trial. `entries`: of the large database. `minutes`: how long the
    server's memory is watched under load. `profiles`: the folder for profiles, None for none.
    """

    folder: Path
    rounds: int = 5
    size: float = 1.0
    entries: int = 100_000
    minutes: float = 1.0
    profiles: Path | None = None

    def scaled(self, count: int, least: int = 1) -> int:
        """`count` of something for the whole measurement, and a part of it for a trial."""
        return max(least, round(count * self.size))

    @contextmanager
    def profile(self, name: str, pid: int) -> Iterator[None]:
        """Sample the process `pid` while the block does the same work once more, outside the counted rounds."""
        if self.profiles is None:
            yield
        else:
            with profiled(pid, self.profiles / f"{name}.txt"):
                yield


@dataclass(frozen=True, slots=True)
class Claim:
    """`name` is how to run it alone: `make bench ONLY=name`. `sentence` is the claim itself."""

    name: str
    sentence: str
    measure: Callable[[Stage], Coroutine[None, None, Sequence[Figure]]]


def interleave(
    rounds: int, ours: Callable[[int], float], limit: Callable[[int], float]
) -> tuple[tuple[float, float], ...]:
    """Measure both sides in turn, after a round that doesn't count. The sides take turns in going first.

    Each side gets the number of the round, from 0, which is the one that doesn't count.
    """
    ours(0)
    limit(0)
    pairs = []
    for number in range(1, rounds + 1):
        if number % 2:
            value = ours(number)
            pairs.append((value, limit(number)))
        else:
            bound = limit(number)
            pairs.append((ours(number), bound))
    return tuple(pairs)
