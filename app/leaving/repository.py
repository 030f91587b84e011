"""Reads and writes closings that wait."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from app.leaving.table import closings
from duolog.api.leaving import ClosingRequest


def waiting_journals(connection: Connection, account: bytes) -> set[bytes]:
    """The journals in which a closing of the account waits."""
    query = select(closings.c.journal).where(closings.c.account == account).distinct()
    return set(connection.execute(query).scalars())


def drop_closings(connection: Connection, account: bytes, journals: Iterable[bytes]) -> int:
    """Drop the account's closings of these journals, of every generation. How many there were."""
    query = delete(closings).where(closings.c.account == account, closings.c.journal.in_(list(journals)))
    return connection.execute(query).rowcount


def drop_generation(connection: Connection, account: bytes, generation: int) -> None:
    """Drop what waits for one generation of the account."""
    query = delete(closings).where(closings.c.account == account, closings.c.generation == generation)
    connection.execute(query)


def add_closings(
    connection: Connection, account: bytes, generation: int, requests: Iterable[tuple[bytes, ClosingRequest]]
) -> None:
    """Store closings that were signed with this generation, each with its journal."""
    rows = [
        {
            "account": account,
            "journal": journal,
            "generation": generation,
            "statement": request.statement,
            "signature": request.signature,
            "salt": request.salt,
            "not_before": request.not_before,
            "ends": b"".join(request.ends),
        }
        for journal, request in requests
    ]
    if rows:
        connection.execute(insert(closings), rows)
