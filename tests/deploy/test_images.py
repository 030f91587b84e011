"""Images are pinned by digest: a registry's answer is written down, and nothing starts without it."""

import re
from pathlib import Path

import pytest

from tools.pin_images import NAMES, NotPinned, check, pin, read_names

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's names in a folder of their own, where no program asks a registry."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    path = tmp_path / "images"
    path.write_text(NAMES.read_text())
    return path


def program(names: Path, name: str, script: str) -> None:
    path = names.parent / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("name", ["docker", "skopeo"])
def test_each_image_gets_the_digest_that_its_registry_tells(names: Path, name: str) -> None:
    program(names, name, f'echo "Name: $*" >> "{names.parent}/asked"\necho "Digest:    {DIGEST}"')
    with pytest.raises(NotPinned, match="make pin-images"):
        check(names)
    pinned = pin(names)
    check(names)
    assert pinned == read_names(names.with_suffix(".lock"))
    assert pinned["PYTHON_IMAGE"] == f"docker.io/library/python:3.13-slim@{DIGEST}"
    assert (names.parent / "asked").read_text().count("docker.io/library/") == len(pinned)


@pytest.mark.parametrize("script", ["exit 1", "echo 'Digest: sha256:short'", "echo no such manifest >&2; exit 1"])
def test_nothing_is_written_without_an_answer(names: Path, script: str) -> None:
    with pytest.raises(NotPinned, match="install docker with buildx, or skopeo"):
        pin(names)
    program(names, "docker", script)
    with pytest.raises(NotPinned, match="doesn't tell the digest of"):
        pin(names)
    assert not names.with_suffix(".lock").exists()


def test_a_docker_without_buildx_leaves_it_to_skopeo(names: Path) -> None:
    program(names, "docker", "echo unknown command: docker buildx >&2; exit 1")
    program(names, "skopeo", f'echo "Digest: {DIGEST}"')
    pin(names)
    check(names)


def test_a_name_that_has_changed_since_is_not_pinned(names: Path) -> None:
    program(names, "docker", f'echo "Digest: {DIGEST}"')
    pin(names)
    names.write_text(names.read_text().replace("python:3.13", "python:3.14"))
    with pytest.raises(NotPinned, match=re.escape("python:3.14-slim")):
        check(names)


def test_a_lock_in_the_tree_fits_the_names() -> None:
    if NAMES.with_suffix(".lock").exists():
        check()
