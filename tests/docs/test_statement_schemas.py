"""The schemas of statements are current, fit what the specification's tables name, and take what the parsers take."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from duolog.protocol.codec import parse_message_json
from tests.docs.test_spec import statements
from tools.statement_schemas import examples, main, schemas

FOLDER = Path(__file__).resolve().parents[2] / "openapi" / "statements"
SCHEMAS: dict[str, Any] = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}


def test_the_committed_schemas_are_current() -> None:
    assert {f"{name}.json" for name in SCHEMAS} == set(schemas()), "run `make openapi` and commit it"
    assert {name: (FOLDER / name).read_text() for name in schemas()} == schemas(), "run `make openapi` and commit it"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_frozen_statement_fits_its_schema(name: str) -> None:
    validator = jsonschema_rs.validator_for(SCHEMAS[name])
    assert examples()[name]
    for data in examples()[name]:
        value = parse_message_json(data)
        validator.validate(value)
        assert not validator.is_valid(value | {"more": 1})
        if "type" in value:
            assert not validator.is_valid(value | {"type": "other"})


@pytest.mark.parametrize("value", [item for _, _, item in statements()], ids=lambda item: item.get("type", "message"))
def test_a_schema_has_every_field_of_the_specification(value: dict[str, Any]) -> None:
    schema = SCHEMAS[value.get("type", "message")]
    variants = schema.get("oneOf", [schema])
    assert set(value) <= {field for variant in variants for field in variant["properties"]}


def test_where_to_write_must_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(schemas())
    assert main([]) == 2
    assert "Say where" in capsys.readouterr().err
