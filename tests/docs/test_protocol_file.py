"""The protocol's data for other languages is current, and its names of checks are those of the vectors and the text."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from duolog.errors import DuologError
from duolog.protocol import sizes
from duolog.protocol.entries import Header
from tools import protocol_file
from tools.check_rows import check_rows
from tools.check_steps import STEPS
from vectors.check import FOLDER

DATA: dict[str, Any] = json.loads(protocol_file.FILE.read_text())
CHECKS = {row["name"]: row for row in DATA["checks"]}


def test_the_committed_file_is_current() -> None:
    assert protocol_file.FILE.read_text() == protocol_file.text(), "run `make protocol-docs` and commit it"


def test_the_tables_of_the_order_of_checks_are_current() -> None:
    page = protocol_file.LOG.read_text()
    assert page == protocol_file.log_page(page), "run `make protocol-docs` and commit it"


def test_every_check_of_the_order_is_in_the_code() -> None:
    areas = {f"{name.partition('.')[0]}.*" for name in CHECKS}
    assert {name for step in STEPS for name in step.checks} <= CHECKS.keys() | areas


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.json")))
def test_vectors_name_checks_and_errors_of_the_code(file: str) -> None:
    for case in _refused(json.loads((FOLDER / file).read_text())):
        row = CHECKS.get(case["check"])
        assert row is not None, f"{case['name']}: no check {case['check']}"
        assert row["carries"] == case["check"], case["name"]
        assert case["error"] == row["error"], case["name"]


def test_an_error_carries_the_name_of_a_check_that_exists() -> None:
    assert {row["carries"] for row in CHECKS.values()} <= CHECKS.keys()


def test_binary_forms_have_the_sizes_of_the_code() -> None:
    whole = {name: sum(size for _, size, _ in fields) for name, fields in DATA["binary"].items()}
    assert whole["receipt"] == sizes.RECEIPT
    assert whole["header"] == len(Header(bytes(32), bytes(16), 1, bytes(32), 1).encode())
    assert whole["reveal"] == sizes.NONCE


def test_every_error_is_a_class_or_a_problem_code() -> None:
    codes = {problem["code"] for problem in DATA["problems"]}
    assert {row.error for row in check_rows() if row.error} <= codes | _classes()


def _refused(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "error" in value and isinstance(value.get("check"), str):
            yield value
        for item in value.values():
            yield from _refused(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refused(item)


def _classes() -> set[str]:
    waiting, found = [DuologError], set()
    while waiting:
        item = waiting.pop()
        found.add(item.__name__)
        waiting += item.__subclasses__()
    return found
