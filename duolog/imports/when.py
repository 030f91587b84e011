"""When an entry happened: the clock on the wall of that place, without a zone."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_TIME = r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?([AaPp])\.?[Mm]\.?)?"
_WRITTEN = re.compile(rf"\s*{_DAY}(?:[Tt ]{{1,2}}{_TIME}\s*([Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})?)?\s*")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}")


def happened(text: str) -> str | None:
    """The day, and the time where there is one, of a written date; None where it is none.

    The clock stays as its author wrote it, whatever zone stands behind it.
    """
    found = _WRITTEN.fullmatch(text[:64])
    if found is None:
        return None
    year, month, day, hour, minute, half, _ = found.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day)).isoformat()
        hours = int(hour) % 12 + (12 if half in ("P", "p") else 0) if half else int(hour)
        return _shown(datetime(int(year), int(month), int(day), hours, int(minute), tzinfo=UTC))
    except ValueError:
        return None


def happened_at(seconds: float, zone: str) -> str | None:
    """The clock of a zone at a time in Unix seconds, in UTC where the zone isn't known; None for an impossible time."""
    try:
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
    return _shown(_in_zone(utc, zone))


def happened_in(text: str, zone: str) -> str | None:
    """As `happened`, for a date in UTC (`2026-11-23T19:15:00Z`) of an entry that was written in a zone."""
    found = _WRITTEN.fullmatch(text[:64])
    shown = happened(text)
    if found is None or shown is None or "T" not in shown or found[7] not in ("Z", "z"):
        return shown
    return _shown(_in_zone(datetime.fromisoformat(shown).replace(tzinfo=UTC), zone))


def _in_zone(utc: datetime, zone: str) -> datetime:
    if not _ZONE.fullmatch(zone):
        return utc
    try:
        return utc.astimezone(ZoneInfo(zone))
    except (ValueError, KeyError, OSError, OverflowError):  # an unknown zone, or none that this computer has
        return utc


def _shown(when: datetime) -> str:
    return f"{when.year:04}-{when.month:02}-{when.day:02}T{when.hour:02}:{when.minute:02}"
