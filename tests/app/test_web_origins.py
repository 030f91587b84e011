"""Pages of other origins: which of them a browser lets use the server."""

import re
from pathlib import Path

import httpx2
import pytest
from pydantic import ValidationError

from app.settings import Settings
from duolog.api.common import REQUEST_HEADER
from tests.conftest import http_client, running

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

APP, OTHER = "https://app.example", "https://other.example"


def preflight(origin: str, method: str = "POST") -> dict[str, str]:
    """The headers that a browser sends before a page's request."""
    return {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type",
    }


async def ask(settings: Settings, method: str, path: str, headers: dict[str, str]) -> httpx2.Response:
    async with running(settings) as app, http_client(app) as http:
        return await http.request(method, path, headers=headers)


@sqlite
async def test_no_page_of_another_origin_may_ask_by_default(http: httpx2.AsyncClient) -> None:
    for origin in (APP, "null", "http://127.0.0.1"):
        asked = await http.options("/v1/sessions", headers=preflight(origin))
        assert asked.status_code == 405
        answer = await http.get("/health", headers={"origin": origin})
        for one in (asked, answer):
            assert not [name for name in one.headers if name.startswith("access-control-")]


@sqlite
async def test_a_listed_page_is_told_what_it_may_send_and_read(settings: Settings) -> None:
    listed = settings.model_copy(update={"web_origins": f"{OTHER}, {APP}"})
    asked = await ask(listed, "OPTIONS", "/v1/journals/x/entries", preflight(APP))
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["access-control-allow-origin"] == APP
    assert asked.headers["access-control-allow-methods"] == "GET, POST, PUT, DELETE"
    sent = asked.headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "content-type", "accept", "last-event-id", REQUEST_HEADER.lower()} <= set(sent)
    assert "*" not in sent
    assert asked.headers["access-control-max-age"] == "7200"
    answer = await ask(listed, "GET", "/health", {"origin": APP})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, APP)
    assert "retry-after" in answer.headers["access-control-expose-headers"]
    for one in (asked, answer):
        assert one.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in one.headers, "nothing is sent along by itself"


@sqlite
async def test_a_page_reads_a_refusal_too(settings: Settings) -> None:
    listed = settings.model_copy(update={"web_origins": APP, "rate_anonymous": "1/minute"})
    async with running(listed) as app, http_client(app) as http:
        await http.get("/health")
        for path, status in (("/v1/account", 429), ("/health", 429)):
            refused = await http.get(path, headers={"origin": APP})
            assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (status, APP)


@pytest.mark.parametrize(
    "origin", [OTHER, "http://app.example", "https://app.example:8443", "https://app.example.evil", "null", ""]
)
@sqlite
async def test_a_page_that_is_not_listed_reads_nothing(settings: Settings, origin: str) -> None:
    listed = settings.model_copy(update={"web_origins": APP})
    asked = await ask(listed, "OPTIONS", "/v1/sessions", preflight(origin))
    answer = await ask(listed, "GET", "/health", {"origin": origin})
    assert (asked.status_code, answer.status_code) == (405, 200)
    for one in (asked, answer):
        assert "access-control-allow-origin" not in one.headers
        assert one.headers["vary"] == "Origin", "a cache keeps no answer for another page"


@sqlite
async def test_every_page_may_ask_where_the_operator_says_so(settings: Settings) -> None:
    every = settings.model_copy(update={"web_origins": "*"})
    asked = await ask(every, "OPTIONS", "/v1/sessions", preflight("null"))
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    plain = await ask(every, "GET", "/health", {})
    assert not [name for name in plain.headers if name.startswith("access-control-")]


@sqlite
async def test_preflights_take_nothing_from_those_without_a_session(settings: Settings) -> None:
    """A browser can't send a token with a preflight: counted, a phone with the app would lock its own network out."""
    listed = settings.model_copy(update={"web_origins": APP, "rate_anonymous": "3/minute"})
    async with running(listed) as app, http_client(app) as http:
        for _ in range(20):
            assert (await http.options("/v1/journals", headers=preflight(APP))).status_code == 204
        assert [(await http.get("/health")).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert (await http.options("/v1/journals", headers=preflight(APP))).status_code == 204
        assert (await http.options("/v1/journals", headers=preflight(OTHER))).status_code == 429


@sqlite
async def test_an_options_request_that_is_no_preflight_counts_like_any_other(settings: Settings) -> None:
    listed = settings.model_copy(update={"web_origins": APP})
    answer = await ask(listed, "OPTIONS", "/v1/journals", {"origin": APP})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (405, APP)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("*", "*"),
        (" https://App.example/ ,http://localhost:8332", "https://app.example, http://localhost:8332"),
    ],
)
def test_origins_are_kept_as_a_browser_spells_them(tmp_path: Path, given: str, kept: str) -> None:
    assert Settings(data=tmp_path, web_origins=given).web_origins == kept


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("app.example", "app.example"),
        ("https://one.example, https://two.example/path", "https://two.example/path"),
        ("*, https://one.example", "*"),
        ("https://one.example https://two.example", "https://one.example https://two.example"),
        ("https://*.example", "https://*.example"),
    ],
)
def test_what_is_no_origin_is_named_and_refused_with_an_example(tmp_path: Path, given: str, wrong: str) -> None:
    with pytest.raises(ValidationError, match=rf"'{re.escape(wrong)}' is no origin; .*https://app\.example"):
        Settings(data=tmp_path, web_origins=given)
