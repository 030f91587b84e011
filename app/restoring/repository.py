"""Queries of restorations, of held journals, and of who has confirmed the end of one."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, exists, func, insert, not_, select, update

from app.access.table import keyholders, sessions
from app.database import insert_new
from app.invitations.table import invitations
from app.journals.table import closings, held_journals, journals, proposals
from app.origins.table import carried
from app.rendezvous.table import rendezvous
from app.restoring.table import awaited_keyholders, confirmed_ends, markers, restorations
from app.sessions.table import challenges

_ENDED = (sessions, challenges, invitations, proposals, rendezvous, confirmed_ends, markers)


def newest_restoration(connection: Connection) -> int | None:
    """When this server last went back to an older state, Unix seconds; None when it never did."""
    at: int | None = connection.execute(select(func.max(restorations.c.at))).scalar_one()
    return at


def add_restoration(connection: Connection, at: int, recent: int) -> None:
    """Store a restoration: hold every open journal and every closing, and end what only a session could go on with.

    `recent`: seconds. A device is awaited if its last use is not older than the newest of all by more. Those
    that are still awaited since the restoration before stay so. The marker goes: the next start makes another.
    """
    if connection.execute(select(held_journals).limit(1)).first() is None:
        connection.execute(delete(awaited_keyholders))
    connection.execute(insert(restorations).values(at=at))
    coming = exists().where(carried.c.journal == journals.c.journal, carried.c.complete.is_(False))
    is_open = select(journals.c.journal).where(journals.c.closed.is_(False), not_(coming.correlate(journals)))
    held = exists().where(held_journals.c.journal == journals.c.journal)
    connection.execute(insert(held_journals).from_select(["journal"], is_open.where(not_(held.correlate(journals)))))
    newest = select(func.max(sessions.c.used)).scalar_subquery()
    used = select(sessions.c.account, sessions.c.keyholder).where(sessions.c.used >= newest - recent).distinct()
    rows = connection.execute(used).all()
    for table in _ENDED:
        connection.execute(delete(table))
    if rows:
        connection.execute(insert_new(connection, awaited_keyholders), [row._asdict() for row in rows])
    connection.execute(update(closings).values(held=True))


def hold(connection: Connection, journal: bytes) -> None:
    """Hold a journal that has come back whole."""
    connection.execute(insert_new(connection, held_journals).values(journal=journal))


def release(connection: Connection, journal: bytes) -> None:
    """Let a journal take new items again."""
    for table in (held_journals, confirmed_ends):
        connection.execute(delete(table).where(table.c.journal == journal))


def confirm(connection: Connection, journal: bytes, account: bytes, keyholder: bytes) -> None:
    """Store that this device holds nothing more of a journal than is here."""
    row = {"journal": journal, "account": account, "keyholder": keyholder}
    connection.execute(insert_new(connection, confirmed_ends).values(row))


def lacking(connection: Connection, journal: bytes, accounts: Collection[bytes]) -> bool:
    """Whether one of these accounts has confirmed nothing in a journal, or one of their awaited devices hasn't."""
    query = select(confirmed_ends.c.account, confirmed_ends.c.keyholder).where(confirmed_ends.c.journal == journal)
    done = {(row.account, row.keyholder) for row in connection.execute(query)}
    awaits = awaited_keyholders.join(
        keyholders,
        (keyholders.c.account == awaited_keyholders.c.account)
        & (keyholders.c.keyholder == awaited_keyholders.c.keyholder),
    )
    awaited = connection.execute(
        select(awaited_keyholders)
        .select_from(awaits)
        .where(awaited_keyholders.c.account.in_(accounts), keyholders.c.ended.is_(None))
    )
    missing = any((row.account, row.keyholder) not in done for row in awaited)
    return missing or not set(accounts) <= {account for account, _ in done}


def load_marker(connection: Connection) -> bytes | None:
    """The value that the file beside the database knows too; None before the first start."""
    return connection.execute(select(markers.c.token)).scalar_one_or_none()


def save_marker(connection: Connection, token: bytes) -> None:
    """Store another value."""
    connection.execute(delete(markers))
    connection.execute(insert(markers).values(id=1, token=token))
