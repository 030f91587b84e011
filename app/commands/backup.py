"""`backup FILE`: the database and the receipt key as one file, and the attachments beside it."""

import os
import sqlite3
from argparse import ArgumentParser, Namespace
from pathlib import Path

from app.backups.service import BackupRefused, attachments_of, back_up
from app.commands.checks import require_known, require_receipt_key
from app.commands.trouble import Trouble
from app.settings import Settings
from app.state import system_clock

FOR_POSTGRESQL = (
    "PostgreSQL has its own tools: `pg_dump --format=custom --file=FILE` with this database. Copy the receipt key "
    "{keys} with it: both belong together."
)


def declare(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the new file; one that is there is never overwritten")
    parser.add_argument(
        "--without-attachments", action="store_true", help="leave out the folder of attachments, to copy it otherwise"
    )


def run(settings: Settings, given: Namespace) -> int:
    """Make a backup, beside a running server. Raises: Trouble."""
    os.umask(0o077)
    if settings.database_file is None:
        raise Trouble(FOR_POSTGRESQL.format(keys=settings.receipt_key_path))
    if settings.database_file.exists():
        require_known(settings)
        require_receipt_key(settings)
    left_out = bool(given.without_attachments or settings.attachment_bucket)
    folder = None if left_out else settings.attachment_folder
    try:
        made = back_up(settings.database_file, settings.receipt_key_path, folder, given.file, system_clock())
    except BackupRefused as refused:
        raise Trouble(str(refused)) from refused
    except (OSError, sqlite3.Error) as error:
        raise Trouble(f"The backup was not made: {_reason(error)}. Nothing was left at {given.file}.") from error
    print(f"{given.file} holds the database and the receipt key ({made.size:,} bytes, tables at {made.revision}).")
    if folder is not None and made.attachments:
        print(f"{attachments_of(given.file)} holds {made.attachments} attachments: keep both together.")
    if made.gone:
        print(f"{made.gone} attachments are not in it: they were deleted meanwhile, or their files are missing.")
    if settings.attachment_bucket:
        print(f"The attachments are in the bucket {settings.attachment_bucket}. Copy it now, by its own tools.")
    elif left_out:
        print(f"The attachments are not in it. Copy {settings.attachment_folder} now.")
    return 0


def _reason(error: OSError | sqlite3.Error) -> str:
    return str(error.strerror if isinstance(error, OSError) and error.strerror else error)
