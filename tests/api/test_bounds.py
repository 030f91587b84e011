"""Every string, number and list that crosses the wire has a maximum, and a list is validated to its first fault."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic.json_schema import models_json_schema

import duolog.api
from duolog.api.carrying import CarriedAccount
from duolog.api.common import Model


def _models() -> list[type[Model]]:
    for module in pkgutil.iter_modules(duolog.api.__path__, "duolog.api."):
        importlib.import_module(module.name)
    found, waiting = [], [Model]
    while waiting:
        model = waiting.pop()
        found.append(model)
        waiting += model.__subclasses__()
    return [model for model in found if model.__module__.startswith("duolog.api.") and model is not Model]


MODELS = _models()


def _unbounded(schema: Any, place: str) -> Iterator[str]:
    if isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from _unbounded(item, f"{place}.{number}")
    elif isinstance(schema, dict):
        kind, listed = schema.get("type"), "enum" in schema or "const" in schema
        bound = {"string": "maxLength", "integer": "maximum", "number": "maximum", "array": "maxItems"}.get(str(kind))
        if bound is not None and not listed and bound not in schema:
            yield f"{place} ({kind})"
        for name, item in schema.items():
            if name not in ("examples", "default", "enum", "const"):
                yield from _unbounded(item, f"{place}.{name}")


def test_every_string_number_and_list_has_a_maximum() -> None:
    _, generated = models_json_schema([(model, "validation") for model in MODELS])
    assert list(_unbounded(generated["$defs"], "")) == []


def test_the_search_finds_what_has_none() -> None:
    assert list(_unbounded({"type": "array", "items": {"type": "string"}}, "x")) == ["x (array)", "x.items (string)"]


def _lists(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "list":
            yield schema
        for item in schema.values():
            yield from _lists(item)
    elif isinstance(schema, list | tuple):
        for item in schema:
            yield from _lists(item)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_validation_of_every_list_ends_at_the_first_fault(model: type[Model]) -> None:
    for found in _lists(model.__pydantic_core_schema__):
        assert found.get("fail_fast") is True, found


def test_there_are_lists_to_look_at() -> None:
    assert len(list(_lists(CarriedAccount.__pydantic_core_schema__))) >= 5


def test_a_list_of_wrong_items_is_one_fault() -> None:
    with pytest.raises(ValidationError) as caught:
        CarriedAccount.model_validate({"chain": [0] * 4000})
    assert [fault["loc"] for fault in caught.value.errors() if fault["loc"][0] == "chain"] == [("chain", 0)]
