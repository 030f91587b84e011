"""Other JSON for the same values: what a careless parser takes for the same statement."""

import json
from collections.abc import Callable, Mapping


def with_space(statement: bytes) -> bytes:
    """A space after the first colon."""
    return statement.replace(b":", b": ", 1)


def with_repeated_key(statement: bytes) -> bytes:
    """`suite` twice, the second one true."""
    return statement.replace(b'"suite":1', b'"suite":2,"suite":1', 1)


def with_other_order(statement: bytes) -> bytes:
    """The keys in reverse order."""
    value = json.loads(statement)
    return json.dumps({key: value[key] for key in sorted(value, reverse=True)}, separators=(",", ":")).encode()


def with_escape(statement: bytes) -> bytes:
    """The first letter of `type` as an escape."""
    return statement.replace(b'"type"', b'"\\u0074ype"', 1)


def with_float(statement: bytes) -> bytes:
    """The suite as 1.0."""
    return statement.replace(b'"suite":1', b'"suite":1.0', 1)


def with_unknown_field(statement: bytes) -> bytes:
    """One more field, in its place, canonically."""
    value = json.loads(statement) | {"zzz": 1}
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def with_base64_tail(statement: bytes) -> bytes:
    """Other bits after the end of a binary value: decoders that don't look give the same bytes."""
    value = json.loads(statement)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    nonce = value["nonce"]
    value["nonce"] = nonce[:-1] + alphabet[alphabet.index(nonce[-1]) ^ 1]
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


CONFUSIONS: Mapping[str, Callable[[bytes], bytes]] = {
    "space": with_space,
    "repeated key": with_repeated_key,
    "order": with_other_order,
    "escape": with_escape,
    "float": with_float,
    "unknown field": with_unknown_field,
    "base64 tail": with_base64_tail,
}
