"""Databases are asked by name. In the client, SQL stands in home/ alone, and nobody else sees a raw row. In the server,
repositories alone build SQL, so that a request makes three hops: endpoint, service, repository.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "duolog" / "client" / "home"
ROOMS = (ROOT / "duolog" / "client", ROOT / "duolog" / "cli")
FILES = sorted(path for room in ROOMS for path in room.rglob("*.py") if not path.is_relative_to(HOME))

SERVER = ROOT / "app"
# Beside repositories and tables, the storage itself. Migrations are outside of `app`.
STORAGE = {
    "database.py",
    "libpq.py",
    "postgresql.py",
    "queries.py",
    "schema.py",
    "sqlite.py",
    "sqlite_connections.py",
    "sqlite_writer.py",
    "tables.py",
    "waking/notices.py",
}

SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|PRAGMA|WITH|VALUES|EXPLAIN|VACUUM|ATTACH|BEGIN)\s"
)
ASKING = {
    "rows",
    "row",
    "column",
    "cell",
    "pairs",
    "record",
    "records",
    "write_all",
    "among",
}  # of Store alone; `write` is a name that others have too
READING = {"typed"}  # columns


def asking(source: str) -> Iterator[str]:
    """Every place of a module that holds SQL, hands it to a Store, or reads columns."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if SQL.match(text):
                yield f"{node.lineno}: {text[:60]}"
            case ast.Attribute(attr=name) if name in ASKING:
                yield f"{node.lineno}: .{name}"
            case ast.Attribute(attr="write", value=ast.Name(id=name) | ast.Attribute(attr=name)) if "store" in name:
                yield f"{node.lineno}: {name}.write"
            case ast.alias(name=name) if name in READING:
                yield f"{node.lineno}: import {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_sql_stands_outside_of_the_home(path: Path) -> None:
    assert not list(asking(path.read_text()))


@pytest.mark.parametrize(
    "source",
    [
        'x = "SELECT 1"',
        'x = f"DELETE FROM {table}"',
        'x = """\n    INSERT INTO item VALUES (?)"""',
        "context.store.write(sql)",
        "self._store.write(sql)",
        "ask = home.store.row",
        "store.write_all(sql, rows)",
        "context.store.among(sql, journal, keys)",
        "from duolog.client.home.store import Store, typed",
    ],
)
def test_the_rule_sees_it(source: str) -> None:
    assert list(asking(source))


@pytest.mark.parametrize(
    "source", ['call("DELETE", path)', "out.write(data)", "store.get(name)", '"With this, go on."']
)
def test_the_rule_leaves_others_alone(source: str) -> None:
    assert not list(asking(source))


def is_repository(path: Path) -> bool:
    """Whether a file of a feature is for SQL: `repository.py`, a `*_repository.py` beside it, or `table.py`."""
    return path.parent.parent == SERVER and (path.stem == "table" or path.stem.split("_")[-1] == "repository")


SERVICES = sorted(
    path
    for path in SERVER.rglob("*.py")
    if not is_repository(path) and path.relative_to(SERVER).as_posix() not in STORAGE
)
# The types and errors of SQLAlchemy that build no SQL.
HARMLESS = {"sqlalchemy.Connection", "sqlalchemy.exc"}
RUNNING = {"execute", "executemany", "exec_driver_sql", "scalar", "scalars", "cursor"}


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Full names of what is imported, `from a import b` as `a.b`."""
    for alias in node.names:
        yield alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"


def is_sql(name: str) -> bool:
    """Whether an imported name builds SQL: SQLAlchemy's, a table, or the server's own insert."""
    if name.split(".")[0] == "sqlalchemy":
        return not any(name == harmless or name.startswith(f"{harmless}.") for harmless in HARMLESS)
    return name in ("app.database.insert_new", "app.queries.Query") or bool(
        re.match(r"app\.(\w+\.table|tables|database\.metadata)\b", name)
    )


def building(source: str) -> Iterator[str]:
    """Every place of a module of the server that imports what builds SQL, runs SQL, or holds SQL as text."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from (f"{node.lineno}: import {name}" for name in imported(node) if is_sql(name))
            case ast.Attribute(attr=name) if name in RUNNING:
                yield f"{node.lineno}: .{name}"
            case ast.Constant(value=str(text)) if SQL.match(text):
                yield f"{node.lineno}: {text[:60]}"


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_repositories_alone_build_sql(path: Path) -> None:
    assert not list(building(path.read_text()))


def test_the_server_has_services_and_repositories() -> None:
    names = {path.relative_to(SERVER).as_posix() for path in SERVICES}
    assert {"callers.py", "journals/append.py", "journals/service.py", "commands/stats.py"} <= names
    assert all((SERVER / name).is_file() for name in STORAGE)
    assert is_repository(SERVER / "journals" / "member_repository.py")


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import Connection, select",
        "from sqlalchemy.dialects import sqlite",
        "import sqlalchemy as sa",
        "from app.journals.table import log",
        "from app.journals import table",
        "import app.access.table",
        "from app.tables import metadata",
        "from app.database import AnyRow, insert_new",
        "from app.queries import Query",
        "connection.execute(query)",
        "run = connection.scalars",
        'connection.exec_driver_sql("VACUUM")',
        'x = "SELECT 1"',
    ],
)
def test_the_rule_of_repositories_sees_it(source: str) -> None:
    assert list(building(source))


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import Connection",
        "from sqlalchemy.exc import SQLAlchemyError",
        "from app.database import AnyRow",
        "from app.journals import repository",
        "accounts.update(known)",
        'router.delete("/account")',
    ],
)
def test_the_rule_of_repositories_leaves_others_alone(source: str) -> None:
    assert not list(building(source))
