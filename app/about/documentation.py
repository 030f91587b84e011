"""The page `/docs`: the OpenAPI document for people. Its descriptions are Markdown; everything else is escaped.

Long values of the examples are cut, so that people can read them. The document has them whole.
"""

import base64
import json
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import Any

from fastapi import FastAPI

from app.about.markdown import Renderer
from app.about.pages import further

LONG = 72  # characters of a value; what is longer is cut
SHOWN = 24  # characters of it that are left
HEX = 16  # bytes in a line
LINES = 20

Document = dict[str, Any]
_markdown = Renderer()


@lru_cache(maxsize=1)
def documentation_of(app: FastAPI) -> str:
    """The body of the page about this server's API, made once."""
    return documentation(app.openapi(), further())


def documentation(document: Document, links: str) -> str:
    """The body of the page, which is HTML. `links`: HTML, what else there is to read."""
    operations = [(path, method, item) for path, of in document["paths"].items() for method, item in of.items()]
    return "\n".join(
        [
            f"<h1>{escape(document['info']['title'])}: the API</h1>",
            _markdown.blocks(document["info"]["description"]),
            "<p>Long values of the examples are cut here; the OpenAPI document has them whole.</p>",
            links,
            *_contents(document, operations),
            *(_operation(document, *operation) for operation in operations),
            "<h2>Headers of answers</h2>",
            *(_header(name, header) for name, header in document["components"]["headers"].items()),
            "<h2>Refusals</h2>",
            *_refusals(document),
            "<h2>Shapes</h2>",
            *(_shape(name, schema) for name, schema in document["components"]["schemas"].items()),
        ]
    )


def _contents(document: Document, operations: list[tuple[str, str, Document]]) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'].capitalize())}</h2>{_markdown.blocks(tag['description'])}<ul>"
        for path, method, operation in operations:
            if tag["name"] in operation["tags"]:
                link = _link(operation["operationId"], f"{method.upper()} {path}")
                yield f"<li>{link}<br>{_markdown.inline(operation['summary'])}</li>"
        yield "</ul>"


def _operation(document: Document, path: str, method: str, operation: Document) -> str:
    rows = []
    for parameter in operation.get("parameters", []):
        name = f"<code>{escape(parameter['name'])}</code> ({escape(parameter['in'])})"
        text = _markdown.inline(parameter.get("description", ""))
        rows.append(f"<tr><td>{name}</td><td>{text}{_of_value(parameter['schema'])}</td></tr>")
    if body := operation.get("requestBody"):
        rows.append(f"<tr><td>body</td><td>{_media(document, body)}</td></tr>")
    for status, response in operation["responses"].items():
        rows.append(f"<tr><td>{status}</td><td>{_answer(document, response)}</td></tr>")
    return (
        f'<h2 id="{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></h2>'
        f"<p><strong>{_markdown.inline(operation['summary'])}.</strong> {_session(operation)}</p>"
        f"{_markdown.blocks(operation['description'])}{_table(rows)}"
    )


def _table(rows: list[str]) -> str:
    return f'<table class="fields">{"".join(rows)}</table>' if rows else ""


def _session(operation: Document) -> str:
    if not operation["security"]:
        return "Needs no session."
    return "Takes a session, and needs none." if {} in operation["security"] else "Needs a session."


def _of_value(schema: Document) -> str:
    values: list[Any] = schema.get("examples") or schema.get("enum") or []
    return "".join(f"<br>for example <code>{escape(str(value))}</code>" for value in values[:1])


def _answer(document: Document, response: Document) -> str:
    named = [_link(f"header-{name}", name) for name in response.get("headers", {})]
    headers = f"<p>With {', '.join(named)}.</p>" if named else ""
    if "application/problem+json" in response.get("content", {}):
        codes = response["content"]["application/problem+json"]["examples"]
        return f"<p>{', '.join(_link(code, code) for code in codes)}</p>{headers}"
    return f"{_markdown.blocks(response['description'])}{headers}{_media(document, response)}"


def _link(place: str, name: str) -> str:
    return f'<a href="#{escape(place)}"><code>{escape(name)}</code></a>'


def _media(document: Document, part: Document) -> str:
    kinds = []
    for media, content in part.get("content", {}).items():
        kinds.append(f"<p><code>{escape(media)}</code> {_type(content['schema'])}</p>")
        kinds += [_example(document["components"]["examples"][name]) for name in content["examples"]]
    return "".join(kinds)


def _example(example: Document) -> str:
    if "externalValue" in example:
        data = base64.b64decode(example["externalValue"].partition(",")[2])
        shown = "\n".join(data[at : at + HEX].hex(" ", 2) for at in range(0, len(data), HEX)[:LINES])
        more = f"\n... {len(data)} bytes in all" if len(data) > LINES * HEX else ""
        said = f"Example: {_markdown.inline(example['summary'])}, in hexadecimal"
        return f"<details><summary>{said}</summary><pre>{shown}{more}</pre></details>"
    return f"<details><summary>Example</summary><pre>{_json(example['value'])}</pre></details>"


def _json(value: Any) -> str:
    return escape(json.dumps(_cut(value), indent=2, ensure_ascii=False), quote=False)


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if isinstance(value, str) and len(value) > LONG and " " not in value:
        return f"{value[:SHOWN]}... ({len(value)} characters)"
    return value


def _header(name: str, header: Document) -> str:
    return (
        f'<p id="header-{escape(name)}"><code>{escape(name)}: {escape(str(header["example"]))}</code><br>'
        f"{_markdown.inline(header['description'])}</p>"
    )


def _refusals(document: Document) -> Iterator[str]:
    for code, example in document["components"]["examples"].items():
        problem = example.get("value", {})
        if problem.get("code") == code:
            yield (
                f'<p id="{escape(code)}"><code>{escape(code)}</code> {problem["status"]}: '
                f"{escape(problem['detail'], quote=False)}</p>{_example(example)}"
            )


def _shape(name: str, schema: Document) -> str:
    required = schema.get("required", [])
    rows = []
    for field, of in schema.get("properties", {}).items():
        optional = "" if field in required else " (optional)"
        text = _markdown.inline(of.get("description", ""))
        rows.append(f"<tr><td><code>{escape(field)}</code>{optional}</td><td>{_type(of)} {text}</td></tr>")
    return f'<h3 id="schema-{escape(name)}">{escape(name)}</h3>{_markdown.blocks(schema["description"])}{_table(rows)}'


def _type(schema: Document) -> str:
    if reference := schema.get("$ref"):
        name = escape(reference.rsplit("/", 1)[-1])
        return f'<a href="#schema-{name}">{name}</a>'
    if items := schema.get("items"):
        return f"list of {_type(items)}"
    if variants := schema.get("anyOf", schema.get("oneOf")):
        return " or ".join(_type(variant) for variant in variants)
    if "const" in schema or "enum" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in values)
    if schema.get("format") == "binary":
        return _markdown.inline(schema["description"])
    return escape(str(schema.get("type", ""))) + _size(schema)


def _size(schema: Document) -> str:
    if schema.get("contentEncoding") == "base64url":
        low, high = (schema[name] * 6 // 8 for name in ("minLength", "maxLength"))
        return f", {low} bytes in base64url" if low == high else f", {low} to {high} bytes in base64url"
    if schema.get("type") == "integer" and "minimum" in schema and "maximum" in schema:
        return f", {int(schema['minimum'])} to {int(schema['maximum'])}"
    return ""
