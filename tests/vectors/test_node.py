"""The primitives' vectors hold in the libraries of a browser client too."""

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = Path(__file__).resolve().parents[2] / "vectors" / "node"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(not (NODE / "node_modules").exists(), reason="run `make vectors-node` once to fetch the libraries")
def test_javascript_libraries_agree() -> None:
    done = subprocess.run(["node", "check.mjs"], cwd=NODE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "vectors hold" in done.stdout


def test_the_lock_names_no_registry() -> None:
    lock = (NODE / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity": "sha512-') >= 8
