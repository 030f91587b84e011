"""Pages for people: no script, nothing from elsewhere, readable without style."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse

from app.about.specification import documents, schemas, sections, statements

_HERE = Path(__file__).parent
STYLE = (_HERE / "style.css").read_text(encoding="utf-8")
ICON = (_HERE / "icon.svg").read_text(encoding="utf-8")
ICON_TYPE = "image/svg+xml"
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
NAVIGATION = """\
<nav><a href="/">Duolog</a><a href="/join">Join</a><a href="/install">Install</a><a href="/docs">API</a></nav>"""


def page(title: str, body: str) -> HTMLResponse:
    """A whole page around `body`, which is HTML."""
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="/icon.svg" type="{ICON_TYPE}">'
        f"<style>{STYLE}</style></head>\n<body>\n{NAVIGATION}\n<main>\n{body}\n</main>\n</body></html>\n"
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
<li>In a terminal, make an account, unless you have one already:
<pre>duolog register --server {origin}</pre>
Then join; this asks for the address:
<pre>duolog join</pre></li>
<li>Compare the eight words that Duolog shows with your partner, by voice or side by side.</li>
</ol>
<p>An invitation works once and only for a day. If it no longer works, ask for a new one.</p>
<p>If you did not expect this, or you don't feel free to say no, you need do nothing: nothing happens
until you join.</p>
"""


def join_page(origin: str) -> str:
    """The body of the page behind an invitation link, which is HTML. The link's secret never reaches this server."""
    return _JOIN.replace("{origin}", escape(origin))


_HOME = """\
<h1>A shared journal for two</h1>
<p>This is a Duolog server. Duolog is a journal that two people keep together: they agree on boundaries, write notes,
own up and answer, in their own time. Every word is sealed on the device where it is written.</p>
<p>The server in between keeps sealed entries in order and hands them on. It holds no key, no password and no text. It
does see which accounts share a journal, and when something is sent; never what.</p>
<ul>
{app}<li><a href="/join">Join a journal</a>, if somebody has invited you</li>
<li><a href="/install">Install the command</a> on your own computer, to begin one</li>
<li><a href="/docs">How programs talk to this server</a>, with an example of everything</li>
{more}
</ul>
<h2>Who runs it</h2>
{contact}
<p>Whoever runs it can't read the journals here, but can see what is said above, and can delete. Think about who that
is, above all if it is one of the two of you.</p>
"""
_APP = '<li><a href="/app/">Open your journal in this browser</a></li>\n'
_NO_CONTACT = """\
<p>This server names nobody. Ask the person who gave you its address.</p>"""
_CONTACT = """\
<p>The person who runs this server can be reached at <a href="{address}">{shown}</a>, also about its security.</p>"""
_SPECIFICATION = '<li><a href="/spec">The specification</a>, from which another client can be written</li>'
_SCHEMAS = '<li><a href="/schemas">JSON Schemas</a> of statements, and of the documents that couples write</li>'
_OPENAPI = '<li><a href="/openapi.json">The OpenAPI document</a> of this server</li>'


def home_page(contact: str, *, has_app: bool = False) -> str:
    """The body of the first page, which is HTML. `contact`: the address of the server's operator, or nothing.
    `has_app`: whether this server hands out the app for browsers.
    """
    shown = contact.removeprefix("mailto:").removeprefix("tel:")
    told = _CONTACT.format(address=escape(contact), shown=escape(shown)) if contact else _NO_CONTACT
    return _HOME.format(more=_readings(), contact=told, app=_APP if has_app else "")


def further() -> str:
    """The links to all else that a writer of programs can read here, as HTML."""
    return f"<ul>\n{_readings(_OPENAPI)}\n</ul>"


def _readings(*others: str) -> str:
    found = [_SPECIFICATION] if sections() else []
    return "\n".join([*found, *([_SCHEMAS] if schemas() else []), *others])


def schemas_page() -> str:
    """The body of the page that lists the schemas, which is HTML."""
    others = [name for name in schemas() if name not in documents() and name not in statements()]
    return _ABOUT_SCHEMAS.format(data=_listed(others), statements=_listed(statements()), documents=_listed(documents()))


def _listed(names: Iterable[str]) -> str:
    files = [f'<li><a href="/schemas/{escape(name)}">{escape(name)}</a></li>' for name in names]
    return f"<ul>\n{chr(10).join(files)}\n</ul>"


_ABOUT_SCHEMAS = """\
<h1>Schemas</h1>
<p>For whoever writes another client: the protocol's labels, sizes, problem codes and checks as data.</p>
{data}
<h2>Statements</h2>
<p>The JSON Schema of each statement, and of each sealed text that is JSON. A parser takes exactly these fields, and the
canonical bytes alone.</p>
{statements}
<h2>Documents that couples write</h2>
<p>The JSON Schema of each kind, and beside it the rules of a kind with steps. These documents are sealed on devices;
no server reads one.</p>
{documents}
"""
