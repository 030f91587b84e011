"""The client asks its database by name: SQL stands in home/ alone, and nobody else sees a raw row."""

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
