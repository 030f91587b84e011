"""Times for people: in this computer's zone. Data and JSON keep UTC Unix seconds."""

import re

from duolog.cli.failures import Usage
from duolog.documents import dates
from duolog.documents.dates import clock, day, day_of, moment

__all__ = ["clock", "count", "day", "day_of", "end_of", "moment", "next_clock", "parse_span", "span"]

_SPAN = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?")


def parse_span(typed: str) -> int | None:
    """A typed length of time, as `30m`, `2h` or `1h30m`, in seconds; None for anything else."""
    found = _SPAN.fullmatch(typed.strip().lower().replace(" ", ""))
    if found is None or not found[0]:
        return None
    return int(found[1] or 0) * 3600 + int(found[2] or 0) * 60


def next_clock(typed: str, now: int) -> int:
    """The next time at which the clock shows what was typed, as `20:30`. `now`: Unix seconds. Raises: Usage."""
    for ahead in (0, 86_400):
        try:
            found = dates.parse_moment(f"{dates.stamp(now + ahead)[:10]} {typed.strip()}")
        except ValueError as error:
            raise Usage(f"{typed!r} isn't a time of day. Write it as 20:30.") from error
        if found > now:
            return found
    return found


def end_of(day: str) -> int:
    """The last minute of a typed day, as `2027-03-01`, in Unix seconds. Raises: Usage."""
    try:
        return dates.parse_moment(f"{day.strip()} 23:59")
    except ValueError as error:
        raise Usage(f"{day!r} isn't a day. Write it as 2027-03-01.") from error


def span(seconds: int) -> str:
    """A length of time in its largest unit: `3 minutes`, `2 hours`, `1 day`."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(round(seconds / size), word)
    return "less than a minute"


def count(number: int, word: str) -> str:
    """A number of things: `1 text`, `2 texts`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
