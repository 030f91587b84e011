"""The specification, and the schemas and data for who writes a program, as this server hands them out.

They lie beside the server's code, in a checkout and in the image. A copy without them links to none.
"""

import re
from functools import cache
from pathlib import Path

from app.about.markdown import Renderer

_ROOT = Path(__file__).resolve().parents[2]
_SPECIFICATION = _ROOT / "docs" / "spec"
_OPENAPI = _ROOT / "openapi"
DATA = "protocol.json"
_FIRST = "README"
_LINK = re.compile(r"([\w-]+)\.md(#[\w-]+)?")


@cache
def sections() -> dict[str, Path]:
    """The file of each page of the specification by the page's name; the first one's name is empty."""
    return {_name(file.stem): file for file in sorted(_SPECIFICATION.glob("*.md"))}


@cache
def section(name: str) -> str:
    """The body of one of these pages, which is HTML, made once."""
    return Renderer(_resolve).blocks(sections()[name].read_text(encoding="utf-8"))


@cache
def documents() -> dict[str, bytes]:
    """The JSON Schema, or the rules, of each kind of document by its file's name."""
    return _files("documents/*.json")


@cache
def statements() -> dict[str, bytes]:
    """The JSON Schema of each statement, and of each sealed plaintext that is JSON, by its file's name."""
    return _files("statements/*.json")


@cache
def schemas() -> dict[str, bytes]:
    """All of these, and the labels, sizes, codes and checks as data: no two files share a name."""
    return {**documents(), **statements(), **_files(DATA)}


def _files(pattern: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(_OPENAPI.glob(pattern))}


def _resolve(target: str) -> str | None:
    found = _LINK.fullmatch(target)
    if found is None or _name(found[1]) not in sections():
        return None
    return f"/spec/{_name(found[1])}".removesuffix("/") + (found[2] or "")


def _name(stem: str) -> str:
    return "" if stem == _FIRST else stem
