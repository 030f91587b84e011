"""The specification and the schemas of what couples write, as this server hands them out.

They lie beside the server's code, in a checkout and in the image. A copy without them links to none.
"""

import re
from functools import cache
from pathlib import Path

from app.about.markdown import Renderer

_ROOT = Path(__file__).resolve().parents[2]
_SPECIFICATION = _ROOT / "docs" / "spec"
_SCHEMAS = _ROOT / "openapi" / "documents"
_FIRST = "README"
_LINK = re.compile(r"([\w-]+)\.md(#[\w-]+)?")


@cache
def specification() -> dict[str, str]:
    """The body of each page of the specification by its name, rendered; the first one's name is empty."""
    files = sorted(_SPECIFICATION.glob("*.md"))
    names = {file.stem for file in files}

    def resolve(target: str) -> str | None:
        found = _LINK.fullmatch(target)
        return _address(found[1]) + (found[2] or "") if found and found[1] in names else None

    renderer = Renderer(resolve)
    return {_name(file.stem): renderer.blocks(file.read_text(encoding="utf-8")) for file in files}


@cache
def schemas() -> dict[str, bytes]:
    """The JSON Schema, or the rules, of each kind of document by its file's name."""
    return {file.name: file.read_bytes() for file in sorted(_SCHEMAS.glob("*.json"))}


def _name(stem: str) -> str:
    return "" if stem == _FIRST else stem


def _address(stem: str) -> str:
    return f"/spec/{_name(stem)}".removesuffix("/")
