"""The tool that takes out security checks: it finds every marker, kills what is tested, reports what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.mutants import MutantError, find_checks, main, record

LOG = '''\
"""A marker in a text is not a marker:  # check: log.not_this_one"""


def accept(seq: int, expected: int, head: bytes = b"", wanted: bytes = b"") -> None:
    if seq != expected:  # check: log.gapless
        raise ValueError("gap")
    elif (
        head
        and head != wanted  # a reason
    ):  # check: log.chained
        raise ValueError("head: é")


def close(closed: bool) -> None:
    if bool(closed): raise ValueError("closed")  # check: log.closed


def sign(fields: list[int]) -> None:
    if fields.pop() != 1:  # check: log.field
        raise ValueError("field")
    if (left := len(fields)) > 0:  # check: log.nothing_left
        raise ValueError(f"{left} left")
    verify(
        fields,
    )  # check: log.signature


def verify(fields: list[int]) -> None:
    raise ValueError("signature")
'''
TESTS = """\
import pytest

from duolog.protocol.log import accept


def test_a_gap_is_refused():
    accept(1, 1)
    with pytest.raises(ValueError):
        accept(3, 2)


def test_a_broken_head_is_refused():
    accept(1, 1, b"a", b"a")
    with pytest.raises(ValueError, match="head"):
        accept(1, 1, b"a", b"b")
"""
STORY = """\
from contextlib import suppress

import pytest

from duolog.protocol.log import accept, sign


@pytest.mark.parametrize("seq", [pytest.param(2, id="gap"), pytest.param(1, id="none")])
def test_all_is_well(seq):
    with suppress(ValueError):
        accept(seq, 1)


def test_all_goes_wrong():
    for arguments in ((2, 1), (1, 1, b"a", b"b")):
        with suppress(ValueError):
            accept(*arguments)
    with pytest.raises(ValueError):
        sign([1])
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the tiny suites here need no plugin, and start faster
    for package in ("duolog", "duolog/protocol"):
        write(tmp_path, f"{package}/__init__.py", "")
    write(tmp_path, "duolog/protocol/log.py", LOG)
    write(tmp_path, "tests/protocol/test_log.py", TESTS)
    return tmp_path


def write(tree: Path, path: str, text: str) -> None:
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text(text)


def test_each_marker_is_found_at_its_condition(tree: Path) -> None:
    checks = find_checks(tree)
    found = [(check.name.removeprefix("log."), check.line) for check in checks]
    first, later = (
        [("gapless", 5), ("chained", 10), ("closed", 15)],
        [("field", 19), ("nothing_left", 21), ("signature", 25)],
    )
    assert found == first + later
    source = LOG.encode()
    conditions = [source[check.start : check.end].decode() for check in checks]
    assert conditions[0] == "seq != expected"
    assert conditions[1].startswith("head\n")
    assert conditions[2:5] == ["bool(closed)", "fields.pop() != 1", "(left := len(fields)) > 0"]
    assert conditions[5].startswith("verify(\n")
    assert [check.is_call for check in checks] == [False] * 5 + [True]  # a condition that is a call is a condition


def test_taking_out_a_condition_keeps_every_other_line_where_it_was(tree: Path) -> None:
    source = LOG.encode()
    for check in find_checks(tree):
        mutant = check.taken_out(source)
        compile(mutant, "mutant", "exec")
        assert mutant.count(b"\n") == source.count(b"\n")
        assert mutant.splitlines()[18].endswith(b"# check: log.field")


def test_a_condition_taken_out_is_still_evaluated_and_a_call_is_not_made(tree: Path) -> None:
    source = LOG.encode()
    for check in find_checks(tree)[3:]:
        source = next(now for now in find_checks(tree) if now.name == check.name).taken_out(source)
        write(tree, "duolog/protocol/log.py", source.decode())
    room: dict[str, Callable[[list[int]], None]] = {}
    exec(compile(source, "mutant", "exec"), room)  # the tree's own text, from a few lines above
    fields = [0, 2]
    room["sign"](fields)
    assert fields == [0]


def test_tested_checks_are_killed_by_name_and_an_untested_one_survives(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--jobs", "1", "--only", "log.[gc]*"], tree) == 1
    told = " ".join(capsys.readouterr().out.split())
    gap, head = "test_a_gap_is_refused", "test_a_broken_head_is_refused"
    assert f"log.gapless duolog/protocol/log.py:5 killed by tests/protocol/test_log.py::{gap}" in told
    assert f"log.chained duolog/protocol/log.py:10 killed by tests/protocol/test_log.py::{head}" in told
    assert "log.closed duolog/protocol/log.py:15 SURVIVED 0 tests" in told
    assert "3 checks taken out, 2 killed, 1 survived" in told
    assert (tree / "duolog/protocol/log.py").read_text() == LOG


def test_only_narrows_by_pattern_and_all_killed_is_success(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--jobs", "1", "--only", "log.g* log.other"], tree) == 0
    assert "1 checks taken out, 1 killed, 0 survived" in capsys.readouterr().out


def test_a_check_that_only_a_distant_test_needs_is_still_killed(tree: Path) -> None:
    write(tree, "tests/protocol/test_log.py", "")
    write(tree, "tests/stories/test_story.py", TESTS)
    assert main(["--jobs", "1", "--only", "log.gapless"], tree) == 0


def test_tests_that_are_red_anyway_prove_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tree, "tests/protocol/test_log.py", TESTS + "\n\ndef test_red():\n    assert False\n")
    assert main(["--jobs", "1"], tree) == 2
    assert "red without any mutant: tests/protocol/test_log.py::test_red" in capsys.readouterr().err


def test_each_check_is_tried_on_the_tests_in_which_it_speaks_up_the_most_particular_first(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    write(tree, "tests/stories/test_story.py", STORY)
    fired = record(tree, tmp_path_factory.mktemp("scratch"), find_checks(tree), "tests", 1)
    near, story = "tests/protocol/test_log.py::test_a_", "tests/stories/test_story.py::test_all"
    assert fired["log.gapless"] == [f"{near}gap_is_refused", f"{story}_is_well[gap]", f"{story}_goes_wrong"]
    assert fired["log.chained"] == [f"{near}broken_head_is_refused", f"{story}_goes_wrong"]
    assert fired["log.signature"] == [f"{story}_goes_wrong"]
    assert fired["log.closed"] == fired["log.field"] == []


def test_a_test_in_which_a_check_speaks_up_without_being_needed_kills_nothing(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tree, "tests/protocol/test_log.py", "")
    write(tree, "tests/stories/test_story.py", STORY)
    assert main(["--jobs", "1", "--only", "log.chained"], tree) == 1
    assert "SURVIVED 1 tests" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("if x:  # check: log.gapless", "already the name of duolog/protocol/log.py:5"),
        ("if x:  # check: gapless", "not a name like area.rule"),
        ("y = x  # check: log.other", "marks neither an if nor a bare call"),
    ],
)
def test_a_wrong_marker_is_an_error(tree: Path, line: str, complaint: str) -> None:
    write(
        tree, "duolog/seal/more.py", f"x = 1\n{line}\n    print(x)\n" if line.startswith("if") else f"x = 1\n{line}\n"
    )
    with pytest.raises(MutantError, match=complaint):
        find_checks(tree)


def test_the_projects_own_markers_are_well_formed() -> None:
    checks = find_checks(Path(__file__).resolve().parents[2])
    assert len({check.area for check in checks}) > 5
