"""A report is one page that needs nothing else, in which nothing that anybody wrote is more than text."""

from __future__ import annotations

import base64
import hashlib
import re
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, Written
from duolog.client.looking.page import render
from duolog.client.looking.report import NOT_HERE, SECTIONS, Report, ReportSection, SliderAnswer, make_report
from duolog.documents import dates
from duolog.documents.safe_text import clean
from duolog.errors import HomeError, NotAllowed
from duolog.protocol.codec import encode_b64, encode_message_json
from duolog.seal.blind_pairs import PairSecret, seal_answer
from tests.client.couple import Couple, couple

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Read(HTMLParser):
    """A page as a browser reads it: its tags, its attributes and its text."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


_TAGS = (
    "html head meta title style body header main nav section article h1 h2 h3 h4 p ul ol li a div blockquote code "
    "figure figcaption svg line circle text table caption thead tbody tr th td"
)
_ATTRIBUTES = (
    "lang charset http-equiv content name class dir id href aria-label aria-labelledby role scope viewbox "
    "x x1 x2 y y1 y2 cx cy r text-anchor"
)
TAGS, ATTRIBUTES = frozenset(_TAGS.split()), frozenset(_ATTRIBUTES.split())
HOSTILE = (
    "<script>alert(1)</script>",
    "</p></blockquote></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "&lt;b&gt; &amp; &#60;i&#62;",
    "\u202eright to left\u202c שלום \u2066x\u2069",
    "a\x00b\x1b[31mc\u2028d\x85e",
    "<!-- --><![CDATA[x]]><?php ?>",
    "javascript:alert(1) data:text/html,<script>",
    "  Text: forged\n    forged\nDuolog says: forged",
)


def one_of(report: Report, name: str) -> ReportSection:
    return next(section for section in report.sections if section.heading == SECTIONS[name])


async def link(person: Duolog, journal: bytes, entry: bytes) -> dict[str, str]:
    item = (await person.state(journal)).find(entry)
    assert item is not None
    return {"entry": encode_b64(entry), "message": encode_b64(item.applied.message)}


async def tell(person: Duolog, journal: bytes, words: str, about: str) -> tuple[bytes, bytes]:
    """A letter with its note; the entries of the note and of the letter."""
    note = await person.write(journal, "note", {"text": words})
    body: dict[str, Any] = {"step": "tell", "form": "impact", "about": about}
    letter = await person.write(journal, "disclosure", {**body, "text": await link(person, journal, note.entry)})
    return note.entry, letter.entry


@pytest.fixture
async def two(app: FastAPI) -> AsyncIterator[Couple]:
    async with couple(app) as both:
        await both.ada.write(both.journal, "profile", {"display_name": "Ada"})
        await both.sam.write(both.journal, "profile", {"display_name": "Sam"})
        yield both


async def today(person: Duolog) -> date:
    found = dates.on_day(person._context.clock())
    assert found is not None
    return found


async def report_of(person: Duolog, journal: bytes, days: int = 0) -> Report:
    day = await today(person)
    return make_report(person._context, journal, day - timedelta(days=days), day)


async def test_a_report_has_boundaries_letters_and_appreciations_with_what_followed(two: Couple) -> None:
    ada, sam, journal = two.ada, two.sam, two.journal
    proposed = await ada.boundaries(journal).propose({"topic": "time", "text": "Sundays are ours.", "binds": "both"})
    await sam.sync()
    await sam.boundaries(journal).accept(proposed.entry)
    await tell(sam, journal, "What it did to me.", "October")
    await sam.write(journal, "appreciation", {"text": "You waited.", "of": "you"})
    await sam.write(journal, "note", {"text": "A note that is in no report."})
    await ada.sync()
    report = await report_of(ada, journal)
    assert set(report.people) == {"Ada (you)", "Sam"}
    [boundary] = one_of(report, "boundary").things
    assert boundary.title == "Sundays are ours."
    assert boundary.now[0].endswith("in force")
    assert [step.mine for step in boundary.steps] == [True, False]
    [letter] = one_of(report, "disclosure").things
    assert letter.steps[0].words == ("    What it did to me.",)
    [thanks] = one_of(report, "appreciation").texts
    assert thanks.lines == ("Sam thanked the other:", "    You waited.")
    text = Read(render(report)).text
    for words in ("Sundays are ours.", "What it did to me.", "You waited.", "October"):
        assert words in text
    assert "in no report" not in text


async def test_of_another_time_only_what_still_holds_is_shown(two: Couple) -> None:
    proposed = await two.ada.boundaries(two.journal).propose({"topic": "time", "text": "Ours.", "binds": "both"})
    await two.ada.write(two.journal, "appreciation", {"text": "Thanks.", "of": "us"})
    day = date(2001, 1, 1)
    assert make_report(two.ada._context, two.journal, day, day).sections == ()
    assert "Nothing that belongs" in Read(render(make_report(two.ada._context, two.journal, day, day))).text
    await two.sam.sync()
    await two.sam.boundaries(two.journal).accept(proposed.entry)
    await two.ada.sync()
    [section] = make_report(two.ada._context, two.journal, day, day).sections
    assert [(thing.title, thing.steps) for thing in section.things] == [("Ours.", ())]
    with pytest.raises(NotAllowed, match="last day"):
        make_report(two.ada._context, two.journal, day, day - timedelta(days=1))


async def test_the_words_of_a_step_are_its_authors_and_gone_where_they_were_withdrawn(two: Couple) -> None:
    note, _ = await tell(two.sam, two.journal, "Too early.", "a letter")
    foreign = await two.sam.write(two.journal, "note", {"text": "Sam's words."})
    await two.ada.sync()
    body = {
        "step": "tell",
        "form": "impact",
        "about": "not mine",
        "text": await link(two.ada, two.journal, foreign.entry),
    }
    await two.ada.write(two.journal, "disclosure", body)
    await two.sam.leaving(two.journal).withdraw(note)
    await two.ada.sync()
    things = one_of(await report_of(two.ada, two.journal), "disclosure").things
    assert [thing.steps[0].words for thing in things] == [(NOT_HERE,), (NOT_HERE,)]


async def test_a_step_without_effect_is_left_out(two: Couple) -> None:
    for words in ("one", "two"):
        await tell(two.sam, two.journal, words, words)
    await two.ada.sync()
    letters = one_of(await report_of(two.ada, two.journal), "disclosure").things
    assert len(letters) == 2
    state = await two.ada.state(two.journal)
    last = len(state.timeline) - 1
    skipped = replace(state.timeline[last], skipped="for a reason")
    two.ada._context.states[two.journal] = replace(state, timeline=state.timeline.changed({last: skipped}))
    assert len(one_of(await report_of(two.ada, two.journal), "disclosure").things) == 1


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_nothing_that_anybody_wrote_is_more_than_text(two: Couple, hostile: str) -> None:
    line = " ".join(hostile.replace("\x85", " ").split())
    await tell(two.sam, two.journal, hostile, line)
    await two.sam.write(two.journal, "appreciation", {"text": hostile, "of": "us"})
    await two.sam.boundaries(two.journal).propose({"topic": "time", "text": clean(hostile), "binds": "both"})
    await two.ada.sync()
    report = await report_of(two.ada, two.journal)
    answers = (SliderAnswer(hostile, report.made_at, {hostile: 5}),)
    data = render(Report(report.people, report.since, report.until, report.made_at, report.sections, answers))
    read = Read(data)
    assert read.tags <= TAGS
    assert {name for name, _ in read.attributes} <= ATTRIBUTES
    assert {value for name, value in read.attributes if name == "href"} <= {f"#part-{number}" for number in range(9)}
    for words in clean(hostile).splitlines():
        assert words.strip() in read.text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\u2066]", data.decode())
    # What looks like Duolog's own line in somebody's text stands in a quotation.
    if "forged" in hostile:
        outside = re.sub(r"<(blockquote|div class=\"details\")[^>]*>.*?</(blockquote|div)>", "", data.decode())
        assert ">Duolog says" not in outside


async def test_the_policy_allows_the_pages_own_style_and_nothing_else(two: Couple) -> None:
    data = render(await report_of(two.ada, two.journal)).decode()
    [style] = re.findall(r"<style>(.*?)</style>", data, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = [value for name, value in Read(data.encode()).attributes if value and "default-src" in value]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert data.index("Content-Security-Policy") < data.index("<style>")
    assert not re.search(r"https?:|//|url\(|@import|<script|style=", data.replace("<!DOCTYPE html>", ""))


async def test_a_report_is_a_file_of_its_readers_own_and_replaces_none(two: Couple, tmp_path: Path) -> None:
    day, out = await today(two.ada), tmp_path / "ours.html"
    await two.ada.report(two.journal, out, since=day, until=day)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before = out.read_bytes()
    with pytest.raises(HomeError, match="--force"):
        await two.ada.report(two.journal, out, since=day, until=day)
    assert out.read_bytes() == before
    await two.ada.write(two.journal, "appreciation", {"text": "Thanks.", "of": "us"})
    await two.ada.report(two.journal, out, since=day, until=day, force=True)
    assert b"Thanks." in out.read_bytes()
    assert not (tmp_path / "ours.html.part").exists()


async def answer_week(
    person: Duolog, journal: bytes, check_in: bytes, answer: dict[str, Any]
) -> Callable[[], Awaitable[Written]]:
    """Seal and commit an answer; a function that opens it."""
    k = PairSecret.new()
    said = encode_message_json({"form": "week", **answer})
    sealed, commitment = seal_answer(k, journal, check_in, person.account, said)
    answers = {"answers": await link(person, journal, check_in)}
    blind = {"sealed": encode_b64(sealed), "commitment": encode_b64(commitment)}
    await person.write(journal, "check_in", {"step": "commit", **answers, **blind})
    return lambda: person.write(journal, "check_in", {"step": "reveal", **answers, "k": encode_b64(k.k)})


async def test_only_check_ins_that_both_opened_are_shown_and_nobody_was_first(two: Couple) -> None:
    ada, sam, journal = two.ada, two.sam, two.journal
    begun = await ada.write(journal, "check_in", {"step": "begin", "form": "week"})
    await sam.sync()
    his = await answer_week(sam, journal, begun.entry, {"need": "An hour alone.", "closeness": 7, "trust": 0})
    await ada.sync()
    hers = await answer_week(ada, journal, begun.entry, {"need": "A walk.", "closeness": 3})
    assert (await report_of(ada, journal)).sections == ()
    await sam.sync()
    await his()
    await ada.sync()
    report = await report_of(ada, journal)
    assert (report.sections, report.answers) == ((), ())
    await hers()
    await sam.sync()
    for person in (ada, sam):
        report = await report_of(person, journal)
        [check_in] = one_of(report, "check_in").things
        assert check_in.steps == ()
        assert check_in.now == ("Both answers are open.",)
        assert {name.split()[0].strip(":"): said[0] for name, *said in check_in.sides} == {
            "Ada": "  What I need: A walk.",
            "Sam": "  What I need: An hour alone.",
        }
        assert {answer.name.split()[0]: dict(answer.values) for answer in report.answers} == {
            "Ada": {"closeness": 3},
            "Sam": {"closeness": 7, "trust": 0},
        }
        page = render(report).decode()
        assert page.count("<svg") == 3
        assert "A walk." in page
        assert "sealed part" not in page.lower()


async def test_marks_of_a_promise_are_in_no_row(two: Couple) -> None:
    body = {"step": "make", "form": "habit", "text": "I write on Sundays."}
    made = await two.ada.write(two.journal, "promise", body)
    answers = await link(two.ada, two.journal, made.entry)
    for words in ("once", "twice"):
        await two.ada.write(two.journal, "promise", {"step": "mark", "answers": answers, "words": words})
    await two.sam.sync()
    [promise] = one_of(await report_of(two.sam, two.journal), "promise").things
    assert len(promise.steps) == 1
    assert "twice" not in Read(render(await report_of(two.sam, two.journal))).text
