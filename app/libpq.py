"""Statements for PostgreSQL by the lower part of its driver: libpq, as psycopg shows it.

A cursor of psycopg takes three times as long for a statement, most of it in preparing what a `Query` has prepared once.
Here a statement has its parameters in order, as `$1`. Everything happens on SQLAlchemy's connection, inside the
transaction that is under way there. Each function raises SQLAlchemy's errors, without values.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from psycopg import Connection as Psycopg
    from psycopg.pq.abc import PGresult

T = TypeVar("T")

_BINARY = 1
_AT_ONCE = 64  # rows that PostgreSQL sends at once where a query is streamed


def psycopg_of(connection: Connection) -> "Psycopg":
    """The driver's own connection."""
    return cast("Psycopg", connection.connection.driver_connection)


def is_idle(connection: Connection) -> bool:
    """Whether the driver's connection is there, in no transaction."""
    idle: int = _module(connection).pq.TransactionStatus.IDLE
    return psycopg_of(connection).pgconn.transaction_status == idle


def command(connection: Connection, sql: bytes) -> None:
    """Run a command without parameters or rows, such as `BEGIN`. `COMMIT` raises where PostgreSQL has rolled back."""
    driver = psycopg_of(connection)
    _require_open(connection, sql)
    result = driver.pgconn.exec_(sql)
    _require_done(connection, sql, result)
    if sql == b"COMMIT" and result.command_status != sql:
        raise as_sqlalchemy(_module(connection).errors.InFailedSqlTransaction("a statement had failed"), sql.decode())


def execute(connection: Connection, sql: bytes, values: Sequence[object], *, prepare: bool) -> "PGresult":
    """Run a statement. `prepare`: it is prepared when the connection meets it for the first time."""
    given = [_dumped(value) for value in values]
    formats = [_BINARY if isinstance(value, (bytes, str)) else 0 for value in values]
    _require_open(connection, sql)
    pgconn = psycopg_of(connection).pgconn
    if prepare:
        names: dict[bytes, bytes] = connection.info.setdefault("prepared", {})
        name = names.get(sql)
        if name is None:
            name = b"query_%d" % len(names)
            _require_done(connection, sql, pgconn.prepare(name, sql))
            names[sql] = name
        result = pgconn.exec_prepared(name, given, formats, _BINARY)
    else:
        result = pgconn.exec_params(sql, given, None, formats, _BINARY)
    _require_done(connection, sql, result)
    return result


def rows_of(connection: Connection, result: "PGresult", row: Callable[[Sequence[Any]], T]) -> list[T]:
    """The rows of a result, each made by `row`."""
    loading = _module(connection).adapt.Transformer(psycopg_of(connection))
    loading.set_pgresult(result)
    return cast("list[T]", loading.load_rows(0, result.ntuples, row))


def stream(connection: Connection, sql: bytes, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement, a few at a time."""
    number = connection.info["streams"] = connection.info.get("streams", 0) + 1
    with (
        _told(connection, sql),
        _module(connection).RawServerCursor(psycopg_of(connection), f"rows_{number}") as cursor,
    ):
        cursor.itersize = _AT_ONCE
        yield from cursor.execute(sql, values, binary=True)


def copy(connection: Connection, sql: bytes, types: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Send rows to a `COPY ... FROM STDIN (FORMAT BINARY)`, whose columns have these types."""
    with _told(connection, sql), psycopg_of(connection).cursor() as cursor, cursor.copy(sql) as copying:
        copying.set_types(types)
        for row in rows:
            copying.write_row(row)


def as_sqlalchemy(error: Exception, sql: str) -> Exception:
    """SQLAlchemy's error for one of a driver."""
    return DBAPIError.instance(sql, None, error, type(error), hide_parameters=True)


def _dumped(value: object) -> Any:
    """A value as it is sent: bytes and text as they are, so that each may hold a zero byte; others as digits."""
    match value:
        case bytes() | None:
            return value
        case str():
            return value.encode()
        case int():
            return b"%d" % value  # a boolean too
    raise TypeError(f"no parameter of a query: {type(value)}")


@contextmanager
def _told(connection: Connection, sql: bytes) -> Iterator[None]:
    try:
        yield
    except _module(connection).Error as error:
        raise as_sqlalchemy(error, sql.decode()) from error


def _require_open(connection: Connection, sql: bytes) -> None:
    if psycopg_of(connection).closed:
        raise as_sqlalchemy(_module(connection).OperationalError("the connection is closed"), sql.decode())


def _require_done(connection: Connection, sql: bytes, result: "PGresult") -> None:
    psycopg = _module(connection)
    if result.status in (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.COMMAND_OK):
        return
    error = psycopg.errors.error_from_result(result)
    if error.sqlstate is None:  # it is libpq's own: the connection was lost
        error = psycopg.OperationalError(str(error))
    raise as_sqlalchemy(error, sql.decode())


def _module(connection: Connection) -> ModuleType:
    """psycopg, which a server on SQLite doesn't load."""
    return cast(ModuleType, cast(Any, connection.dialect).loaded_dbapi)
