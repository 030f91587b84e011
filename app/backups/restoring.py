"""Putting a backup back in place.

Rules
- The backup is verified, copied, migrated and audited before anything that is there is touched.
- Nothing that is there is destroyed: the database and, if it is another, the receipt key file get a dated name.
- The new database takes its place in one step, so a crash leaves the old one or the new one.
- A receipt key file that begins with the backup's keys stays: keys that were added since are the ones that clients
  follow.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from app.auditing.faults import Report
from app.auditing.service import Progress, audit
from app.backups import repository
from app.backups.files import copy, create, new_beside, sync
from app.backups.service import BackupRefused, attachments_of, copy_attachment, verify
from app.receipts.service import ReceiptSigner, read_receipt_keys
from app.schema import migrate, migration_engine, newest_revision
from app.settings import Settings
from app.sqlite_connections import resting_engine
from duolog.errors import MalformedData

Mark = Callable[[Connection], None]


@dataclass(slots=True)
class Restored:
    """Where the old files are, and how many attachments the database names, has got, and lacks."""

    aside: list[Path] = field(default_factory=list)
    attachments: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Where a server's files are. `attachments`: None where they are in a bucket."""

    database: Path
    keys: Path
    attachments: Path | None


def check(file: Path, progress: Progress) -> Report:
    """Verify a backup to the last receipt, and change nothing. A copy of an older one is migrated first.

    Raises: BackupRefused, OSError.
    """
    record = verify(file)
    signer = read_receipt_keys(record.receipt_keys)
    if record.revision == newest_revision():
        return _audit(file, signer, progress)
    with TemporaryDirectory(prefix="duolog-check-") as folder:
        database = Path(folder) / "duolog.db"
        copy(file, database)
        _prepare(database, lambda _: None)
        return _audit(database, signer, progress)


def restore(file: Path, places: Places, mark: Mark, progress: Progress, *, despite_faults: bool = False) -> Restored:
    """Put a backup in place of the database, which nobody uses. `mark` changes the new database before it is there.

    Raises: BackupRefused, OSError, repository.DatabaseBusy.
    """
    record = verify(file)
    signer = read_receipt_keys(record.receipt_keys)
    for left in places.database.parent.glob(f".{places.database.name}.*"):  # of a restore that was cut off
        left.unlink()
    restored = Restored()
    with new_beside(places.database) as new:
        copy(file, new)
        _prepare(new, mark)
        report = _audit(new, signer, progress)
        if report.count and not despite_faults:
            raise BackupRefused(
                f"The backup holds {report.count} faults, which were in the database when it was made. "
                f"`python -m app restore --check {file}` lists them; `--despite-faults` restores it all the same."
            )
        date = f"before-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        _put_keys(record.receipt_keys, signer, places.keys, date, restored)
        _put_database(new, places.database, date, restored)
    _put_attachments(attachments_of(file), places, restored)
    return restored


def _prepare(database: Path, mark: Mark) -> None:
    """Make a copied backup the database that a server of this version uses."""
    repository.drop_record(database)
    engine = migration_engine(Settings(database=f"sqlite:///{database}"))
    with engine.begin() as connection:
        migrate(connection)
        mark(connection)
    engine.dispose()
    repository.fold(database)
    sync(database)


def _audit(database: Path, signer: ReceiptSigner, progress: Progress) -> Report:
    engine = resting_engine(database)
    try:
        return audit(engine.connect, tuple(item.key for item in signer.keys), progress)
    finally:
        engine.dispose()


def _put_keys(data: bytes, signer: ReceiptSigner, path: Path, date: str, restored: Restored) -> None:
    wanted = tuple(item.key for item in signer.keys)
    if path.exists():
        try:
            there = tuple(item.key for item in read_receipt_keys(path.read_bytes()).keys)
        except MalformedData:
            there = ()
        if there[: len(wanted)] == wanted:
            return
        aside = path.with_name(f"{path.name}.{date}")
        aside.hardlink_to(path)
        restored.aside.append(aside)
    with new_beside(path) as new:
        create(new, data)
        new.replace(path)
    sync(path.parent)


def _put_database(new: Path, database: Path, date: str, restored: Restored) -> None:
    if database.exists():
        aside = database.with_name(f"{database.name}.{date}")
        _fold(database, aside.with_name(aside.name + "-wal"))
        aside.hardlink_to(database)
        restored.aside.append(aside)
        for name in ("-wal", "-shm"):  # of a database that SQLite can't open: they would spoil the new one
            database.with_name(database.name + name).unlink(missing_ok=True)
    new.replace(database)
    sync(database.parent)


def _fold(database: Path, aside: Path) -> None:
    """Leave the old database as one file. The log of a damaged one is copied: SQLite deletes a log that it can't read.

    Raises: repository.DatabaseBusy.
    """
    log = database.with_name(database.name + "-wal")
    if log.exists():
        copy(log, aside)
    try:
        repository.fold(database)
    except repository.UNUSABLE:
        return
    except repository.DatabaseBusy:
        aside.unlink(missing_ok=True)
        raise
    aside.unlink(missing_ok=True)


def _put_attachments(source: Path, places: Places, restored: Restored) -> None:
    """Copy the attachments that the backup brought. A part that is there already stays."""
    if places.attachments is None:
        return
    places.attachments.mkdir(parents=True, exist_ok=True, mode=0o700)
    for item in repository.stored_attachments(places.database):
        restored.attachments += 1
        if not copy_attachment(item, source, places.attachments):
            restored.missing += 1
    sync(places.attachments)
