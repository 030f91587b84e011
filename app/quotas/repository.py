"""The query that counts an account's use."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from app.queries import Query
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
    (used,) = _ADD.all(connection, account=account, thing=thing, day=day, count=count, size=size)
    return Used(used.today, used.bytes_today, used.ever, used.bytes_ever)


def _upsert(new: sqlite.Insert | postgresql.Insert) -> ReturningInsert[tuple[int, int, int, int]]:
    """The statement: both dialects write it in the same way."""
    columns, added = usage.c, new.excluded
    count, size = bindparam("count", type_=BigInteger), bindparam("size", type_=BigInteger)
    row: dict[str, Any] = {name: bindparam(name) for name in ("account", "thing", "day")}
    row |= {"today": count, "bytes_today": size, "ever": count, "bytes_ever": size}
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
    return new.values(row).on_conflict_do_update(index_elements=key, set_=values).returning(*used)


_ADD = Query(_upsert(sqlite.insert(usage)), _upsert(postgresql.insert(usage)))
