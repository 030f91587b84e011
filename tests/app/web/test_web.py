"""The app for browsers: off by default; where it is on, the files of one build under strict headers, and no other."""

import asyncio
import base64
import hashlib
from pathlib import Path

import pytest
from anyio import to_thread

from app.logs import TOGETHER_SECONDS, configure_logs
from app.settings import Settings
from duolog.client.server.web_files import compare_web
from duolog.webapp import HEADERS, read_build
from tests.app.people import code
from tests.conftest import http_client, running
from tests.webapp import FILES, IMPORT_MAP, Bridge

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SCRIPT, WORKER = "/app/assets/main-abc.js", "/app/sw.js"
PLAIN = {"accept-encoding": "identity"}


@pytest.fixture
def on(settings: Settings, built: Path) -> Settings:
    return settings.model_copy(update={"web": "on"})


async def test_it_is_off_until_the_operator_turns_it_on(settings: Settings, built: Path) -> None:
    assert settings.web == "off"
    async with running(settings) as app, http_client(app) as http:
        for path in ("/app", "/app/", "/app/index.html", WORKER, SCRIPT, "/app/SHA256SUMS"):
            for method in ("GET", "HEAD"):
                assert (await http.request(method, path)).status_code == 404, (method, path)
        join = await http.get("/join")
        assert "duolog register" in join.text
        assert "script" not in join.headers["content-security-policy"]
        assert "/app" not in (await http.get("/")).text


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/index.html", "/join", "/app/?a=b"])
async def test_the_page_is_at_the_apps_addresses_and_behind_invitations(on: Settings, path: str) -> None:
    async with running(on) as app, http_client(app) as http:
        page = await http.get(path, headers=PLAIN)
        assert (page.status_code, page.content) == (200, FILES["index.html"])
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-cache"
        head = await http.head(path, headers=PLAIN)
        assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(page.headers))


async def test_every_answer_has_the_strict_headers(on: Settings) -> None:
    allowed = base64.b64encode(hashlib.sha256(IMPORT_MAP).digest()).decode()
    async with running(on) as app, http_client(app) as http:
        for path in ("/app/", "/join", SCRIPT, WORKER, "/app/icon.svg", "/app/SHA256SUMS"):
            headers = (await http.get(path)).headers
            policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
            assert policy == {
                "default-src": "'none'",
                "script-src": f"'self' 'wasm-unsafe-eval' 'sha256-{allowed}'",
                "style-src": "'self'",
                "img-src": "'self' blob:",
                "connect-src": "'self'",
                "worker-src": "'self'",
                "manifest-src": "'self'",
                "base-uri": "'none'",
                "form-action": "'none'",
                "frame-ancestors": "'none'",
                "require-trusted-types-for": "'script'",
                "trusted-types": "duolog",
            }
            assert {name: headers[name] for name in HEADERS} == HEADERS
            assert "camera=(self)" in headers["permissions-policy"]
            assert "geolocation=()" in headers["permissions-policy"]
            assert headers.get("service-worker-allowed") == ("/" if path == WORKER else None)


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, GZIP;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
        ("gzip;q=0.000", None),
        ("*", None),
        ("x" * 5000, None),
    ],
)
async def test_the_form_is_one_that_the_browser_takes(
    on: Settings, built: Path, accepts: str, coding: str | None
) -> None:
    async with running(on) as app, http_client(app) as http:
        answer = await http.get(SCRIPT, headers={"accept-encoding": accepts})
    sent = (built / f"assets/main-abc.js{ {'br': '.br', 'gzip': '.gz', None: ''}[coding] }").read_bytes()
    assert answer.content == (sent if coding == "br" else FILES["assets/main-abc.js"])  # nothing here unpacks Brotli
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_named_files_are_kept_for_a_year_and_the_others_asked_for_again(on: Settings) -> None:
    async with running(on) as app, http_client(app) as http:
        assert (await http.get(SCRIPT)).headers["cache-control"] == "public, max-age=31536000, immutable"
        for path in ("/app/", "/join", WORKER, "/app/icon.svg", "/app/manifest.webmanifest"):
            first = await http.get(path, headers=PLAIN)
            assert first.headers["cache-control"] == "no-cache"
            again = await http.get(path, headers={**PLAIN, "if-none-match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
            other = await http.get(path, headers={**PLAIN, "if-none-match": '"another"'})
            assert other.content == first.content


@pytest.mark.parametrize(
    "name",
    [
        "none.js",
        "assets",
        "assets/",
        "../settings.py",
        "..%2fsettings.py",
        "%2e%2e/settings.py",
        "assets/%2e%2e/index.html",
        "sw.js.br",
        "index.html%00",
        "/etc/passwd",
        "INDEX.HTML",
        "assets//main-abc.js",
    ],
)
async def test_no_other_file_is_handed_out(on: Settings, built: Path, name: str) -> None:
    (built / "none.js").write_text("laid there after the sums were made")
    async with running(on) as app, http_client(app) as http:
        assert code(await http.get(f"/app/{name}")) == (404, "not_found")


async def test_a_file_that_changes_while_the_server_runs_changes_nothing(on: Settings, built: Path) -> None:
    async with running(on) as app, http_client(app) as http:
        (built / "index.html").write_text("something else")
        assert (await http.get("/app/", headers=PLAIN)).content == FILES["index.html"]


async def test_nothing_but_reading_is_taken(on: Settings) -> None:
    async with running(on) as app, http_client(app) as http:
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert code(await http.request(method, "/app/")) == (405, "method_not_allowed")


async def test_files_have_a_rate_of_their_own(on: Settings) -> None:
    """A first visit asks for twenty files; then the app asks the server for all that it needs to log in."""
    few = on.model_copy(update={"rate_anonymous": "2/minute", "rate_web": "20/minute"})
    async with running(few) as app, http_client(app) as http:
        assert [(await http.get(SCRIPT)).status_code for _ in range(20)] == [200] * 20
        refused = await http.get("/app/none.js", headers={"authorization": "Bearer x"})
        assert code(refused) == (429, "slow_down")
        assert [(await http.get("/health")).status_code for _ in range(3)] == [200, 200, 429]


async def test_logs_name_the_route_alone(on: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(on)
    async with running(on) as app, http_client(app) as http:
        await http.get("/app/who-has-a-secret?token=abc")
        await http.get("/join?from=ada")
        await asyncio.sleep(2 * TOGETHER_SECONDS)
    said = capsys.readouterr().err
    assert "/app/{name:path}" in said
    assert not {word for word in ("secret", "abc", "ada") if word in said}


async def test_the_first_page_leads_to_the_app(on: Settings) -> None:
    async with running(on) as app, http_client(app) as http:
        assert 'href="/app/"' in (await http.get("/")).text


async def test_the_verifier_finds_the_whole_app_equal(on: Settings, built: Path) -> None:
    build = read_build(built)
    assert build is not None
    async with running(on) as app:
        compared = await to_thread.run_sync(lambda: compare_web(build, on.public_origin, network=Bridge(app)))
    assert (compared.asked, compared.has_app, compared.differences) == (10, True, ())
