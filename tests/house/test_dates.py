"""Dates are shown in one place, and other apps' dates read in one, and neither can raise: nothing else makes days, but
for one line of the server.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "duolog" / "documents" / "dates.py"
OTHERS = ROOT / "duolog" / "imports" / "when.py"  # dates of other apps; the room knows no documents
EXPIRES = ROOT / "app" / "about" / "security_txt.py"  # its own clock's day; the server knows no documents
FILES = sorted({file for place in ("duolog", "app") for file in (ROOT / place).rglob("*.py")} - {HOME, OTHERS, EXPIRES})
FORBIDDEN = {
    *("fromtimestamp", "utcfromtimestamp", "fromisoformat", "fromordinal", "strftime", "strptime", "isoformat"),
    *("astimezone", "timedelta", "localtime", "gmtime", "ctime", "asctime", "mktime"),
}


def found_in(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.alias):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
    return names & FORBIDDEN


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_other_file_makes_a_date(path: Path) -> None:
    assert found_in(path.read_text()) == set(), "use duolog.documents.dates, which can't raise"


def test_the_rule_sees_what_it_forbids() -> None:
    assert found_in(HOME.read_text()) >= {"fromtimestamp", "astimezone", "fromisoformat"}
    assert found_in("from time import gmtime") == {"gmtime"}
