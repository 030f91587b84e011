"""The rows of a kind as data for other languages, and as words for a page. A guard or effect is called by its class."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from duolog.documents.effects import Effect
from duolog.documents.guards import Guard
from duolog.documents.kernel import Machine, Row
from duolog.protocol.codec import JsonObject

Word = Guard | Effect


def rules(name: str, v: int, machine: Machine[Any]) -> JsonObject:
    """`<kind>.rules.json`: every row in order, its guards and effects by name with what they are given."""
    return {"kind": name, "v": v, "noun": machine.noun, "rows": [_row(row) for row in machine.rows]}


def _row(row: Row) -> JsonObject:
    only, then = [{"guard": word_of(one)} | given(one) for one in row.only], row.then
    return {
        "step": row.step,
        "class": row.does,
        "names": row.register,
        "only": only,
        "then": [{"effect": word_of(one)} | given(one) for one in then],
    }


def word_of(word: Word) -> str:
    """`NotIn` is `not_in`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(word).__name__).lower()


def given(word: Word) -> JsonObject:
    """What a word is given, by name, without what it isn't."""
    every = {one.name: getattr(word, one.name) for one in fields(word)}
    return {name: value for name, value in every.items() if value not in (None, "", {}, False)}


def phrase(word: Word) -> str:
    """`within 14 d`, as a page shows it."""
    return " ".join([word_of(word).replace("_", " "), *_shown(given(word))])


def _shown(found: JsonObject) -> Iterator[str]:
    for name, value in found.items():
        if name in ("seconds", "lapse"):
            yield f"{'lapse ' if name == 'lapse' else ''}{value // 86_400} d"
        elif name not in ("says", "became"):
            yield name if value is True else " or ".join(value) if isinstance(value, tuple) else str(value)
