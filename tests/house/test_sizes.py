"""Files and functions stay short enough to be read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    file
    for place in ("duolog", "app", "fuzz", "hostile", "bench", "tools", "vectors")
    for file in (ROOT / place).rglob("*.py")
)
MAX_FILE = 400  # lines
MAX_FILE_OF_THE_WHEEL = 300
MAX_FUNCTION = 60  # lines, from def to the last one


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_and_no_function_is_too_long(path: Path) -> None:
    source = path.read_text()
    lines = source.count("\n")
    allowed = MAX_FILE_OF_THE_WHEEL if path.is_relative_to(ROOT / "duolog") else MAX_FILE
    assert lines <= allowed, f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MAX_FUNCTION, f"{node.name} in line {node.lineno} has {length} lines"


def test_the_rule_has_something_to_look_at() -> None:
    assert {"duolog", "app", "tools"} <= {file.relative_to(ROOT).parts[0] for file in FILES}
