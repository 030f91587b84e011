"""A build that the server finds."""

from pathlib import Path

import pytest

from tests.webapp import finish


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a build."""
    folder = finish(tmp_path / "webapp_build")
    monkeypatch.setattr("duolog.webapp.FOLDER", folder)
    return folder
