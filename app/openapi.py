"""The OpenAPI 3.1 document: what FastAPI derives from the endpoints, with what holds for all of them added once."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app import VERSION
from app.problems import COMMON, SCHEMA, Problem, refusals
from app.reading import BINARY, BYTES, JSON, BytesBody, JsonBody

DESCRIPTION = """\
A shared journal for two people, end to end encrypted. The server keeps ciphertext in order and can read none of it.

Binary values are unpadded base64url. Statements are canonical JSON bytes in base64url, with their signatures beside
them. Times are UTC in Unix seconds. Requests that need a session carry `Authorization: Bearer <token>`. Refusals are
RFC 9457 problem details: act on `code`, show `title`.
"""


def describe_api(app: FastAPI) -> None:
    """Make `app.openapi()` answer with the complete document, and the application know each address's methods by it."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.state.allowed_methods = partial(_allowed_methods, app)
    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document: dict[str, Any] = get_openapi(
        title="Duolog",
        version=VERSION,
        openapi_version="3.1.0",
        summary="End-to-end encrypted journals for couples.",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    _add_bodies(app, document)
    schemas["Problem"] = SCHEMA
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for item in document["paths"].values():
        for method, operation in item.items():
            _add_common(method, operation)
    return document


def _bodies(app: FastAPI) -> Iterator[tuple[str, str, JsonBody[Any, Any] | BytesBody]]:
    """Path, method and reader of each operation that takes a body: the endpoints' own, which FastAPI doesn't know."""
    for route in iter_route_contexts(app.routes):
        for dependency in route.dependant.dependencies if isinstance(route.original_route, APIRoute) else ():
            if isinstance(dependency.call, JsonBody | BytesBody):
                yield from (
                    (route.path_format or "", method.lower(), dependency.call) for method in route.methods or ()
                )


def _add_bodies(app: FastAPI, document: dict[str, Any]) -> None:
    bodies = list(_bodies(app))
    models: list[type[BaseModel]] = [body.model for _, _, body in bodies if isinstance(body, JsonBody)]
    names, generated = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    document["components"]["schemas"].update(generated["$defs"])
    for path, method, body in bodies:
        if isinstance(body, BytesBody):
            content = {body.media: {"schema": BYTES}}
        else:
            content = {JSON: {"schema": names[(body.model, "validation")]}}
            content.update({media: {"schema": BINARY} for media in body.others})
        document["paths"][path][method]["requestBody"] = {"required": True, "content": content}


def _allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Every method that the address at `path` takes; none when there is no such address."""
    for template, item in sorted(app.openapi()["paths"].items(), key=lambda pair: pair[0].count("{")):
        if re.fullmatch(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template)), path):
            return sorted(method.upper() for method in item)
    return []


def _add_common(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status, response in refusals(*_common(method, operation)).items():
        own = responses.get(str(status))
        if own is None or "HTTPValidationError" in str(own):
            responses[str(status)] = response
        else:  # an endpoint's own refusals of the same status stay, and the common one is added
            media, added = (next(iter(part["content"].values())) for part in (own, response))
            media.setdefault("examples", {}).update(added["examples"])
            own["description"] += " " + response["description"]
    operation["responses"] = dict(sorted(responses.items()))


def _common(method: str, operation: dict[str, Any]) -> list[type[Problem]]:
    """Which of the common refusals this operation can give."""
    impossible = {"busy", "unsupported_media_type"} if "requestBody" not in operation else set()
    if "requestBody" not in operation and not operation.get("parameters"):
        impossible.add("malformed")
    if method == "get":
        impossible.add("storage_full")
    return [problem for problem in COMMON if problem.code not in impossible]
