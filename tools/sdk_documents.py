"""Writes what the TypeScript SDK knows of each kind: the shapes of bodies, and the rows of kinds with steps.

`python -m tools.sdk_documents`. All of it comes from the JSON Schemas and the rows that `tools.kind_schemas` writes, so
that one table drives both languages. The types of bodies are made from the same schemas (`make sdk-types`).
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

FILE = FOLDER / "kinds.ts"
_HEAD = """// Made by `make sdk-documents` from the Python code: change that, not this file.

/** What a value must be. `least`, `most`: characters or items; `writing`: as `most`, before it is sent. */
export type Shape =
  | { is: "text"; least?: number; most?: number; writing?: number; holds?: RegExp }
  | { is: "bytes"; size?: number }
  | { is: "integer"; low: number; high: number }
  | { is: "choice"; of: readonly string[] }
  | { is: "list"; of: Shape; least?: number; most?: number; writing?: number }
  | { is: "flag" | "day" | "wallTime" | "any" }
  | ObjectShape;

/** An object of known fields. `name`: its type in Python, by which rules about several fields are found. */
export interface ObjectShape {
  is: "object";
  name: string;
  fields: ReadonlyMap<string, Field>;
}

/** `needed`: it can't be left out. `nullable`: it may be null, which means the same as left out. */
export interface Field {
  shape: Shape;
  needed?: boolean;
  nullable?: boolean;
}

/** The shape of a body: an object, or one of several by the text in the field `by`. */
export type BodyShape = ObjectShape | { is: "union"; by: string; of: ReadonlyMap<string, ObjectShape> };
"""


def documents() -> str:
    """documents.ts."""
    writer = _Writer()
    kinds = {name: writer.body(kind) for name, kind in KINDS.items()}
    account = {name: writer.body(kind) for name, kind in ACCOUNT_KINDS.items()}
    answer = writer.union(ANSWER.json_schema(ref_template="{model}"))
    machines = {name: (kind, kind.machine) for name, kind in KINDS.items() if kind.machine is not None}
    tables = [rules(kind, machine) for kind, machine in machines.values()]
    parts = [
        _HEAD,
        *writer.lines,
        *_listed("BODIES", "of shared and private journals", KINDS, kinds),
        *_listed("ACCOUNT_BODIES", "of the account journal", ACCOUNT_KINDS, account),
        "/** An opened answer of a check-in. */",
        f"export const CHECK_IN_ANSWER: BodyShape = {answer};\n",
        "/** The rows of each kind with steps, as `openapi/documents/<kind>.rules.json` has them. */",
        "export const RULES = [",
        *(line for table in tables for line in _table(table)),
        "] as const;",
    ]
    return "\n".join(parts) + "\n"


def _listed(name: str, where: str, kinds: Mapping[str, Format[Any]], shapes: Mapping[str, str]) -> Iterator[str]:
    """The shape of each body, with its version."""
    yield f"/** The kinds {where}: the version that is written and read, and the shape of the body. */"
    yield f"export const {name}: ReadonlyMap<string, {{ v: number; body: BodyShape }}> = new Map(["
    yield from (f'  ["{kind}", {{ v: {kinds[kind].v}, body: {shape} }}],' for kind, shape in shapes.items())
    yield "]);\n"


def _table(table: JsonObject) -> Iterator[str]:
    """A kind's rules, a line for each row."""
    yield "  {"
    yield from (f"    {name}: {_json(value)}," for name, value in table.items() if name != "rows")
    yield "    rows: ["
    yield from (f"      {_json(row)}," for row in table["rows"])
    yield "    ],\n  },"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


