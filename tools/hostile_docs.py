"""Plays every attack of the catalogue against our own client, prints the table, and writes docs/hostile.md from it.

`python -m tools.hostile_docs`: 1 when the client fell short somewhere; then the page stays unchanged.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hostile import running
from hostile.catalogue import CATALOGUE
from hostile.evening import Outcome
from hostile.results import Result

PAGE = Path(__file__).parent.parent / "docs" / "hostile.md"
CLIENT = (sys.executable, "-m", "hostile.duolog_client", "--patience", "8")
_HEAD = """# What lying servers get from our client

Written by `make hostile`, which plays an evening with each attack of [the kit](../hostile/README.md) against this
project's own client; a test keeps the columns about the attacks true. Any other client can be judged in the same way.

- *refused*: it said what is wrong, and took nothing of it.
- *frozen*: the journal is read-only, and all that was verified stays readable.
- *quarantined*: one entry is shown as unreadable, and the rest goes on.
- *no server there*: it did as without a network.
- *unaffected (delay only)*: it showed nothing false, and had everything when the server was honest again.
- *not reached*: the runner's verbs lead to no request that this attack changes. A test in `tests/attacks` plays it,
  and [the threat model](threat-model.md) names the test.

*By* is the error that our client raised first, and its check where it has one; `openapi/protocol.json` says more of
each.

| attack | what it does | rule | what a client must do | ours | by |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Told:
    """The result of one attack, and the error by which our client said it."""

    result: Result
    named: str


def hostile_page(told: Mapping[str, Told]) -> str:
    """The page with these results; an attack without one was not played."""
    rows = [
        (f"`{name}`", item.does, item.rule, item.client_must, told[name].result.value, told[name].named)
        for name, item in CATALOGUE.items()
        if name in told
    ]
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def results_in(page: str) -> dict[str, Told]:
    """The results that a page tells."""
    rows = re.findall(r"^\| `([\w-]+)` \|.*\| ([^|]+) \| ([^|]*) \|$", page, re.MULTILINE)
    return {name: Told(Result(word), named) for name, word, named in rows}


def told_of(outcome: Outcome) -> Told:
    """An outcome as the page tells it."""
    named = " ".join(f"`{word}`" for word in (outcome.named.error, outcome.named.check) if word)
    return Told(outcome.result, named or "–")


def main() -> int:
    """Play, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    names = running.chosen(options.only)
    outcomes = asyncio.run(
        running.run(CLIENT, names, jobs=options.jobs, tell=lambda outcome: print(running.line(outcome), flush=True))
    )
    print(running.summary(outcomes))
    if running.failed(outcomes):
        return 1
    before = results_in(PAGE.read_text()) if PAGE.exists() else {}
    PAGE.write_text(hostile_page({**before, **{item.attack: told_of(item) for item in outcomes}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
