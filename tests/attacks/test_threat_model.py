"""Threat model and tests say the same: one row for each attack, one test for each row. So does the catalogue."""

import ast
import re
from pathlib import Path

from hostile.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
TEXT = (ROOT / "docs" / "threat-model.md").read_text()
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| `(\w+)::(test_\w+)` \|$", TEXT, re.MULTILINE)


def _tests() -> set[tuple[str, str]]:
    return {
        (file.stem, node.name)
        for file in HERE.glob("test_*.py")
        if file != Path(__file__)
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_every_row_names_a_test_and_every_test_has_a_row() -> None:
    named = [(file, test) for _, _, _, file, test in ROWS]
    assert len(named) == len(set(named)), "two rows name one test"
    assert set(named) - _tests() == set(), "rows without a test"
    assert _tests() - set(named) == set(), "tests without a row"


def test_rows_are_numbered_in_order() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(re.findall(r"^\| \d+ \|", TEXT, re.MULTILINE)) == len(ROWS), "a row has another form"


def test_every_row_names_its_rule() -> None:
    assert [number for number, _, rule, _, _ in ROWS if not re.search(r"§\d|safety \d", rule)] == []


def test_every_attack_of_the_catalogue_is_used_by_a_test() -> None:
    used = "".join(file.read_text() for file in HERE.glob("test_*.py") if file != Path(__file__))
    classes = {listed.attack.__name__ for name, listed in CATALOGUE.items() if name != "honest"}
    assert {name for name in classes if f"{name}(" not in used} == set()
    assert all(listed.does and listed.client_must and listed.right for listed in CATALOGUE.values())
