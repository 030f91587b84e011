"""Notes: what is attached to them, when it happened, and where they were imported from."""

from __future__ import annotations

import pytest

from duolog.documents import dates
from duolog.documents.bodies import parse_body
from duolog.documents.journal import describe, require_allowed
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.note import MAX_ATTACHED, Attached, Imported, Note
from duolog.documents.registry import KINDS, make_document
from duolog.errors import MalformedData
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, START, VOICE, Evening

SEA, SMALL = b"1" * 16, b"2" * 16


def body(**fields: object) -> JsonObject:
    return {"text": "Rain.", **fields}


def named(name: str, **fields: object) -> JsonObject:
    return body(attachments=[{"id": encode_b64(SEA), "name": name, **fields}])


def reason(given: JsonObject) -> str | None:
    """Why a note has no effect."""
    return Evening().append(ADA, Document("note", 1, START, given)).skipped


def test_a_note_with_all_of_its_parts_is_read_and_written_alike() -> None:
    note = Note(
        text="Rain.",
        attachments=(Attached(id=SEA, name="the sea.jpg", alt="Waves", preview=SMALL), Attached(id=SMALL, name="b")),
        happened="2026-11-20T18:30",
        imported=Imported(app="Another diary", id="entry 7"),
    )
    written = make_document("note", note, START).body
    assert parse_body(KINDS["note"].body, written) == note
    assert make_document("note", Note(text="Rain."), START).body == {"text": "Rain."}


def test_what_is_attached_is_named_and_never_shown() -> None:
    evening = Evening()
    note = Note(
        text="Rain.",
        feelings=("calm",),
        tags=("us",),
        attachments=(
            Attached(id=SEA, name="sea.jpg", alt="Waves\u202e", preview=SMALL),
            Attached(id=SMALL, name="b.pdf"),
        ),
        happened="2026-11-20",
        imported=Imported(app="Another diary", id="7"),
    )
    shown = describe(evening.state, evening.write(ADA, note, "note"), VOICE)
    assert shown.split("\n") == [
        "Ada wrote:",
        "    Rain.",
        "  Feelings: calm",
        "  Tags: us",
        "  It happened on Friday 20 November 2026",
        "  Attached: sea.jpg (Waves\ufffd)",
        "  Attached: b.pdf",
        "  From another diary: Another diary",
    ]
    assert encode_b64(SMALL) not in shown


@pytest.mark.parametrize("name", ["sea.jpg", "Das Meer, 3.11.pdf", ".hidden", "a", "x" * 120, "المذكرة.pdf", "..x"])
def test_a_name_of_one_line_is_taken(name: str) -> None:
    require_allowed(JournalState(), Document("note", 1, START, named(name)), ADA, BOTH)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        " .. ",
        "../up",
        "a/b",
        "a\\b",
        "C:\\a",
        "a\nb",
        "a\rb",
        "a\x00",
        "\x7fa",
        "a\x85",
        "a\u2028b",
    ],
)
def test_a_name_that_is_a_path_or_steers_is_refused(name: str) -> None:
    assert "can't be read: name: " in (reason(named(name)) or "")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"id": encode_b64(bytes(15))}, "can't be read: id: "),
        ({"preview": encode_b64(bytes(17))}, "can't be read: preview: "),
        ({"preview": encode_b64(SEA)}, "no preview of itself"),
        ({"alt": "two\nlines"}, "can't be read: alt: "),
        ({"alt": ""}, "can't be read: alt: "),
    ],
)
def test_a_part_of_an_attachment_that_is_not_as_it_must_be_is_refused(fields: JsonObject, place: str) -> None:
    assert place in (reason(named("a", **fields)) or "")


def test_more_or_longer_ones_than_may_be_written_are_read() -> None:
    one = {"id": encode_b64(SEA), "name": "a"}
    for given in (body(attachments=[one] * (MAX_ATTACHED + 1)), named("x" * 121), named("a", alt="x" * 121)):
        assert reason(given) is None
        with pytest.raises(MalformedData, match="too long"):
            require_allowed(JournalState(), Document("note", 1, START, given), ADA, BOTH)
    full = body(attachments=[one] * MAX_ATTACHED)
    require_allowed(JournalState(), Document("note", 1, START, full), ADA, BOTH)


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        ("2026-11-23", "Monday 23 November 2026"),
        ("2026-11-23T20:15", "Monday 23 November 2026, 20:15"),
        ("1900-01-01T00:00", "Monday 1 January 1900, 00:00"),
        ("2199-12-31T23:59", "Tuesday 31 December 2199, 23:59"),
        ("2024-02-29", "Thursday 29 February 2024"),
    ],
)
def test_when_it_happened_is_shown_by_its_authors_clock(happened: str, words: str) -> None:
    assert dates.wall_time(happened) == words
    evening = Evening()
    item = evening.append(ADA, Document("note", 1, START, body(happened=happened)))
    assert f"  It happened on {words}" in describe(evening.state, item, VOICE).split("\n")


@pytest.mark.parametrize(
    "happened",
    [
        *("", "yesterday", "2026-02-29", "2026-13-01", "2026-11-31T10:00", "2026-11-23T24:00", "2026-11-23T20:60"),
        *("1899-12-31", "2200-01-01", "0001-01-01", "20261123", "2026-W01-1", "2026-11-23 20:15", "2026-11-23T20:15Z"),
        *("2026-11-23T20:15+01:00", "2026-11-23T20:15:00", " 2026-11-23", "2026-11-23\n", "２０２６-11-23", 20261123),
    ],
)
def test_what_no_calendar_has_did_not_happen(happened: object) -> None:
    assert "happened" in (reason(body(happened=happened)) or "")
    if isinstance(happened, str):
        with pytest.raises(ValueError):
            dates.wall_time(happened)


@pytest.mark.parametrize("imported", [{}, {"app": "A"}, {"app": "A\nB", "id": "1"}, {"app": "A", "id": ""}, "A"])
def test_where_it_was_imported_from_is_two_lines(imported: object) -> None:
    assert "The document can't be read" in (reason(body(imported=imported)) or "")
