"""Queries of messages at a rendezvous."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from app.database import insert_new
from app.rendezvous.table import rendezvous

columns = rendezvous.c


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one message: its rendezvous, the device that left it (`new` or `old`), and its number, from 1."""

    rendezvous: bytes
    role: str
    number: int


def drop_expired(connection: Connection, now: int) -> None:
    """Drop every expired message, at any rendezvous."""
    connection.execute(delete(rendezvous).where(columns.expires <= now))


def add(connection: Connection, place: Place, sealed: bytes, expires: int) -> bool:
    """Store a message unless its place has one already; returns whether it was stored."""
    row = {"rendezvous": place.rendezvous, "role": place.role, "number": place.number}
    new = insert_new(connection, rendezvous).values(row | {"sealed": sealed, "expires": expires})
    return connection.execute(new).rowcount == 1


def find(connection: Connection, place: Place, now: int) -> bytes | None:
    """The message at this place; None when there is none, or it has expired."""
    return connection.execute(
        select(columns.sealed).where(
            columns.rendezvous == place.rendezvous,
            columns.role == place.role,
            columns.number == place.number,
            columns.expires > now,
        )
    ).scalar_one_or_none()
