"""The OpenAPI document is current, complete, and says nothing of another server's settings."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.commands.openapi import document
from app.main import create_app
from app.settings import Settings

KEPT = Path(__file__).resolve().parents[2] / "openapi" / "openapi.json"
ANONYMOUS = {
    "carry_account",
    "get_health",
    "get_server",
    "register",
    "create_challenge",
    "log_in",
    "get_invitation",
    "fetch_message",
}


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(document())
    return loaded


def operations(openapi: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for item in openapi["paths"].values() for operation in item.values()]


def test_the_kept_document_is_current() -> None:
    assert KEPT.read_text() == document() + "\n", "run 'make openapi' and commit openapi/openapi.json"


def test_settings_do_not_change_the_document() -> None:
    other = Settings(origin="https://other.example", registration="closed", port=1)
    assert create_app(other).openapi() == create_app(Settings()).openapi()


def test_it_is_openapi_3_1_with_named_and_summed_up_operations(openapi: dict[str, Any]) -> None:
    assert openapi["openapi"] == "3.1.0"
    for operation in operations(openapi):
        assert operation["summary"]
        assert "_v1_" not in operation["operationId"], "give it an operation_id"
        assert operation["tags"]


def test_every_operation_but_the_anonymous_ones_needs_a_session(openapi: dict[str, Any]) -> None:
    for operation in operations(openapi):
        needs_session = {"session": []} in operation.get("security", [])
        assert needs_session == (operation["operationId"] not in ANONYMOUS - {"get_invitation"}), operation
        assert ("401" in operation["responses"]) == (
            operation["operationId"] not in ANONYMOUS - {"log_in", "carry_account"}
        ), operation["operationId"]


def test_a_new_device_may_leave_its_message_without_a_session(openapi: dict[str, Any]) -> None:
    [leave] = [item for item in operations(openapi) if item["operationId"] == "leave_message"]
    assert leave["security"] == [{"session": []}, {}]


def test_every_operation_declares_what_any_address_may_answer(openapi: dict[str, Any]) -> None:
    for operation in operations(openapi):
        assert {"413", "429", "500", "503"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            for media, content in response.get("content", {}).items():
                if int(status) >= 400:
                    assert media == "application/problem+json"
                    assert content["examples"], f"{operation['operationId']} {status} has no example"


def test_nothing_refers_to_what_is_not_there(openapi: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(openapi)))
    assert names == set(openapi["components"]["schemas"])


def test_every_field_has_a_name_in_small_letters_and_every_schema_a_description(openapi: dict[str, Any]) -> None:
    for name, schema in openapi["components"]["schemas"].items():
        assert schema.get("description"), f"{name} says nothing of itself"
        assert all(field == field.lower() for field in schema.get("properties", {}))
