"""The image holds what the server runs and nothing else, and its script works where there is no checkout.

The whole script runs in `make image-test`, in a clean environment, and what it made then serves as another user.
"""

import hashlib
import os
import re
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.deploy.image import (
    ROOT,
    SCRIPTS,
    USER,
    clean_environment,
    files_of_the_script,
    listed,
    send_to_the_builder,
    shut_off,
)
from tools.wheel import build

DOCKERFILE = (ROOT / "Dockerfile").read_text()
IMPORT = re.compile(r"^\s*(?:from|import) (app|duolog|migrations)(?:\.(\w+))?(?: import (\w+))?", re.MULTILINE)


def test_all_that_the_server_imports_is_in_the_image_and_the_rooms_with_secrets_are_not() -> None:
    sent = [ROOT / name for name in files_of_the_script()]
    sources = [path for place in sent for path in ([place] if place.suffix == ".py" else place.rglob("*.py"))]
    assert len(sources) > 150
    for path in sources:
        for package, room, name in IMPORT.findall(path.read_text()):
            places = [ROOT / package, *(ROOT / package / (part + end) for part in (room, name) for end in ("", ".py"))]
            there = next(place for place in reversed(places) if place.exists())
            assert any(there.is_relative_to(place) for place in sent) or there == ROOT / "duolog", f"{path}: {there}"
    rooms = {name.removeprefix("duolog/") for name in files_of_the_script() if name.startswith("duolog/")}
    assert rooms == {"__init__.py", "api", "errors.py", "protocol", "webapp.py"}


def test_the_builder_gets_what_its_script_reads() -> None:
    assert {*listed()} == {
        *files_of_the_script(),
        "dist/duolog-*-py3-none-any.whl",
        "requirements/server.lock",
        "deploy/image",
        "duolog/webapp_build",
    }


def test_the_dockerfile_runs_the_script_and_the_image_its_entrypoint() -> None:
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith(("#", " "))]
    assert [line for line in lines if line.startswith("RUN")] == [
        "RUN /source/deploy/image/build /opt/duolog",
        f"RUN install -d -o {USER} -g {USER} -m 0700 /data /data/attachments",
    ]
    assert [line for line in lines if line.startswith(("FROM", "ARG"))] == [
        "ARG PYTHON_IMAGE",
        "FROM ${PYTHON_IMAGE} AS built",
        "FROM ${PYTHON_IMAGE}",
    ]
    assert f"USER {USER}:{USER}" in lines
    assert 'ENTRYPOINT ["/opt/duolog/entrypoint"]' in lines
    assert lines[-2].endswith('CMD ["/opt/duolog/healthy"]')
    assert not re.search(r"^# *syntax", DOCKERFILE), "it would fetch a builder by a tag"


@pytest.mark.parametrize("name", ["build", "entrypoint", "healthy"])
def test_each_script_can_be_run_and_read_by_a_plain_shell(name: str) -> None:
    script = SCRIPTS / name
    assert script.stat().st_mode & 0o111
    assert script.read_text().startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_the_script_says_what_is_missing_and_overwrites_nothing(tmp_path: Path) -> None:
    send_to_the_builder(tmp_path / "source", ["deploy/image", "LICENSE"])
    script = str(tmp_path / "source" / "deploy" / "image" / "build")
    for target, said in ((tmp_path, "is there already"), (tmp_path / "new", "make wheel")):
        done = subprocess.run([script, str(target)], capture_output=True, text=True, check=False)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "new").exists()


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder with `image`, which the script made without the checkout, and an empty `data`."""
    folder = Path(tempfile.mkdtemp(prefix="duolog-image-"))
    try:
        build(ROOT / "dist")
        send_to_the_builder(folder / "source", listed())
        script = [str(folder / "source" / "deploy" / "image" / "build"), str(folder / "image")]
        subprocess.run(script, check=True, cwd="/", env=clean_environment(HOME=str(folder / "source")))
        shutil.rmtree(folder / "source")
        (folder / "data").mkdir(mode=0o700)
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
def test_the_script_needs_no_checkout_and_leaves_nothing_to_install_or_to_open_entries_with(made: Path) -> None:
    image = made / "image"
    assert {path.name for path in image.iterdir()} == {"environment", "server", "entrypoint", "healthy"}
    writable = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    assert not [path for path in image.rglob("*") if not path.is_symlink() and path.stat().st_mode & writable]
    names = ["app", "duolog.protocol", "psycopg", "pip", "setuptools", "duolog.seal", "duolog.client", "cryptography"]
    asked = (
        "import importlib.util, sys\n"
        "def there(name):\n    return importlib.util.find_spec(name) is not None\n"
        "print([name for name in sys.argv[1:] if there(name)])"
    )
    python = image / "environment" / "bin" / "python"
    found = subprocess.check_output([python, "-I", "-c", asked, *names], text=True, cwd="/")
    assert found.strip() == "['app', 'duolog.protocol', 'psycopg']"


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become the image's user behind a read-only root")
def test_it_serves_as_another_user_behind_a_read_only_root_without_the_checkout(made: Path) -> None:
    os.chown(made / "data", USER, USER)
    before = sorted((path, path.lstat().st_mtime_ns) for path in (made / "image").rglob("*"))
    entrypoint = str(made / "image" / "entrypoint")
    port = free_port()
    for said in ("was migrated", "is up to date"):
        server = shut_off(made, entrypoint, DUOLOG_PORT=port)
        try:
            assert said in line_of(server)
            assert f"http://127.0.0.1:{port}" in line_of(server)
            answers_and_hands_out_its_wheel(made, port)
            status = Path(f"/proc/{server.pid}/status").read_text()
            assert re.findall(r"^(?:Uid|Gid|NoNewPrivs|CapBnd):\s+(\w+)", status, re.MULTILINE) == [
                str(USER),
                str(USER),
                "0" * 16,
                "1",
            ]
        finally:
            server.terminate()
            rest, _ = server.communicate(timeout=60)
        assert server.returncode == 0, rest
        assert shut_off(made, str(made / "image" / "healthy"), DUOLOG_PORT=port).wait() == 1
    said, _ = shut_off(made, entrypoint, "invite-code").communicate()
    assert re.search(r"[\w-]{20,}", said), said
    assert sorted((path, path.lstat().st_mtime_ns) for path in (made / "image").rglob("*")) == before
    assert {path.stat().st_uid for path in (made / "data").iterdir()} == {USER}
    assert (made / "data" / "receipt.key").stat().st_mode & 0o077 == 0


def answers_and_hands_out_its_wheel(made: Path, port: str) -> None:
    assert shut_off(made, str(made / "image" / "healthy"), DUOLOG_PORT=port).wait() == 0
    (wheel,) = (made / "image" / "server" / "dist").iterdir()
    page = httpx2.get(f"http://127.0.0.1:{port}/install").text
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in page
    for path in ("/spec", "/schemas", "/docs", f"/install/{wheel.name}"):
        assert httpx2.get(f"http://127.0.0.1:{port}{path}").status_code == 200, path


def line_of(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    return server.stdout.readline()


def free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])
