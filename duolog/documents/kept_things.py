"""The things of one kind as a home keeps them: what is looked up is read at once, a thing itself when it is asked for.

A long journal has many things that nobody looks at any more. So opening it costs a few columns for all of them, and no
thing. A client that takes a step reads the things that this step is about. Spec: documents
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from duolog.documents.fields import Binary
from duolog.documents.registry import KINDS
from duolog.documents.things import KeptThing, Thing, Things
from duolog.errors import MalformedData
from duolog.protocol import sizes

_TEXT = sizes.ENTRY_ID + sizes.HASH
_UNREADABLE = "This part of a snapshot can't be read; the snapshot will be made anew from the log."


@dataclass(frozen=True, slots=True)
class KeptThings:
    """All things of a kind, oldest first, in columns of the same length.

    `entries`: their ids, one after the other. `standing`: their stages. `until`: the last seconds at which
    `today` may have a word about them. `texts`: how many texts each has. `index`: the
    entry and the digest of each text, one after the other. `things`: each as JSON.
    """

    entries: Annotated[bytes, Binary()]
    standing: tuple[str, ...]
    until: tuple[int, ...]
    texts: tuple[int, ...]
    index: Annotated[bytes, Binary()]
    things: tuple[str, ...]


def encode_things(name: str, things: Things[Any]) -> KeptThings:
    """The things of the kind `name`. One that nobody has asked for keeps its text."""
    rows = list(things.rows())
    return KeptThings(
        entries=b"".join(entry for entry, _ in rows),
        standing=tuple(row.standing for _, row in rows),
        until=tuple(row.until if isinstance(row, KeptThing) else _until(name, row) for _, row in rows),
        texts=tuple(len(row.digests) if isinstance(row, KeptThing) else len(row.texts) for _, row in rows),
        index=b"".join(text + digest for _, row in rows for text, digest in _digests(row).items()),
        things=tuple(row.text if isinstance(row, KeptThing) else _encoded(name, row) for _, row in rows),
    )


def parse_things(name: str, kept: KeptThings) -> Things[Any]:
    """The things of the kind `name`, none of them read yet. Raises: MalformedData when the columns don't fit."""
    lengths = {len(kept.entries), len(kept.standing) * sizes.ENTRY_ID, len(kept.things) * sizes.ENTRY_ID}
    lengths.add(len(kept.until) * sizes.ENTRY_ID)
    if lengths != {len(kept.texts) * sizes.ENTRY_ID} or len(kept.index) != sum(kept.texts) * _TEXT:
        raise MalformedData(_UNREADABLE)
    things, read, at = Things[Any](), partial(_parsed, name), 0
    for number, text in enumerate(kept.things):
        digests = {}
        for _ in range(kept.texts[number]):
            digests[kept.index[at : at + sizes.ENTRY_ID]] = kept.index[at + sizes.ENTRY_ID : at + _TEXT]
            at += _TEXT
        entry = kept.entries[number * sizes.ENTRY_ID : (number + 1) * sizes.ENTRY_ID]
        things.put_kept(entry, KeptThing(kept.standing[number], kept.until[number], digests, text, read))
    return things


def _digests(row: Thing | KeptThing) -> dict[bytes, bytes]:
    return row.digests if isinstance(row, KeptThing) else {one.entry: one.digest for one in row.texts.values()}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    machine = KINDS[name].machine
    if machine is None:
        raise TypeError(f"{name} has no things")
    return TypeAdapter(machine.thing)


def _until(name: str, thing: Thing) -> int:
    until = KINDS[name].today_until
    return sizes.MAX_INTEGER if until is None else until(thing)


def _encoded(name: str, thing: Thing) -> str:
    return _adapter(name).dump_json(thing, exclude_unset=True).decode()


def _parsed(name: str, text: str) -> Any:
    try:
        return _adapter(name).validate_json(text, by_alias=True, by_name=False)
    except ValidationError as error:
        raise MalformedData(_UNREADABLE) from error
