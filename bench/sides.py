"""One side of a comparison: runs of the load generator, remembered so that a figure can say what else they showed."""

from collections.abc import Callable, Sequence
from statistics import median

from bench.claim import Note
from bench.load import Load, Plan, Sent
from bench.writers import Push, bare_get, plans

SECONDS = 1.0  # of a round that repeats its requests


class Side:
    """Requests to one server, round after round."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self.runs: list[Sent] = []

    def repeat(self, wanted: Sequence[Plan], seconds: float = SECONDS) -> float:
        """Send these again and again; requests a second."""
        return self._kept(self._load.run(wanted, seconds)).rate

    def once(self, wanted: Sequence[Plan]) -> float:
        """Send each once; requests a second."""
        return self._kept(self._load.run(wanted)).rate

    def also(self) -> dict[str, Note]:
        """The generator's part, and the times of the requests, without the round that doesn't count."""
        runs = self.runs[1:] or self.runs
        return {
            "generator, share of a core": median(run.share for run in runs),
            "p50, ms": median(run.wait(50) for run in runs),
            "p99, ms": median(run.wait(99) for run in runs),
        }

    def _kept(self, sent: Sent) -> Sent:
        self.runs.append(sent)
        return sent


def bare_gets(load: Load, port: int, connections: int) -> Callable[[int], float]:
    """The limit of most claims: GETs a second of the bare FastAPI application, over as many connections."""
    side = Side(load)
    return lambda _: side.repeat([Plan(port, [bare_get()])] * connections)


def pushes(load: Load, port: int, rounds: Sequence[Sequence[Sequence[Push]]]) -> tuple[Side, Callable[[int], float]]:
    """Prepared pushes, for each round and each connection; the side, and its pushes a second in a round."""
    side = Side(load)
    return side, lambda number: side.once(plans(port, rounds[number]))
