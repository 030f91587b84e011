"""A reminder of one's own: off by default, sealed in the home, and without any content of a journal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from duolog.client import Duolog, Reminder
from duolog.client.home.reminders import REMINDER
from duolog.client.journals.calendar_file import EVERY, encode_calendar
from duolog.client.journals.reminders import MAX_TITLE, TITLE
from duolog.documents import dates
from duolog.errors import NotAllowed, TransportError
from tests.client.couple import UNLOCK, Clock, Tampered, register

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MONDAY = 1_795_449_600  # Monday 23 November 2026, 16:00 UTC
HOUR, DAY = 3600, 24 * 3600


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def one(**changes: object) -> Reminder:
    given: dict[str, object] = {"every": "sunday", "minute": 18 * 60, "title": TITLE, "uid": "ab" * 16}
    return Reminder(**(given | changes))  # type: ignore[arg-type]


@ONE_DATABASE
async def test_it_is_off_until_it_is_turned_on_and_gone_when_it_is_off(app: FastAPI, tmp_path: Path) -> None:
    ada, _, _ = await register(app, tmp_path / "ada")
    async with ada:
        reminders = ada.reminders()
        assert await reminders.find() is None
        assert await reminders.due() is None
        with pytest.raises(NotAllowed, match="No reminder is on"):
            await reminders.calendar()
        made = await reminders.turn_on("sunday", 18 * 60)
        assert (made.every, made.minute, made.title) == ("sunday", 1080, "A quiet half hour")
        changed = await reminders.turn_on("day", 0, "Tea \n with  me")
        assert (changed.title, changed.uid) == ("Tea with me", made.uid), "a calendar replaces the event"
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Tampered(app)) as again:
        assert await again.reminders().find() == changed
        sealed = again._context.store.get(REMINDER.name)
        assert sealed is not None
        assert b"Tea" not in sealed
        await again.reminders().turn_off()
        assert await again.reminders().find() is None
        assert (await again.reminders().turn_on("day", 0)).uid != made.uid


@ONE_DATABASE
async def test_it_needs_no_network_and_no_server_hears_of_it(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole server is gone, and nothing of the reminder waits to be sent to it."""
    ada, _, _ = await register(app)
    async with ada:
        await ada.sync()
        asked: list[httpx2.Request] = []

        async def gone(_: object, request: httpx2.Request) -> httpx2.Response:
            asked.append(request)
            raise httpx2.ConnectError("gone")

        monkeypatch.setattr(httpx2.ASGITransport, "handle_async_request", gone)
        with pytest.raises(TransportError):
            await ada.sync()
        asked.clear()
        await ada.reminders().turn_on("sunday", 1080)
        await ada.reminders().calendar()
        await ada.reminders().due()
        await ada.reminders().find()
        await ada.reminders().turn_off()
        assert asked == []
        assert ada._context.store.row("SELECT count(*) FROM outbox") == (0,)


@ONE_DATABASE
async def test_it_is_due_from_its_time_to_the_end_of_its_day(app: FastAPI) -> None:
    clock = Clock(MONDAY)
    ada, _, _ = await register(app, clock=clock)
    async with ada:
        found = []
        await ada.reminders().turn_on("monday", 16 * 60 + 1)
        for clock.now in (
            MONDAY,
            MONDAY + 60,
            MONDAY + 8 * HOUR - 1,
            MONDAY + 8 * HOUR,
            MONDAY + DAY + 60,
            MONDAY + 7 * DAY + 60,
        ):
            found.append(await ada.reminders().due() is not None)
        assert found == [False, True, True, False, False, True]
        await ada.reminders().turn_on("day", 16 * 60)
        clock.now = MONDAY + 3 * DAY
        assert await ada.reminders().due() is not None
        clock.now -= 60
        assert await ada.reminders().due() is None


@ONE_DATABASE
async def test_what_is_no_day_no_time_and_no_title_is_refused(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    async with ada:
        for every in ("Sunday", "weekly", "", "sun\nday"):
            with pytest.raises(NotAllowed, match="There is no day"):
                await ada.reminders().turn_on(every, 0)
        for minute in (-1, 1440):
            with pytest.raises(NotAllowed, match="from 00:00 to 23:59"):
                await ada.reminders().turn_on("day", minute)
        for title in ("", " \n", "x" * (MAX_TITLE + 1), "a\x00b", "a\u202eb", "a\u200bb"):
            with pytest.raises(NotAllowed, match="A title is one line"):
                await ada.reminders().turn_on("day", 0, title)
        assert await ada.reminders().find() is None


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_file_has_a_repeating_event_with_its_title_and_names_no_program() -> None:
    text = encode_calendar(one(), MONDAY)
    assert text == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//reminder//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{'ab' * 16}\r\nDTSTAMP:20261129T000000Z\r\nDTSTART:20261129T180000\r\nDURATION:PT30M\r\n"
        "RRULE:FREQ=WEEKLY;BYDAY=SU\r\nSUMMARY:A quiet half hour\r\nCLASS:PRIVATE\r\nTRANSP:TRANSPARENT\r\n"
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:A quiet half hour\r\nTRIGGER:PT0S\r\nEND:VALARM\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert "duolog" not in text.lower()


@pytest.mark.parametrize("every", EVERY)
def test_it_begins_on_the_first_such_day(every: str) -> None:
    text = encode_calendar(one(every=every, minute=9 * 60 + 5), MONDAY)
    day = 23 if every == "day" else 23 + EVERY.index(every)
    assert f"DTSTART:202611{day}T090500\r\n" in text
    rule = "FREQ=DAILY" if every == "day" else f"FREQ=WEEKLY;BYDAY={every[:2].upper()}"
    assert f"RRULE:{rule}\r\n" in text


def test_a_title_breaks_out_of_no_line_and_long_ones_are_folded() -> None:
    text = encode_calendar(one(title="a\\b;c,d:e"), MONDAY)
    assert "SUMMARY:a\\\\b\\;c\\,d:e\r\n" in text
    title = "Ünïcode 🕯" * 6
    text = encode_calendar(one(title=title), MONDAY)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert f"SUMMARY:{title}\r\n" in text.replace("\r\n ", "")


def test_a_clock_that_no_calendar_has_makes_a_file_all_the_same() -> None:
    assert "DTSTART:00010101T180000" in encode_calendar(one(every="day"), 2**62)
    assert dates.compact_day_from(2**62, 6).startswith("0001010")
    assert (dates.weekday(2**62), dates.minute_of_day(2**62)) == (0, 0)
