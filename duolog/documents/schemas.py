"""Writes the JSON Schema of every kind's body, and its rows: `python -m duolog.documents.schemas FOLDER`.

Third-party clients write the same plaintext from the one, and judge it from the other.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from duolog.documents.account import ACCOUNT_KINDS, ACCOUNT_VERSION
from duolog.documents.registry import KINDS
from duolog.documents.rules import rules
from duolog.protocol.codec import JsonObject


def schemas() -> Mapping[str, str]:
    """File name -> JSON Schema or rows, as text ending in a line break."""
    shared = {kind.name: _schema(kind.name, kind.v, kind.body) for kind in KINDS.values()}
    own = {name: _schema(name, ACCOUNT_VERSION, kind.body) for name, kind in ACCOUNT_KINDS.items()}
    rows = {
        f"{kind.name}.rules": _text(rules(kind.name, kind.v, kind.machine))
        for kind in KINDS.values()
        if kind.machine is not None
    }
    return {f"{name}.json": text for name, text in sorted({**shared, **own, **rows}.items())}


def _schema(name: str, version: int, body: TypeAdapter[Any]) -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{name}, version {version}",
        **{key: value for key, value in body.json_schema().items() if key != "title"},
    }
    return _text(schema)


def _text(value: JsonObject) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Writes all of them into the folder named, and takes away schemas of kinds that are no more."""
    if len(arguments) != 1:
        sys.stderr.write("Say where: python -m duolog.documents.schemas FOLDER\n")
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
