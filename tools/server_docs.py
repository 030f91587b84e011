"""Writes docs/settings.md and docs/problems.md from the server's code: `python -m tools.server_docs`."""

import re
from pathlib import Path
from typing import get_args

from app.commands.settings import page
from duolog.api import problems

ROOT = Path(__file__).parent.parent
SETTINGS = ROOT / "docs" / "settings.md"
PROBLEMS = ROOT / "docs" / "problems.md"


def settings_page() -> str:
    """The settings with their defaults, as the server itself prints them."""
    return page()


def problems_page() -> str:
    """Every problem code with its status and meaning, as `duolog/api/problems.py` says."""
    source = Path(problems.__file__).read_text()
    found = re.findall(r'^    "([a-z_]+)",  # (\d{3})(.*)$', source, re.MULTILINE)
    assert [code for code, _, _ in found] == list(get_args(problems.ProblemCode)), "each code has a line of its own"
    rows = "".join(
        f"| `{code}` | {status} | {meaning.strip() or 'as HTTP says'} |\n" for code, status, meaning in found
    )
    return (
        "# Problem codes\n\nWritten by `make server-docs` from the code; a test keeps it true. Refusals are RFC 9457\n"
        "problem details with a stable `code`; `detail` says in a sentence what to do. Nothing of the request is\n"
        "repeated.\n\n"
        "| code | status | meaning |\n|---|---|---|\n" + rows
    )


def _default(value: object) -> str:
    return f"`{value}`" if str(value) not in ("", "None") else "none"


if __name__ == "__main__":
    SETTINGS.write_text(settings_page())
    PROBLEMS.write_text(problems_page())
