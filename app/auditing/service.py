"""`audit(...)`: verify all chains in a database, as a client would, and look for rows that belong to nothing.

Rules
- Each account and each journal is read on one consistent view of its own, page by page. So an audit may run beside a
  server, needs little memory, and keeps no deleted bytes from being scrubbed for longer than one journal takes.
- A server that has gone back to an older state has from its clients what they hold. Grants, packages and rows of
  attachments that they don't hold are no faults there.
- A fault never ends an audit. In a log, everything behind the first fault of the chain is unverifiable, and left out.
- Files of attachments are compared with their rows by size. Nobody without the keys can verify more.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from app.auditing import repository
from app.auditing.accounts import audit_account
from app.auditing.faults import Kind, Report
from app.auditing.journals import audit_journal
from app.restoring.service import newest_restoration
from duolog.protocol import sizes

BATCH = 200  # ids that are listed at a time

View = Callable[[], AbstractContextManager[Connection]]  # opens one consistent view
Progress = Callable[[Report], None]


def audit(view: View, keys: tuple[bytes, ...], progress: Progress, folder: Path | None = None) -> Report:
    """Verify everything. `keys`: the receipt keys, oldest first. `folder`: that of the attachments, to verify too."""
    report = Report()
    with view() as connection:
        went_back = newest_restoration(connection) is not None
    for account in _ids(view, repository.next_accounts):
        with view() as connection, _whatever_it_holds("account", account, report):
            audit_account(connection, account, report, went_back=went_back)
        progress(report)
    for place in _ids(view, repository.next_journals):
        with view() as connection, _whatever_it_holds("journal", place, report):
            audit_journal(connection, place, keys, report, went_back=went_back)
        progress(report)
    with view() as connection:
        for table, owner in repository.strays(connection):
            report.add("row", owner, f"Rows in `{table}` belong to nothing.")
    if folder is not None:
        _audit_files(view, folder, report)
    return report


@contextmanager
def _whatever_it_holds(kind: Kind, id_: bytes, report: Report) -> Iterator[None]:
    """A damaged column may hold a value of another type, at which any code may stop."""
    try:
        yield
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        report.add(kind, id_, f"A value in its rows is not of the kind that belongs there ({type(error).__name__}).")


def _ids(view: View, after: Callable[[Connection, bytes, int], list[bytes]]) -> Iterator[bytes]:
    last = b""
    while True:
        with view() as connection:
            ids = after(connection, last, BATCH)
        if not ids:
            return
        yield from ids
        last = ids[-1]


def _audit_files(view: View, folder: Path, report: Report) -> None:
    last = b""
    while True:
        with view() as connection:
            rows = repository.stored_attachments(connection, last, BATCH)
        if not rows:
            return
        for row in rows:
            if not is_stored(folder / row.place.hex(), row.size, row.received):
                report.add("attachment", row.place, "Its files are missing, or have another size.")
        last = rows[-1].place


def is_stored(folder: Path, size: int, parts: int) -> bool:
    """Whether the first `parts` parts of an attachment of `size` bytes lie in its folder with the right sizes."""
    for number in range(parts):
        wanted = min(sizes.ATTACHMENT_PART, size - number * sizes.ATTACHMENT_PART)
        try:
            if (folder / str(number)).stat().st_size != wanted:
                return False
        except FileNotFoundError:
            return False
    return True
