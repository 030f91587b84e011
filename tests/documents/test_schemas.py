"""The schemas for other clients are current, and say what the models take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.kind_schemas import main, schemas

FOLDER = Path(__file__).resolve().parents[2] / "openapi" / "documents"


def test_the_committed_schemas_are_current() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert committed == dict(schemas()), "run 'make openapi' and commit it"


def test_a_boundary_that_binds_only_the_other_is_in_no_schema() -> None:
    boundary = json.loads(schemas()["boundary.json"])
    assert boundary["$defs"]["Wording"]["properties"]["binds"]["enum"] == ["me", "both"]
    assert set(boundary["discriminator"]["mapping"]) == {
        "propose", "counter", "accept", "decline", "take_back", "contest", "amend", "retire",
    }  # fmt: skip
    assert all("step" in boundary["$defs"][name]["required"] for name in ("Propose", "Accept", "Retire"))


def test_writing_them_takes_away_old_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gone.json").write_text("{}")
    assert main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(schemas())
    assert main([]) == 2
    assert "Say where" in capsys.readouterr().err
