"""The command that a server hands out: the very wheel, under one name, and a page that checks what arrives."""

import hashlib
import html
import re
from pathlib import Path

import httpx2
import pytest

from app.settings import Settings
from tests.conftest import http_client, running

NAME = "duolog-0.1.0-py3-none-any.whl"
DATA = b"a wheel, as far as the server looks at it"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(DATA)
    return path


async def test_each_line_names_the_wheel_and_its_digest_at_this_server(settings: Settings, wheel: Path) -> None:
    async with running(settings.model_copy(update={"wheel": wheel})) as app, http_client(app) as http:
        text = (await http.get("/install")).text
        assert text.count("<h2>") >= 4
        address, digest = f"{settings.public_origin}/install/{NAME}", hashlib.sha256(DATA).hexdigest()
        lines = re.findall(r"<pre>([^<]* [^<]*)</pre>", html.unescape(text))
        assert len(lines) == text.count("<h2>")
        assert all(f"'{address}" in line and digest in line for line in lines)
        fetched = await http.get(httpx2.URL(address).path)
        assert fetched.content == DATA
        assert digest in re.findall(r"<pre>(\w+)</pre>", text)
        assert "pypi" not in text.lower()


@pytest.mark.parametrize("name", ["duolog-0.1.0.tar.gz", "..%2f..%2freceipt.key", "receipt.key", f"{NAME}%00"])
async def test_no_other_file_is_handed_out(settings: Settings, wheel: Path, name: str) -> None:
    (wheel.parent / "receipt.key").write_text("secret")
    async with running(settings.model_copy(update={"wheel": wheel})) as app, http_client(app) as http:
        assert (await http.get(f"/install/{name}")).status_code == 404


async def test_a_server_without_a_wheel_says_who_can_help(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.wheel._BUILT", tmp_path / "none.whl")
    async with running(settings) as app, http_client(app) as http:
        page = await http.get("/install")
        assert page.status_code == 200
        assert "Ask whoever runs it" in page.text
        assert (await http.get(f"/install/{NAME}")).status_code == 404
