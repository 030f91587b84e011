"""Two people who build the same sources get the same wheel and the same source archive, to the byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.webapp import finish

ROOT = Path(__file__).resolve().parents[2]
SOURCES: tuple[str, ...] = (
    "duolog",
    "vectors",
    "tools/__init__.py",
    "tools/wheel.py",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
)
SOURCES += ("pyproject.toml", ".gitignore")
ONE: dict[str, str | int] = {
    "umask": 0o000,
    "TZ": "Pacific/Kiritimati",
    "SOURCE_DATE_EPOCH": "1",
    "PYTHONHASHSEED": "1",
    "LC_ALL": "C",
}
OTHER: dict[str, str | int] = {"umask": 0o077, "TZ": "America/Adak", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"}
BUILD_WHEEL = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"


def checkout(folder: Path, *, backwards: bool, mtime: int, mask: int) -> Path:
    """The sources as another person has them: in another order on the disk, with other times and rights."""
    paths = sorted(
        path
        for name in SOURCES
        for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
        if path.is_file() and not {"__pycache__", "node_modules"} & set(path.parts)
    )
    for path in reversed(paths) if backwards else paths:
        there = folder / path.relative_to(ROOT)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, there)
        there.chmod(0o666 & ~mask)
        os.utime(there, (mtime, mtime))
    return folder


def built_by(folder: Path, settings: dict[str, str | int]) -> dict[str, bytes]:
    """The archives that `python -m tools.wheel` leaves, by their names."""
    environment = {"PATH": "/usr/bin:/bin", **{name: str(value) for name, value in settings.items() if name != "umask"}}
    mask = int(settings["umask"])
    command = [sys.executable, "-B", "-m", "tools.wheel"]
    subprocess.run(command, cwd=folder, env=environment, umask=mask, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in (folder / "dist").iterdir()}


@pytest.mark.slow
def test_two_people_at_different_times_and_places_get_the_same_bytes(tmp_path: Path) -> None:
    one = checkout(tmp_path / "one", backwards=False, mtime=1_000_000_000, mask=0o000)
    other = checkout(tmp_path / "elsewhere" / "other", backwards=True, mtime=1_700_000_000, mask=0o077)
    first, second = built_by(one, ONE), built_by(other, OTHER)
    assert len(first) == 2
    assert first == second


@pytest.mark.slow
def test_both_archives_take_the_app_along_where_it_was_built(tmp_path: Path) -> None:
    place = checkout(tmp_path / "one", backwards=False, mtime=1_000_000_000, mask=0o022)
    shutil.rmtree(place / "duolog" / "webapp_build", ignore_errors=True)
    built_by(place, OTHER)
    without = [name for path in (place / "dist").glob("*.whl") for name in zipfile.ZipFile(path).namelist()]
    finish(place / "duolog" / "webapp_build")
    built_by(place, OTHER)
    (wheel,) = (place / "dist").glob("*.whl")
    (source,) = (place / "dist").glob("*.tar.gz")
    taken = {f"duolog/webapp_build/{name}" for name in ("index.html", "sw.js", "sw.js.br", "SHA256SUMS")}
    assert not taken & set(without)
    assert taken < set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(source) as archive:
        assert taken < {name.partition("/")[2] for name in archive.getnames()}


@pytest.mark.slow
def test_the_wheel_of_the_source_archive_is_the_wheel(tmp_path: Path) -> None:
    place = checkout(tmp_path / "one", backwards=False, mtime=1_000_000_000, mask=0o022)
    archives = built_by(place, OTHER)
    (source,) = (place / "dist").glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    command = [sys.executable, "-B", "-c", BUILD_WHEEL, str(tmp_path)]
    name = subprocess.check_output(command, cwd=unpacked, text=True).strip().splitlines()[-1]
    assert (tmp_path / name).read_bytes() == archives[name]
