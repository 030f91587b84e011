"""Every path that a page names is there, so that nobody looks for a file that has moved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *(page for room in ("docs", "docs/howto", "docs/decisions") for page in sorted((ROOT / room).glob("*.md"))),
]
ROOMS = ("app", "bench", "duolog", "fuzz", "hostile", "openapi", "tests", "tools", "vectors")

# What stands in backticks and is a file by its ending, or a folder by the slash at its end.
PATH = re.compile(r"(?:[\w.<>*-]+/)*[\w.<>*-]+\.(?:py|sql|json|toml|ini|lock|svg|md|mjs)|(?:[\w.<>*-]+/)+")
BEFORE = ("", "app", "duolog", "duolog/client", "tests")  # a page may leave one of these out
# a decision turned uv.lock down; commands make the others
ELSEWHERE = (".bench/", ".fuzz/", "uv.lock", "deploy/images.lock", "duolog-")


def named(text: str) -> list[str]:
    """The paths of a page, outside of blocks; `<kind>` stands for anything, as `*` does."""
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    found = (code for code in re.findall(r"`([^`\n]+)`", prose) if PATH.fullmatch(code))
    return [re.sub(r"<\w+>", "*", path) for path in found if not path.startswith(ELSEWHERE)]


def is_there(path: str) -> bool:
    if "/" in path:
        return any(any((ROOT / place).glob(path.rstrip("/"))) for place in BEFORE)
    return any(ROOT.glob(path)) or any(any((ROOT / room).rglob(path)) for room in ROOMS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_of_a_page_is_there(page: Path) -> None:
    gone = [path for path in named(page.read_text()) if not is_there(path)]
    assert not gone, f"{page.relative_to(ROOT)} names {gone}"


def test_the_rule_sees_paths() -> None:
    text = "`app/limits.py`, `documents/<kind>.py`, `make docs`, `home/`, `20/hour`\n```sh\nx `gone.py`\n```\n"
    assert named(text) == ["app/limits.py", "documents/*.py", "home/"]
    assert is_there("duolog/documents/kinds/*.py")
    assert not is_there("duolog/documents/boundary.py")
    assert not is_there("gone.py")
    assert sum(len(named(page.read_text())) for page in PAGES) > 100
