"""States in plain JSON, the same in every language: what vectors of reducers give.

Ids and binary values are base64url, objects have the known fields of a body by their names in a message, and what is
empty, null or false is left out.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from duolog.documents.account_state import AccountState
from duolog.documents.applied import Membership
from duolog.documents.beside import words_of_step
from duolog.documents.bodies import StepBody
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.boundary_texts import Boundary
from duolog.documents.links import takes_comments
from duolog.documents.registry import KINDS
from duolog.documents.timeline import Item
from duolog.documents.voice import Look, Voice
from duolog.protocol.codec import encode_b64
from vectors.values import Json, text


def plain(value: object) -> Any:
    """A value as JSON."""
    if isinstance(value, bytes):
        return encode_b64(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StepBody):
        return value.step  # all else of it stands in the log
    if isinstance(value, BaseModel):
        return _body(value)
    if isinstance(value, Mapping):
        return _filled({plain(key) if isinstance(key, bytes) else str(key): item for key, item in value.items()})
    if is_dataclass(value):
        return _filled({one.name: getattr(value, one.name) for one in fields(value)})
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def _body(value: BaseModel) -> Json:
    known = type(value).model_fields.items()
    return _filled({field.serialization_alias or name: vars(value)[name] for name, field in known})


def _filled(found: Mapping[str, object]) -> Json:
    items = ((key, plain(item)) for key, item in found.items())
    return {key: item for key, item in items if item not in (None, "", [], {}) and item is not False}


def journal(state: JournalState) -> Json:
    """The state of a journal: each document with its effect, and the part of every kind."""
    parts = {kind: plain(part) for kind, part in state.parts.items()}
    for entry, boundary in (parts.get("boundary") or {}).items():
        found = next(one for one in state.boundaries.values() if text(one.entry) == entry)
        boundary["stage"] = _stage(found)
    return {"documents": [_item(state, item) for item in state.timeline]} | _filled(parts)


def _stage(boundary: Boundary) -> str:
    return boundary.stage


def _item(state: JournalState, item: Item) -> Json:
    one = item.applied
    words = words_of_step(one, state.find) if item.skipped is None else None
    return _filled(
        {
            "effective": one.effective,
            "without_effect": item.skipped,
            "refused_by": item.refused_by,
            "taken_back": item.taken_back,
            "takes_comments": takes_comments(state, one),
            "withdrawn": state.withdrawn(one.entry, one.author, one.seq, one.received),
            "words": None if words is None else words.applied.entry,
        }
    )


def steps(state: JournalState, kind: str, thing: bytes | None, account: bytes, now: int, context: Membership) -> Json:
    """The steps that an account may take in a thing (its entry), or by which it makes one; and why not."""
    known = KINDS[kind]
    if known.machine is None:
        return {}
    things = state.part(known)
    found = known.machine.steps(things, None if thing is None else things[thing], account, now, context)
    return {one.step: _filled({"names": one.names, "class": one.does, "why_not": one.why_not}) for one in found}


def open_in(state: JournalState, kind: str, thing: bytes | None, account: bytes, now: int) -> int:
    """How many lines a reader has today of a thing (its entry). The reader's zone is this process's."""
    told = KINDS[kind].today
    if told is None or thing is None:
        return 0
    look = Look(account, now, Voice(lambda _: "Somebody", str))
    return len(told(state.part(KINDS[kind])[thing], look))


def account(state: AccountState) -> Json:
    """The state of an account journal."""
    unknown = [text(one.entry) for one in state.unknown]
    found: Json = plain(state) | {"unknown": unknown}
    return _filled(found)
