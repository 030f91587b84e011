"""Times and days as people read and type them. Every date on a screen comes from here (`tests/house` finds others).

Data has UTC Unix seconds and ISO days. Screens show the reader's zone, exports UTC. A number that no calendar has as a
time is shown as *an impossible time*: no value makes these functions raise, except the two that parse typed text.
Nothing here reads the time of now.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
IMPOSSIBLE: Final = "an impossible time"
WALL_TIME: Final = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$"  # a form, and no proof of a real day

_TYPED: Final = re.compile(
    r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}) +([0-9]{1,2}:[0-9]{2})(?: ?([+-][0-9]{2}:?[0-9]{2}|Z|UTC))?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time that somebody typed by the clock on their wall.

    `seconds`: the times that it may mean, Unix seconds, the earlier first. There are two where the clocks go back and
    show it twice, and where they skip it (`skipped`): then one is counted by the clock before, one by the clock after.
    """

    seconds: tuple[int, ...]
    skipped: bool = False


def day(seconds: int) -> str:
    """The reader's day, as `Monday 23 November 2026`."""
    found = _at(seconds)
    return IMPOSSIBLE if found is None else day_of(found.date())


def day_of(when: date) -> str:
    """A day without a zone, as `Monday 23 November 2026`."""
    return f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {when.year}"


def clock(seconds: int) -> str:
    """The reader's time of day, as `20:15`."""
    found = _at(seconds)
    return "--:--" if found is None else f"{found.hour:02}:{found.minute:02}"


def moment(seconds: int) -> str:
    """The reader's day and time, as `Monday 23 November 2026, 20:15`. One that comes twice is shown with its offset."""
    found = _at(seconds)
    if found is None:
        return IMPOSSIBLE
    return f"{day(seconds)}, {clock(seconds)}" + (f" (UTC{_offset(found)})" if _is_twice(found) else "")


def stamp(seconds: int) -> str:
    """The reader's day and time, as `2026-11-23 20:15`."""
    return _stamped(_at(seconds))


def stamp_utc(seconds: int) -> str:
    """The time in UTC, as `2026-11-23 19:15 UTC`, the same for every reader."""
    found = _at(seconds, utc=True)
    return IMPOSSIBLE if found is None else f"{_stamped(found)} UTC"


def iso_day(when: date) -> str:
    """A day, as `2026-11-23`."""
    return f"{when.year:04}-{when.month:02}-{when.day:02}"


def wall_time(text: str) -> str:
    """A day or a moment by somebody's own clock on the wall, as people read it: no zone moves it.

    `text`: `2026-11-23` or `2026-11-23T20:15`. Raises: ValueError where no calendar has it.
    """
    if re.fullmatch(WALL_TIME, text, re.ASCII) is None:
        raise ValueError("it is no day and no time")
    when = datetime.fromisoformat(text)
    return day_of(when.date()) + (f", {when.hour:02}:{when.minute:02}" if "T" in text else "")


def day_number(seconds: int) -> int:
    """The number of the reader's day, one more each day. 0 for a time that no calendar has."""
    found = _at(seconds)
    return 0 if found is None else found.toordinal()


def weekday(seconds: int) -> int:
    """The place of the reader's day in `DAYS`; Monday for a time that no calendar has."""
    found = _at(seconds)
    return 0 if found is None else found.weekday()


def minute_of_day(seconds: int) -> int:
    """The minute of the reader's day, from 0; 0 for a time that no calendar has."""
    found = _at(seconds)
    return 0 if found is None else found.hour * 60 + found.minute


def compact_day_from(seconds: int, place: int | None) -> str:
    """The reader's day, or the first one from there on that is at `place` in `DAYS`, as `20261123`."""
    found = _at(seconds)
    first = date.min if found is None else found.date()
    if place is not None and first <= date.max - timedelta(days=6):
        first += timedelta(days=(place - first.weekday()) % 7)
    return f"{first.year:04}{first.month:02}{first.day:02}"


def begins(when: date) -> int | None:
    """The first second of a day in the reader's zone, Unix seconds. None where the system's zone rules don't reach."""
    try:
        return int(datetime(when.year, when.month, when.day).timestamp())  # noqa: DTZ001  # the clock on the wall
    except (OverflowError, OSError, ValueError):
        return None


def behind(when: date) -> int | None:
    """The first second after a day in the reader's zone, Unix seconds. None where no calendar or zone has it."""
    return None if when == date.max else begins(when + timedelta(days=1))


