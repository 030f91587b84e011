"""The lists of kinds: those of shared and private journals, and those of the account journal.

A new kind is a new file in `kinds`, and a new word here.
"""

from collections.abc import Mapping
from typing import Any

from duolog.documents import account_reducers
from duolog.documents.account_reducers import AccountKind
from duolog.documents.bodies import Body
from duolog.documents.kind import Kind
from duolog.documents.kinds import (
    appreciation,
    boundary,
    breach,
    check_in,
    comment,
    copy,
    disclosure,
    moved,
    note,
    pause,
    profile,
    promise,
    went_on,
    withdrawn,
    words_differ,
)
from duolog.protocol.messages import Document

KINDS: Mapping[str, Kind[Any, Any]] = {
    one.KIND.name: one.KIND
    for one in (
        *(profile, note, comment, appreciation, copy),
        *(boundary, disclosure, promise, pause, breach, check_in),
        *(moved, withdrawn, words_differ, went_on),
    )
}
ACCOUNT_KINDS: Mapping[str, AccountKind] = {kind.name: kind for kind in account_reducers.KINDS}


def is_step(kind: str) -> bool:
    """Whether a document of this kind does more than stand in the timeline. Spec: §9."""
    return kind not in KINDS or KINDS[kind].part is not None


def make_document(kind: str, body: Body, at: int) -> Document:
    """A document of a listed kind, ready for a message. `at`: the author's clock, Unix seconds. Spec: documents"""
    listed = KINDS[kind] if kind in KINDS else ACCOUNT_KINDS[kind]
    return Document(kind=kind, v=listed.v, at=at, body=body.encode_json())
