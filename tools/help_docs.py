"""Writes docs/help-resources.md, and the app's own page of help, from the page that the command shows:
`python -m tools.help_docs`.
"""

import json
from pathlib import Path

from duolog.catalogues.help_page import as_markdown, load_help
from duolog.catalogues.languages import ENGLISH, LANGUAGES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "help-resources.md"
OF_THE_APP = ROOT / "web" / "app" / "src" / "ui" / "help"


def help_page() -> str:
    """The page in English."""
    return as_markdown(load_help(ENGLISH))


def app_page(language: str) -> str:
    """The page for the browser. The app says by itself where it comes from and who learns of it."""
    page = load_help(language)
    sections = [section.model_dump() for section in page.sections]
    shown = {"title": page.title, "opening": page.opening[:1], "sections": sections}
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(help_page(), encoding="utf-8")
    for language in LANGUAGES:
        (OF_THE_APP / f"{language}.json").write_text(app_page(language), encoding="utf-8")
