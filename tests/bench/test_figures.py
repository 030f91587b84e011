"""A figure compares both sides of each round, and results keep what was measured last."""

import json
from pathlib import Path

import pytest

from bench.claim import Claim, Figure, Stage, interleave
from bench.claims import BY_HAND, CLAIMS
from bench.profiles import table
from bench.results import of_claim, save

ROOT = Path(__file__).resolve().parents[2]
SURROUNDINGS = {"commit": "abc", "profiles": []}


async def nothing(stage: Stage) -> list[Figure]:
    return []


def test_the_ratio_is_the_median_of_the_rounds_and_not_the_ratio_of_the_medians() -> None:
    # In its last two rounds the machine was slow for both.
    figure = Figure("x", "1/s", "a limit", [(50, 100), (60, 100), (5, 10), (4, 10), (45, 100)], at_least=0.5)
    assert figure.ratio == 0.5
    assert figure.ours / figure.at_limit == pytest.approx(0.45)
    assert figure.holds is True


@pytest.mark.parametrize(
    ("bounds", "holds"), [({"at_least": 3.0}, False), ({"at_most": 2.0}, True), ({"at_most": 1.9}, False), ({}, None)]
)
def test_a_figure_says_whether_the_wanted_ratio_is_there(bounds: dict[str, float], holds: bool | None) -> None:
    assert Figure("x", "s", "a limit", [(4.0, 2.0)], **bounds).holds is holds  # type: ignore[arg-type]


def test_the_sides_take_turns_in_going_first_and_the_first_round_does_not_count() -> None:
    went: list[tuple[str, int]] = []

    def side(name: str, number: int) -> float:
        went.append((name, number))
        return number * 10.0

    rounds = interleave(3, lambda number: side("ours", number), lambda number: side("limit", number))
    assert list(rounds) == [(10, 10), (20, 20), (30, 30)]
    assert [name for name, _ in went] == ["ours", "limit", "ours", "limit", "limit", "ours", "ours", "limit"]


def test_a_claim_that_is_measured_again_replaces_itself(tmp_path: Path) -> None:
    path, machine = tmp_path / "figures.json", {"cores": 2, "one sync of the disk, ms": 1.0}
    for name, ours in (("one", 1.0), ("two", 2.0), ("one", 3.0)):
        claim = Claim(name, "A sentence.", nothing)
        save(path, machine, of_claim(claim, [Figure("x", "s", "a limit", [(ours, 1.0)])], SURROUNDINGS))
        machine = machine | {"one sync of the disk, ms": ours}
    claims = json.loads(path.read_text())["claims"]
    assert [(claim["name"], claim["figures"][0]["ratio"]) for claim in claims] == [("two", 2.0), ("one", 3.0)]


def test_figures_of_another_machine_are_never_mixed_with_these(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    save(path, {"cores": 2}, of_claim(Claim("one", "A sentence.", nothing), [], SURROUNDINGS))
    save(path, {"cores": 8}, of_claim(Claim("two", "A sentence.", nothing), [], SURROUNDINGS))
    run = json.loads(path.read_text())
    assert run["machine"] == {"cores": 8}
    assert [claim["name"] for claim in run["claims"]] == ["two"]


def test_each_claim_has_a_file_of_its_name_and_each_file_is_listed() -> None:
    files = {path.stem for path in (ROOT / "bench" / "claims").glob("*.py")} - {"__init__"}
    names = [claim.name for claim in (*CLAIMS, *BY_HAND)]
    assert sorted(names) == sorted(files)
    for claim in (*CLAIMS, *BY_HAND):
        assert claim.measure.__module__ == f"bench.claims.{claim.name}"
        assert claim.sentence.endswith(".")


def test_a_profile_counts_each_function_once_a_sample() -> None:
    stacks = "main (app/x.py:1);walk (app/x.py:5);walk (app/x.py:6) 3\nmain (app/x.py:1);read (app/y.py:9) 1\n"
    own, whole = table(stacks).split("with what they call")
    assert " 75.0 %  walk (app/x.py)" in own
    assert "main" not in own
    assert "100.0 %  main (app/x.py)" in whole
    assert " 75.0 %  walk (app/x.py)" in whole
