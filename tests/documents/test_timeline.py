"""A timeline in pages is the same as one in a list, whatever is asked of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from duolog.documents.applied import AppliedDocument
from duolog.documents.journal_state import JournalState
from duolog.documents.kept_states import encode_head, encode_page, parse_head, parse_items, parse_label
from duolog.documents.timeline import PAGE, FullPage, Item, Items, Timeline
from duolog.errors import MalformedData
from duolog.protocol.codec import encode_b64, sha256
from duolog.protocol.messages import Document

ADA, SAM = b"a" * 32, b"s" * 32


def item(number: int) -> Item:
    """Every second seq, written by Ada on the first pages and then by Sam."""
    author = ADA if number < PAGE + 5 else SAM
    document = Document("note" if number % 3 else "profile", 1, 1000 + number, {"text": str(number)})
    return Item(AppliedDocument(number.to_bytes(16, "big"), 2 * number + 1, author, bytes(32), document))


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 7])
def test_pages_and_tail_are_one_list(count: int) -> None:
    items = [item(number) for number in range(count)]
    timeline = Timeline(items)
    assert len(timeline.pages) == count // PAGE
    assert list(timeline) == items == [timeline[place] for place in range(count)]
    assert list(reversed(timeline)) == items[::-1]
    assert timeline == Timeline(items[: count // 2]).extended(items[count // 2 :])
    assert timeline[-3:] == tuple(items[-3:])
    assert timeline.seq == (items[-1].applied.seq if items else 0)
    with pytest.raises(IndexError):
        timeline[count]
    assert timeline != Timeline([*items, item(count)])


@given(st.integers(0, 2 * PAGE + 9), st.integers(0, 6 * PAGE))
def test_looking_up_is_as_in_a_list(count: int, seq: int) -> None:
    items = [item(number) for number in range(count)]
    timeline = Timeline(items)
    place = timeline.place_of(seq)
    assert place == next((at for at, one in enumerate(items) if one.applied.seq == seq), None)
    assert list(timeline.behind(seq)) == [one for one in items if one.applied.seq > seq]
    entry = (seq // 2).to_bytes(16, "big")
    assert timeline.find(entry) == next((one for one in items if one.applied.entry == entry), None)
    entries = {entry, bytes(16), (PAGE + 3).to_bytes(16, "big"), b"none of the log!"}
    assert timeline.find_all(entries) == {one.applied.entry: one for one in items if one.applied.entry in entries}
    for author in (ADA, SAM):
        assert list(timeline.by(author)) == [one.applied for one in reversed(items) if one.applied.author == author]


def test_an_entry_is_not_found_across_two_others() -> None:
    """Bytes that are the end of one id and the beginning of the next are no entry."""
    items = [
        replace(one, applied=replace(one.applied, entry=bytes(8) + bytes([number % 7 + 1]) * 8))
        for number, one in enumerate(map(item, range(PAGE)))
    ]
    timeline = Timeline(items)
    assert timeline.find(bytes([1]) * 8 + bytes(8)) is None
    assert timeline.find_all([bytes([1]) * 8 + bytes(8)]) == {}
    newest = timeline.find(bytes(8) + bytes([1]) * 8)
    assert timeline.find_all([bytes(8) + bytes([1]) * 8]) == {bytes(8) + bytes([1]) * 8: newest}
    assert timeline.find(bytes(8) + bytes([1]) * 8) == next(
        one for one in reversed(items) if one.applied.entry[-1] == 1
    )


def test_a_page_is_read_only_where_it_can_hold_what_is_looked_for() -> None:
    items = [item(number) for number in range(3 * PAGE)]
    timeline, read = Timeline(items), list[int]()

    def watched_page(number: int, page: FullPage) -> FullPage:
        def load() -> Items:
            read.append(number)
            return page.load()

        return replace(page, load=load)

    pages = {number: watched_page(number, page) for number, page in enumerate(timeline.pages)}
    watched = timeline.kept(pages)
    assert next(watched.by(ADA)) == items[PAGE + 4].applied
    assert read == [1]
    read.clear()
    assert watched.find(items[3].applied.entry) == items[3]
    assert len(list(watched.behind(items[2 * PAGE].applied.seq))) == PAGE - 1
    assert read == [0, 2]


def test_a_page_says_what_its_documents_answer_whatever_they_hold() -> None:
    first, second = bytes([1]) * 16, bytes([2]) * 16
    links = [{"entry": encode_b64(one)} for one in (second, first, second)]
    answers: list[Any] = [*links, 3, None, [], {}, {"entry": 5}, {"entry": "x!"}, {"entry": "YQ"}]
    bodies: list[dict[str, Any]] = [{"answers": one} for one in answers]
    items = [item(number) for number in range(PAGE)]
    for place, body in enumerate(bodies):
        document = replace(items[place].applied.document, body=body)
        items[place] = replace(items[place], applied=replace(items[place].applied, document=document))
    [page] = Timeline(items).pages
    assert page.label.answers == first + second
    assert page.label.answered == {first, second}


def test_a_changed_document_changes_its_page_alone() -> None:
    items = [item(number) for number in range(2 * PAGE + 3)]
    timeline = Timeline(items)
    changed = timeline.changed({5: replace(items[5], skipped="no"), 2 * PAGE + 1: replace(items[-2], skipped="no")})
    assert changed[5].skipped == changed[2 * PAGE + 1].skipped == "no"
    assert changed.pages[1] is timeline.pages[1]
    assert timeline[5].skipped is None
    assert timeline.changed({}) is timeline


def test_pydantic_reads_and_writes_one_list() -> None:
    adapter, items = TypeAdapter(Timeline), [item(number) for number in range(PAGE + 2)]
    data = adapter.dump_json(Timeline(items), exclude_unset=True)
    assert data == TypeAdapter(tuple[Item, ...]).dump_json(tuple(items), exclude_unset=True)
    assert adapter.validate_json(data) == Timeline(items)


def test_the_parts_of_a_kept_state_belong_together() -> None:
    items = [item(number) for number in range(PAGE + 2)]
    timeline = Timeline(items)
    label, documents = encode_page(timeline.pages[0])
    state = JournalState(timeline=timeline.kept({0: replace(timeline.pages[0], kept=sha256(label))}))
    head = parse_head(encode_head(state))
    assert head.pages == (sha256(label),)
    assert head.state.timeline == tuple(items[PAGE:])
    kept = parse_label(label, head.pages[0])
    assert kept.label == timeline.pages[0].label
    assert parse_items(documents, kept.items) == tuple(items[:PAGE])
    for parse, data, digest in (
        (parse_label, label.replace(b"note", b"nota"), head.pages[0]),
        (parse_items, documents.replace(b'"7"', b'"8"'), kept.items),
    ):
        with pytest.raises(MalformedData):
            parse(data, digest)
    with pytest.raises(MalformedData):
        parse_items(b"[1]", sha256(b"[1]"))
