"""Snapshots of reducer state: what the state was made by stands before it, and another reader starts anew.

A client that didn't know a kind skipped its documents. After an update, a snapshot of that time would hide them for
good. So a snapshot says which kinds and versions its maker knew, and in which form; only the very same is taken.
Spec: documents
"""

import json
from collections.abc import Mapping
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from duolog.errors import MalformedData

T = TypeVar("T")

FORMAT = 4  # grows whenever states, or the rules that make them, change while no kind's version does


def encode_snapshot(adapter: TypeAdapter[T], state: T, kinds: Mapping[str, int]) -> bytes:
    """UTF-8 JSON on two lines; the same state gives the same bytes. `kinds`: the versions that were known, by name."""
    return _made_by(kinds) + b"\n" + adapter.dump_json(state, exclude_unset=True)


def parse_snapshot(adapter: TypeAdapter[T], data: bytes, kinds: Mapping[str, int]) -> T:
    """A state from its snapshot.

    Raises: MalformedData when it is damaged or by another version of Duolog; then start anew from the log.
    """
    made_by, _, state = data.partition(b"\n")
    if made_by != _made_by(kinds):  # check: documents.snapshot_kinds
        raise MalformedData("This snapshot was made by another version of Duolog; it will be made anew from the log.")
    try:
        return adapter.validate_json(state)
    except ValidationError as error:
        raise MalformedData("This snapshot can't be read; it will be made anew from the log.") from error


def _made_by(kinds: Mapping[str, int]) -> bytes:
    return json.dumps({"format": FORMAT, "kinds": dict(sorted(kinds.items()))}, separators=(",", ":")).encode()
