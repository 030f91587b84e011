"""The map of the server: what each request costs before its endpoint runs."""

import inspect
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.main import create_app
from app.settings import Settings

KINDS = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)


def test_no_request_waits_for_a_thread_before_its_endpoint_runs() -> None:
    """The framework asks a thread for each call that is not async, whatever little it does."""
    called = {call for route in _routes() for call in _calls(route.dependant)}
    assert len(called) > 20
    assert [call for call in called if not any(kind(_function(call)) for kind in KINDS)] == []


def _routes() -> list[APIRoute]:
    found = [context.original_route for context in iter_route_contexts(create_app(Settings()).routes)]
    return [route for route in found if isinstance(route, APIRoute)]


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for needed in dependant.dependencies:
        yield from _calls(needed)


def _function(call: object) -> object:
    return call if inspect.isroutine(call) else type(call).__call__
