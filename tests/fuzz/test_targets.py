"""Every target of `make fuzz` in small: what was ever found stays mended, and a few dozen fresh inputs find nothing."""

import json
import re
import subprocess
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duolog.client.export.format import read_parts
from duolog.errors import DuologError, MalformedData
from fuzz import mutation, running
from fuzz.exports import change_export
from fuzz.judging import judge
from fuzz.registry import Target, load_targets
from fuzz.running import replay
from fuzz.working import dictionary

TARGETS = load_targets()
CASES = Path(__file__).parent / "cases"
EACH = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


def cases() -> list[Any]:
    found = sorted(path for path in CASES.glob("*/*") if path.is_file())
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in found]


@pytest.mark.parametrize("path", cases())
def test_what_was_found_once_is_as_documented_now(path: Path) -> None:
    finding = judge(TARGETS[path.parent.name], path.read_bytes())
    assert finding is None, finding.text


@EACH
def test_honest_inputs_find_nothing_and_one_is_read_to_its_end(target: Target) -> None:
    read = 0
    for data in target.seeds():
        finding = judge(target, data)
        assert finding is None, finding.text
        read += not _raises(target, data)
    assert read, "no honest input gets through"


def _raises(target: Target, data: bytes) -> bool:
    try:
        target.run(data)
    except target.raises:
        return True
    return False


@EACH
@settings(max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 3))
def test_a_few_changed_inputs_find_nothing(target: Target, seed: int, changes: int) -> None:
    random = Random(seed)
    data = random.choice(list(target.seeds()))
    for _ in range(changes):
        data = target.change(data, random)
    finding = judge(target, data)
    assert finding is None, finding.text


# --- the tools themselves ---------------------------------------------------------------------------------------------

CHANGES = (
    mutation.change_bytes,
    mutation.change_text,
    mutation.change_json,
    mutation.change_canonical,
    mutation.change_frames,
    change_export,
    mutation.behind_line(mutation.change_json),
)


@pytest.mark.parametrize("change", CHANGES)
@given(data=st.binary(max_size=60), seed=st.integers(0, 2**32))
def test_anything_can_be_changed(change: Any, data: bytes, seed: int) -> None:
    assert isinstance(change(data, Random(seed)), bytes)


def test_a_changed_export_is_whole_most_of_the_time() -> None:
    whole = 0
    for seed in range(100):
        changed = change_export(next(iter(TARGETS["exported"].seeds())), Random(seed))
        try:
            whole += len(list(read_parts(BytesIO(changed)))) > 0
        except DuologError:
            continue
    assert whole > 50


def one(run: Any, **other: Any) -> Target:
    return Target("one", run, lambda: [b""], other.get("raises", (MalformedData,)), mutation.change_bytes)


def test_what_is_documented_is_no_finding_and_everything_else_is() -> None:
    def refuse(data: bytes) -> None:
        raise MalformedData("no")

    def fail(data: bytes) -> None:
        json.loads(data)

    assert judge(one(refuse), b"") is None
    finding = judge(one(fail), b"{")
    assert finding is not None
    assert finding.what.startswith("JSONDecodeError tests/fuzz/test_targets.py:fail")
    assert finding.name == judge(one(fail), b"[").name  # type: ignore[union-attr]
    refused = judge(one(refuse, raises=()), b"")
    assert refused is not None


def test_an_input_that_takes_seconds_or_much_memory_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.judging.SLOW_SECONDS", 0.01)
    slow = judge(one(lambda data: sum(range(3_000_000))), b"")
    assert slow is not None
    assert slow.what == "slow one"
    monkeypatch.setattr("fuzz.judging.SLOW_SECONDS", 60)
    monkeypatch.setattr("fuzz.judging.MUCH_MEMORY", -1)
    large = judge(one(lambda data: None), b"")
    assert large is not None
    assert large.what == "large one"


def test_a_kept_input_is_replayed_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"short")
    assert replay("receipt", [kept]) == 0
    assert "as documented" in capsys.readouterr().out
    assert replay("no-such-target", [kept]) == 2


LOG = b"""#2\tINITED cov: 14 ft: 14 corp: 1/107b exec/s: 0 rss: 130Mb
#65536\tpulse  cov: 20 ft: 31 corp: 9/1b lim: 4096 exec/s: 21845 rss: 131Mb
#70000\tDONE   cov: 21 ft: 33 corp: 9/1b lim: 4096 exec/s: 21845 rss: 131Mb
Done 70000 runs in 3 second(s)
"""


def test_a_finding_or_an_idle_target_fails_the_run_and_says_how_to_repeat_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = running.Outcome("receipt")
    running._count(outcome, LOG)
    assert (outcome.executions, outcome.coverage) == (70_000, (21, 33))
    assert running._report([outcome]) == 0
    assert "70,000" in capsys.readouterr().out
    assert running._report([outcome, running.Outcome("page")]) == 1
    assert "Did not run: page" in capsys.readouterr().out
    outcome.findings = [tmp_path / "KeyError-1234"]
    assert running._report([outcome]) == 1
    assert f"-m fuzz replay receipt {tmp_path / 'KeyError-1234'}" in capsys.readouterr().out


def test_a_target_whose_process_dies_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[str] = []

    def fail(command: list[str], **other: Any) -> subprocess.CompletedProcess[bytes]:
        tried.append(command[4])
        if command[4] == "page":
            other["stdout"].write(LOG)
        return subprocess.CompletedProcess(command, int(command[4] != "page"))

    monkeypatch.setattr("fuzz.running.subprocess.run", fail)
    assert running.run(tmp_path, 5, 1, ["header", "page"]) == 1
    assert tried == ["header"] * running.TRIES + ["page"]
    assert "Did not run: header\n" in capsys.readouterr().out


def test_the_dictionary_is_of_the_form_that_libfuzzer_reads() -> None:
    lines = dictionary([b'{"document":{}}']).splitlines()
    assert lines
    assert all(re.fullmatch(r'"(\\x[0-9a-f]{2})+"', line) for line in lines)
    assert '"' + "".join(f"\\x{byte:02x}" for byte in b'"document"') + '"' in lines


def test_each_case_belongs_to_a_target() -> None:
    assert {path.name for path in CASES.iterdir() if path.is_dir()} <= TARGETS.keys()
