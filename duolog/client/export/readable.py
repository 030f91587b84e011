"""A journal for reading beside its export: a Markdown file for each month, and one page, in a folder of one's own.

Rules
- It holds what a timeline shows a person, in words, and no key and no id by which anything could be opened.
- Nothing that anybody wrote is Markdown or HTML there: it is text, whatever it looks like.
- It can't be checked; the export beside it can.

An attachment is named where it belongs. Where the files of the export lie in a folder, it is linked.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from duolog.client.export.files import ExportedFiles
from duolog.client.home.files import new_file
from duolog.client.journals.people import voice
from duolog.client.journals.reading import timeline
from duolog.client.journals.views import WAITS, TimelineEntry
from duolog.client.log.context import Context
from duolog.client.looking.page import render_days
from duolog.client.looking.report import ReportStep
from duolog.documents import dates
from duolog.documents.names import SOMEBODY
from duolog.documents.safe_text import clean
from duolog.documents.voice import Voice
from duolog.errors import HomeError

_PAGE = 1000  # entries that are put into words at a time
_MARKS = re.compile(r"[\\`*_\[\]<>|~#&]")
_UNDATED = "without a date"


@dataclass(frozen=True, slots=True)
class _Told:
    """An entry in words. `month`, `day`: as they are shown, and sort nothing."""

    month: str
    day: str
    step: ReportStep


def write_readable(
    context: Context, folder: Path, journals: Sequence[bytes], exported: ExportedFiles | None = None
) -> int:
    """Write these journals into a new or empty folder, which becomes private; how many files were made.

    `exported`: the files of the export, which are linked.

    Raises: HomeError when the folder holds something, or can't be written; NotAllowed when a journal isn't here.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if any(folder.iterdir()):
            raise HomeError(f"The folder {folder} isn't empty. Name a new one; nothing in it was changed.")
        folder.chmod(0o700)
        made = 0
        for journal in journals:
            place = folder / f"journal-{journal.hex()[:8]}"
            place.mkdir(mode=0o700)
            made += _write(context, place, journal, exported)
    except OSError as error:
        raise HomeError(
            f"The folder {folder} can't be written: {error.strerror}. Name a folder of your own."
        ) from error
    return made


def _write(context: Context, place: Path, journal: bytes, exported: ExportedFiles | None) -> int:
    """Write one journal; how many files were made."""
    roster, voices = context.standing(journal).require_here(), voice(context, journal)
    people = [voices.name(member.account) for member in roster.members]
    told = list(_told(context, journal, voices, _Links(place, exported)))
    months = dict.fromkeys(one.month for one in told)
    for month in months:
        with new_file(place / f"{month.replace(' ', '-')}.md", force=False) as out:
            out.write(_markdown(month, people, [one for one in told if one.month == month]).encode())
    days = [(day, [one.step for one in group]) for day, group in groupby(told, lambda one: one.day)]
    with new_file(place / "everything.html", force=False) as out:
        out.write(render_days("Our journal", people, days))
    return len(months) + 1


@dataclass(frozen=True, slots=True)
class _Links:
    """How the pages in one folder reach the files of the export."""

    place: Path
    exported: ExportedFiles | None

    def of(self, entry: bytes) -> tuple[tuple[str, str], ...]:
        """The names of an entry's files, each with its address: no character of a name steers a page."""
        if self.exported is None:
            return ()
        folder = os.path.relpath(self.exported.folder.resolve(), self.place.resolve())
        names = self.exported.names.get(entry, ())
        return tuple((name, quote(f"{Path(folder).as_posix()}/{name}")) for name in names)


def _told(context: Context, journal: bytes, voices: Voice, links: "_Links") -> Iterator[_Told]:
    """Every entry in words, in order; those that wait in the outbox come last."""
    after = 0
    while True:
        entries = timeline(context, journal, after, _PAGE)
        placed = [entry for entry in entries if entry.seq is not None]
        for entry in placed if len(placed) == _PAGE else entries:
            if not entry.in_thing_alone:
                yield _in_words(entry, voices, links)
        if len(placed) < _PAGE:
            return
        after = placed[-1].seq or 0


def _in_words(entry: TimelineEntry, voices: Voice, links: "_Links") -> _Told:
    when = entry.received or entry.at
    on = None if when is None else dates.on_day(when)
    month = _UNDATED if on is None else dates.iso_day(on)[:7]
    day = _UNDATED if on is None else dates.day_of(on)
    lines = (entry.text or entry.unreadable or entry.hidden or SOMEBODY).split("\n")
    if entry.seq is None:
        lines.append(f"  {WAITS}")
    for said, words in (("Without effect", entry.without_effect), ("", entry.hidden if entry.text else None)):
        if words is not None:
            lines.append(f"  {said}: {words}" if said else f"  {words}")
    lines += [f"  Not delivered to {voices.name(account)}" for account in entry.not_delivered_to]
    stamp = "" if when is None else dates.stamp(when)
    return _Told(month, day, ReportStep(stamp, entry.mine, tuple(lines), files=links.of(entry.entry)))


def _markdown(month: str, people: Sequence[str], told: Sequence[_Told]) -> str:
    lines = [f"# Our journal, {month}", "", _escaped(" and ".join(people)), ""]
    for day, group in groupby(told, lambda one: one.day):
        lines += [f"## {day}", ""]
        for one in group:
            lines += [f"### {one.step.when}", "", *_quoted(one.step.lines), ""]
            lines += [f"- [{_escaped(clean(name))}](<{address}>)" for name, address in one.step.files]
            lines += [""] if one.step.files else []
    return "\n".join(lines)


def _quoted(lines: Sequence[str]) -> Iterator[str]:
    """Duolog's own lines, and somebody's words in a quotation, each line of it on its own."""
    for line in (part for text in lines for part in clean(text).split("\n")):
        if line.startswith("    "):
            yield f"> {_escaped(line[4:])}  "
        elif line.startswith("  "):
            yield f"- {_escaped(line.strip())}"
        else:
            yield f"{_escaped(line)}\n"


def _escaped(text: str) -> str:
    """Text that no reader of Markdown takes for anything else."""
    return _MARKS.sub(lambda found: "\\" + found[0], text).replace("\t", " ")
