"""The logs among the vectors of reducers meet every row and every guard, and the random ones are the same again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from duolog.documents.account_reducers import KINDS as ACCOUNT_KINDS
from duolog.documents.journal import apply_all
from duolog.documents.journal_state import JournalState
from duolog.documents.kernel import Machine
from duolog.documents.registry import KINDS
from vectors import walks
from vectors.account_walks import BODIES
from vectors.check import load, run
from vectors.samples import PLAIN, STEPS

CASES = load("reducers.json")["cases"]
# Of two rows that fail, a reader is told of the one that was nearer: these sentences are never the nearer ones here.
NEVER = {
    "Nothing waits for an answer here.",
    "This asks to retire the boundary. Confirm with retire, or decline.",
    "Nobody asks to retire it.",
}


def sentences(machine: Machine[Any]) -> Iterator[str]:
    """Every sentence of a kind's guards."""
    for row in machine.rows:
        for guard in row.only:
            yield from (text for text in (guard.says, *getattr(guard, "became", {}).values()) if text)


def test_every_row_counts_and_every_guard_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: set[tuple[str, int]] = set()
    judge = Machine._judge

    def noting(machine: Machine[Any], *args: Any) -> Any:
        case, row = judge(machine, *args)
        counted.add((machine.noun, machine.rows.index(row)))
        return case, row

    monkeypatch.setattr(Machine, "_judge", noting)
    said = set()
    for case in CASES:
        if case["kind"] == "journal_state":
            state = apply_all(JournalState(), map(walks.placed, case["documents"]))
            said |= {(item.applied.document.kind, item.skipped) for item in state.timeline}
    for name, kind in KINDS.items():
        if kind.machine is not None:
            assert counted >= {(kind.machine.noun, number) for number in range(len(kind.machine.rows))}
            assert {text for text in sentences(kind.machine) if (name, text) not in said} <= NEVER


def test_there_is_a_sample_of_every_kind_and_every_step() -> None:
    assert {*STEPS, *PLAIN} - {"ballad"} == set(KINDS)
    assert set(BODIES) == {kind.name for kind in ACCOUNT_KINDS}
    for name, steps in STEPS.items():
        machine = KINDS[name].machine
        assert machine is not None
        assert set(steps) == {row.step for row in machine.rows}


def test_random_logs_are_the_same_again_and_say_what_they_come_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert walks.main(["1", "2"]) == 0
    first = capsys.readouterr().out
    assert walks.main(["1", "2"]) == 0
    assert capsys.readouterr().out == first
    for line in first.strip().split("\n"):
        case = json.loads(line)
        if case["kind"] == "journal_state":
            assert len(case["gives"].pop("open")) == len(case["asks"]), "it depends on the reader's zone"
        if case["kind"] in ("journal_state", "account_state", "bodies"):
            run(case, {})
    assert walks.main([]) == 2
    assert "Say where" in capsys.readouterr().err
