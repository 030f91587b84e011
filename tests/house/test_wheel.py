"""The wheel holds the client alone and works without the server's libraries."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

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
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    name = subprocess.check_output([sys.executable, "-c", build, str(folder)], cwd=ROOT, text=True).split()[-1]
    return folder / name


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
    assert UV.exists(), "run it by `make wheel`"
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
