"""The page of help is the one that the command shows."""

from __future__ import annotations

import re

from duolog.catalogues.help_page import load_help
from tools import help_docs


def test_the_page_is_the_one_that_the_command_shows() -> None:
    assert help_docs.PAGE.read_text(encoding="utf-8") == help_docs.help_page(), "run `make help-docs`"


def test_every_page_that_it_points_to_is_there() -> None:
    root = help_docs.PAGE.parent.parent
    for language in ("en", "de"):
        named = re.findall(r"docs/[\w/-]+\.md", load_help(language).model_dump_json())
        assert len(named) >= 5
        assert [path for path in named if not (root / path).is_file()] == []
