"""Queries of origins: the servers that a journal came from."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.origins.table import carried


@dataclass(frozen=True, slots=True)
class EarlierServer:
    """A server whose receipts a journal holds up to the seq `until`."""

    until: int
    origin: str
    receipt_key: bytes


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a journal came from, oldest first; empty when it began here. `complete`: its last page has come."""

    servers: tuple[EarlierServer, ...]
    complete: bool

    @property
    def until(self) -> int:
        """The last seq that was carried; 0 when nothing was."""
        return self.servers[-1].until if self.servers else 0

    def ends_with(self, server: tuple[str, bytes]) -> bool:
        """Whether the last receipts are of this server: its origin and receipt key."""
        return bool(self.servers) and (self.servers[-1].origin, self.servers[-1].receipt_key) == server

    def at(self, seq: int) -> EarlierServer | None:
        """The server whose receipt is over this seq; None behind what was carried."""
        return next((server for server in self.servers if seq <= server.until), None)


def load_origins(connection: Connection, journal: bytes) -> Origins:
    """Load the servers that a journal came from. One query."""
    rows = connection.execute(select(carried).where(carried.c.journal == journal).order_by(carried.c.until)).all()
    servers = tuple(EarlierServer(row.until, row.origin, row.receipt_key) for row in rows)
    return Origins(servers, all(row.complete for row in rows))


def save_origin(connection: Connection, journal: bytes, before: Origins, server: EarlierServer) -> None:
    """Store that `server` signed the journal's receipts after those of the servers before, up to its `until`."""
    if before.ends_with((server.origin, server.receipt_key)):
        where = (carried.c.journal == journal) & (carried.c.until == before.until)
        connection.execute(update(carried).where(where).values(until=server.until))
        return
    row = {"journal": journal, "until": server.until, "origin": server.origin, "receipt_key": server.receipt_key}
    connection.execute(insert(carried).values(row | {"complete": before.complete and bool(before.servers)}))


def complete_origins(connection: Connection, journal: bytes, own: Collection[tuple[str, bytes]]) -> None:
    """Store that all of the journal has come. `own`: this server under each of its keys, which is no earlier server
    where its receipts are the newest.
    """
    for server in reversed(load_origins(connection, journal).servers):
        if (server.origin, server.receipt_key) not in own:
            break
        connection.execute(delete(carried).where(carried.c.journal == journal, carried.c.until == server.until))
    connection.execute(update(carried).where(carried.c.journal == journal).values(complete=True, touched=None))


def touch_origins(connection: Connection, journal: bytes, now: int) -> None:
    """Store that a part of an incomplete journal came just now."""
    unfinished = (carried.c.journal == journal) & carried.c.complete.is_(False)
    connection.execute(update(carried).where(unfinished).values(touched=now))


def start_waiting(connection: Connection, now: int) -> None:
    """Set the time of the last part to now for incomplete journals that have no such time."""
    unknown = carried.c.complete.is_(False) & carried.c.touched.is_(None)
    connection.execute(update(carried).where(unknown).values(touched=now))


def unfinished_journals(
    connection: Connection, touched_before: int, of: Collection[bytes] | None = None
) -> list[bytes]:
    """The incomplete journals, or those among `of`, whose last part came at `touched_before` or earlier."""
    over = carried.c.complete.is_(False) & (carried.c.touched <= touched_before)
    query = select(carried.c.journal).where(over).distinct()
    return list(connection.execute(query if of is None else query.where(carried.c.journal.in_(of))).scalars())
