"""Documents with a canary in every text field of every step of every kind, made from the models' own schemas.

A new kind, step or field is filled without a change here. A text of a new form, which holds no free word, has to be
named in `FIXED`, and a test says so.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from duolog.documents.kind import Format
from duolog.errors import DuologError
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document

Json = dict[str, Any]

# Texts that can't be a word of the author's: a day, a time, a colour.
FIXED = ("2026-11-20T18:30", "2026-11-20", "#12ab34")
NUMBER = 2  # fits every number of the models


def filled(kind: Format[Any], canary: str, numbers: Mapping[str, int] | None = None) -> list[tuple[Json, set[str]]]:
    """Bodies of each step of a kind, each with the paths of the texts that hold a canary.

    `canary`: the word that each begins with. `numbers`: values of some number fields, by name.
    """
    schema = kind.body.json_schema()
    found = []
    for step in _steps(schema):
        filler = _Filler(schema.get("$defs", {}), canary, numbers or {})
        bodies = filler.bodies(step)
        fit = [(body, paths) for body, paths in bodies if _fits(kind, body)]
        texts = {path for _, paths in bodies for path in paths}
        missing = texts - {path for _, paths in fit for path in paths}
        assert fit, f"no body of {kind.name} could be made: {step}"
        assert not missing, f"no body of {kind.name} has a canary in {missing}"
        found += _fewest(fit)
    return found


def _steps(schema: Json) -> Iterator[Json]:
    if "oneOf" not in schema:
        yield schema
    for step in schema.get("oneOf", ()):
        yield schema["$defs"][step["$ref"].rpartition("/")[2]]


def _fits(kind: Format[Any], body: Json) -> bool:
    try:
        kind.read(Document(kind.name, kind.v, 0, body), writing=True)
    except DuologError:
        return False
    return True


def _fewest(bodies: list[tuple[Json, set[str]]]) -> list[tuple[Json, set[str]]]:
    """Those that fill a path which none before has filled, the fullest first; one at least."""
    seen, kept = set[str](), list[tuple[Json, set[str]]]()
    for body, paths in sorted(bodies, key=lambda one: len(one[1]), reverse=True):
        if not kept or paths - seen:
            kept.append((body, paths))
            seen |= paths
    return kept


class _Filler:
    def __init__(self, defs: Json, canary: str, numbers: Mapping[str, int]) -> None:
        self._defs, self._canary, self._numbers = defs, canary, numbers
        self._paths: set[str] = set()

    def bodies(self, schema: Json) -> list[tuple[Json, set[str]]]:
        """With every field, and with one optional field each, for all choices of a word from a list."""
        fields, required = schema["properties"], schema.get("required", [])
        choices = {name: self._enum(field) for name, field in fields.items() if self._enum(field)}
        optional = [name for name in fields if name not in required]
        sets = [[*fields], required, *([*required, one] for one in optional)]
        made = []
        for chosen in product(*choices.values()):
            picked = dict(zip(choices, chosen, strict=True))
            for names in sets:
                self._paths = set()
                body = {
                    name: picked[name] if name in picked else self._value(fields[name], name)
                    for name in fields
                    if name in names
                }
                made.append((body, self._paths))
        return made

    def _enum(self, schema: Json) -> list[str]:
        found: list[str] = self._known(schema).get("enum", [])
        return found

    def _known(self, schema: Json) -> Json:
        if "$ref" in schema:
            found: Json = self._defs[schema["$ref"].rpartition("/")[2]]
            return found
        if "anyOf" in schema:
            return self._known(next(one for one in schema["anyOf"] if one.get("type") != "null"))
        return schema

    def _value(self, schema: Json, path: str) -> Any:
        known = self._known(schema)
        if "const" in known:
            return known["const"]
        if "enum" in known:
            return known["enum"][0]
        match known["type"]:
            case "string":
                return self._text(known, path)
            case "integer":
                return self._numbers.get(path, NUMBER)
            case "boolean":
                return True
            case "array":
                items = known.get("items") or known["prefixItems"][0]
                return [self._value(items, f"{path}.0")]
            case "object" if "properties" in known:
                return {name: self._value(one, f"{path}.{name}") for name, one in known["properties"].items()}
            case "object":
                return {"text": self._word(f"{path}.text")}
            case other:
                raise AssertionError(f"{path} is of a type that is not filled: {other}")

    def _text(self, schema: Json, path: str) -> str:
        said = schema.get("description", "")
        if "base64url" in said:
            size = re.match(r"(\d+) bytes", said)
            return encode_b64(secrets.token_bytes(int(size[1])) if size else self._word(path).encode())
        pattern, most = schema.get("pattern", ""), schema.get("maxLength", 100)
        word = self._word(path)[:most]
        if "format" not in schema and re.search(pattern, word):
            return word
        self._paths.discard(path)
        fixed = [text for text in FIXED if re.search(pattern, text) and (text in FIXED[1:2] or "format" not in schema)]
        assert fixed, f"{path} is a text of a new form: {pattern}"
        return fixed[0]

    def _word(self, path: str) -> str:
        self._paths.add(path)
        return f"{self._canary} {path}"
