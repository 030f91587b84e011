"""The bills of materials say what the locks say, to the schema of CycloneDX, and the same each time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.sbom import LOCKS, bill, read_lock, write

ROOT = Path(__file__).resolve().parents[2]
BOTH = pytest.mark.parametrize("name", sorted(LOCKS))


@pytest.fixture(scope="module")
def bills() -> dict[str, str]:
    return {name: bill(name) for name in LOCKS}


@BOTH
def test_every_pin_and_every_hash_of_the_lock_is_there(name: str, bills: dict[str, str]) -> None:
    components = json.loads(bills[name])["components"]
    text = (ROOT / "requirements" / LOCKS[name]).read_text()
    pins = re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE)
    assert [(one["name"], one["version"]) for one in components] == pins
    hashes = [hashed["content"] for one in components for hashed in one["hashes"]]
    assert hashes == re.findall(r"--hash=sha256:([0-9a-f]{64})", text)
    assert not [one for one in components if not one["hashes"]]


@BOTH
def test_the_schema_allows_it_and_everything_is_asked_for_by_something(name: str, bills: dict[str, str]) -> None:
    text = bills[name]  # which the schema allowed
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"library"', '"book"')) is not None
    written: dict[str, Any] = json.loads(text)
    own = written["metadata"]["component"]["bom-ref"]
    asked = {one["ref"]: one["dependsOn"] for one in written["dependencies"]}
    reached, new = {own}, {own}
    while new:
        new = {needed for one in new for needed in asked[one]} - reached
        reached |= new
    assert reached == {own, *(one["bom-ref"] for one in written["components"])}


def test_the_server_has_nothing_to_open_entries_with_and_the_command_nothing_of_the_server(
    bills: dict[str, str],
) -> None:
    has = {name: {one["name"] for one in json.loads(text)["components"]} for name, text in bills.items()}
    assert {"cryptography", "keyring"} <= has["duolog"] - has["duolog-server"]
    assert {"sqlalchemy", "uvicorn"} <= has["duolog-server"] - has["duolog"]


def test_the_same_locks_give_the_same_bytes_without_a_time_or_a_place(bills: dict[str, str], tmp_path: Path) -> None:
    assert [path.read_text() for path in write(tmp_path)] == list(bills.values())
    text = "".join(bills.values())
    assert "timestamp" not in text
    assert str(ROOT) not in text


def test_a_line_that_is_no_pin_is_not_passed_over(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("alembic @ https://somewhere.example/alembic.whl\n")
    with pytest.raises(ValueError, match="not a line of a lock"):
        read_lock(lock)
