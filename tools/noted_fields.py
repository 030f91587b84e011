"""Makes a JSON Schema of an object from its parser: notes each field that the parser asks for.

The schema is the union of several parsed examples. A field isn't required when an example lacks it, or when the parser
asks whether it is there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject
from duolog.protocol.statements import Fields

_NOTED = "_noted"
_BINARY = {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"}


@contextmanager
def noting(roots: list[JsonObject]) -> Iterator[None]:
    """Note what every parser asks for meanwhile. `roots`: the schema of each object that stands in no other one."""
    kept = {name: getattr(Fields, name) for name in ("__init__", "has", *_READERS, "objects", "object")}

    def begin(fields: Fields, value: object, what: str) -> None:
        kept["__init__"](fields, value, what)
        schema: JsonObject = {"type": "object", "properties": {}, "optional": set()}
        fields.__dict__[_NOTED] = schema
        roots.append(schema)

    def has(fields: Fields, name: str) -> bool:
        fields.__dict__[_NOTED]["optional"].add(name)
        return bool(kept["has"](fields, name))

    def plain(method: str, describe: Callable[..., JsonObject]) -> Callable[..., Any]:
        def read(fields: Fields, name: str, *arguments: Any, **named: Any) -> Any:
            value = kept[method](fields, name, *arguments, **named)
            _note(fields, name, {"const": value} if name == "type" and not named else describe(*arguments, **named))
            return value

        return read

    def inner(method: str) -> Callable[..., Any]:
        def read(fields: Fields, name: str, parse: Callable[[Fields], Any], *counts: int) -> Any:
            met: list[JsonObject] = []

            def parse_noted(item: Fields) -> Any:
                noted = item.__dict__[_NOTED]
                roots[:] = [root for root in roots if root is not noted]
                value = parse(item)
                met.append(noted)
                return value

            found = kept[method](fields, name, parse_noted, *counts)
            schema = joined(met)
            if method == "objects":
                schema = {"type": "array", "minItems": counts[0], "maxItems": counts[1], "items": schema}
            _note(fields, name, schema)
            return found

        return read

    setattr(Fields, "__init__", begin)  # noqa: B010  # mypy knows that a class's method isn't replaced
    setattr(Fields, "has", has)  # noqa: B010
    for name, describe in _READERS.items():
        setattr(Fields, name, plain(name, describe))
    for name in ("objects", "object"):
        setattr(Fields, name, inner(name))
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(Fields, name, method)


def _note(fields: Fields, name: str, schema: JsonObject) -> None:
    fields.__dict__[_NOTED]["properties"].setdefault(name, schema)


def joined(schemas: Sequence[JsonObject]) -> JsonObject:
    """One schema of an object for all of these."""
    names = [set(schema["properties"]) for schema in schemas]
    optional = set().union(*(schema["optional"] for schema in schemas))
    properties: JsonObject = {}
    for name in sorted(set().union(*names)):
        found = [schema["properties"][name] for schema in schemas if name in schema["properties"]]
        properties[name] = joined_values(found)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": sorted(set.intersection(*names) - optional),
        "properties": properties,
        "optional": optional,
    }


def without_marks(schema: Any) -> Any:
    """The schema as it is written."""
    if isinstance(schema, dict) and "properties" in schema:
        properties = {name: without_marks(item) for name, item in schema["properties"].items()}
        return {name: item for name, item in schema.items() if name != "optional"} | {"properties": properties}
    if isinstance(schema, dict) and "items" in schema:
        return schema | {"items": without_marks(schema["items"])}
    return schema


def joined_values(found: Sequence[JsonObject]) -> JsonObject:
    """One schema of a value; of objects, and of lists of objects, the union."""
    if "properties" in found[0]:
        return joined(found)
    if "properties" in found[0].get("items", {}):
        return found[0] | {"items": joined([item["items"] for item in found])}
    return dict(found[0])


def _length(size: int) -> int:
    return (size * 4 + 2) // 3  # characters of base64url without padding


def _text(*allowed: str, limit: int = sizes.MAX_LABEL) -> JsonObject:
    return {"enum": list(allowed)} if allowed else {"type": "string", "maxLength": limit}


def _data(size: int) -> JsonObject:
    return _BINARY | {"minLength": _length(size), "maxLength": _length(size), "description": f"base64url, {size} bytes"}


def _blob(limit: int) -> JsonObject:
    return _BINARY | {"maxLength": _length(limit), "description": f"base64url, {limit} bytes at most"}


def _integer(low: int = 0, high: int = sizes.MAX_INTEGER) -> JsonObject:
    return {"type": "integer", "minimum": low, "maximum": high}


def _integers(low: int, high: int) -> JsonObject:
    return {"type": "array", "minItems": low, "maxItems": high, "items": _integer(1)}


def _datas(size: int, low: int, high: int) -> JsonObject:
    return {"type": "array", "minItems": low, "maxItems": high, "items": _data(size)}


_READERS: dict[str, Callable[..., JsonObject]] = {
    "text": _text,
    "data": _data,
    "blob": _blob,
    "flag": lambda: {"type": "boolean"},
    "integer": _integer,
    "integers": _integers,
    "datas": _datas,
    "json_object": lambda: {"type": "object"},
}
