"""The map of the server: each address leads to its own endpoint, and costs little before that runs."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match

from tests.openapi.checked import made_once

KINDS = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)


def test_routes_stand_side_by_side() -> None:
    """A request that is matched through a router for each feature pays for every router before its own."""
    assert {type(route) for route in _all_routes()} == {APIRoute}


def test_no_address_hides_another() -> None:
    for route in _routes():
        path = re.sub("{[^}]+}", "any", route.path)
        for method in route.methods or ():
            scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
            first = next(other for other in _all_routes() if other.matches(dict(scope))[0] is Match.FULL)
            assert first is route, f"{method} {path} never comes here"


def test_no_request_waits_for_a_thread_before_its_endpoint_runs() -> None:
    """The framework asks a thread for each call that is not async, whatever little it does."""
    called = {call for route in _routes() for call in _calls(route.dependant)}
    assert len(called) > 20
    assert [call for call in called if not any(kind(_function(call)) for kind in KINDS)] == []


def _all_routes() -> list[BaseRoute]:
    return made_once().routes


def _routes() -> list[APIRoute]:
    return [route for route in _all_routes() if isinstance(route, APIRoute)]


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for needed in dependant.dependencies:
        yield from _calls(needed)


def _function(call: object) -> object:
    return call if inspect.isroutine(call) else type(call).__call__
