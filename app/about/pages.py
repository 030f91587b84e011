"""Pages for people: no script, nothing from elsewhere, readable without style."""

import base64
import hashlib
from html import escape
from typing import Any

from starlette.responses import HTMLResponse

STYLE = """\
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{background:#f5f3ef;padding:.8rem;white-space:pre-wrap;overflow-wrap:anywhere}
h2{margin-top:3rem;border-bottom:1px solid #ddd}h3{margin-top:2rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}pre{background:#222}a{color:#8bf}}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(title: str, body: str) -> HTMLResponse:
    """A whole page around `body`, which is HTML."""
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


_JOIN = """\
<h1>You are invited to a shared journal</h1>
<p>Someone you know wants to keep an encrypted journal with you, in Duolog. Only the two of you
will be able to read it; this server can't.</p>
<ol>
<li>Get the command, on your own device: <a href="/install">how</a>.</li>
<li>Copy the whole address of this page, with everything after the <code>#</code>. That
last part is the secret of your invitation: your browser didn't send it to this server, so don't paste it
anywhere else.</li>
<li>In a terminal run <code>duolog register --server {origin}</code>, if you have no account yet, and then
<code>duolog join</code>. It asks for the address.</li>
<li>Compare the eight words that Duolog shows with your partner, by voice or side by side.</li>
</ol>
<p>An invitation works once and only for a day. If it no longer works, ask for a new one.</p>
<p>If you did not expect this, or you don't feel free to say no, you need do nothing: nothing happens
until you join.</p>
"""


def join_page(origin: str) -> str:
    """The body of the page behind an invitation link, which is HTML. The link's secret never reaches this server."""
    return _JOIN.replace("{origin}", escape(origin))


HOME = """\
<h1>Duolog</h1>
<p>This is a Duolog server: it keeps encrypted journals for couples, and can read none of what they write.</p>
<ul><li><a href="/install">Get the command</a>, for your own computer</li>
<li><a href="/join">Join a journal</a> to which somebody has invited you</li>
<li><a href="/docs">How programs talk to it</a></li>
<li><a href="/openapi.json">The same as an OpenAPI document</a></li></ul>
"""


def render_documentation(document: dict[str, Any]) -> str:
    """The OpenAPI document as one readable page."""
    parts = [f"<h1>{escape(document['info']['title'])}: the API</h1>", _prose(document["info"]["description"])]
    operations = [(path, method, op) for path, item in document["paths"].items() for method, op in item.items()]
    parts.append("<table>")
    for path, method, operation in operations:
        link = f'<a href="#{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></a>'
        parts.append(f"<tr><td>{link}</td><td>{escape(operation.get('summary', ''))}</td></tr>")
    parts.append("</table>")
    parts += [_operation(path, method, operation) for path, method, operation in operations]
    parts.append("<h2>Refusals</h2>")
    parts += _refusals(operations)
    parts.append("<h2>Shapes</h2>")
    for name, schema in document["components"]["schemas"].items():
        parts.append(
            f'<h3 id="schema-{escape(name)}">{escape(name)}</h3>'
            f"{_prose(schema.get('description', ''))}{_fields(schema)}"
        )
    return "\n".join(parts)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = []
    for parameter in operation.get("parameters", []):
        where = escape(f"{parameter['name']} ({parameter['in']})")
        rows.append(f"<tr><td><code>{where}</code></td><td>{escape(parameter.get('description', ''))}</td></tr>")
    if body := operation.get("requestBody"):
        rows.append(f"<tr><td>body</td><td>{_media(body)}</td></tr>")
    for status, response in operation["responses"].items():
        rows.append(f"<tr><td>{status}</td><td>{_prose(response['description'])}{_media(response)}</td></tr>")
    session = "Needs a session." if operation.get("security") else "Needs no session."
    return (
        f'<h2 id="{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></h2>'
        f"<p><strong>{escape(operation.get('summary', ''))}.</strong> {session}</p>"
        f"{_prose(operation.get('description', ''))}"
        f"<table>{''.join(rows)}</table>"
    )


def _refusals(operations: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    titles: dict[str, str] = {}
    for _, _, operation in operations:
        for response in operation["responses"].values():
            for media in response.get("content", {}).values():
                for code, example in media.get("examples", {}).items():
                    if "detail" in example["value"]:
                        titles[code] = f"{example['value']['status']}: {example['value']['detail']}"
    return [
        f'<p id="{escape(code)}"><code>{escape(code)}</code> {escape(title)}</p>'
        for code, title in sorted(titles.items())
    ]


def _media(part: dict[str, Any]) -> str:
    kinds = []
    for media, content in part.get("content", {}).items():
        kinds.append(f"<code>{escape(media)}</code> {_type(content.get('schema', {}))}")
    return "<br>".join(kinds)


def _fields(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = []
    for name, field in schema.get("properties", {}).items():
        optional = "" if name in required else " (optional)"
        rows.append(
            f"<tr><td><code>{escape(name)}</code>{optional}</td>"
            f"<td>{_type(field)} {escape(field.get('description', ''))}</td></tr>"
        )
    return f"<table>{''.join(rows)}</table>" if rows else ""


def _type(schema: dict[str, Any]) -> str:
    if reference := schema.get("$ref"):
        name = escape(reference.rsplit("/", 1)[-1])
        return f'<a href="#schema-{name}">{name}</a>'
    if items := schema.get("items"):
        return f"list of {_type(items)}"
    if variants := schema.get("anyOf"):
        return " or ".join(_type(variant) for variant in variants)
    return escape(str(schema.get("type", "")))


def _prose(text: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.strip().split("\n\n") if paragraph)
