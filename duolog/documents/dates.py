"""Times and days as people read and type them. Every date on a screen comes from here (`tests/house` finds others).

Data has UTC Unix seconds and ISO days. Screens show the reader's zone, exports UTC. A number that no calendar has as a
time is shown as *an impossible time*: no value makes these functions raise, except the two that parse typed text.
Nothing here reads the time of now.
"""

from datetime import UTC, date, datetime
from typing import Final

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
IMPOSSIBLE: Final = "an impossible time"


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
    """The reader's day and time, as `Monday 23 November 2026, 20:15`."""
    return IMPOSSIBLE if _at(seconds) is None else f"{day(seconds)}, {clock(seconds)}"


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


def parse_day(text: str) -> date:
    """Parse a typed day, as `2027-03-01`. Raises: ValueError."""
    return date.fromisoformat(text.strip())


def parse_moment(text: str) -> int:
    """Parse a typed time in the reader's zone, as `2027-03-01 18:00`, to Unix seconds. Raises: ValueError."""
    try:
        return int(datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").astimezone().timestamp())
    except OverflowError as error:
        raise ValueError("no such time") from error


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
