"""The runner: each attack of the catalogue against one client program, and the table of what came of it."""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from hostile.catalogue import CATALOGUE
from hostile.evening import Outcome, play
from hostile.results import Result

PATIENCE = 120.0  # seconds for one verb
_COLUMN = max(map(len, CATALOGUE)) + 2


def chosen(only: str) -> list[str]:
    """The names that one of the patterns fits; all for none."""
    patterns = [pattern for pattern in only.split(",") if pattern] or ["*"]
    return [name for name in CATALOGUE if any(fnmatchcase(name, pattern) for pattern in patterns)]


async def run(
    command: Sequence[str],
    names: Iterable[str],
    *,
    patience: float = PATIENCE,
    jobs: int = 1,
    tell: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Play an evening with each attack, `jobs` at a time; the outcomes in the order of the names.

    `tell` is called with each outcome as it comes.
    """
    free = asyncio.Semaphore(jobs)

    async def one(name: str) -> Outcome:
        async with free:
            with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
                outcome = await play(name, command, Path(folder), patience)
            tell(outcome)
            return outcome

    return list(await asyncio.gather(*(one(name) for name in names)))


def line(outcome: Outcome) -> str:
    """One line of the table on a terminal."""
    right = " or ".join(CATALOGUE[outcome.attack].right)
    note = "" if outcome.as_expected or outcome.result.failed else f"   (the catalogue says: {right})"
    told = outcome.result.failed or (outcome.result is Result.NOT_REACHED and outcome.why)
    why = f"\n{'':{_COLUMN}}{outcome.why}" if told else ""
    named = f"   {outcome.named}" if str(outcome.named) else ""
    return f"{outcome.attack:<{_COLUMN}}{outcome.result.value}{named}{note}{why}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many came to what."""
    counts = Counter("FAILED" if item.result.failed else item.result.value for item in outcomes)
    return f"{len(outcomes)} attacks: " + ", ".join(f"{count} {word}" for word, count in counts.most_common())


def as_json(outcomes: Sequence[Outcome]) -> str:
    """The outcomes for programs."""
    listed = [
        {
            "attack": item.attack,
            "result": item.result.value,
            "right": [result.value for result in CATALOGUE[item.attack].right],
            "as_expected": item.as_expected,
            "failed": item.result.failed,
            "why": item.why,
            "class": item.named.error,
            "check": item.named.check,
        }
        for item in outcomes
    ]
    return json.dumps(listed, indent=2)


def failed(outcomes: Iterable[Outcome]) -> bool:
    """Whether the client fell short somewhere."""
    return any(item.result.failed for item in outcomes)


def results_of(outcomes: Iterable[Outcome]) -> dict[str, Result]:
    """The result of each attack."""
    return {item.attack: item.result for item in outcomes}
