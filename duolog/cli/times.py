"""Times for people: in this computer's zone. Data and JSON keep UTC Unix seconds.

A typed time that the clocks here skip, or show twice, is asked about, with both meanings. Without a terminal the
command says how to write it with an offset, as `2026-10-25 02:30+01:00`.
"""

import re

from duolog.cli import asking
from duolog.cli.failures import Usage
from duolog.documents import dates
from duolog.documents.dates import LocalTime, clock, day, day_of, moment

__all__ = [
    "clock",
    "count",
    "day",
    "day_of",
    "end_of",
    "moment",
    "next_clock",
    "one_meaning",
    "parse_span",
    "span",
    "typed_moment",
]

_SPAN = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?")


def parse_span(typed: str) -> int | None:
    """A typed length of time, as `30m`, `2h` or `1h30m`, in seconds; None for anything else."""
    found = _SPAN.fullmatch(typed.strip().lower().replace(" ", ""))
    if found is None or not found[0]:
        return None
    return int(found[1] or 0) * 3600 + int(found[2] or 0) * 60


def typed_moment(typed: str) -> LocalTime:
    """A typed day and time. Raises: Usage."""
    try:
        return dates.parse_local(typed)
    except ValueError as error:
        raise Usage(f'{typed!r} is not a time. Write it as "2026-11-27 09:00".') from error


def one_meaning(typed: str, found: LocalTime) -> int:
    """The one time that a typed one means, in Unix seconds. Where there are two, the person is asked. Raises: Usage."""
    if len(found.seconds) == 1:
        return found.seconds[0]
    first, second = map(dates.with_offset, found.seconds)
    why = "is skipped by the clocks here" if found.skipped else "comes twice here, as the clocks go back"
    if not asking.at_terminal():
        raise Usage(f'{typed} {why}. Say which one you mean: "{first}" or "{second}".')
    while True:
        answer = asking.ask_line(f"{typed} {why}. Do you mean 1, {first}, or 2, {second}? (1 or 2)")
        if answer in ("1", "2"):
            return found.seconds[int(answer) - 1]


def next_clock(typed: str, now: int) -> int:
    """The next time at which the clock shows what was typed, as `20:30`. `now`: Unix seconds. Raises: Usage."""
    today = dates.on_day(now)
    if today is None:
        raise Usage("This computer's clock shows no time that a calendar has. Set it, and try again.")
    for ahead in (0, 1, 2):
        wanted = f"{dates.iso_day(dates.days_before(today, -ahead))} {typed.strip()}"
        try:
            found = dates.parse_local(wanted)
        except ValueError as error:
            raise Usage(f"{typed!r} isn't a time of day. Write it as 20:30.") from error
        coming = LocalTime(tuple(one for one in found.seconds if one > now), skipped=found.skipped)
        if coming.seconds:
            return one_meaning(wanted, coming)
    raise Usage(f"{typed!r} doesn't come in the next two days. Write another time.")


def end_of(day: str) -> int:
    """The last minute of a typed day, as `2027-03-01`, in Unix seconds. Raises: Usage."""
    try:
        meant = dates.parse_day(day)
    except ValueError as error:
        raise Usage(f"{day!r} isn't a day. Write it as 2027-03-01.") from error
    first, behind = dates.begins(meant), dates.behind(meant)
    if first is None or behind is None:
        raise Usage(f"{day!r} isn't a day that this computer can count to. Write an earlier one.")
    if first == behind:
        raise Usage(f"The calendar here skips {day.strip()}. Write the day before or after it.")
    return behind - 60


def span(seconds: int) -> str:
    """A length of time in its largest unit: `3 minutes`, `2 hours`, `1 day`."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(round(seconds / size), word)
    return "less than a minute"


def count(number: int, word: str) -> str:
    """A number of things: `1 text`, `2 texts`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
