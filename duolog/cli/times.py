"""Times for people: in this computer's zone. Data and JSON keep UTC Unix seconds."""

from datetime import date, datetime

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def local(seconds: int) -> datetime:
    """A moment in this computer's zone."""
    return datetime.fromtimestamp(seconds).astimezone()


def day(seconds: int) -> str:
    """As `Monday 23 November 2026`."""
    return day_of(local(seconds).date())


def day_of(when: date) -> str:
    """As `Monday 23 November 2026`."""
    return f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {when.year}"


def clock(seconds: int) -> str:
    """As `20:15`."""
    return f"{local(seconds):%H:%M}"


def moment(seconds: int) -> str:
    """As `Monday 23 November 2026, 20:15`."""
    return f"{day(seconds)}, {clock(seconds)}"


def span(seconds: int) -> str:
    """A length of time, roughly: `3 minutes`, `2 hours`, `1 day`."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(round(seconds / size), word)
    return "less than a minute"


def count(number: int, word: str) -> str:
    """A number of things: `1 text`, `2 texts`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
