"""The fixtures of `tests/attacks`: a real server, a liar in front of each person, and Ada and Sam."""

from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from hostile.served import without_limits
from tests.attacks.conftest import ada, couple, met, real, sam
from tests.attacks.people import ORIGIN

__all__ = ["ada", "couple", "met", "real", "sam"]


@pytest.fixture
def attacked_settings(sqlite_template: Path, tmp_path: Path) -> Settings:
    """A server on SQLite that refuses nothing for being much."""
    data = tmp_path / "server"
    data.mkdir()
    (data / "duolog.db").write_bytes(sqlite_template.read_bytes())
    limits: Any = without_limits()
    return Settings(data=data, database=f"sqlite:///{data / 'duolog.db'}", origin=ORIGIN, **limits)
