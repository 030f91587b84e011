"""The pages for people: what they lead to, what they show, and that they run and fetch nothing."""

import re
from copy import deepcopy
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx2
import pytest
from fastapi import FastAPI

from app.about.documentation import documentation
from app.about.pages import ICON
from app.about.specification import sections
from app.settings import Settings
from tests.conftest import http_client, running
from tests.docs.test_shown_commands import parse
from tests.openapi.checked import PAGES

CONTACT = "mailto:host@journal.example"
NOW = 1_795_600_000
OPENAPI = Path(__file__).resolve().parents[2] / "openapi"
SCHEMAS = [*OPENAPI.glob("documents/*.json"), *OPENAPI.glob("statements/*.json"), OPENAPI / "protocol.json"]
ASKING = re.compile(r'\b(?:href|src|srcset|action|data|poster|style)="([^"]*)"')  # attributes that fetch, or lead away

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("path", [*sorted(PAGES), "/spec/11-http-and-errors"])
async def test_pages_run_nothing_and_fetch_nothing(http: httpx2.AsyncClient, path: str) -> None:
    page = await http.get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r"<(script|iframe|object|embed|base|form|img|meta http)|\bon\w+=", page.text, re.IGNORECASE)
    assert not re.search(r"url\(|@import", page.text)
    assert all(re.match(r"[/#](?!/)", target) for target in ASKING.findall(page.text))
    assert 'rel="icon" href="/icon.svg"' in page.text


async def test_every_link_leads_to_a_page_and_to_a_place_in_it(http: httpx2.AsyncClient) -> None:
    texts: dict[str, str] = {}
    waiting, fragments = ["/"], set[tuple[str, str]]()
    while waiting:
        path = waiting.pop()
        if path not in texts:
            answer = await http.get(path)
            assert answer.status_code == 200, path
            texts[path] = answer.text if "html" in answer.headers["content-type"] else ""
            for target in ASKING.findall(texts[path]):
                to, _, fragment = unescape(target).partition("#")
                waiting.append(to or path)
                fragments.add((to or path, fragment))
    assert texts.keys() > PAGES | {"/openapi.json", "/icon.svg", "/schemas/note.json", "/spec/01-threat-model"}
    for path, fragment in fragments:
        assert not fragment or f'id="{fragment}"' in texts[path], f"{path}#{fragment}"


async def test_the_first_pages_lead_to_this_servers_own_command_and_name_no_index(http: httpx2.AsyncClient) -> None:
    for path in ("/", "/join"):
        text = (await http.get(path)).text
        assert 'href="/install"' in text
        assert "pip" not in text


async def test_what_the_join_page_says_to_type_is_a_command(http: httpx2.AsyncClient) -> None:
    lines = re.findall(r"<pre>([^<]*)</pre>", unescape((await http.get("/join")).text))
    assert lines == ["duolog register --server http://duolog.test", "duolog join"]
    for line in lines:
        parse(line)


async def test_the_documentation_names_every_operation_and_refusal(app: FastAPI, http: httpx2.AsyncClient) -> None:
    text = (await http.get("/docs")).text
    for path, item in app.openapi()["paths"].items():
        for method in item:
            assert f"{method.upper()} {path}" in text
    for name, example in app.openapi()["components"]["examples"].items():
        if name == example.get("value", {}).get("code"):
            assert f'id="{name}"' in text


async def test_the_documentation_has_an_example_of_each_request_and_answer(app: FastAPI) -> None:
    document = app.openapi()
    text = documentation(document, "")
    sections = {found[1]: found[0] for found in re.finditer(r'<h2 id="([a-z_]+)">.*?(?=<h2)', text, re.DOTALL)}
    for operation in (operation for item in document["paths"].values() for operation in item.values()):
        section = sections[operation["operationId"]]
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        contents = [content for part in parts for content in part.get("content", {}).items()]
        shown = [content for media, content in contents if media != "application/problem+json"]
        assert section.count("<details>") == len(shown)
        for code in {name for _, content in contents for name in content["examples"] if name.islower()}:
            assert f'<a href="#{code}">' in section
    refusals = text[text.index("<h2>Refusals") : text.index("<h2>Shapes")]
    assert refusals.count("<details>") == refusals.count("<p id=") > 30


