"""The wheel holds the client alone and works without the server's libraries."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import httpx2
import pytest

from tools.local_server import LocalServer
from tools.wheel import build

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".tools" / "bin" / "uv"
SERVER = {
    "fastapi",
    "starlette",
    "uvicorn",
    "sqlalchemy",
    "alembic",
    "asyncpg",
    "psycopg",
    "structlog",
    "limits",
    "app",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built, _ = build(folder)
    return built


def test_the_same_sources_give_the_same_bytes(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/house/test_reproducible.py has two people at two places."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    again, archive = build(tmp_path)
    assert again.read_bytes() == wheel.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([again.name, archive.name])


def test_the_wheel_holds_only_the_duolog_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()
    assert {name.split("/")[0] for name in files} == {
        "duolog",
        wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }
    source = [*(ROOT / "duolog").rglob("*.py"), *(ROOT / "duolog").rglob("*.toml")]
    assert {file.relative_to(ROOT).as_posix() for file in source} <= set(files)
    assert "duolog/py.typed" in files


def test_the_wheel_asks_for_none_of_the_servers_libraries(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        path = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(path).decode())
    asked = {line.split(">")[0].split("[")[0].strip().lower() for line in metadata.get_all("Requires-Dist", [])}
    assert asked
    assert not asked & SERVER
    assert metadata.get_all("Provides-Extra") is None


@pytest.mark.slow
def test_the_wheel_works_in_an_environment_without_the_server(wheel: Path, tmp_path: Path) -> None:
    assert UV.exists(), "run it by `make try-wheel`"
    home = tmp_path / "venv"
    python = home / "bin" / "python"
    constraints = ROOT / "requirements" / "dev.lock"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, home], check=True)
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, "-c", constraints, wheel], check=True)
    script = (
        "import importlib.util, json, sys, duolog.client, duolog.cli.main\n"
        "present = [name for name in sys.argv[1:] if importlib.util.find_spec(name)]\n"
        "print(json.dumps([duolog.client.__file__, present]))\n"
    )
    done = subprocess.check_output([python, "-c", script, *sorted(SERVER)], cwd=tmp_path, text=True)
    place, present = json.loads(done)
    assert Path(place).is_relative_to(home)
    assert present == []
    told = subprocess.check_output([home / "bin" / "duolog", "--help"], cwd=tmp_path, text=True)
    assert "register" in told


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_the_line_of_the_servers_page_installs_the_command_and_checks_it(
    wheel: Path, tmp_path: Path, tool: str
) -> None:
    """As typed, but for the system's own tools, and for the libraries' versions, which a lock of this project fixes."""
    if tool == "uv" and shutil.which("curl") is None:
        pytest.skip("a bare Debian has no curl, which this line fetches the wheel with")
    tools = {name: str(tmp_path / "tools") for name in ("UV_TOOL_DIR", "PIPX_HOME")}
    bins = {name: str(tmp_path / "bin") for name in ("UV_TOOL_BIN_DIR", "PIPX_BIN_DIR")}
    lock = {name: str(ROOT / "requirements" / "dev.lock") for name in ("UV_CONSTRAINT", "PIP_CONSTRAINT")}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = {**kept, **tools, **bins, **lock, "PATH": f"{UV.parent}:{os.environ['PATH']}"}
    (tmp_path / "empty").mkdir()

    def type_line(line: str) -> int:
        return subprocess.run(line, shell=True, cwd=tmp_path / "empty", env=environment, check=False).returncode

    with LocalServer(tmp_path / "server", wheel=str(wheel)) as server:
        page = html.unescape(httpx2.get(f"{server.origin}/install").text)
        first = {"pipx": "sudo apt", "uv": "curl"}[tool]
        line = next(one for one in re.findall(r"<pre>([^<]*)</pre>", page) if one.startswith(first))
        line = line.removeprefix("sudo apt install -y pipx && ").replace("pipx install", "uv tool run pipx install")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        assert digest in line
        assert type_line(line.replace(digest, "0" * 64)) != 0
        assert not (tmp_path / "bin" / "duolog").exists()
        assert type_line(line) == 0
        reading, writing = os.pipe()
        os.write(writing, b"a passphrase of words\n")
        os.close(writing)
        asked = [str(tmp_path / "bin" / "duolog"), "register", "--server", server.origin]
        asked += ["--home", str(tmp_path / "home"), "--no-confirm", "--passphrase-fd", str(reading)]
        told = subprocess.run(asked, capture_output=True, pass_fds=[reading], env=environment, check=False)
        assert b"Your account is ready." in told.stdout, told.stderr
