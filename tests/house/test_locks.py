"""Libraries are locked by hash, and the locks name no host. See docs/decisions/0001-hash-locks-without-hosts.md."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
NPM = "https://registry.npmjs.org/"
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(lock: str) -> dict[str, set[str]]:
    """Name to pins (several, when a marker splits them); fails on a line that is no pin with a hash."""
    text = (ROOT / "requirements" / lock).read_text()
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    pins: dict[str, set[str]] = {}
    for line in filter(str.strip, text.splitlines()):
        match = re.fullmatch(r"([a-z0-9.-]+)==(\S+)( ; [^\\]+?)?((?:\s+--hash=sha256:[0-9a-f]{64})+)\s*", line)
        assert match, f"{lock}: not a pin with hashes: {line[:80]}"
        pins.setdefault(match[1], set()).add(match[2])
    return pins


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_a_pin_with_hashes_and_no_line_has_an_address(lock: Path) -> None:
    assert locked(lock.name)
    text = lock.read_text()
    assert not re.search(r"://|@ |--(extra-)?index|--find-links|-i ", text)


GROUPS = PROJECT["dependency-groups"]
COMMAND = PROJECT["project"]["dependencies"]


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("dev.lock", [*COMMAND, *GROUPS["server"], *GROUPS["dev"]]),
        ("server.lock", GROUPS["server"]),
        ("command.lock", COMMAND),
        ("bench.lock", GROUPS["bench"]),
    ],
)
def test_what_pyproject_asks_for_is_locked(lock: str, asked: list[str]) -> None:
    pins = locked(lock)
    for text in asked:
        requirement = Requirement(text)
        found = pins.get(canonicalize_name(requirement.name), set())
        assert any(requirement.specifier.contains(version) for version in found), f"{text} is not in {lock}: make lock"


@pytest.mark.parametrize("folder", ["openapi/lint", "vectors/node"])
def test_what_npm_installs_is_locked_by_hash_and_names_no_mirror(folder: str) -> None:
    asked = json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    packages: dict[str, dict[str, str]] = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    for name, version in asked.items():
        assert packages[f"node_modules/{name}"]["version"] == version, f"{name} is not pinned"
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert package.get("resolved", NPM).startswith(NPM), name


def test_what_builds_the_wheel_is_what_was_tested() -> None:
    tested, building = locked("dev.lock"), locked("bootstrap.lock")
    assert {name: building[name] for name in building.keys() & tested.keys()} == {
        name: tested[name] for name in building if name != "uv"
    }
    assert "hatchling" in building


def test_the_image_gets_no_library_of_the_client() -> None:
    assert not {"cryptography", "httpx2", "keyring", "mnemonic", "segno", "typer"} & locked("server.lock").keys()


@pytest.mark.parametrize("lock", ["command.lock", "server.lock"])
def test_the_command_and_the_image_have_the_versions_that_were_tested(lock: str) -> None:
    tested = locked("dev.lock")
    for name, versions in locked(lock).items():
        assert versions <= tested.get(name, set()), f"{name} {versions}"
