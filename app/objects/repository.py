"""Queries that give attachments to entries, and that end them.

An attachment ends in two steps. One transaction destroys the entry and notes the attachment's place as doomed. Then the
retention job deletes the bytes. A crash between the two leaves the note, and the next round deletes the bytes. The row
of an unnamed attachment goes with its place; that of a named one stays without a place.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, case, delete, insert, select, update

from app.objects.table import attachments, doomed
from duolog.protocol import sizes

WHOLE = attachments.c.received * sizes.ATTACHMENT_PART >= attachments.c.size
SETTLE_SECONDS = 600  # between the two clearings of a place: longer than any request that still stores a part there


def name(connection: Connection, journal: bytes, account: bytes, named: Mapping[bytes, int]) -> bool:
    """Give attachments to the entries at these seqs; returns whether each was whole, this account's own, and free.

    One statement. The caller has locked the journal, and rolls back when the answer is no.
    """
    seqs = case(dict(named), value=attachments.c.attachment)
    free = attachments.c.seq.is_(None), attachments.c.brings.is_(None), attachments.c.account == account, WHOLE
    where = attachments.c.journal == journal, attachments.c.attachment.in_(named), *free
    return connection.execute(update(attachments).where(*where).values(seq=seqs)).rowcount == len(named)


def doom(connection: Connection, *which: ColumnElement[bool]) -> int:
    """End these attachments; returns how many. The caller has locked their journals."""
    ended = connection.execute(delete(attachments).where(*which).returning(attachments.c.place)).scalars().all()
    _note(connection, ended)
    return len(ended)


def empty(connection: Connection, *which: ColumnElement[bool]) -> None:
    """End these attachments, which entries name, and leave their rows. The caller has locked their journals."""
    these = *which, attachments.c.place.is_not(None)
    ended = connection.execute(select(attachments.c.place).where(*these)).scalars().all()
    if ended:
        _note(connection, ended)
        connection.execute(update(attachments).where(*these).values(place=None))


def _note(connection: Connection, places: Sequence[bytes | None]) -> None:
    rows = [{"place": place, "due": 0, "cleared": False} for place in places if place is not None]
    if rows:
        connection.execute(insert(doomed), rows)


def doom_one(connection: Connection, journal: bytes, attachment: bytes) -> None:
    """End one attachment of a locked journal."""
    doom(connection, attachments.c.journal == journal, attachments.c.attachment == attachment)


def doom_of_journals(connection: Connection, journals: Collection[bytes]) -> None:
    """End every attachment of journals that are destroyed."""
    doom(connection, attachments.c.journal.in_(journals))


def doom_unnamed(connection: Connection, account: bytes, journals: Collection[bytes] | None = None) -> None:
    """End the account's attachments that no entry names: in these journals, or in all."""
    within = [] if journals is None else [attachments.c.journal.in_(journals)]
    doom(connection, attachments.c.account == account, attachments.c.seq.is_(None), *within)


def journals_to_sweep(connection: Connection, begun_before: int) -> list[bytes]:
    """The journals with an attachment that no entry names and that was begun at `begun_before` or earlier."""
    return list(connection.execute(select(attachments.c.journal).where(*_over(begun_before)).distinct()).scalars())


def sweep(connection: Connection, journals: Collection[bytes], begun_before: int) -> int:
    """End the attachments in these locked journals that no entry names; returns how many."""
    return doom(connection, attachments.c.journal.in_(journals), *_over(begun_before))


def _over(begun_before: int) -> tuple[ColumnElement[bool], ...]:
    return attachments.c.seq.is_(None), attachments.c.begun <= begun_before


def doomed_places(connection: Connection, now: int, limit: int) -> list[bytes]:
    """Places whose bytes are to be deleted now."""
    return list(connection.execute(select(doomed.c.place).where(doomed.c.due <= now).limit(limit)).scalars())


def note_cleared(connection: Connection, places: Collection[bytes], now: int) -> int:
    """Note that the bytes at these places were deleted; returns how many places are settled for good."""
    of = doomed.c.place.in_(places), doomed.c.due <= now
    settled = connection.execute(delete(doomed).where(*of, doomed.c.cleared)).rowcount
    connection.execute(update(doomed).where(*of).values(cleared=True, due=now + SETTLE_SECONDS))
    return settled
