"""Queries of attachments on their way up, and of those that a member may fetch."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from app.database import AnyRow
from app.journals.repository import ENTRY
from app.journals.table import journals, log
from app.leaving.repository import served_blob
from app.leaving.table import holdings
from app.objects.repository import WHOLE
from app.objects.table import attachments


@dataclass(frozen=True, slots=True)
class Upload:
    """An attachment as it stands. `place`: None once its bytes are gone; `seq`: the entry that names it; `brings`: the
    entry of an earlier server that gets it once it is whole.
    """

    account: bytes
    size: int
    received: int
    place: bytes | None
    seq: int | None
    brings: int | None


def find(connection: Connection, journal: bytes, attachment: bytes) -> Upload | None:
    """The attachment of this id in the journal."""
    columns = attachments.c
    row = connection.execute(
        select(columns.account, columns.size, columns.received, columns.place, columns.seq, columns.brings).where(
            columns.journal == journal, columns.attachment == attachment
        )
    ).one_or_none()
    return None if row is None else Upload(*row)


def is_closed(connection: Connection, journal: bytes) -> bool:
    """Whether the journal is closed, or gone."""
    query = select(journals.c.closed).where(journals.c.journal == journal)
    return connection.execute(query).scalar_one_or_none() is not False


def add(
    connection: Connection,
    journal: bytes,
    attachment: bytes,
    account: bytes,
    size: int,
    place: bytes,
    now: int,
    brings: int | None,
) -> None:
    """Store a new attachment of which nothing has come yet."""
    row = {"journal": journal, "attachment": attachment, "account": account, "size": size, "received": 0}
    connection.execute(insert(attachments).values(row | {"begun": now, "place": place, "brings": brings}))


def count_parts(
    connection: Connection, journal: bytes, attachment: bytes, place: bytes, numbers: tuple[int, int]
) -> None:
    """Count the parts before the second number, unless those before the first are not counted, they were counted
    meanwhile, or the attachment has ended.
    """
    first, end = numbers
    connection.execute(
        update(attachments)
        .where(
            attachments.c.journal == journal,
            attachments.c.attachment == attachment,
            attachments.c.place == place,
            attachments.c.received >= first,
            attachments.c.received < end,
        )
        .values(received=end)
    )


def give_to(connection: Connection, journal: bytes, attachment: bytes, seq: int) -> None:
    """Give a whole attachment to the entry that was carried at `seq`."""
    where = attachments.c.journal == journal, attachments.c.attachment == attachment, attachments.c.seq.is_(None), WHOLE
    connection.execute(update(attachments).where(*where).values(seq=seq, brings=None))


def find_held(connection: Connection, journal: bytes, account: bytes, attachment: bytes) -> AnyRow | None:
    """The place and size of an attachment whose entry this member holds. One query."""
    entry = and_(log.c.journal == attachments.c.journal, log.c.seq == attachments.c.seq)
    return connection.execute(
        select(attachments.c.place, attachments.c.size)
        .select_from(attachments.join(log, entry).outerjoin(holdings, _marks(account)))
        .where(
            attachments.c.journal == journal,
            attachments.c.attachment == attachment,
            attachments.c.place.is_not(None),
            served_blob(journal, account).is_not(None),
        )
    ).one_or_none()


def find_entry(connection: Connection, journal: bytes, account: bytes, entry: bytes) -> AnyRow | None:
    """The seq and header of an entry that this member holds."""
    return connection.execute(
        select(log.c.seq, log.c.header)
        .select_from(log.outerjoin(holdings, _marks(account)))
        .where(
            log.c.journal == journal,
            log.c.entry == entry,
            log.c.kind == ENTRY,
            served_blob(journal, account).is_not(None),
        )
    ).one_or_none()


def _marks(account: bytes) -> ColumnElement[bool]:
    return and_(holdings.c.account == account, holdings.c.journal == log.c.journal, holdings.c.seq == log.c.seq)
