"""Writes what the TypeScript SDK knows of each kind: the types and shapes of bodies, and the rows of kinds with steps.

`python -m tools.sdk_documents`. All of it comes from the JSON Schemas and the rows that `tools.kind_schemas` writes, so
that one table drives both languages.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from duolog.documents.kind import Format
from duolog.documents.kinds.check_in_answers import ANSWER
from duolog.documents.registry import ACCOUNT_KINDS, KINDS
from duolog.protocol.codec import JsonObject
from tools.kind_rows import rules
from tools.sdk_constants import FOLDER

FILE = FOLDER / "documents.ts"
_HEAD = """// Made by `make sdk-documents` from the Python code: change that, not this file.

import type { Rules } from "../documents/rules.ts";
import type { BodyShape, ObjectShape } from "../documents/shapes.ts";
import type { JsonObject } from "../protocol/codec.ts";
"""


def documents() -> str:
    """documents.ts."""
    writer = _Writer()
    kinds = {name: writer.body(kind) for name, kind in KINDS.items()}
    account = {name: writer.body(kind) for name, kind in ACCOUNT_KINDS.items()}
    answer = writer.union("CheckInAnswer", ANSWER.json_schema(ref_template="{model}"))
    machines = {name: (kind, kind.machine) for name, kind in KINDS.items() if kind.machine is not None}
    tables = {name: rules(kind, machine) for name, (kind, machine) in machines.items()}
    parts = [
        _HEAD,
        *writer.lines,
        *_listed("Bodies", "BODIES", "of shared and private journals", KINDS, kinds),
        *_listed("AccountBodies", "ACCOUNT_BODIES", "of the account journal", ACCOUNT_KINDS, account),
        "/** An opened answer of a check-in. */",
        f"export const CHECK_IN_ANSWER: BodyShape = {answer};\n",
        "/** The rows of each kind with steps, as `openapi/documents/<kind>.rules.json` has them. */",
        f"export const RULES: readonly Rules[] = {json.dumps(list(tables.values()), indent=1, ensure_ascii=False)};",
    ]
    return "\n".join(parts) + "\n"


def _listed(
    of: str, name: str, where: str, kinds: Mapping[str, Format[Any]], found: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    """The type of all bodies by their kinds, and the shape of each with its version."""
    yield f"/** The body of each kind {where}. */"
    yield f"export interface {of} {{"
    yield from (f"  readonly {kind}: {named};" for kind, (named, _) in found.items())
    yield "}\n"
    yield f"/** The kinds {where}: the version that is written and read, and the shape of the body. */"
    yield f"export const {name}: ReadonlyMap<string, {{ readonly v: number; readonly body: BodyShape }}> = new Map(["
    yield from (f'  ["{kind}", {{ v: {kinds[kind].v}, body: {shape} }}],' for kind, (_, shape) in found.items())
    yield "]);\n"


class _Writer:
    """Types and shapes of objects, each once and behind those that it is made of."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._written: dict[str, JsonObject] = {}

    def body(self, kind: Format[Any]) -> tuple[str, str]:
        """The name of the type of a kind's body, and its shape."""
        schema = kind.body.json_schema(ref_template="{model}")
        if "oneOf" not in schema:
            self._object(schema["title"], schema, schema.get("$defs", {}))
            return schema["title"], _constant(schema["title"])
        name = "".join(part.capitalize() for part in kind.name.split("_")) + "Step"
        return name, self.union(name, schema)

    def union(self, name: str, schema: JsonObject) -> str:
        """The shape of a body that is one of several objects."""
        for of in schema["discriminator"]["mapping"].values():
            self._object(of, schema["$defs"][of], schema["$defs"])
        mapping = schema["discriminator"]["mapping"]
        self.lines.append(f"export type {name} = {' | '.join(mapping.values())};\n")
        steps = ", ".join(f'["{step}", {_constant(of)}]' for step, of in mapping.items())
        return f'{{ is: "union", by: "{schema["discriminator"]["propertyName"]}", of: new Map([{steps}]) }}'

    def _object(self, name: str, schema: JsonObject, others: JsonObject) -> None:
        if name in self._written:
            if self._written[name] != schema:
                raise ValueError(f"two objects have the name {name}")
            return
        self._written[name] = schema
        needed, types, shapes = schema.get("required", []), [], []
        for field, one in schema["properties"].items():
            found, shape, nullable = self._field(one, others)
            optional = "" if field in needed else "?"
            types.append(f"  readonly {field}{optional}: {found};\n")
            more = "".join(f", {flag}: true" for flag, on in (("needed", field in needed), ("nullable", nullable)) if on)
            shapes.append(f'  ["{field}", {{ shape: {shape}{more} }}],\n')
        said = " ".join(schema.get("description", "").split())
        self.lines += [f"/** {said} */"] if said else []
        self.lines.append(f"export interface {name} {{\n{''.join(types)}}}\n")
        fields = f"new Map([\n{''.join(shapes)}])"
        self.lines.append(f'const {_constant(name)}: ObjectShape = {{ is: "object", name: "{name}", fields: {fields} }};\n')

    def _field(self, schema: JsonObject, others: JsonObject) -> tuple[str, str, bool]:
        """The type of a field, its shape, and whether it may be null."""
        options = schema.get("anyOf", [schema])
        whole = [one for one in options if one.get("type") != "null"]
        if len(whole) != 1:
            raise ValueError(f"a field is one of several: {schema}")
        found, shape = self._value(whole[0], others)
        return found, shape, len(options) > 1

    def _value(self, schema: JsonObject, others: JsonObject) -> tuple[str, str]:
        if "$ref" in schema:
            self._object(schema["$ref"], others[schema["$ref"]], others)
            return schema["$ref"], _constant(schema["$ref"])
        if "x-bytes" in schema:
            size = schema["x-bytes"]
            return "string", '{ is: "bytes" }' if size == "any" else f'{{ is: "bytes", size: {size} }}'
        if "enum" in schema or "const" in schema:
            values = [*schema.get("enum", [schema.get("const")]), *schema.get("x-read", [])]
            return " | ".join(map(json.dumps, values)), f'{{ is: "choice", of: {json.dumps(values)} }}'
        return self._typed(schema, others)

    def _typed(self, schema: JsonObject, others: JsonObject) -> tuple[str, str]:
        match schema["type"]:
            case "string" if schema.get("format") == "date":
                return "string", '{ is: "day" }'
            case "string" if schema.get("format") == "wall-time":
                return "string", '{ is: "wallTime" }'
            case "string":
                holds = f", holds: {_regex(schema['pattern'])}" if "pattern" in schema else ""
                return "string", f'{{ is: "text"{_limits(schema, "Length")}{holds} }}'
            case "integer":
                return "number", f'{{ is: "integer", low: {schema["minimum"]}, high: {schema["maximum"]} }}'
            case "boolean":
                return "boolean", '{ is: "flag" }'
            case "array":
                found, shape = self._value(schema["items"], others)
                of = f"({found})" if " " in found else found
                return f"readonly {of}[]", f'{{ is: "list", of: {shape}{_limits(schema, "Items")} }}'
            case "object" if "properties" not in schema:
                return "JsonObject", '{ is: "any" }'
        raise ValueError(f"there is no shape for this: {schema}")


def _limits(schema: JsonObject, of: str) -> str:
    low, high = schema.get(f"min{of}"), schema.get(f"max{of}")
    least = "" if low is None else f", least: {low}"
    name = "writing" if schema.get("x-writing") else "most"
    return least if high is None else f"{least}, {name}: {high}"


def _regex(pattern: str) -> str:
    """A pattern of pydantic, in which white space is Unicode's, as one of JavaScript."""
    spaced = re.sub(r"(?<!\\)((?:\\\\)*)\\([sS])", lambda found: found[1] + _SPACE[found[2]], pattern)
    return f"/{spaced}/u"


_SPACE = {"s": r"\p{White_Space}", "S": r"\P{White_Space}"}


def _constant(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def main() -> None:
    """Write the file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    FILE.write_text(documents(), encoding="utf-8")


if __name__ == "__main__":
    main()
