"""A report as a file of one's own."""

from datetime import date
from pathlib import Path

from duolog.client.home.files import new_file
from duolog.client.log.context import Context
from duolog.client.looking.page import render
from duolog.client.looking.report import Report, make_report


def write_report(context: Context, journal: bytes, path: Path, since: date, until: date, *, force: bool) -> Report:
    """Write a report as one HTML page, to a new file of mode 0600. `force`: replace a file.

    Raises: HomeError as `new_file`; NotAllowed as `make_report`.
    """
    report = make_report(context, journal, since, until)
    with new_file(path, force) as out:
        out.write(render(report))
    return report
