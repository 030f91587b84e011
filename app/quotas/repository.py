"""The query that counts an account's use."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from app.quotas.table import usage


@dataclass(frozen=True, slots=True)
class Used:
    """An account's use of one kind of thing, on the newest day and in all."""

    today: int
    bytes_today: int
    ever: int
    bytes_ever: int


def add(connection: Connection, account: bytes, thing: str, day: int, count: int, size: int) -> Used:
    """Count things and their bytes on a day; returns the account's use with them. One statement."""
    row = {"account": account, "thing": thing, "day": day}
    row |= {"today": count, "bytes_today": size, "ever": count, "bytes_ever": size}
    used = connection.execute(_upsert(connection.dialect.name), row).one()
    return Used(used.today, used.bytes_today, used.ever, used.bytes_ever)


@lru_cache
def _upsert(dialect: str) -> ReturningInsert[tuple[int, int, int, int]]:
    """The statement, which is built once for each dialect: both dialects write it in the same way."""
    columns = usage.c
    new = sqlite.insert(usage) if dialect == "sqlite" else postgresql.insert(usage)
    added = new.excluded
    goes_on = columns.day >= added.day  # also where another server process is a moment behind at midnight
    values = {
        "day": case((goes_on, columns.day), else_=added.day),
        "today": case((goes_on, columns.today + added.today), else_=added.today),
        "bytes_today": case((goes_on, columns.bytes_today + added.bytes_today), else_=added.bytes_today),
        "ever": columns.ever + added.ever,
        "bytes_ever": columns.bytes_ever + added.bytes_ever,
    }
    key = [columns.account, columns.thing]
    used = columns.today, columns.bytes_today, columns.ever, columns.bytes_ever
    return new.on_conflict_do_update(index_elements=key, set_=values).returning(*used)
