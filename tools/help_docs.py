"""Writes docs/help-resources.md from the page that the command shows: `python -m tools.help_docs`."""

from pathlib import Path

from duolog.catalogues.help_page import as_markdown, load_help
from duolog.catalogues.languages import ENGLISH

PAGE = Path(__file__).parent.parent / "docs" / "help-resources.md"


def help_page() -> str:
    """The page in English."""
    return as_markdown(load_help(ENGLISH))


if __name__ == "__main__":
    PAGE.write_text(help_page(), encoding="utf-8")
