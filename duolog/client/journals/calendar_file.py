"""A reminder as a calendar file (RFC 5545): one repeating event with a title, and nothing of any journal.

The time is *floating*: it is the same hour on the wall wherever its reader is. The file names no program.
"""

from typing import Final

from duolog.client.home.reminders import Reminder
from duolog.documents import dates

_LINE: Final = 75  # octets of a line; longer ones are folded
_RULES: Final = {day.lower(): f"FREQ=WEEKLY;BYDAY={day[:2].upper()}" for day in dates.DAYS} | {"day": "FREQ=DAILY"}

EVERY: Final = tuple(_RULES)  # the days that a reminder may name


def encode_calendar(reminder: Reminder, now: int) -> str:
    """The file, from the reader's day at `now` (Unix seconds) on. Its lines end in CR LF."""
    title = _escaped(reminder.title)
    day = dates.compact_day_from(now, None if reminder.every == "day" else EVERY.index(reminder.every))
    clock = f"{reminder.minute // 60:02}{reminder.minute % 60:02}00"
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//reminder//EN", "BEGIN:VEVENT"),
        *(f"UID:{reminder.uid}", f"DTSTAMP:{day}T000000Z", f"DTSTART:{day}T{clock}", "DURATION:PT30M"),
        *(f"RRULE:{_RULES[reminder.every]}", f"SUMMARY:{title}", "CLASS:PRIVATE", "TRANSP:TRANSPARENT"),
        *("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}", "TRIGGER:PT0S", "END:VALARM"),
        *("END:VEVENT", "END:VCALENDAR"),
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    return text


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, each after the first behind a space; no character is cut."""
    pieces, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > _LINE:
            pieces.append("")
            size = 1  # the space
        pieces[-1] += character
        size += width
    return "\r\n ".join(pieces)
