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


def test_a_schema_tells_limits_of_writing_from_those_of_reading() -> None:
    note, profile = (json.loads(schemas()[name])["properties"] for name in ("note.json", "profile.json"))
    assert (note["text"]["maxLength"], note["text"]["x-writing"]) == (20_000, True)
    assert "x-writing" not in profile["display_name"], "a longer name is not read either"
    attachments = note["attachments"]["anyOf"][0]
    assert (attachments["maxItems"], attachments["x-writing"]) == (8, True)
    commit = json.loads(schemas()["check_in.json"])["$defs"]["CommitAnswer"]["properties"]
    assert (commit["sealed"]["x-bytes"], commit["commitment"]["x-bytes"]) == (4136, 32)


def test_rules_carry_what_an_interpreter_needs() -> None:
    boundary = json.loads(schemas()["boundary.rules.json"])
    assert boundary["while_provisional"] is True
    assert boundary["digests"]["retire"] == {"label": "boundary-retire", "parts": ["thing"]}
    guards = [guard for row in boundary["rows"] for guard in row["only"]]
    assert {guard["guard"] for guard in guards if guard.get("of_body")} == {"is", "differs", "fresh"}
    effects = [effect for row in boundary["rows"] for effect in row["then"]]
    assert {effect["effect"] for effect in effects if effect.get("stays")} == {"aside"}
