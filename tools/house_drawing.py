"""Draws docs/images/house.svg and client.svg from the code and its contracts: `python -m tools.house_drawing`.

docs/architecture.md shows both, and gets every arrow in words as their alt texts.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.layered import Box, Drawing, Edge, reduced

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
IMAGES = ROOT / "docs" / "images"
CLIENT = "duolog.client"
LEFT_OUT = "An arrow that follows from others is left out."


def house() -> Drawing:
    """The whole project: the wheel's rooms in the order of their contract, and the server with its liar."""
    wheel = [[f"duolog.{name}" for name in layer] for layer in _layers("wheel-layers")]
    edges = _edges([*(name for row in wheel for name in row), "app", "hostile"])
    rows = [list(row) for row in wheel]
    for name in ("app", "hostile"):  # each one row above the highest that it imports
        highest = min(number for number, row in enumerate(rows) for below in row if (name, below) in edges)
        rows[highest - 1].append(name)
    features = sorted(f"app.{file.parent.name}" for file in (ROOT / "app").glob("*/__init__.py"))
    special: dict[str, dict[str, Any]] = {
        CLIENT: {"inside": tuple(tuple(layer) for layer in _layers("client-rooms")), "width": 500},
        "duolog.cli": {"width": 500},
        "duolog.seal": {"look": "secret"},
        "app": {
            "look": "server",
            "inside": _by_height(features),
            "law": _contract("server-has-no-decrypt-path")["name"],
        },
        "hostile": {"look": "liar"},
    }
    boxes = {name: _box(name, _path(name), **special.get(name, {})) for row in rows for name in row}
    legend = f"{LEFT_OUT} Inside a room, a row imports only from rows below it."
    return Drawing("The house, and who imports whom in it", legend, boxes, rows, reduced(edges))


def client() -> Drawing:
    """The rooms of the client library, in the order of their contract."""
    rows = [[f"{CLIENT}.{name}" for name in layer] for layer in _layers("client-rooms")]
    rooms = [name for row in rows for name in row]
    boxes = {name: _box(name, _path(name).removeprefix("duolog/client/")) for name in rooms}
    legend = f"{LEFT_OUT} An import for a type alone counts too."
    return Drawing("Rooms of duolog/client/, and who imports whom", legend, boxes, rows, reduced(_edges(rooms)))


DRAWINGS = {"house.svg": house, "client.svg": client}


def files() -> dict[Path, str]:
    """Each file that is made, with its text."""
    drawings = {name: draw() for name, draw in DRAWINGS.items()}
    text = PAGE.read_text()
    for name, drawing in drawings.items():
        before, _, after = re.split(rf"(!\[[^\]]*\]\(images/{re.escape(name)}\))", text)
        text = f"{before}![{drawing.described()}](images/{name}){after}"
    return {PAGE: text} | {IMAGES / name: drawing.svg() for name, drawing in drawings.items()}


def _contract(name: str) -> dict[str, Any]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found: dict[str, Any] = next(contract for contract in contracts if contract["id"] == name)
    return found


def _layers(name: str) -> list[list[str]]:
    """The layers of a contract, from above to below."""
    return [[room.strip() for room in layer.split("|")] for layer in _contract(name)["layers"]]


def _path(room: str) -> str:
    folder = ROOT.joinpath(*room.split("."))
    return folder.relative_to(ROOT).as_posix() + ("/" if folder.is_dir() else ".py")


def _files(room: str) -> list[Path]:
    path = ROOT / _path(room)
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _box(room: str, name: str, **more: Any) -> Box:
    """A room under its name, with the first sentence of its docstring."""
    path = ROOT / _path(room)
    docstring = ast.get_docstring(ast.parse((path if path.is_file() else path / "__init__.py").read_text()))
    assert docstring, f"{path} says what it is for"
    sentence = re.split(r"(?<=\.)\s", docstring, maxsplit=1)[0]
    return Box(name, " ".join(sentence.replace("`", "").split()), **more)


def _imports(path: Path) -> Iterator[str]:
    """Full names of all that a file imports, for a type or as it runs, at its head or inside of a function."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} names its neighbours in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _edges(rooms: list[str]) -> frozenset[Edge]:
    """Each two rooms of which the first imports from the second."""
    return frozenset(
        (room, other)
        for room in rooms
        for name in {name for path in _files(room) for name in _imports(path)}
        for other in rooms
        if other != room and f"{name}.".startswith(f"{other}.")
    )


def _by_height(rooms: list[str]) -> tuple[tuple[str, ...], ...]:
    """Rooms by their last names in rows from above to below: each one row above the highest that it imports."""
    edges = _edges(rooms)

    def height(room: str) -> int:
        return max((height(below) + 1 for above, below in edges if above == room), default=0)

    heights = {room: height(room) for room in rooms}
    return tuple(
        tuple(room.rpartition(".")[2] for room in rooms if heights[room] == row)
        for row in sorted(set(heights.values()), reverse=True)
    )


if __name__ == "__main__":
    for made, content in files().items():
        made.write_text(content)
