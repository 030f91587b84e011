"""A journal's state in parts, as a home keeps it: a head, and the full pages of its timeline beside it.

The head holds all but the pages, and a digest of each. A page is a label, which holds the digest of its documents, and
the documents. So a page that is another than the head means is noticed, and the state is made anew from the log.
Spec: documents
"""

from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from duolog.documents.bodies import Hash
from duolog.documents.journal_state import JournalState
from duolog.documents.kept_things import KeptThings, encode_things, parse_things
from duolog.documents.registry import KINDS
from duolog.documents.snapshots import encode_snapshot, parse_snapshot
from duolog.documents.things import Things
from duolog.documents.timeline import FullPage, Items, PageLabel, Timeline
from duolog.errors import MalformedData
from duolog.protocol.codec import sha256

T = TypeVar("T")

DAMAGED = "This part of a snapshot can't be read; the snapshot will be made anew from the log."


@dataclass(frozen=True, slots=True)
class KeptPage:
    """The label of a page, and the SHA-256 of its documents."""

    label: PageLabel
    items: Hash


@dataclass(frozen=True, slots=True)
class Head:
    """The state without its full pages and its things; these by their kind; and the SHA-256 of each page's label."""

    state: JournalState
    things: dict[str, KeptThings]
    pages: tuple[Hash, ...]


_HEAD, _LABEL, _ITEMS = TypeAdapter(Head), TypeAdapter(KeptPage), TypeAdapter(Items)


def encode_page(page: FullPage) -> tuple[bytes, bytes]:
    """A page's label and its documents, each as UTF-8 JSON."""
    items = _ITEMS.dump_json(page.load(), exclude_unset=True)
    return _LABEL.dump_json(KeptPage(page.label, sha256(items))), items


def encode_head(state: JournalState) -> bytes:
    """The head of a state whose pages are all kept."""
    things = {name: encode_things(name, part) for name, part in sorted(state.parts.items()) if isinstance(part, Things)}
    parts = {name: part for name, part in sorted(state.parts.items()) if name not in things}
    digests = tuple(page.kept for page in state.timeline.pages if page.kept is not None)
    head = Head(replace(state, timeline=Timeline(state.timeline.tail), parts=parts), things, digests)
    return encode_snapshot(_HEAD, head, KINDS)


def parse_head(data: bytes) -> Head:
    """The head of a state, with its things in it. Raises: MalformedData; then start anew from the log."""
    head = parse_snapshot(_HEAD, data, KINDS)
    if not all(name in KINDS and KINDS[name].machine is not None for name in head.things):
        raise MalformedData(DAMAGED)
    things = {name: parse_things(name, kept) for name, kept in head.things.items()}
    return replace(head, state=replace(head.state, parts={**head.state.parts, **things}))


def parse_label(data: bytes, digest: bytes) -> KeptPage:
    """The label of a page. `digest`: the SHA-256 that the head has of it. Raises: MalformedData."""
    return _parsed(_LABEL, data, digest)


def parse_items(data: bytes, digest: bytes) -> Items:
    """The documents of a page. `digest`: the SHA-256 that its label has of them. Raises: MalformedData."""
    return _parsed(_ITEMS, data, digest)


def _parsed(adapter: TypeAdapter[T], data: bytes, digest: bytes) -> T:
    if sha256(data) != digest:  # check: documents.snapshot_page
        raise MalformedData(DAMAGED)
    try:
        return adapter.validate_json(data)
    except ValidationError as error:
        raise MalformedData(DAMAGED) from error
