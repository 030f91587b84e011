"""The timeline of a journal: its documents in order, in pages. A full page may stay sealed until somebody reads it.

Rules
- A timeline is a value: what adds or changes documents gives another timeline, which shares the pages that stay.
- Page n holds the documents from place n * `PAGE` on, and only the tail after the last page grows. So a long journal
  costs its reader the pages that are looked at, and its writer the tail.
- What a page says about itself is enough to find a document by its entry, and to pass over a page that can't hold what
  is looked for.

Nothing here reads a file: a caller that keeps pages gives each a function that brings its documents. Spec: documents
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, overload

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from duolog.documents.applied import AppliedDocument
from duolog.documents.bodies import AccountId
from duolog.documents.fields import Binary
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import parse_b64

PAGE = 256  # documents


@dataclass(frozen=True, slots=True)
class Item:
    """A document in the timeline.

    `skipped`: why it has no effect, or None. `refused_by`: the members who could not open it. `taken_back`: whether a
    partner is among them.
    """

    applied: AppliedDocument
    skipped: str | None = None
    refused_by: tuple[AccountId, ...] = ()
    taken_back: bool = False


Items = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class PageLabel:
    """A page, as it is known without its documents.

    `first`, `last`: seqs. `earliest`, `latest`: effective times. `entries`: the entry ids of its documents, one after
    the other; `answers`: those that they answer, each once.
    """

    first: int
    last: int
    earliest: int
    latest: int
    entries: Annotated[bytes, Binary(PAGE * sizes.ENTRY_ID)]
    answers: Annotated[bytes, Binary()]
    authors: tuple[AccountId, ...]
    kinds: Annotated[tuple[str, ...], Field(max_length=PAGE)]

    @classmethod
    def of(cls, items: Items) -> "PageLabel":
        """The label of a full page."""
        times = [item.applied.effective for item in items]
        return cls(
            first=items[0].applied.seq,
            last=items[-1].applied.seq,
            earliest=min(times),
            latest=max(times),
            entries=b"".join(item.applied.entry for item in items),
            answers=b"".join(sorted({*map(_answered, items)})),
            authors=tuple(sorted({item.applied.author for item in items})),
            kinds=tuple(sorted({item.applied.document.kind for item in items})),
        )

    @property
    def ids(self) -> frozenset[bytes]:
        """The entry ids of its documents, 16 bytes each."""
        return _split(self.entries)

    @property
    def answered(self) -> frozenset[bytes]:
        """The entries that its documents answer, 16 bytes each."""
        return _split(self.answers)

    def find(self, entry: bytes) -> int | None:
        """The place in the page of the newest document with this entry, or None."""
        at = self.entries.rfind(entry)
        while at > 0 and at % sizes.ENTRY_ID:
            at = self.entries.rfind(entry, 0, at + sizes.ENTRY_ID - 1)
        return None if at < 0 else at // sizes.ENTRY_ID


def _split(entries: bytes) -> frozenset[bytes]:
    size = sizes.ENTRY_ID
    return frozenset(entries[at : at + size] for at in range(0, len(entries), size))


def _answered(item: Item) -> bytes:
    """The entry that a document answers; empty where it answers none."""
    answers = item.applied.document.body.get("answers")
    entry = answers.get("entry") if isinstance(answers, Mapping) else None
    try:
        return parse_b64(entry, sizes.ENTRY_ID) if isinstance(entry, str) else b""
    except MalformedData:
        return b""


@dataclass(frozen=True, slots=True)
class FullPage:
    """A full page. `load` brings its documents. `kept`: SHA-256 of the page where it is stored, else None."""

    label: PageLabel
    load: Callable[[], Items]
    kept: bytes | None = None

    @classmethod
    def of(cls, items: Items) -> "FullPage":
        """A page that is stored nowhere yet."""
        return cls(PageLabel.of(items), lambda: items)


class Timeline(Sequence[Item]):
    """Documents in order of their seqs: full pages, and the tail after them."""

    __slots__ = ("pages", "tail")

    def __init__(self, items: Iterable[Item] = (), pages: tuple[FullPage, ...] = ()) -> None:
        """A timeline of `pages`, and of `items` after them."""
        rest = tuple(items)
        full = len(rest) // PAGE * PAGE
        self.pages = (*pages, *(FullPage.of(rest[at : at + PAGE]) for at in range(0, full, PAGE)))
        self.tail: Items = rest[full:]

    def __repr__(self) -> str:
        return f"Timeline({len(self)} documents)"

    def __len__(self) -> int:
        return len(self.pages) * PAGE + len(self.tail)

    def __iter__(self) -> Iterator[Item]:
        return chain(chain.from_iterable(page.load() for page in self.pages), self.tail)

    def __reversed__(self) -> Iterator[Item]:
        yield from reversed(self.tail)
        for page in reversed(self.pages):
            yield from reversed(page.load())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timeline | tuple):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # documents hold what has no hash

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        if isinstance(place, slice):
            return tuple(self[at] for at in range(*place.indices(len(self))))
        at = place + len(self) if place < 0 else place
        if not 0 <= at < len(self):
            raise IndexError("the timeline has no such place")
        number, rest = divmod(at, PAGE)
        return self.pages[number].load()[rest] if number < len(self.pages) else self.tail[rest]

    @property
    def seq(self) -> int:
        """The seq of the last document, 0 where there is none."""
        if self.tail:
            return self.tail[-1].applied.seq
        return self.pages[-1].label.last if self.pages else 0

    def find(self, entry: bytes) -> Item | None:
        """The newest document of an entry, 16 bytes."""
        for item in reversed(self.tail):
            if item.applied.entry == entry:
                return item
        for page in reversed(self.pages):
            if (place := page.label.find(entry)) is not None:
                return page.load()[place]
        return None

    def find_all(self, entries: Collection[bytes]) -> dict[bytes, Item]:
        """The newest document of each of these entries. Every page is looked at once, and read only if it has one."""
        left = set(entries)
        found = {item.applied.entry: item for item in self.tail if item.applied.entry in left}
        for page in reversed(self.pages):
            here = {entry for entry in page.label.ids & left if entry not in found}
            if here:
                found |= {item.applied.entry: item for item in page.load() if item.applied.entry in here}
        return found

    def place_of(self, seq: int) -> int | None:
        """The place of the document at a seq, or None."""
        number = bisect_left(self.pages, seq, key=lambda page: page.label.last)
        items = self.pages[number].load() if number < len(self.pages) else self.tail
        rest = bisect_left(items, seq, key=lambda item: item.applied.seq)
        found = rest < len(items) and items[rest].applied.seq == seq
        return number * PAGE + rest if found else None

    def behind(self, seq: int) -> Iterator[Item]:
        """The documents behind a seq, in order."""
        for page in self.pages:
            if page.label.last > seq:
                yield from (item for item in page.load() if item.applied.seq > seq)
        yield from (item for item in self.tail if item.applied.seq > seq)

    def from_page(self, number: int) -> Iterator[Item]:
        """The documents from a page on, in order."""
        return chain(chain.from_iterable(page.load() for page in self.pages[number:]), self.tail)

    def newest_first(self, worth: Callable[[PageLabel], bool]) -> Iterator[Item]:
        """The documents from the last to the first, without the pages that aren't worth reading."""
        yield from reversed(self.tail)
        for page in reversed(self.pages):
            if worth(page.label):
                yield from reversed(page.load())

    def by(self, author: bytes) -> Iterator[AppliedDocument]:
        """The documents of one author, from the last to the first."""
        found = self.newest_first(lambda label: author in label.authors)
        return (item.applied for item in found if item.applied.author == author)

    def extended(self, items: Sequence[Item]) -> "Timeline":
        """The timeline with more documents after it."""
        return Timeline((*self.tail, *items), self.pages) if items else self

    def changed(self, items: Mapping[int, Item]) -> "Timeline":
        """The timeline with other documents at some places."""
        if not items:
            return self
        pages, tail = list(self.pages), list(self.tail)
        by_page: dict[int, dict[int, Item]] = {}
        for place, item in items.items():
            number, rest = divmod(place, PAGE)
            by_page.setdefault(number, {})[rest] = item
        for number, changes in by_page.items():
            held = tail if number == len(pages) else list(pages[number].load())
            for rest, item in changes.items():
                held[rest] = item
            if number < len(pages):
                pages[number] = FullPage.of(tuple(held))
            else:
                tail = held
        return Timeline(tail, tuple(pages))

    def kept(self, pages: Mapping[int, FullPage]) -> "Timeline":
        """The same timeline, with some of its pages as they are stored now."""
        return Timeline(self.tail, tuple(pages.get(number, page) for number, page in enumerate(self.pages)))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic to read and write the documents as one list."""
        return core_schema.no_info_after_validator_function(
            cls,
            handler.generate_schema(Items),
            serialization=core_schema.plain_serializer_function_ser_schema(
                tuple, return_schema=handler.generate_schema(Items)
            ),
        )
