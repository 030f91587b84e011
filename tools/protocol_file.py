"""Writes openapi/protocol.json, the protocol's data for other languages, and the tables of §6.9 from the same rows.

`python -m tools.protocol_file`. Labels come from the calls of `label`, sizes from `sizes`, problems from the server's
refusals, checks from `check_rows`, and the epochs of the roster's changes from its rule table.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import get_args

from app.problems import Problem
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject
from duolog.protocol.roster_changes import TABLE
from duolog.seal.pairing import Purpose
from tools.check_rows import ROOT, check_rows
from tools.check_steps import AUTHOR_FAULTS, SERVER_FAULTS, Step, step_of

FILE = ROOT / "openapi" / "protocol.json"
SPEC = ROOT / "docs" / "spec"
LOG = SPEC / "06-entries-and-log.md"
_TABLES = {"**Steps 1 to 3": SERVER_FAULTS, "**Steps 4 to 8": AUTHOR_FAULTS}

# What is bytes and no JSON: name, size and type of each field in order. A size of 0: the rest, as its section says.
_BINARY = {
    "header": [
        ["suite", 1, "u8"],
        ["journal", sizes.JOURNAL_ID, "id"],
        ["entry", sizes.ENTRY_ID, "id"],
        ["epoch", 4, "u32"],
        ["author", sizes.ACCOUNT_ID, "id"],
        ["generation", 4, "u32"],
        ["attachment_count", 2, "u16"],
        ["attachments", 0, "ids of 16"],
    ],
    "blob": [
        ["nonce", sizes.AEAD_NONCE, "bytes"],
        ["commitment", sizes.COMMITMENT, "bytes"],
        ["sealed", 0, "ciphertext and tag"],
    ],
    "entry_plaintext": [
        ["length", 4, "u32"],
        ["message", 0, "JSON"],
        ["tags", 0, "32 for each member"],
        ["padding", 0, "zeros"],
    ],
    "receipt": [
        ["seq", 8, "u64"],
        ["head", sizes.HASH, "hash"],
        ["time", 8, "u64"],
        ["signature", sizes.SIGNATURE, "Ed25519"],
    ],
    "reveal": [["nonce", sizes.NONCE, "N_F"]],
    "pair_answer_plaintext": [["length", 4, "u32"], ["answer", 0, "bytes"], ["padding", 0, "zeros to 4096"]],
}


def protocol_data() -> JsonObject:
    """The whole file."""
    return {
        "about": "The data of the Duolog protocol, made from the code by `make docs`. docs/spec says what it means.",
        "suite": sizes.SUITE,
        "label_prefix": "duolog/v1/",
        "labels": sorted(labels()),
        "sizes": {name: value for name, value in vars(sizes).items() if name.isupper() and name != "KIB"},
        "problems": [{"code": item.code, "status": item.status} for item in _problems()],
        "epochs": {"genesis": "fresh"} | {change: epoch for change, (_, epoch) in TABLE.items()},
        "binary": _BINARY,
        "checks": list(_checks()),
    }


def text() -> str:
    """The file as it is written: an item of a list on each line."""
    parts = []
    for name, value in protocol_data().items():
        written = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            written = "[\n  " + ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n ]"
        elif isinstance(value, dict):
            written = json.dumps(value, indent=2).replace("\n}", "\n }")
        parts.append(f" {json.dumps(name)}: {written}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def labels() -> set[str]:
    """The purpose of each label; one that ends in `*` begins several, of which each is local to a home."""
    found: set[str] = set()
    for file in (ROOT / "duolog").rglob("*.py"):
        source = file.read_text()
        if "label(" in source:
            calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
            for call in calls:
                if isinstance(call.func, ast.Name) and call.func.id == "label" and call.args:
                    found |= _purposes(call.args[0])
    return found


def _purposes(argument: ast.expr) -> set[str]:
    match argument:
        case ast.Constant(value=str(purpose)):
            return {purpose}
        case ast.BinOp(left=ast.Constant(value=str(beginning))):
            return {f"{beginning}*"}
        case ast.JoinedStr() if ast.unparse(argument) == "f'{purpose}-key'":
            return {f"{purpose}-key" for purpose in get_args(Purpose)}
    raise ValueError(f"A label is not written out: {ast.unparse(argument)}")


def _problems() -> list[type[Problem]]:
    return sorted(Problem.__subclasses__(), key=lambda item: item.code)


def _checks() -> Iterator[JsonObject]:
    sections = _sections()
    for row in check_rows():
        yield {
            "name": row.name,
            "error": row.error,
            "carries": row.carries or row.name,
            "whose": row.whose,
            "step": step_of(row.name),
            "sections": sections.get(row.name, []),
        }


@cache
def _sections() -> dict[str, list[str]]:
    """For each name in backquotes the sections of the specification that have it."""
    found: dict[str, list[str]] = {}
    for file in sorted(SPEC.glob("*.md")):
        section = file.stem if file.stem == "documents" else ""
        for line in file.read_text().splitlines():
            if heading := re.match(r"#+ (\d+(?:\.\d+)?)", line):
                section = f"documents {heading[1]}" if file.stem == "documents" else heading[1]
            for name in re.findall(r"`([a-z]+\.[a-z_0-9]+|signature)`", line):
                places = found.setdefault(name, [])
                if section not in places:
                    places.append(section)
    return found


def log_page(page: str) -> str:
    """§6 with the two tables of §6.9 as the rows say."""
    for line, steps in _TABLES.items():
        begin = page.index("| step |", page.index(line))
        end = page.index("\n\n", begin)
        page = page[:begin] + _table(steps, faults=line == "**Steps 1 to 3") + page[end:]
    return page


def _table(steps: tuple[Step, ...], *, faults: bool) -> str:
    """The rows; where the errors differ (`faults`), with a column for them."""
    head = "| step | what | check | error |\n|---|---|---|---|" if faults else "| step | what | check |\n|---|---|---|"
    rows = [head]
    for step in steps:
        checks = ", ".join(f"`{name}`" for name in step.checks)
        errors = f" {', '.join(_errors(step))} |" if faults else ""
        rows.append(f"| {step.step} | {step.what} | {checks} |{errors}")
    return "\n".join(rows)


def _errors(step: Step) -> Iterator[str]:
    """The errors of a step, each once, in the order of its checks; a whole area's by their number."""
    seen: dict[str, None] = {}
    for name in step.checks:
        rows = [row for row in check_rows() if row.name == name or name == f"{row.name.partition('.')[0]}.*"]
        counted = [row.error for row in rows if row.error is not None]
        for error in sorted(set(counted), key=lambda one: (-counted.count(one), one)):
            seen[error] = None
    yield from seen


def main() -> None:
    """Write the file and the tables."""
    FILE.write_text(text(), encoding="utf-8")
    LOG.write_text(log_page(LOG.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