class _Writer:
    """Shapes of objects, each once and behind those that it is made of."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._written: dict[str, JsonObject] = {}

    def body(self, kind: Format[Any]) -> str:
        """The shape of a kind's body."""
        schema = kind.body.json_schema(ref_template="{model}")
        if "oneOf" in schema:
            return self.union(schema)
        return self._object(schema["title"], schema, schema.get("$defs", {}))

    def union(self, schema: JsonObject) -> str:
        """The shape of a body that is one of several objects."""
        mapping = schema["discriminator"]["mapping"]
        found = {step: self._object(name, schema["$defs"][name], schema["$defs"]) for step, name in mapping.items()}
        steps = ", ".join(f'["{step}", {shape}]' for step, shape in found.items())
        return f'{{ is: "union", by: "{schema["discriminator"]["propertyName"]}", of: new Map([{steps}]) }}'

    def _object(self, name: str, schema: JsonObject, others: JsonObject) -> str:
        constant = re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()
        if name not in self._written:
            needed = schema.get("required", [])
            fields = [self._field(field, one, others, field in needed) for field, one in schema["properties"].items()]
            shape = f'{{ is: "object", name: "{name}", fields: new Map([\n{"".join(fields)}]) }}'
            self.lines.append(f"const {constant}: ObjectShape = {shape};\n")
            self._written[name] = schema
        elif self._written[name] != schema:
            raise ValueError(f"two objects have the name {name}")
        return constant

    def _field(self, name: str, schema: JsonObject, others: JsonObject, needed: bool) -> str:
        options = schema.get("anyOf", [schema])
        whole = [one for one in options if one.get("type") != "null"]
        if len(whole) != 1:
            raise ValueError(f"a field is one of several: {schema}")
        flags = {"needed": needed, "nullable": len(options) > 1}
        more = "".join(f", {flag}: true" for flag, on in flags.items() if on)
        return f'  ["{name}", {{ shape: {self._value(whole[0], others)}{more} }}],\n'

    def _value(self, schema: JsonObject, others: JsonObject) -> str:
        if "$ref" in schema:
            return self._object(schema["$ref"], others[schema["$ref"]], others)
        if "x-bytes" in schema:
            size = schema["x-bytes"]
            return '{ is: "bytes" }' if size == "any" else f'{{ is: "bytes", size: {size} }}'
        if "enum" in schema or "const" in schema:
            values = [*schema.get("enum", [schema.get("const")]), *schema.get("x-read", [])]
            return f'{{ is: "choice", of: {json.dumps(values)} }}'
        match schema["type"]:
            case "string":
                return _text(schema)
            case "integer":
                return f'{{ is: "integer", low: {schema["minimum"]}, high: {schema["maximum"]} }}'
            case "boolean":
                return '{ is: "flag" }'
            case "array":
                return f'{{ is: "list", of: {self._value(schema["items"], others)}{_limits(schema, "Items")} }}'
            case "object" if "properties" not in schema:
                return '{ is: "any" }'
        raise ValueError(f"there is no shape for this: {schema}")


def _text(schema: JsonObject) -> str:
    forms = {"date": '{ is: "day" }', "wall-time": '{ is: "wallTime" }'}
    if schema.get("format") in forms:
        return forms[schema["format"]]
    holds = f", holds: {_regex(schema['pattern'])}" if "pattern" in schema else ""
    return f'{{ is: "text"{_limits(schema, "Length")}{holds} }}'


def _limits(schema: JsonObject, of: str) -> str:
    low, high = schema.get(f"min{of}"), schema.get(f"max{of}")
    least = "" if low is None else f", least: {low}"
    name = "writing" if schema.get("x-writing") else "most"
    return least if high is None else f"{least}, {name}: {high}"


def _regex(pattern: str) -> str:
    """A pattern of pydantic, in which white space is Unicode's, as one of JavaScript.

    Pydantic's patterns take time in proportion to a text. JavaScript's go back: `^x*yx*$`, where y is one of the x,
    would take its square, and becomes `^(?=x*y)x*$`.
    """
    found = re.fullmatch(r"\^(\[.+?\]\*)(.+)\1\$", pattern)
    once = pattern if found is None else f"^(?={found[1]}{found[2]}){found[1]}$"
    spaced = re.sub(r"(?<!\\)((?:\\\\)*)\\([sS])", lambda one: one[1] + _SPACE[one[2]], once)
    return f"/{spaced}/u"


_SPACE = {"s": r"\p{White_Space}", "S": r"\P{White_Space}"}


def main() -> None:
    """Write the file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    FILE.write_text(documents(), encoding="utf-8")


if __name__ == "__main__":
    main()
