"""The nights in which the clocks change: typed times that come twice or never, and a whole day that is skipped."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from time import tzset

import pytest

from duolog.documents import dates
from duolog.documents.dates import LocalTime

BERLIN, NEW_YORK, LORD_HOWE, APIA = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zone of this computer, as the test names it."""
    name: str = request.param
    with monkeypatch.context() as patch:
        patch.setenv("TZ", name)
        tzset()
        yield name
    tzset()


def at(text: str) -> int:
    """A time in UTC, Unix seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("zone", "typed", "meant"),
    [
        (BERLIN, "2026-10-25 01:59", LocalTime((at("2026-10-24 23:59"),))),
        (BERLIN, "2026-10-25 02:30", LocalTime((at("2026-10-25 00:30"), at("2026-10-25 01:30")))),
        (BERLIN, "2026-10-25 03:00", LocalTime((at("2026-10-25 02:00"),))),
        (BERLIN, "2027-03-28 02:30", LocalTime((at("2027-03-28 00:30"), at("2027-03-28 01:30")), skipped=True)),
        (BERLIN, "2027-03-28 03:00", LocalTime((at("2027-03-28 01:00"),))),
        (NEW_YORK, "2026-11-01 01:30", LocalTime((at("2026-11-01 05:30"), at("2026-11-01 06:30")))),
        (NEW_YORK, "2027-03-14 02:30", LocalTime((at("2027-03-14 06:30"), at("2027-03-14 07:30")), skipped=True)),
        (LORD_HOWE, "2026-04-05 01:45", LocalTime((at("2026-04-04 14:45"), at("2026-04-04 15:15")))),
        (LORD_HOWE, "2026-10-04 02:15", LocalTime((at("2026-10-03 15:15"), at("2026-10-03 15:45")), skipped=True)),
        (APIA, "2011-12-30 12:00", LocalTime((at("2011-12-29 22:00"), at("2011-12-30 22:00")), skipped=True)),
        (APIA, "2011-12-31 00:00", LocalTime((at("2011-12-30 10:00"),))),
    ],
    indirect=["zone"],
)
def test_a_typed_time_has_every_meaning_that_the_clocks_give_it(zone: str, typed: str, meant: LocalTime) -> None:
    assert dates.parse_local(typed) == meant
    for seconds in meant.seconds:
        shown = dates.with_offset(seconds)
        assert dates.parse_local(shown) == LocalTime((seconds,)), f"{shown} can be typed, and means one time"
        assert (shown[:16] == typed) != meant.skipped, "a time that is skipped is shown by the clock around it"


@pytest.mark.parametrize("zone", [BERLIN, APIA], indirect=True)
@pytest.mark.parametrize("offset", ["+02:00", "+0200", " +02:00", "+02:00 "])
def test_an_offset_gives_one_meaning_in_every_zone(zone: str, offset: str) -> None:
    assert dates.parse_local(f"2026-10-25 02:30{offset}") == LocalTime((at("2026-10-25 00:30"),))
    assert dates.parse_local("2026-10-25 02:30Z") == dates.parse_local("2026-10-25 02:30 utc")


@pytest.mark.parametrize(
    "text", ["2026-10-25 02:30+25:00", "2026-10-25 02:30 CET", "2026-10-25 02:30+2", "2026-02-30 10:00"]
)
def test_an_offset_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        dates.parse_local(text)


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
def test_a_moment_that_comes_twice_is_shown_with_its_offset(zone: str) -> None:
    assert dates.moment(at("2026-10-25 00:30")) == "Sunday 25 October 2026, 02:30 (UTC+02:00)"
    assert dates.moment(at("2026-10-25 01:30")) == "Sunday 25 October 2026, 02:30 (UTC+01:00)"
    assert dates.moment(at("2026-10-25 02:00")) == "Sunday 25 October 2026, 03:00"


@pytest.mark.parametrize("zone", [APIA], indirect=True)
def test_a_day_that_the_calendar_skips_is_empty(zone: str) -> None:
    assert dates.begins(date(2011, 12, 30)) == dates.behind(date(2011, 12, 30)) == dates.begins(date(2011, 12, 31))
