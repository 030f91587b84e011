"""Snapshots of reducer state. Each begins with the kinds and versions that its maker knew, and the form of the state.

A client that didn't know a kind skipped its documents. After an update, a snapshot of that time would hide them for
good. So a client that knows other kinds or versions, or another form, starts anew from the log. Spec: documents
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from duolog.documents.kind import Format
from duolog.errors import MalformedData

T = TypeVar("T")

FORMAT = 8  # raised when states, or the rules that make them, change while no kind's version does


def encode_snapshot(adapter: TypeAdapter[T], state: T, kinds: Mapping[str, Format[Any]]) -> bytes:
    """UTF-8 JSON on two lines; the same state gives the same bytes. `kinds`: all that are known, by name."""
    return _made_by(kinds) + b"\n" + adapter.dump_json(state, exclude_unset=True)


def parse_snapshot(adapter: TypeAdapter[T], data: bytes, kinds: Mapping[str, Format[Any]]) -> T:
    """The state from its snapshot. Raises: MalformedData when it is damaged, or another version of Duolog made it."""
    made_by, _, state = data.partition(b"\n")
    if made_by != _made_by(kinds):  # check: documents.snapshot_kinds
        raise MalformedData("This snapshot was made by another version of Duolog; it will be made anew from the log.")
    try:
        return adapter.validate_json(state, by_alias=True, by_name=False)
    except ValidationError as error:
        raise MalformedData("This snapshot can't be read; it will be made anew from the log.") from error


def _made_by(kinds: Mapping[str, Format[Any]]) -> bytes:
    known = {name: kind.v for name, kind in sorted(kinds.items())}
    return json.dumps({"format": FORMAT, "kinds": known}, separators=(",", ":")).encode()