async def test_descriptions_are_rendered_as_markdown(app: FastAPI) -> None:
    text = documentation(app.openapi(), "")
    assert "`" not in re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
    assert "<code>Authorization: Bearer &lt;token&gt;</code>" in text


async def test_text_of_the_document_is_never_taken_for_html(app: FastAPI) -> None:
    nasty = "<script>alert(1)</script> [x](javascript:alert(1)) [y](https://elsewhere.example) ![z](https://e.example/z.png)"
    document = deepcopy(app.openapi())
    document["info"]["description"] = document["tags"][0]["description"] = nasty
    for item in document["paths"].values():
        for operation in item.values():
            operation["summary"] = operation["description"] = nasty
            for response in operation["responses"].values():
                response["description"] = nasty
    for schema in document["components"]["schemas"].values():
        schema["description"] = schema["title"] = nasty
    for example in document["components"]["examples"].values():
        example.get("value", {})["detail"] = nasty
    text = documentation(document, "")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "<img" not in text
    assert all(target.startswith("#") for target in ASKING.findall(text))


async def test_schemas_and_the_protocols_data_are_handed_out_as_they_lie_here(http: httpx2.AsyncClient) -> None:
    assert len({file.name for file in SCHEMAS}) == len(SCHEMAS), "one address each"
    listed = (await http.get("/schemas")).text
    for file in SCHEMAS:
        answer = await http.get(f"/schemas/{file.name}")
        assert (answer.headers["content-type"], answer.content) == ("application/json", file.read_bytes())
        assert f'"/schemas/{file.name}"' in listed


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fREADME", "README.md", "note.json%00"])
async def test_no_other_text_is_handed_out(http: httpx2.AsyncClient, name: str) -> None:
    assert (await http.get(f"/spec/{name}")).status_code == 404
    assert (await http.get(f"/schemas/{name}")).status_code == 404


async def test_a_copy_of_the_server_without_the_specification_links_to_none(
    app: FastAPI, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sections()
    for module in ("app.about.pages", "app.about.endpoints"):
        monkeypatch.setattr(f"{module}.sections", dict)
        monkeypatch.setattr(f"{module}.schemas", dict)
    for path in ("/", "/docs"):
        text = (await http.get(path)).text
        assert "/spec" not in text
        assert "/schemas" not in text
    for path in ("/spec", "/spec/02-words", "/schemas", "/schemas/note.json"):
        assert (await http.get(path)).status_code == 404


async def test_the_contact_of_the_settings_is_shown_and_stands_in_security_txt(settings: Settings) -> None:
    chosen = settings.model_copy(update={"contact": CONTACT, "origin": "https://journal.example"})
    async with running(chosen, lambda: NOW) as app, http_client(app) as http:
        assert f'<a href="{CONTACT}">host@journal.example</a>' in (await http.get("/")).text
        answer = await http.get("/.well-known/security.txt")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        fields = dict(line.split(": ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
        assert set(fields) == {"Contact", "Expires", "Canonical"}
        assert (fields["Contact"], fields["Canonical"]) == (CONTACT, "https://journal.example/.well-known/security.txt")
        left = datetime.fromisoformat(fields["Expires"]) - datetime.fromtimestamp(NOW, UTC)
        assert 28 < left.total_seconds() / 86_400 < 365


async def test_without_a_contact_there_is_no_security_txt_and_the_page_says_so(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/.well-known/security.txt")).status_code == 404
    assert "names nobody" in (await http.get("/")).text


async def test_security_txt_names_no_canonical_address_without_tls(settings: Settings) -> None:
    async with running(settings.model_copy(update={"contact": CONTACT})) as app, http_client(app) as http:
        assert "Canonical" not in (await http.get("/.well-known/security.txt")).text


async def test_the_icon_is_one_drawing_under_two_names(http: httpx2.AsyncClient) -> None:
    for path in ("/icon.svg", "/favicon.ico"):
        answer = await http.get(path)
        assert (answer.text, answer.headers["content-type"]) == (ICON, "image/svg+xml")
    names = {element.tag.partition("}")[2] for element in ET.fromstring(ICON).iter()}
    assert names == {"svg", "title", "rect", "g", "path"}
