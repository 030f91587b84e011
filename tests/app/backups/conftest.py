"""A server on SQLite, which its own command backs up."""

from pathlib import Path

import pytest


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database."""
    data = tmp_path / "server"
    data.mkdir()
    (data / "duolog.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{data / 'duolog.db'}"
