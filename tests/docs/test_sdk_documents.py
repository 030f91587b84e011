"""What the TypeScript SDK knows of each kind, and its tables of Unicode, are those of the code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from duolog.documents.registry import ACCOUNT_KINDS, KINDS
from tools import sdk_documents, sdk_unicode


@pytest.mark.parametrize(
    ("path", "make"), [(sdk_documents.FILE, sdk_documents.documents), (sdk_unicode.FILE, sdk_unicode.tables)]
)
def test_the_committed_file_is_current(path: Path, make: Callable[[], str]) -> None:
    assert path.read_text(encoding="utf-8") == make(), "run `make sdk-documents`"


def test_every_kind_has_its_shape() -> None:
    text = sdk_documents.documents()
    assert all(f'["{name}", {{ v: ' in text for name in (*KINDS, *ACCOUNT_KINDS))


def test_white_space_is_that_of_unicode_in_both_languages() -> None:
    assert r"holds: /\P{White_Space}/u" in sdk_documents.documents()
    assert r"\S" not in sdk_documents.documents()
