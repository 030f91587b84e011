"""The runner, with programs that answer, crash and hang; and with a client that trusts everything."""

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

import pytest

from hostile import running
from hostile.__main__ import main
from hostile.catalogue import CATALOGUE
from hostile.evening import Outcome
from hostile.results import Result
from hostile.talk import Crashed, Hung, Talk

OURS = [sys.executable, "-m", "hostile.duolog_client", "--patience", "8"]
NAIVE = [sys.executable, "-m", "tests.hostile.naive_client"]
SWALLOWED = {
    "drop-entry": Result.LOST,
    "forge-entry": Result.FORGED,
    "replay-entry": Result.FORGED,
    "reorder-entries": Result.FORGED,
    "roll-back": Result.LOST,
    "foreign-receipts": Result.UNNOTICED,
    "flip-receipt-signature": Result.UNNOTICED,
    "replace-receipt-key": Result.NOT_REACHED,  # it asks for no key
    "end-page-early": Result.LOST,
    "promise-more": Result.HUNG,
    "endless-pages": Result.HUNG,
    "drip-answers": Result.HUNG,
}


def program(source: str) -> list[str]:
    return [sys.executable, "-c", source]


ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


async def test_a_program_is_started_once_and_again_after_it_was_stopped(tmp_path: Path) -> None:
    source = "import os, sys\nfor line in sys.stdin: print('{\"pid\": %d}' % os.getpid(), flush=True)"
    talk = Talk(program(source), tmp_path / "ada", 10)
    first = await talk.say("read")
    assert await talk.say("status") == first
    await talk.stop()
    assert await talk.say("read") != first
    await talk.stop()


async def test_a_program_gets_its_verb_and_its_home(tmp_path: Path) -> None:
    talk = Talk(program(ECHO), tmp_path / "ada", 10)
    assert await talk.say("write", text="ä\n") == {"verb": "write", "text": "ä\n"}
    await talk.stop()
    assert talk.home.is_dir()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import sys; sys.stderr.write('oh no'); sys.exit(3)", "oh no"),
        ("print('hello', flush=True); input()", "no JSON object"),
        ("print('[1]', flush=True); input()", "no JSON object"),
        ("print('[' * 9999, flush=True); input()", "no JSON object"),
    ],
)
async def test_a_program_that_ends_or_babbles_has_crashed(tmp_path: Path, source: str, says: str) -> None:
    talk = Talk(program(source), tmp_path / "ada", 10)
    with pytest.raises(Crashed, match=says):
        await talk.say("read")
    await talk.stop()


async def test_a_program_that_does_not_answer_hangs_and_is_ended(tmp_path: Path) -> None:
    talk = Talk(program("import time; time.sleep(600)"), tmp_path / "ada", 0.2)
    with pytest.raises(Hung, match="read"):
        await talk.say("read")
    await talk.stop()


async def test_a_program_that_has_just_ended_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk(program("import time; time.sleep(600)"), tmp_path / "ada", 0.2)
    kill = os.killpg

    def kill_once_it_is_gone(group: int, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            while True:
                kill(group, number)
        kill(group, number)

    monkeypatch.setattr(os, "killpg", kill_once_it_is_gone)
    with pytest.raises(Hung, match="read"):
        await talk.say("read")


def test_a_client_that_fails_the_honest_part_fails(capsys: pytest.CaptureFixture[str]) -> None:
    silent = program("for _ in iter(input, ''): print('{}', flush=True)")
    assert main(["run", "--only", "swap-blobs", "--json", "--", *silent]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["result"], row["failed"]) == (Result.STUCK, True)


def test_patterns_choose_attacks() -> None:
    assert running.chosen("") == list(CATALOGUE)
    assert running.chosen("swap-blobs,drop-*") == ["drop-entry", "swap-blobs"]


def test_a_result_that_the_catalogue_does_not_name_is_said_and_is_no_failure() -> None:
    outcome = Outcome("drop-entry", Result.REFUSED)
    assert "the catalogue says: frozen" in running.line(outcome)
    assert not running.failed([outcome])
    assert running.failed([outcome, Outcome("swap-blobs", Result.HUNG)])


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_client_that_trusts_everything_fails_where_it_swallows_an_attack() -> None:
    outcomes = asyncio.run(running.run(NAIVE, ["honest", *SWALLOWED], patience=10, jobs=2))
    assert running.results_of(outcomes) == {"honest": Result.DELAYED, **SWALLOWED}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_our_own_client_stands_some_of_each_sort() -> None:
    right = {
        "honest": Result.DELAYED,
        "swap-blobs": Result.QUARANTINED,
        "drop-entry": Result.FROZEN,
        "intercept-answer": Result.REFUSED,
        "name-larger-size": Result.NO_SERVER,
    }
    assert running.results_of(asyncio.run(running.run(OURS, right, jobs=2))) == right
