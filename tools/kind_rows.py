"""The rows of a kind as data for other languages, and as words for a page.

Guards and effects go by the names of their classes: `NotIn` is `not_in`.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from duolog.documents.digests import Digest
from duolog.documents.effects import Effect
from duolog.documents.guards import Guard
from duolog.documents.kernel import Machine, Row
from duolog.documents.kind import Kind
from duolog.protocol.codec import JsonObject

Word = Guard | Effect


def rules(kind: Kind[Any, Any], machine: Machine[Any]) -> JsonObject:
    """`<kind>.rules.json`: what holds for all steps, and every row in order.

    A row has its guards and effects by name and their arguments. `of_body`: the guard reads the content of the step.
    `stays`: the effect happens although the other partner could not open the step.
    """
    head = {"kind": kind.name, "v": kind.v, "noun": machine.noun, "while_provisional": kind.while_provisional}
    lists = {"comments_open": list(machine.comments_open), "binding": list(machine.binding)}
    digests = {step: _digest(digest) for step, digest in machine.digests.items()}
    return head | lists | {"digests": digests, "rows": [_row(row) for row in machine.rows]}


def _digest(digest: Digest) -> JsonObject:
    """The label and the parts, in order, of which a step's digest is the SHA-256."""
    path = {"path": digest.path} if digest.path else {}
    return {"label": digest.label.decode("ascii").split("/")[-1].rstrip("\0"), "parts": list(digest.parts)} | path


def _row(row: Row) -> JsonObject:
    of_body = {"of_body": True}
    stays = {"stays": True}
    return {
        "step": row.step,
        "class": row.does,
        "names": row.register,
        "only": [{"guard": word_of(guard)} | given(guard) | (of_body if guard.of_body else {}) for guard in row.only],
        "then": [{"effect": word_of(effect)} | given(effect) | (stays if effect.stays else {}) for effect in row.then],
    }


def word_of(word: Word) -> str:
    """The name of a guard or effect, such as `not_in`."""
    return word_name(type(word))


def word_name(word: type) -> str:
    """The name of a class of guards or effects, such as `not_in`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", word.__name__).lower()


def given(word: Word) -> JsonObject:
    """The arguments of a guard or effect by name, without empty ones."""
    every = {one.name: getattr(word, one.name) for one in fields(word)}
    return {name: value for name, value in every.items() if value not in (None, "", {}, False)}


def phrase(word: Word) -> str:
    """A guard or effect as a page shows it, such as `within 14 d`."""
    return " ".join([word_of(word).replace("_", " "), *_shown(given(word))])


def lasting(seconds: int) -> str:
    """A length of time in its largest whole unit, such as `20 min`."""
    unit, name = next(one for one in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")) if seconds % one[0] == 0)
    return f"{seconds // unit} {name}"


def _shown(found: JsonObject) -> Iterator[str]:
    for name, value in found.items():
        if name in ("seconds", "lapse", "at_least", "at_most"):
            yield f"{'' if name == 'seconds' else name.replace('_', ' ') + ' '}{lasting(value)}"
        elif name not in ("says", "became"):
            yield name if value is True else " or ".join(value) if isinstance(value, tuple) else str(value)
