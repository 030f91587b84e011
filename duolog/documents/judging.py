"""One document of a journal: its effect on the state, or the reason why it has none.

`journal` has the rules, and what becomes of many documents. Spec: documents
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from duolog.documents.applied import AppliedDocument, Membership, why_skipped
from duolog.documents.journal_state import JournalState
from duolog.documents.links import Find, look_back
from duolog.documents.registry import KINDS, is_step
from duolog.errors import NotAllowed

COMPARE_FIRST = "Compare the eight words with your partner first: until then it isn't certain who is there."
NOT_DELIVERED = "It could not be opened on the other side, so it does not count for anybody until it is written again."


def effect(
    state: JournalState,
    applied: AppliedDocument,
    context: Membership,
    find: Find,
    owned: set[str],
    *,
    taken_back: bool = False,
) -> tuple[JournalState, str | None]:
    """The state after one document, and the reason if it has no effect. Any error concerns that document alone.

    `owned`: the kinds whose parts only this fold holds. They change in place; any other part is copied first.
    """
    name = applied.document.kind
    if name not in KINDS:
        return state, None
    try:
        changed, whole = reduce(state, applied, context, find, taken_back=taken_back)
    except Exception as error:  # noqa: BLE001 - no document stops its journal, whatever it holds
        reason = why_skipped(error)
        return state, NOT_DELIVERED if taken_back and has_effect(applied) else reason
    if changed:
        part = state.part(KINDS[name])
        if name not in owned:
            part = part.copy()
            state = replace(state, parts={**state.parts, name: part})
            owned.add(name)
        for key, value in changed.items():
            part[key] = value
    return state, None if whole else NOT_DELIVERED


def reduce(
    state: JournalState,
    applied: AppliedDocument,
    context: Membership,
    find: Find,
    *,
    taken_back: bool = False,
    writing: bool = False,
) -> tuple[Mapping[Any, Any], bool]:
    """The change of a document in its kind's part, and whether all of it counts. Raises: NotAllowed, MalformedData."""
    kind = KINDS[applied.document.kind]
    body, machine = kind.read(applied.document), kind.machine
    exits = machine is not None and machine.ends(body)
    if context.provisional and not kind.while_provisional and not exits:  # check: documents.provisional
        raise NotAllowed(COMPARE_FIRST)
    if kind.looks_back is not None:
        kind.looks_back(applied, body, look_back(state, kind, body, context, find, writing=writing))
    if kind.reduce is None:
        return {}, True
    part = state.part(kind)
    if machine is not None:
        if taken_back:
            return machine.undelivered(part, applied, body, context, state.parts)
        return machine.reduce(part, applied, body, context, state.parts), True
    return ({}, False) if taken_back else (kind.reduce(part, applied, body, context), True)


def finder(state: JournalState) -> Find:
    """How to find a document of a state by its entry."""

    def find(entry: bytes) -> AppliedDocument | None:
        item = state.find(entry)
        return None if item is None else item.applied

    return find


def binds(applied: AppliedDocument, author: bytes) -> bool:
    """Whether a document is a step of `author`'s own that not even they take back. Spec: documents"""
    kind = KINDS.get(applied.document.kind)
    if kind is None or kind.machine is None or applied.author != author:
        return False
    return applied.document.body.get("step") in kind.machine.binding


def has_effect(applied: AppliedDocument) -> bool:
    """Whether a document of a known kind does more than stand in the timeline."""
    return applied.document.kind in KINDS and is_step(applied.document.kind)
