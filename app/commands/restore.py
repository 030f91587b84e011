"""`restore FILE`: put a backup in place of the database; `--check FILE`: verify it and change nothing.

`restore --by-other-means` follows a restore by other tools: PostgreSQL's own, or a snapshot of the disk.
"""

import os
import sqlite3
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from app.backups import restoring
from app.backups.repository import DatabaseBusy
from app.backups.restoring import Places
from app.backups.service import BackupRefused
from app.commands.checks import require_migrated, require_receipt_key
from app.commands.progress import Progress, print_report
from app.commands.trouble import Trouble, prepare_data
from app.database_lock import InUse, alone
from app.restoring.service import mark_restored
from app.schema import migration_engine
from app.settings import Settings
from app.state import system_clock

NEXT = (
    "Start the server now. Every log-in has ended, and clients log in again by themselves. Journals take new entries "
    "once their devices have brought what was written since the backup."
)


def declare(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a file that `python -m app backup` made")
    what.add_argument("--check", metavar="FILE", type=Path, help="verify a backup, and change nothing")
    what.add_argument(
        "--by-other-means",
        action="store_true",
        help="after pg_restore or another tool has put an older database back: do what belongs to a restore besides",
    )
    parser.add_argument(
        "--despite-faults", action="store_true", help="restore a backup although the audit finds faults in it"
    )


def run(settings: Settings, given: Namespace) -> int:
    """Restore or check. Raises: Trouble."""
    os.umask(0o077)
    with _sentences():
        if given.check is not None:
            report = restoring.check(given.check, Progress())
            print_report(report)
            return 1 if report.count else 0
        if given.by_other_means:
            _mark(settings)
        else:
            _restore(settings, given.file, despite_faults=given.despite_faults)
    return 0


def _restore(settings: Settings, file: Path, *, despite_faults: bool) -> None:
    if settings.database_file is None:
        raise Trouble(
            "PostgreSQL has its own tools: stop the servers, put the database back by `pg_restore --clean --if-exists` "
            f"and the receipt key at {settings.receipt_key_path}, then run `python -m app migrate` and "
            "`python -m app restore --by-other-means`."
        )
    prepare_data(settings)
    attachments = None if settings.attachment_bucket else settings.attachment_folder
    places = Places(settings.database_file, settings.receipt_key_path, attachments)
    with alone(settings):
        done = restoring.restore(file, places, _after_restore, Progress(), despite_faults=despite_faults)
    print(f"{file} is restored to {settings.database_file}.")
    if done.aside:
        print(f"The files from before are kept: {', '.join(str(path) for path in done.aside)}.")
    if done.missing:
        print(
            f"{done.missing} of {done.attachments} attachments are missing in {attachments}. Copy them there from "
            "another backup; until then their entries are there, and their files are not."
        )
    print(NEXT)


def _mark(settings: Settings) -> None:
    require_migrated(settings)
    require_receipt_key(settings)
    with alone(settings):
        engine = migration_engine(settings)
        with engine.begin() as connection:
            _after_restore(connection)
        engine.dispose()
    print("The database is marked as restored.")
    print(NEXT)


def _after_restore(connection: Connection) -> None:
    """Do to a restored database what belongs to a restore, in one transaction, before any server uses it."""
    mark_restored(connection, system_clock())


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except BackupRefused as refused:
        raise Trouble(str(refused)) from refused
    except (InUse, DatabaseBusy) as error:
        raise Trouble("A server or another program uses the database. Stop it, and restore again.") from error
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise Trouble(f"The backup can't be used: {reason}. Nothing that was there is lost.") from error
