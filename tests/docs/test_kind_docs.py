"""The page of rows is true, and shows a way out of each kind with steps."""

from __future__ import annotations

import pytest

from duolog.documents.guards import From
from duolog.documents.kernel import Machine
from duolog.documents.registry import KINDS
from tools import kind_docs

MACHINES = {name: kind.machine for name, kind in KINDS.items() if kind.machine is not None}


def test_every_row_of_every_kind_is_documented() -> None:
    assert kind_docs.PAGE.read_text() == kind_docs.kinds_page(), "run `make kind-docs`"


@pytest.mark.parametrize("name", KINDS)
def test_the_page_names_every_kind(name: str) -> None:
    assert f"`{name}`" in kind_docs.kinds_page()


@pytest.mark.parametrize("name", MACHINES)
def test_the_page_shows_every_exit(name: str) -> None:
    section = kind_docs.kinds_page().split(f"## `{name}`\n")[1].split("\n## ")[0]
    exits = section.split("### How do I get out?\n")[1].split("| guard |")[0]
    ends = {row.step for row in MACHINES[name].rows if row.does == "ends"}
    assert ends
    assert all(f"| `{step}` |" in exits for step in ends)
    for stage in kind_docs.stages(MACHINES[name]):
        assert (f"In {stage} there is nothing to get out of: " in exits) != can(MACHINES[name], "ends", stage)


@pytest.mark.parametrize("name", MACHINES)
def test_no_stage_without_an_exit_asks_for_an_answer(name: str) -> None:
    for stage in kind_docs.stages(MACHINES[name]):
        if not can(MACHINES[name], "ends", stage):
            assert not can(MACHINES[name], "answers", stage)
            assert not can(MACHINES[name], "asks", stage)


def can(machine: Machine, does: str, stage: str) -> bool:  # type: ignore[type-arg]
    """Whether a row of this class starts from this stage; one that names a thing and no stage starts from all."""
    rows = (row.only for row in machine.rows if row.does == does and row.register is not None)
    return any(all(stage in guard.stages for guard in only if isinstance(guard, From)) for only in rows)
