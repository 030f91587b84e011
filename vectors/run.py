"""`python -m vectors.run -- CLIENT ARGS...`: every case to a client's program, a line of JSON in, a line out.

Rules
- What comes out is compared with `gives`, as JSON. A case with `error` must be refused.
- A refusal under another class or check than the vector's is counted apart, and fails only with `--strict`: another
  client may have names of its own.
- A kind that the program says it lacks is counted apart, and is no failure.
- A program that crashes or hangs fails the case, and is started anew for the next.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hostile.talk import Crashed, Hung, Talk
from vectors.check import FILES, load
from vectors.values import Json

PATIENCE = 30.0  # seconds for one case
_NOT_INPUTS = frozenset({"name", "kind", "source", "gives", "error", "check"})
_TROUBLE = 2  # the exit code for a wrong command line
_SHOWN = 200  # characters of a value

Say = Callable[[Json], Awaitable[Mapping[str, Any]]]  # a line; the answer


class Outcome(StrEnum):
    """The ways in which a case can end."""

    PASSED = "passed"
    RENAMED = "refused under another name"
    UNSUPPORTED = "unsupported"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case, and what came of it. `why`: a sentence for all but a pass."""

    file: str
    name: str
    kind: str
    outcome: Outcome
    why: str = ""

    def failed(self, *, strict: bool) -> bool:
        """Whether the client fell short."""
        return self.outcome is Outcome.FAILED or (strict and self.outcome is Outcome.RENAMED)


def chosen(only: str) -> Iterator[tuple[str, Json]]:
    """File and case of each that one of the patterns fits, by `FILE:NAME` or by kind; all for none."""
    patterns = [pattern for pattern in only.split(",") if pattern] or ["*"]
    for file in FILES:
        for case in load(file)["cases"]:
            if any(fnmatchcase(f"{file}:{case['name']}", one) or fnmatchcase(case["kind"], one) for one in patterns):
                yield file, case


def judge(case: Json, answer: Mapping[str, Any]) -> tuple[Outcome, str]:
    """The outcome of one answer, and why."""
    if answer.get("unsupported"):
        return Outcome.UNSUPPORTED, "the client lacks this kind"
    if "error" in case:
        if "error" not in answer:
            return Outcome.FAILED, f"should be refused with {_named(case)}, and gives {_short(answer.get('gives'))}"
        same = _named(case) == _named(answer)
        return (Outcome.PASSED, "") if same else (Outcome.RENAMED, f"{_named(answer)}, where we say {_named(case)}")
    if "gives" not in answer:
        return Outcome.FAILED, f"should give {_short(case['gives'])}, and is refused with {_named(answer)}"
    if _plain(answer["gives"]) != _plain(case["gives"]):
        return Outcome.FAILED, f"should give {_short(case['gives'])}, and gives {_short(answer['gives'])}"
    return Outcome.PASSED, ""


def _named(refusal: Mapping[str, Any]) -> str:
    return f"{refusal.get('error', 'nothing')} {refusal.get('check') or ''}".strip()


def _plain(value: Any) -> str:
    """JSON that is equal for equal values alone: in Python `1 == True`."""
    return json.dumps(value, sort_keys=True)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


async def run(say: Say, cases: Sequence[tuple[str, Json]], tell: Callable[[Verdict], None]) -> list[Verdict]:
    """Every case to a program; `tell` hears each verdict as it comes."""
    verdicts, told = [], ""
    for file, case in cases:
        try:
            if file != told:
                await say({"verb": "shared", "file": file, "shared": load(file)["shared"]})
                told = file
            inputs = {key: value for key, value in case.items() if key not in _NOT_INPUTS}
            answer = await say(
                {"verb": "case", "file": file, "name": case["name"], "kind": case["kind"], "input": inputs}
            )
            outcome, why = judge(case, answer)
        except (Crashed, Hung) as error:
            outcome, why, told = Outcome.FAILED, str(error), ""
        verdict = Verdict(file, case["name"], case["kind"], outcome, why)
        tell(verdict)
        verdicts.append(verdict)
    return verdicts


async def run_program(
    command: Sequence[str], cases: Sequence[tuple[str, Json]], patience: float, tell: Callable[[Verdict], None]
) -> list[Verdict]:
    """Every case to a program that is started here."""
    with tempfile.TemporaryDirectory(prefix="vectors-") as folder:
        talk = Talk(command, Path(folder) / "client", patience)

        async def say(line: Json) -> Mapping[str, Any]:
            return await talk.say(**line)

        try:
            return await run(say, cases, tell)
        finally:
            await talk.stop()


def line(verdict: Verdict) -> str:
    """One verdict for people."""
    return f"{verdict.file}:{verdict.name} ({verdict.kind}): {verdict.outcome}: {verdict.why}\n"


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many came to what, and which kinds the client lacks."""
    counts = Counter(one.outcome for one in verdicts)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    lacks = sorted({one.kind for one in verdicts if one.outcome is Outcome.UNSUPPORTED})
    return f"{len(verdicts)} cases: {told}\n" + (f"The client lacks: {', '.join(lacks)}\n" if lacks else "")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when nothing failed, 1 when something did, 2 when it could not begin."""
    given = sys.argv[1:] if arguments is None else arguments
    own, client = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    parser = argparse.ArgumentParser(
        prog="python -m vectors.run",
        usage="python -m vectors.run [--only PATTERNS] [--strict] [--json] [--patience SECONDS] -- CLIENT ARGS...",
        description="Give every vector to a client's program. See vectors/README.md.",
    )
    parser.add_argument("--only", metavar="PATTERNS", default="", help="such as 'codec.json:*,ed25519_verify'")
    parser.add_argument("--strict", action="store_true", help="a refusal under another name is a failure")
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON alone")
    parser.add_argument("--patience", type=float, default=PATIENCE, help=f"seconds for one case ({PATIENCE:.0f})")
    options = parser.parse_args(own)
    cases = list(chosen(options.only))
    if not client or not cases:
        sys.stderr.write("Name a client behind `--`.\n" if not client else "No case has such a name or kind.\n")
        return _TROUBLE

    def tell(verdict: Verdict) -> None:
        shown = verdict.outcome is Outcome.FAILED or (options.strict and verdict.outcome is Outcome.RENAMED)
        if shown and not options.json:
            sys.stdout.write(line(verdict))

    try:
        verdicts = asyncio.run(run_program(client, cases, options.patience, tell))
    except OSError as error:
        sys.stderr.write(f"The client can't be started: {error}\n")
        return _TROUBLE
    sys.stdout.write(json.dumps([asdict(one) for one in verdicts], indent=2) if options.json else summary(verdicts))
    return int(any(one.failed(strict=options.strict) for one in verdicts))


if __name__ == "__main__":
    sys.exit(main())
