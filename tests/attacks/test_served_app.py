"""Attacks on the app for browsers: by the server that hands it out, and by others who reach it or `duolog app`."""

import gzip
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from anyio import to_thread

from app.commands.checks import require_web
from app.commands.trouble import Trouble
from app.settings import Settings
from duolog.client.server.web_files import Compared, compare_web
from duolog.webapp import read_build
from tests.app.people import code
from tests.cli.test_webapp import ask, serving
from tests.conftest import http_client, running
from tests.webapp import Bridge, finish

SCRIPT = "/app/assets/main-abc.js"
EVIL = b"fetch('https://elsewhere.example')"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = finish(tmp_path / "webapp_build")
    monkeypatch.setattr("duolog.webapp.FOLDER", folder)
    return folder


@pytest.fixture
def on(attacked_settings: Settings, built: Path) -> Settings:
    return attacked_settings.model_copy(update={"web": "on"})


async def compared(settings: Settings, lies: Callable[[httpx2.Request, bytes], bytes]) -> Compared:
    build = read_build()
    assert build is not None
    async with running(settings) as app:
        bridge = Bridge(app, lies)
        return await to_thread.run_sync(lambda: compare_web(build, settings.public_origin, network=bridge))


async def test_server_hands_out_another_script_and_the_verifier_names_it(on: Settings) -> None:
    def lies(request: httpx2.Request, data: bytes) -> bytes:
        return EVIL if request.url.path == SCRIPT else data

    found = await compared(on, lies)
    assert {one.address for one in found.differences} == {SCRIPT}


async def test_server_hands_out_another_script_to_browsers_alone(on: Settings) -> None:
    """Whoever asks without compression gets the true file."""

    def lies(request: httpx2.Request, data: bytes) -> bytes:
        browser = "br" in request.headers["accept-encoding"]
        return gzip.compress(EVIL) if browser and request.url.path == SCRIPT else data

    found = await compared(on, lies)
    assert {one.address for one in found.differences} == {SCRIPT}


async def test_server_hands_out_an_app_file_that_unfolds_without_end(on: Settings) -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024), compresslevel=1)

    def lies(request: httpx2.Request, data: bytes) -> bytes:
        return bomb if request.url.path == SCRIPT else data

    found = await compared(on, lies)
    assert {one.address for one in found.differences} == {SCRIPT}


async def test_anybody_asks_the_app_for_files_outside_its_build(on: Settings, built: Path) -> None:
    (built.parent / "receipt.key").write_text("secret")
    names = ("../receipt.key", "..%2freceipt.key", "%2e%2e/receipt.key", "/etc/passwd", "..%5creceipt.key", "%00")
    async with running(on) as app, http_client(app) as http:
        for name in names:
            assert code(await http.get(f"/app/{name}")) == (404, "not_found")


async def test_a_flood_for_files_of_the_app_leaves_log_ins_alone(on: Settings) -> None:
    few = on.model_copy(update={"rate_web": "3/minute", "rate_anonymous": "3/minute"})
    async with running(few) as app, http_client(app) as http:
        assert [(await http.get(SCRIPT)).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        assert (await http.get("/.well-known/duolog")).status_code == 200


def test_a_file_of_the_app_is_changed_on_the_servers_disk(on: Settings, built: Path) -> None:
    (built / "assets/main-abc.js").write_bytes(EVIL)
    with pytest.raises(Trouble, match="make web-build"):
        require_web(on)


def test_page_of_another_name_reads_nothing_of_duolog_app(built: Path) -> None:
    """Its owner lets that name lead to this computer, so that a browser takes both for one origin."""
    with serving(built, "https://journal.example") as server:
        for host in ("evil.example", "evil.example:8332", "localhost", "127.0.0.1", ""):
            answer, data = ask(server, "/app/server.json", Host=host)
            assert (answer.status, b"journal.example" in data) == (421, False)
        assert ask(server, "/app/")[0].status == 200
