"""The runner of the vectors: our own adapter passes, and each way of being wrong is found."""

import json
import shutil
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from hostile.talk import Crashed
from vectors.adapter import Adapter
from vectors.check import FOLDER, load
from vectors.run import Outcome, Verdict, chosen, judge, line, main, run, summary
from vectors.values import Json

OURS = [sys.executable, "-m", "vectors.adapter"]


async def verdicts(only: str = "", change: Any = lambda _, answer: answer) -> list[Verdict]:
    """Our adapter in this process; `change`: what becomes of its answer to a line."""
    adapter, told = Adapter(), list[Verdict]()

    async def say(asked: Json) -> Mapping[str, Any]:
        found: Mapping[str, Any] = change(asked, adapter.answer(json.loads(json.dumps(asked))))
        return found

    given = await run(say, list(chosen(only)), told.append)
    assert told == given
    return given


async def test_our_adapter_passes_every_case_by_its_inputs_alone() -> None:
    assert [one for one in await verdicts() if one.outcome is not Outcome.PASSED] == []


async def test_an_adapter_that_takes_everything_fails_each_refusal() -> None:
    given = await verdicts("codec.json:*", lambda _, answer: {"gives": {}} if "error" in answer else answer)
    refused = [case["name"] for case in load("codec.json")["cases"] if "error" in case]
    assert [one.name for one in given if one.outcome is Outcome.FAILED] == refused
    assert "should be refused with MalformedData" in line(next(one for one in given if one.why))


async def test_an_adapter_that_refuses_everything_fails_each_other_case() -> None:
    given = await verdicts("codec.json:*", lambda _, answer: {"error": "Nonsense"})
    taken = [case["name"] for case in load("codec.json")["cases"] if "gives" in case]
    assert [one.name for one in given if one.outcome is Outcome.FAILED] == taken
    assert {one.outcome for one in given} == {Outcome.FAILED, Outcome.RENAMED}


async def test_an_adapter_that_changes_one_bit_fails() -> None:
    def change(asked: Json, answer: Json) -> Json:
        return {"gives": {**answer["gives"], "mac": "00"}} if asked.get("kind") == "hmac" else answer

    given = await verdicts("hmac,hkdf", change)
    assert {(one.kind, one.outcome) for one in given} == {("hmac", Outcome.FAILED), ("hkdf", Outcome.PASSED)}


async def test_an_adapter_that_crashes_fails_one_case_and_is_told_everything_anew() -> None:
    told: list[str] = []

    def change(asked: Json, answer: Json) -> Json:
        told.append(asked["verb"])
        if len(told) == 3:
            raise Crashed("The program ended at `case`.")
        return answer

    given = await verdicts("receipt", change)
    assert [one.outcome for one in given[:3]] == [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED]
    assert told[:5] == ["shared", "case", "case", "shared", "case"]


async def test_a_kind_that_a_client_lacks_is_named_and_is_no_failure() -> None:
    given = await verdicts("words,hmac", lambda asked, answer: {"unsupported": True} if "kind" in asked else answer)
    assert {one.outcome for one in given} == {Outcome.UNSUPPORTED}
    assert not any(one.failed(strict=True) for one in given)
    assert "The client lacks: hmac, words" in summary(given)


def test_a_refusal_under_another_name_fails_where_names_are_asked_for() -> None:
    case = {"error": "BadSignature", "check": "signature"}
    outcome, why = judge(case, {"error": "badSignature"})
    verdict = Verdict("keys.json", "login", "login", outcome, why)
    assert (outcome, why) == (Outcome.RENAMED, "badSignature, where we say BadSignature signature")
    assert (verdict.failed(strict=False), verdict.failed(strict=True)) == (False, True)


@pytest.mark.parametrize(("gives", "answer"), [(1, True), (1, "1"), ({}, None), ([1, 2], [2, 1])])
def test_what_comes_out_is_compared_as_json(gives: Any, answer: Any) -> None:
    assert judge({"gives": gives}, {"gives": answer})[0] is Outcome.FAILED


def test_a_program_is_asked_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "canonical,ed25519_verify", "--json", "--strict", "--", *OURS]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {(row["kind"], row["outcome"]) for row in rows} == {("canonical", "passed"), ("ed25519_verify", "passed")}


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_a_program_in_another_language_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    foreign = ["node", str(FOLDER / "node" / "adapter.mjs")]
    assert main(["--only", "codec.json:*,hmac,hkdf", "--", *foreign]) == 0
    said = capsys.readouterr().out
    assert "unsupported" in said
    assert "The client lacks: canonical," in said
    assert main(["--only", "hmac,hkdf,base64url", "--json", "--", *foreign]) == 0
    assert {row["outcome"] for row in json.loads(capsys.readouterr().out)} <= {"passed", "refused under another name"}


def test_a_wrong_program_is_said_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    silent = [sys.executable, "-c", "for _ in iter(input, ''): print('{}', flush=True)"]
    assert main(["--only", "hmac", "--", *silent]) == 1
    said = capsys.readouterr().out
    assert "primitives.json:" in said
    assert "FAILED: should give" in said


def test_what_can_not_begin_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nonsense", "--", "true"]) == 2
    assert main([]) == 2
    assert main(["--only", "hmac", "--", "/no/such/client"]) == 2
    said = capsys.readouterr().err
    assert "No case has such a name or kind." in said
    assert "Name a client behind `--`." in said
    assert "The client can't be started" in said
