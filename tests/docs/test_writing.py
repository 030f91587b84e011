"""Docstrings and pages keep to docs/writing.md: a named subject acts, and the words are today's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "bench", "duolog", "fuzz", "hostile", "tools", "vectors")

# A docstring that begins like this hides its subject.
OPENING = re.compile(r"(?:What|Whatever|Whoever|Whom|Whose|Who|Those|Nobody)\b")

# A reader stumbled over each of these, on a page or in a docstring.
PHRASES = re.compile(
    r"\b(?:but for|ever after|so many|comes? to naught|(?<!far )as it was|nobody else is (?:answered|shown|told)"
    r"|is none of|hardly ever|in vain|all the same|stays? behind|put out|put right|thereof|therein|upon which)\b",
    re.IGNORECASE,
)

# And of these, which a page may have where a sentence is about people.
IN_DOCSTRINGS = re.compile(r"\b(?:whoever|whomever|for ever|what stands|what comes beyond)\b", re.IGNORECASE)

CODE = re.compile(r"^```.*?^```$|`[^`]*`", re.MULTILINE | re.DOTALL)

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def docstrings(path: Path) -> list[tuple[int, str]]:
    """Line and text of each docstring in a file of code."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                found.append((node.body[0].lineno, text))
    return found


def stumbles(text: str, phrases: re.Pattern[str]) -> list[str]:
    """The listed phrases in a text, code aside."""
    return [hit.group() for hit in phrases.finditer(re.sub(r"\s+", " ", CODE.sub(" ", text)))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings_name_their_subject(path: Path) -> None:
    faults = []
    for line, text in docstrings(path):
        if OPENING.match(text):
            faults.append(f"{path}:{line}: begins with a riddle: {text.splitlines()[0]}")
        for phrases in (PHRASES, IN_DOCSTRINGS):
            faults += [f"{path}:{line}: {phrase!r}" for phrase in stumbles(text, phrases)]
    assert not faults, "see docs/writing.md\n" + "\n".join(faults)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_have_no_archaic_phrase(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name == "writing.md":
        text = re.sub(r"^\|.*$", "", text, flags=re.MULTILINE)  # its table quotes sentences to avoid
    faults = [f"{path}: {phrase!r}" for phrase in stumbles(text, PHRASES)]
    assert not faults, "see docs/writing.md\n" + "\n".join(faults)
