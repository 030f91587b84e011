"""The OpenAPI document is current, complete, and says nothing of another server's settings."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.commands.openapi import document
from app.edge import HEADERS
from app.main import create_app
from app.reading import JSON
from app.settings import Settings
from duolog.api import examples
from duolog.api.common import Model
from duolog.api.pages import parse_page, parse_push
from duolog.protocol.entries import parse_header
from duolog.protocol.keyholder_sets import parse_set
from duolog.protocol.roster_statements import parse_close, parse_roster
from duolog.protocol.statements import Fields
from tests.openapi.checked import close_answers, validate

KEPT = Path(__file__).resolve().parents[2] / "openapi" / "openapi.json"
ANONYMOUS = {
    "carry_account",
    "get_health",
    "get_ready",
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
        needs_session = {"session": []} in operation["security"]
        assert needs_session == (operation["operationId"] not in ANONYMOUS - {"get_invitation"}), operation
        assert ({} in operation["security"]) == (operation["operationId"] in {"get_invitation", "leave_message"})
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


def test_every_request_and_answer_has_an_example_of_its_form(openapi: dict[str, Any]) -> None:
    tried = 0
    for operation in operations(openapi):
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media, content in part.get("content", {}).items():
                assert content["examples"], f"{operation['operationId']} has a body without an example"
                for reference in content["examples"].values():
                    example = openapi["components"]["examples"][reference["$ref"].rsplit("/", 1)[-1]]
                    if media.endswith("json"):
                        validate(close_answers(openapi), content["schema"], json.dumps(example["value"]).encode())
                    else:
                        assert example["externalValue"].startswith(f"data:{media};base64,")
                    tried += 1
    assert tried > 400


def test_every_parameter_has_an_example_of_its_form(openapi: dict[str, Any]) -> None:
    for operation in operations(openapi):
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            for example in schema.get("examples", schema.get("enum", [])) or [None]:
                validate(openapi, schema, json.dumps(example).encode())


def test_the_server_reads_each_example_of_a_request(openapi: dict[str, Any]) -> None:
    models = {model.__name__: model for model in _all_models(Model)}
    bodies = [item["requestBody"]["content"] for item in operations(openapi) if "requestBody" in item]
    names = {body[JSON]["schema"]["$ref"].rsplit("/", 1)[-1] for body in bodies if JSON in body}
    assert len(names) > 15
    for name in names:
        value = openapi["components"]["examples"][name]["value"]
        models[name].model_validate(value)
        with pytest.raises(ValidationError, match="extra_forbidden"):
            models[name].model_validate(value | {"new": 1})


def _all_models(model: type[Model]) -> Iterator[type[Model]]:
    yield model
    for below in model.__subclasses__():
        yield from _all_models(below)


def test_the_statements_and_frames_of_the_examples_parse(openapi: dict[str, Any]) -> None:
    for statement in examples.SETS:
        parse_set(statement)
    for statement in (examples.JOURNAL_GENESIS, examples.ACCOUNT_JOURNAL_GENESIS, examples.PROPOSED):
        parse_roster(statement)
    parse_close(examples.CLOSE)
    for statement, kind in ((examples.GENESIS, "account_genesis"), (examples.ROTATION, "account_rotation")):
        Fields.of_statement(statement, kind)
    parse_header(examples.HEADER)
    parse_header(examples.WITHDRAWAL_HEADER)
    page = parse_page(_frames(openapi, "PageFrames"))
    assert [item.seq for push in page.pushes for item in push.items] == [1, page.seq]
    assert parse_push(_frames(openapi, "PushFrames"))[0].item == page.pushes[0].items[1].item


def _frames(openapi: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(openapi["components"]["examples"][name]["externalValue"].partition(",")[2])


def test_requests_are_closed_and_answers_open(openapi: dict[str, Any]) -> None:
    requests: set[str] = set()
    answers: set[str] = set()
    for operation in operations(openapi):
        _collect(openapi, operation.get("requestBody"), requests)
        _collect(openapi, operation["responses"], answers)
    assert not requests & answers
    for name, schema in openapi["components"]["schemas"].items():
        assert (schema.get("additionalProperties") is False) == (name in requests), name
    assert "ignores the fields" in openapi["info"]["description"]


def _collect(openapi: dict[str, Any], part: Any, names: set[str]) -> None:
    for name in set(re.findall(r"#/components/schemas/(\w+)", json.dumps(part))) - names:
        names.add(name)
        _collect(openapi, openapi["components"]["schemas"][name], names)


def test_every_header_is_described_once(openapi: dict[str, Any]) -> None:
    for name, value in HEADERS.items():
        assert f"`{name}: {value}`" in openapi["info"]["description"]
    for operation in operations(openapi):
        for status, response in operation["responses"].items():
            assert ("Retry-After" in response.get("headers", {})) == (status in ("429", "503"))
            assert ("WWW-Authenticate" in response.get("headers", {})) == (status == "401")
            for name, reference in response.get("headers", {}).items():
                assert reference == {"$ref": f"#/components/headers/{name}"}
    for header in openapi["components"]["headers"].values():
        validate(openapi, header["schema"], json.dumps(header["example"]).encode())


def test_every_operation_and_answer_is_described_in_a_sentence(openapi: dict[str, Any]) -> None:
    assert {tag["name"] for tag in openapi["tags"]} == {tag for item in operations(openapi) for tag in item["tags"]}
    for operation in operations(openapi):
        texts = [operation["description"], *(response["description"] for response in operation["responses"].values())]
        assert all(text.endswith(".") and text != "Successful Response" for text in texts), operation["operationId"]


def test_nothing_refers_to_what_is_not_there(openapi: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(openapi)))
    assert names == set(openapi["components"]["schemas"])


def test_every_field_has_a_name_in_small_letters_and_every_schema_a_description(openapi: dict[str, Any]) -> None:
    for name, schema in openapi["components"]["schemas"].items():
        assert schema.get("description"), f"{name} says nothing of itself"
        assert all(field == field.lower() for field in schema.get("properties", {}))
