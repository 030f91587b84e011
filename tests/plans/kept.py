"""The plans as a file keeps them: one line for each statement of each query. `make plans` writes the files anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.plans.plans import Plan

FOLDER = Path(__file__).parent


def compare(database: str, version: str, plans: Mapping[str, Sequence[Plan]]) -> None:
    """Assert that the plans are those of the file, which another version of the database may tell otherwise."""
    file = FOLDER / f"{database}.txt"
    told = "\n".join([f"# {database} {version}", *(_told(name, some) for name, some in plans.items())]) + "\n"
    if os.environ.get("PLANS") == "write":
        file.write_text(told)
    kept = file.read_text()
    if kept.partition("\n")[0] == told.partition("\n")[0]:
        assert told.splitlines() == kept.splitlines(), "Look at the difference, then: make plans"


def _told(name: str, plans: Sequence[Plan]) -> str:
    return "\n".join([name, *(f"    {plan}" for plan in plans)])
