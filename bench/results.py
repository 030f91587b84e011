"""The figures of a run as JSON, with the machine. One file; a claim that is measured again replaces itself in it."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.claim import Claim, Figure

Json = dict[str, Any]


def as_json(figure: Figure) -> Json:
    """A figure; `wanted` is None where a figure is only stated."""
    wanted = {"at_least": figure.at_least} if figure.at_least is not None else {"at_most": figure.at_most}
    return {
        "name": figure.name,
        "unit": figure.unit,
        "limit": figure.limit,
        "rounds": [[_rounded(ours), _rounded(limit)] for ours, limit in figure.rounds],
        "ours": _rounded(figure.ours),
        "at_limit": _rounded(figure.at_limit),
        "ratio": _rounded(figure.ratio),
        "wanted": None if figure.at_least is None and figure.at_most is None else wanted,
        "holds": figure.holds,
        "also": {name: _rounded(value) if isinstance(value, float) else value for name, value in figure.also.items()},
        "line": [[_rounded(x), _rounded(y)] for x, y in figure.line],
    }


def of_claim(claim: Claim, figures: Sequence[Figure], surroundings: Mapping[str, object]) -> Json:
    """A claim with its figures, and under which circumstances they were measured."""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    return {
        "name": claim.name,
        "sentence": claim.sentence,
        "measured": when,
        **surroundings,
        "figures": [as_json(figure) for figure in figures],
    }


def load(path: Path) -> Json:
    """The run in a file. Raises: FileNotFoundError."""
    found: Json = json.loads(path.read_text())
    return found


def save(path: Path, machine: Mapping[str, object], claim: Json) -> None:
    """Put a claim into the file. A file of another machine begins anew."""
    run: Json = load(path) if path.exists() else {"machine": machine, "claims": []}
    if _lasting(run["machine"]) != _lasting(machine):
        run = {"machine": machine, "claims": []}
    run["claims"] = [one for one in run["claims"] if one["name"] != claim["name"]] + [claim]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(run, indent=1) + "\n")


def _lasting(machine: Mapping[str, object]) -> Json:
    """The machine without what it measures anew each time."""
    return {name: value for name, value in machine.items() if not name.endswith(", ms")}


def _rounded(value: float) -> float:
    """Four digits that count."""
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)
