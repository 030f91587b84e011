"""Dates: whatever number or day somebody wrote, showing it raises nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.documents import dates

FAR = [0, 1, -1, 2**31, 2**53 - 1, 2**62, 2**63, 2**200, -(2**53), -(2**200), 253402300799, 253402300800, -62135596800]


@pytest.mark.parametrize("seconds", FAR)
def test_any_number_is_shown(seconds: int) -> None:
    for show in (dates.day, dates.clock, dates.moment, dates.stamp, dates.stamp_utc):
        assert show(seconds)
    assert isinstance(dates.has_come(date.max, seconds), bool)


@given(st.integers() | st.dates().map(lambda day: day.toordinal()))
def test_no_number_raises(seconds: int) -> None:
    assert dates.moment(seconds) == dates.IMPOSSIBLE or dates.clock(seconds) in dates.moment(seconds)
    assert dates.stamp(seconds)
    assert dates.stamp_utc(seconds)


@given(st.dates(), st.integers())
def test_no_day_raises(day: date, now: int) -> None:
    assert str(day.year) in dates.day_of(day)
    assert dates.iso_day(day) == day.isoformat()
    assert dates.parse_day(dates.iso_day(day)) == day
    dates.has_come(day, now)


def test_a_day_has_come_when_it_begins_in_utc() -> None:
    assert dates.has_come(date(2026, 11, 26), 1_795_651_200)
    assert not dates.has_come(date(2026, 11, 26), 1_795_651_199)
    assert dates.stamp_utc(1_795_651_200) == "2026-11-26 00:00 UTC"


@pytest.mark.parametrize("text", ["", "tomorrow", "0001-01-01 00:00x", "99999-01-01 00:00"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        dates.parse_local(text)


def test_what_was_typed_is_read_in_the_readers_zone() -> None:
    assert dates.stamp(dates.parse_local(" 2027-03-01 18:00 ").seconds[0]) == "2027-03-01 18:00"
