"""Writes docs/kinds.md from the rows of every kind: `python -m tools.kind_docs`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from duolog.documents.guards import At, Guard
from duolog.documents.kernel import Machine
from duolog.documents.registry import KINDS
from duolog.documents.rows_as_data import phrase

PAGE = Path(__file__).parent.parent / "docs" / "kinds.md"
_HEAD = """# Rows of the kinds

Written by `make docs` from the code; a test keeps it true. A step counts by the first of its rows of which every guard
holds, in order; [the specification](spec/documents.md) says the same in words, and
`openapi/documents/<kind>.rules.json` is for other languages. Class *ends* is the exit: it speaks for its author alone,
and stands although the other could not open it.
"""


def kinds_page() -> str:
    """A table for each kind that has steps, and the sentences of its refusals."""
    machines = ((kind.name, kind.machine) for kind in KINDS.values() if kind.machine is not None)
    return _HEAD + "".join(f"\n{line}" for name, machine in machines for line in _kind(name, machine)) + "\n"


def _kind(name: str, machine: Machine[Any]) -> Iterator[str]:
    yield f"## `{name}`\n"
    yield "| | step | class | only when | then |"
    yield "|---|---|---|---|---|"
    for number, row in enumerate(machine.rows, 1):
        yield f"| {number} | `{row.step}` | {row.does} | {_joined(row.only)} | {_joined(row.then)} |"
    yield "\n| guard | where | says |"
    yield "|---|---|---|"
    guards = {repr(guard): guard for row in machine.rows for guard in row.only}  # each once, in whatever rows it stands
    for key, guard in guards.items():
        says = "<br>".join(dict.fromkeys(text for text in (guard.says, *_became(guard)) if text))
        where = ", ".join(str(number) for number, row in enumerate(machine.rows, 1) if key in map(repr, row.only))
        yield f"| {phrase(guard)} | {where} | {says} |"
    yield ""


def _joined(words: tuple[Any, ...]) -> str:
    return "; ".join(map(phrase, words))


def _became(guard: Guard) -> tuple[str, ...]:
    return tuple(guard.became.values()) if isinstance(guard, At) else ()


if __name__ == "__main__":
    PAGE.write_text(kinds_page())
