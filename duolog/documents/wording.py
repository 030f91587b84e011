"""The words of a document: every text that its author wrote in it, for an index. No ids, and no names of steps."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from duolog.documents.registry import KINDS
from duolog.errors import DuologError
from duolog.protocol.messages import Document

_NAMES = ("step", "form", "binds", "colour", "happened")  # fields that are no words of their author


def words_of(document: Document) -> str:
    """The texts of a document, a line for each; empty where this version can't read it."""
    kind = KINDS.get(document.kind)
    try:
        return "" if kind is None else "\n".join(_texts(kind.read(document)))
    except DuologError:
        return ""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in _NAMES:
                yield from _texts(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