def on_day(seconds: int) -> date | None:
    """The reader's day at a time, or None where no calendar has it."""
    found = _at(seconds)
    return None if found is None else found.date()


def on_the_wall(seconds: int) -> str:
    """The reader's day and time in the form of a wall time, as `2026-11-23T20:15`: these sort as they follow."""
    found = _at(seconds)
    return "" if found is None else f"{iso_day(found.date())}T{found.hour:02}:{found.minute:02}"


def parse_wall_time(text: str) -> str:
    """Parse a typed day, or day and time, as `2026-11-23` or `2026-11-23 20:15`, to a wall time. Raises: ValueError."""
    typed = "T".join(text.split())
    wall_time(typed)
    return typed


def has_come(when: date, now: int) -> bool:
    """Whether a day has begun at `now`, Unix seconds, in UTC. It has not at a `now` that no calendar has."""
    found = _at(now, utc=True)
    return found is not None and found.date() >= when


def is_today(when: date, now: int) -> bool:
    """Whether `now`, Unix seconds, is on this day of the reader's calendar."""
    found = _at(now)
    return found is not None and found.date() == when


def on_one_day(first: int, second: int) -> bool:
    """Whether two times, in Unix seconds, are on the same day of the reader's calendar."""
    found = _at(first)
    return found is not None and is_today(found.date(), second)


def over_everywhere(when: date) -> int:
    """A time at which a day is over in every zone, Unix seconds."""
    return (when - date(1970, 1, 1)).days * 86_400 + 2 * 86_400


def days_before(when: date, days: int) -> date:
    """The day that many days before another, or the first day that the calendar has."""
    try:
        return when - timedelta(days=days)
    except OverflowError:
        return date.min


def parse_day(text: str) -> date:
    """Parse a typed day, as `2027-03-01`. Raises: ValueError."""
    return date.fromisoformat(text.strip())


def parse_local(text: str) -> LocalTime:
    """Parse a typed day and time, as `2027-03-01 18:00`, or `2027-03-01 18:00+01:00`. Raises: ValueError."""
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise ValueError("it is no day and time")
    wall = datetime.strptime(f"{found[1]} {found[2]}", "%Y-%m-%d %H:%M")  # noqa: DTZ007  # the clock on the wall
    offset = found[3]
    try:
        if offset is None:
            return _meant(wall)
        name = "+00:00" if offset.upper() in ("Z", "UTC") else offset
        return LocalTime((int(datetime.fromisoformat(f"{wall:%Y-%m-%dT%H:%M}{name}").timestamp()),))
    except (OverflowError, OSError) as error:
        raise ValueError("no such time") from error


def with_offset(seconds: int) -> str:
    """The reader's day and time with its offset, as `2026-10-25 02:30+01:00`: one meaning, and it can be typed."""
    found = _at(seconds)
    return IMPOSSIBLE if found is None else f"{_stamped(found)}{_offset(found)}"


def _meant(wall: datetime) -> LocalTime:
    """The meanings of a time that the clock on the wall shows. `fold` names them where the clocks change."""
    first, second = int(wall.replace(fold=0).timestamp()), int(wall.replace(fold=1).timestamp())
    if first == second:
        return LocalTime((first,))
    shown = datetime.fromtimestamp(first, UTC).astimezone().replace(tzinfo=None, fold=0)
    return LocalTime((first, second)) if shown == wall else LocalTime((second, first), skipped=True)


def _is_twice(when: datetime) -> bool:
    """Whether the clock on the wall shows this local time a second time."""
    try:
        found = _meant(when.replace(tzinfo=None, fold=0))
    except (OverflowError, OSError, ValueError):
        return False
    return len(found.seconds) > 1 and not found.skipped


def _offset(when: datetime) -> str:
    shown = f"{when:%z}"
    return f"{shown[:3]}:{shown[3:5]}"


def _at(seconds: int, *, utc: bool = False) -> datetime | None:
    """The time as a date, or None where no calendar has it or the system's zone rules don't reach it."""
    try:
        found = datetime.fromtimestamp(seconds, UTC)
        return found if utc else found.astimezone()
    except (OverflowError, OSError, ValueError, TypeError):
        return None


def _stamped(when: datetime | None) -> str:
    if when is None:
        return IMPOSSIBLE
    return f"{iso_day(when)} {when.hour:02}:{when.minute:02}"
