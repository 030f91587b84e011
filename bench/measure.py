"""One figure: what Duolog took, what the limit took, and their ratio."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """`seconds` for `count` things of Duolog's, against `limit` seconds for the same number of things at the limit.

    `also`: what else was counted, by name.
    """

    name: str
    count: int
    seconds: float
    limit: float
    limit_is: str
    also: Mapping[str, int] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.seconds / self.limit

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "count": self.count,
            "seconds": round(self.seconds, 6),
            "limit_seconds": round(self.limit, 6),
            "ratio": round(self.ratio, 2),
            "limit": self.limit_is,
            **self.also,
        }


def timed(function: Callable[[], object], rounds: int = 3) -> float:
    """The shortest of some rounds, in seconds: noise only ever adds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best
