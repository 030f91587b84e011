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

from app import VERSION, answer_headers
from app.edge import HEADERS
from app.examples import add_examples
from app.problems import COMMON, SCHEMA, Problem, refusals
from app.reading import BINARY, BYTES, JSON, BytesBody, JsonBody
from app.routes import ROUTES

DESCRIPTION = """\
A shared journal for two people, end to end encrypted. The server keeps ciphertext in order and can read none of it.

Binary values are unpadded base64url. Statements are canonical JSON bytes in base64url, with their signatures beside
them. Times are UTC in Unix seconds. Requests that need a session carry `Authorization: Bearer <token>`. Refusals are
RFC 9457 problem details: act on `code`, show `detail`.

Requests are strict: the server refuses a field that it doesn't know. Answers are open: a newer server may add a field,
and a client ignores the fields that it doesn't know.

Every answer has these headers: {headers}. A request may have an id, 16 random bytes as base64url in the header
`Duolog-Request`: its answer repeats it.

Each address that takes GET takes HEAD too: the same headers, and no body.

The examples are of one invented couple. Ids and statements belong together; keys, signatures and sealed bytes have the
right size, and verify nothing.
"""
SCHEMAS = "#/components/schemas/"
EMPTY = "Done; the answer has no body."
CONTACT = {"name": "The person who runs the server: its page `/` names a contact"}
TAGS = {
    "about": "What the server says of itself, to anybody: its health, its address, its receipt keys and its limits.",
    "accounts": "Register an account, see one's own, add keyholders to it and replace its keys.",
    "rendezvous": "Where a new device and one that the account has leave sealed messages for each other.",
    "sessions": "Log in with a signed challenge, log out, and end other sessions of one's own.",
    "journals": "Create and list journals, fetch their members' chains, and propose a change of members.",
    "entries": "Push to a journal's log and pull from it, as JSON or in the binary form `application/vnd.duolog.v1`.",
    "events": "A stream that wakes a client where one of its journals has something new.",
    "attachments": "Send a sealed file in parts, fetch it or a range of it, or give it up.",
    "invitations": "Three sealed messages by which two clients pair. The server reads none of them.",
    "carrying": "Bring an account and its journals from another server.",
    "leaving": "Close a journal, withdraw, keep or erase entries, let a journal go, delete the account.",
}
_FIRST = re.compile(r".*?\.(?= |\n|$)", re.DOTALL)  # the first sentence


def describe_api(app: FastAPI) -> None:
    """Make `app.openapi()` answer with the complete document, and the application know each address's methods by it."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document()
        return app.openapi_schema

    app.state.allowed_methods = partial(_allowed_methods, app)
    app.openapi = openapi  # type: ignore[method-assign]


def _document() -> dict[str, Any]:
    document: dict[str, Any] = get_openapi(
        title="Duolog",
        version=VERSION,
        openapi_version="3.1.0",
        summary="End-to-end encrypted journals for couples.",
        description=DESCRIPTION.format(headers=", ".join(f"`{name}: {value}`" for name, value in HEADERS.items())),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "The server that this document comes from."}],
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        routes=ROUTES,
    )
    document["info"]["contact"] = CONTACT
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = SCHEMA
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    _open_answers(schemas)
    _add_bodies(document)
    components["schemas"] = dict(sorted(schemas.items()))
    components["headers"] = answer_headers.HEADERS
    for item in document["paths"].values():
        for method, operation in item.items():
            operation.setdefault("security", [])
            _describe_answers(operation, schemas)
            _add_common(method, operation)
    add_examples(document)
    return document


def _open_answers(schemas: dict[str, Any]) -> None:
    """Let each answer have fields that a client doesn't know. The models are closed, for requests."""
    for name, schema in schemas.items():
        schemas[name] = {key: value for key, value in schema.items() if key != "additionalProperties"}


def _bodies() -> Iterator[tuple[str, str, JsonBody[Any, Any] | BytesBody]]:
    """Path, method and reader of each operation that takes a body: the endpoints' own, which FastAPI doesn't know."""
    for route in iter_route_contexts(ROUTES):
        for dependency in route.dependant.dependencies if isinstance(route.original_route, APIRoute) else ():
            if isinstance(dependency.call, JsonBody | BytesBody):
                yield from (
                    (route.path_format or "", method.lower(), dependency.call) for method in route.methods or ()
                )


def _add_bodies(document: dict[str, Any]) -> None:
    """Add the requests and their schemas. One that an answer has too stands twice: strict here, and open there."""
    bodies = list(_bodies())
    schemas = document["components"]["schemas"]
    models: list[type[BaseModel]] = [body.model for _, _, body in bodies if isinstance(body, JsonBody)]
    _, generated = models_json_schema([(model, "validation") for model in models], ref_template=SCHEMAS + "{model}")
    strict = {name: f"{name}InRequest" if name in schemas else name for name in generated["$defs"]}
    for name, schema in generated["$defs"].items():
        schemas[strict[name]] = _renamed(schema, strict)
    for path, method, body in bodies:
        if isinstance(body, BytesBody):
            content = {body.media: {"schema": BYTES}}
        else:
            content = {JSON: {"schema": {"$ref": SCHEMAS + strict[body.model.__name__]}}}
            content.update({media: {"schema": BINARY} for media in body.others})
        document["paths"][path][method]["requestBody"] = {"required": True, "content": content}


def _renamed(part: Any, names: dict[str, str]) -> Any:
    """A part of a schema whose references have new names."""
    if isinstance(part, dict):
        return {key: _renamed(value, names) for key, value in part.items()}
    if isinstance(part, list):
        return [_renamed(value, names) for value in part]
    if isinstance(part, str) and part.startswith(SCHEMAS):
        return SCHEMAS + names[part.removeprefix(SCHEMAS)]
    return part


def _describe_answers(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Say of each answer that has no description of its own what its schema says first."""
    for response in operation["responses"].values():
        if response["description"] == "Successful Response":
            schema = response.get("content", {}).get(JSON, {}).get("schema")
            text = schemas[schema["$ref"].removeprefix(SCHEMAS)]["description"] if schema else EMPTY
            first = _FIRST.match(text)
            response["description"] = first[0] if first else text


def _allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Every method that the address at `path` takes; none when there is no such address."""
    for template, item in sorted(app.openapi()["paths"].items(), key=lambda pair: pair[0].count("{")):
        if re.fullmatch(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template)), path):
            methods = {method.upper() for method in item}
            return sorted(methods | {"HEAD"} if "GET" in methods else methods)
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
            own.setdefault("headers", {}).update(response.get("headers", {}))
    operation["responses"] = dict(sorted(responses.items()))


def _common(method: str, operation: dict[str, Any]) -> list[type[Problem]]:
    """Which of the common refusals this operation can give."""
    impossible = {"busy", "unsupported_media_type"} if "requestBody" not in operation else set()
    if "requestBody" not in operation and not operation.get("parameters"):
        impossible.add("malformed")
    if method == "get":
        impossible.add("storage_full")
    return [problem for problem in COMMON if problem.code not in impossible]
