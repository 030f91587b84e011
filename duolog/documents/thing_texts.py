"""The texts of a thing by their entries, in the order in which they were put there.

Texts are a value: putting one there gives other texts, and leaves these as they are. All that grew from one another
share one list, of which each knows its own part. So each of many steps with a thing costs the same. Only what goes on
from older texts than the newest is copied first. Spec: documents
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Protocol, TypeVar, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from duolog.documents.bodies import EntryId


class HasEntry(Protocol):
    """A text, named by its entry."""

    @property
    def entry(self) -> EntryId: ...


T_co = TypeVar("T_co", bound=HasEntry, covariant=True)


class Texts(Mapping[EntryId, T_co]):
    """Texts, oldest first. A text that is put in the place of an earlier one keeps that place."""

    __slots__ = ("_count", "_end", "_places", "_puts")

    def __init__(self, texts: Iterable[T_co] = ()) -> None:
        self._puts: list[T_co] = []  # every text that was ever put, by these texts or by any that grew from them
        self._places: dict[EntryId, list[int]] = {}  # where the texts with one entry stand in `_puts`
        self._end = self._count = 0
        for text in texts:
            self._append(text)

    def put(self, text: Any) -> "Texts[T_co]":
        """The texts with one more, or with another one of the same entry."""
        grown: Texts[T_co] = Texts.__new__(Texts)
        newest = self if self._end == len(self._puts) else Texts(self.values())
        grown._puts, grown._places = newest._puts, newest._places
        grown._end, grown._count = newest._end, newest._count
        grown._append(text)
        return grown

    def newest_first(self) -> Iterator[T_co]:
        """The texts from the last that was put to the first."""
        back = range(self._end - 1, -1, -1)
        puts = ((place, self._puts[place].entry) for place in back)
        return (self[entry] for place, entry in puts if self._places[entry][0] == place)

    def __getitem__(self, entry: EntryId) -> T_co:
        for place in reversed(self._places.get(entry, ())):
            if place < self._end:
                return self._puts[place]
        raise KeyError(entry)

    def __iter__(self) -> Iterator[EntryId]:
        puts = enumerate(islice(self._puts, self._end))
        return (text.entry for place, text in puts if self._places[text.entry][0] == place)

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return f"Texts({list(self.values())})"

    def _append(self, text: Any) -> None:
        places = self._places.setdefault(text.entry, [])
        self._count += not places
        places.append(self._end)
        self._puts.append(text)
        self._end += 1

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic to read and write the texts by their entries."""
        inner = handler.generate_schema(dict[EntryId, get_args(source)[0]])  # type: ignore[misc]
        return core_schema.no_info_after_validator_function(
            lambda texts: cls(texts.values()),
            inner,
            serialization=core_schema.plain_serializer_function_ser_schema(dict, return_schema=inner),
        )
