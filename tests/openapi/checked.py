"""A transport that holds every answer of the server against the OpenAPI document: nothing undeclared, nothing
misshapen. The document leaves answers open to fields of newer servers; this server may send none.
"""

import json
import re
from functools import cache
from typing import Any

import httpx2
import jsonschema_rs
from fastapi import FastAPI

from app.edge import HEADERS
from app.main import create_app
from app.settings import Settings
from duolog.api.common import REQUEST_HEADER

PAGES = {"/", "/docs", "/join", "/install", "/spec", "/schemas"}
# What a browser reads of an answer, and not the page that asked (`app/web_origins.py`).
FOR_BROWSERS = {"vary", "access-control-allow-origin", "access-control-expose-headers"}
UNDOCUMENTED = PAGES | {"/openapi.json", "/icon.svg", "/favicon.ico", "/.well-known/security.txt"}


class CheckedTransport(httpx2.ASGITransport):
    """ASGITransport, with a look at each answer."""

    def __init__(self, app: FastAPI, address: str) -> None:
        super().__init__(app=app, client=(address, 50_000))
        self._document = _closed_document()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        body = await response.aread()
        require_declared(self._document, request.method, request.url.path, response, body)
        return response


def require_declared(document: dict[str, Any], method: str, path: str, response: httpx2.Response, body: bytes) -> None:
    """Assert that the document declares this answer."""
    assert response.headers["x-content-type-options"] == "nosniff"
    if "integrity-policy" in response.headers:  # a file of the app, which tests/app/web looks at
        return
    assert response.headers["cache-control"] == "no-store"
    if path in UNDOCUMENTED or path.startswith(("/spec/", "/schemas/")) or path.endswith(".whl"):  # for people
        return
    if method == "OPTIONS" and response.status_code == 204:  # a preflight, which a browser asks by itself
        assert body == b""
        return
    if method == "HEAD":  # the same as GET, without the body
        assert body == b""
        method, bare = "GET", True
    else:
        bare = False
    operation = find_operation(document, method, path)
    media = response.headers.get("content-type", "").split(";")[0]
    if operation is None:
        assert response.status_code in (404, 405, 413, 429), f"{method} {path} is not in the document"
        if bare:
            return
        validate(document, {"$ref": "#/components/schemas/Problem"}, body)
        return
    declared = operation["responses"].get(str(response.status_code))
    assert declared is not None, (
        f"{method} {path} answers {response.status_code}, which is not declared: {body[:300]!r}"
    )
    require_headers(document, declared.get("headers", {}), response.headers)
    content = declared.get("content", {})
    if not content:
        assert body == b"", f"{method} {path} answers {response.status_code} with an undeclared body"
        return
    assert media in content, f"{method} {path} answers {response.status_code} with {media}, not {list(content)}"
    if bare:
        return
    if media.endswith("json"):
        validate(document, content[media]["schema"], body)
    if media == "application/problem+json":
        assert json.loads(body)["code"] in content[media]["examples"], f"{method} {path}: {body!r} is not declared"


@cache
def made_once() -> FastAPI:
    """A server that never runs: its routes and its document are those of every server, whatever the settings."""
    return create_app(Settings())


def open_document() -> dict[str, Any]:
    """The document of every server."""
    return made_once().openapi()


@cache
def _closed_document() -> dict[str, Any]:
    return close_answers(open_document())


def close_answers(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a server that sends no field which it doesn't declare."""
    schemas = {
        name: schema | {"additionalProperties": False} for name, schema in document["components"]["schemas"].items()
    }
    return document | {"components": document["components"] | {"schemas": schemas}}


def require_headers(document: dict[str, Any], declared: dict[str, Any], sent: httpx2.Headers) -> None:
    """Assert that exactly the declared headers are there, besides those of every answer."""
    described = document["components"]["headers"]
    for name in declared:
        if name not in sent:
            assert not described[name].get("required"), f"{name} is missing"
            continue
        value: object = sent[name]
        if described[name]["schema"].get("type") == "integer":
            value = int(sent[name])
        validate(document, described[name]["schema"], json.dumps(value).encode())
    others = {name.lower() for name in (*HEADERS, REQUEST_HEADER)} | FOR_BROWSERS | {"content-type", "content-length"}
    assert set(sent) <= {name.lower() for name in declared} | others, f"{set(sent) - others} is not declared"


def find_operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """The operation that serves `path`; a path without parameters goes before one with them."""
    for template, item in sorted(document["paths"].items(), key=lambda pair: pair[0].count("{")):
        if method.lower() in item and _paths(template).fullmatch(path):
            operation: dict[str, Any] = item[method.lower()]
            return operation
    return None


@cache
def _paths(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\?\{[^}]+\\?\}", "[^/]+", re.escape(template)))


def validate(document: dict[str, Any], schema: dict[str, Any], body: bytes) -> None:
    """Assert that the JSON in `body` has the form of `schema`."""
    schemas = document["components"]["schemas"]
    made = _validators.setdefault(id(schemas), (schemas, {}))[1]  # a document that is kept has an identity of its own
    text = json.dumps(schema)
    if text not in made:
        made[text] = jsonschema_rs.Draft202012Validator(schema | {"components": {"schemas": schemas}})
    made[text].validate(json.loads(body))


_validators: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
