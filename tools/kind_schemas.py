"""Writes the JSON Schema of every kind's body, and the rows of kinds with steps.

`python -m tools.kind_schemas FOLDER`. Other clients write the same plaintext by the schemas, and judge it by the
rows.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from duolog.documents.kind import Format
from duolog.documents.kinds.check_in_answers import ANSWER
from duolog.documents.registry import ACCOUNT_KINDS, KINDS
from duolog.protocol.codec import JsonObject
from tools.kind_rows import rules

_DRAFT: JsonObject = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def schemas() -> Mapping[str, str]:
    """File name -> JSON Schema or rows, as text that ends in a line break.

    In a schema, `x-bytes` is the size of a binary value, `x-writing` marks a limit that holds for writing alone, and
    `x-read` has values that are read, and never written.
    """
    texts = {kind.name: _schema(kind) for kind in (*KINDS.values(), *ACCOUNT_KINDS.values())}
    for kind in KINDS.values():
        if kind.machine is not None:
            texts[f"{kind.name}.rules"] = _text(rules(kind, kind.machine))
    texts["check_in_answer"] = _text(_DRAFT | {"title": "An opened answer of a check_in"} | ANSWER.json_schema())
    return {f"{name}.json": text for name, text in sorted(texts.items())}


def _schema(kind: Format[Any]) -> str:
    return _text(
        {
            **_DRAFT,
            "title": f"{kind.name}, version {kind.v}",
            **{key: value for key, value in kind.body.json_schema().items() if key != "title"},
        }
    )


def _text(value: JsonObject) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write all of them to the named folder, and delete those of kinds that don't exist any more."""
    if len(arguments) != 1:
        sys.stderr.write("Say where: python -m tools.kind_schemas FOLDER\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    current = schemas()
    for old in folder.glob("*.json"):
        if old.name not in current:
            old.unlink()
    for name, text in current.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
