"""Making a backup beside a running server, and verifying one.

Rules
- A backup is one file: the database as SQLite copies it in one read transaction, with the receipt keys in it. Both
  belong together.
- The keys are read after the copy, so that every receipt in it has its key.
- The file appears under its name when it is whole, on disk and verified. It takes no other file's place.
- Attachments in a folder go to `<name>.attachments` beside it, after the database: each part was stored before the
  database counted it. The backup's own file comes last.
"""

import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from app import VERSION
from app.auditing.service import is_stored
from app.backups import repository
from app.backups.files import create, link_or_copy, new_beside, publish, sync
from app.backups.repository import FORMAT, Record, StoredAttachment
from app.receipts.service import read_receipt_keys
from app.schema import is_known, newest_revision
from duolog.errors import MalformedData


class BackupRefused(Exception):
    """A sentence for the operator: why a backup can't be made or used, and what to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. `gone`: attachments that were deleted while it was made."""

    size: int
    revision: str
    attachments: int
    gone: int


def attachments_of(target: Path) -> Path:
    """The folder of attachments that belongs to the backup at `target`."""
    return target.with_name(target.name + ".attachments")


def back_up(database: Path, keys: Path, attachments: Path | None, target: Path, now: int) -> Made:
    """Make a backup at `target`. `attachments`: the folder of the attachments, None to leave them out.

    Raises: BackupRefused, OSError, sqlite3.Error.
    """
    beside = attachments_of(target)
    for path in (target, beside):
        if path.exists():
            raise BackupRefused(f"{path} is there already, and a backup overwrites nothing. Choose another name.")
    if not database.exists():
        raise BackupRefused(f"There is no database at {database}. Check DUOLOG_DATA and DUOLOG_DATABASE.")
    with new_beside(target) as new, new_beside(beside) as folder:
        create(new)
        repository.copy_database(database, new)
        revision = repository.revision_of(new)
        if revision is None:
            raise BackupRefused("The database is empty: there is nothing to back up.")
        record = Record(FORMAT, now, VERSION, revision, keys.read_bytes())
        repository.add_record(new, replace(record, hash=repository.hash_of(new, record)))
        sync(new)
        verify(new)
        copied = gone = 0
        if attachments is not None:
            copied, gone = _copy_attachments(new, attachments, folder)
            folder.rename(beside)
        size = new.stat().st_size
        publish(new, target)
    return Made(size, revision, copied, gone)


def _copy_attachments(copy: Path, source: Path, target: Path) -> tuple[int, int]:
    """Copy what a copy of the database names; returns how many attachments, and how many were gone."""
    target.mkdir(mode=0o700)
    copied = gone = 0
    for item in repository.stored_attachments(copy):
        if copy_attachment(item, source, target):
            copied += 1
        else:
            gone += 1
    sync(target)
    return copied, gone


def copy_attachment(item: StoredAttachment, source: Path, target: Path) -> bool:
    """Copy the parts of an attachment that are not there; returns whether it is whole at its target."""
    name = item.place.hex()
    if is_stored(target / name, item.size, item.parts):
        return True
    if not is_stored(source / name, item.size, item.parts):
        return False
    shutil.rmtree(target / name, ignore_errors=True)
    (target / name).mkdir(mode=0o700)
    try:
        for number in range(item.parts):
            link_or_copy(source / name / str(number), target / name / str(number))
    except FileNotFoundError:  # deleted a moment ago
        shutil.rmtree(target / name)
        return False
    sync(target / name)
    return True


def verify(file: Path) -> Record:
    """Verify a backup as a file: its structure, every row by their hash, its keys, and that this code knows its tables.

    Raises: BackupRefused.
    """
    try:
        record = repository.find_record(file)
        if record is None:
            raise BackupRefused(f"{file} is a database, and not a backup that `python -m app backup` made.")
        if record.format != FORMAT or not is_known(record.revision):
            raise BackupRefused(
                f"{file} was made by version {record.version}, which is newer than this one (its tables are at "
                f"{record.revision}, and this code knows {newest_revision()}). Install that version, or a newer one."
            )
        faults = repository.integrity_faults(file)
        if faults or repository.hash_of(file, record) != record.hash:
            found = faults[0] if faults else "its contents are not those that were written"
            raise BackupRefused(f"{file} is damaged: {found}. Use another backup.")
        read_receipt_keys(record.receipt_keys)
    except sqlite3.Error as error:
        raise BackupRefused(f"{file} is damaged, or no backup: {error}. Use another one.") from error
    except MalformedData as error:
        raise BackupRefused(f"The receipt keys in {file} can't be used: {error} Use another backup.") from error
    return record
