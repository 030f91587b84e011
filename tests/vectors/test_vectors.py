"""Every vector does what it says, and the generator makes the same bytes again."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from vectors.check import FILES, FOLDER, KINDS, load, run
from vectors.generate import encode, generate


def cases() -> Iterator[Any]:
    for name in FILES:
        value = load(name)
        for case in value["cases"]:
            yield pytest.param(case, value["shared"], id=f"{name}:{case['name']}")


@pytest.mark.parametrize(("case", "shared"), list(cases()))
def test_a_vector_does_what_it_says(case: dict[str, Any], shared: dict[str, Any]) -> None:
    run(case, shared)


@pytest.mark.parametrize("name", FILES)
def test_the_generator_makes_the_same_bytes(name: str) -> None:
    assert encode(generate(name)) == (FOLDER / name).read_text(encoding="utf-8")


def test_every_kind_has_a_vector_and_no_name_stands_twice() -> None:
    seen = [(name, case["name"]) for name in FILES for case in load(name)["cases"]]
    assert len(seen) == len(set(seen))
    assert {case["kind"] for name in FILES for case in load(name)["cases"]} == set(KINDS)
    assert {path.name for path in FOLDER.glob("*.json")} == {*FILES, "sealed_once.json"}


def test_the_readme_names_every_input_of_every_kind() -> None:
    text = (FOLDER / "README.md").read_text()
    kinds = text.partition("## The kinds of cases")[2].partition("\n## ")[0]
    rows = [line for line in kinds.splitlines() if line.startswith("| `")]
    told = {kind: cells for line in rows for cells in [line.split("|")] for kind in re.findall(r"`(\w+)`", cells[1])}
    assert set(KINDS) <= set(told)
    for name in FILES:
        for case in load(name)["cases"]:
            inputs = set(case) - {"name", "kind", "source", "gives", "error", "check"}
            assert inputs <= set(re.findall(r"`(\w+)`", told[case["kind"]][2])), case["name"]
