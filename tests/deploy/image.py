"""The image without an engine: its script builds what .dockerignore lets through, and runs shut off as in compose."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "deploy" / "image"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
USER = 10001  # the Dockerfile's
KEPT = ("PIP_CERT", "PIP_CONFIG_FILE", "PIP_FIND_LINKS", "PIP_INDEX_URL", "https_proxy", "HTTPS_PROXY")

# The file system is read-only but for one folder, and the checkout and root's own files are out of sight.
SHUT_OFF = """
mount --make-rprivate /
mount --bind {data} {data}
mount -t tmpfs -o ro tmpfs {root}
mount -t tmpfs -o ro tmpfs /root
mount -o remount,bind,ro /
cd /
exec setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all {command}
"""


def listed() -> list[str]:
    """The patterns that .dockerignore lets through."""
    return re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)


def files_of_the_script() -> list[str]:
    """The server's files and folders, as the script names them."""
    found = re.search(r'^files="(.*?)"', (SCRIPTS / "build").read_text(), re.DOTALL | re.MULTILINE)
    assert found
    return found[1].split()


def send_to_the_builder(target: Path, patterns: Sequence[str]) -> None:
    """Copy what the patterns name, as `COPY . /source` does."""
    for pattern in patterns:
        for path in ROOT.glob(pattern):
            there = target / path.relative_to(ROOT)
            there.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, there, ignore=shutil.ignore_patterns("__pycache__", "*.py[cod]"))
            else:
                shutil.copy2(path, there)


def clean_environment(**more: str) -> dict[str, str]:
    """Nothing but the system's programs and the way to the libraries."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return kept | {"PATH": PATH, "LC_ALL": "C.UTF-8", **more}


def shut_off(folder: Path, *command: str, **environment: str) -> subprocess.Popen[str]:
    """Run a command of the image in `folder` as its user; it may write to `folder/data` alone."""
    script = SHUT_OFF.format(data=folder / "data", root=ROOT, user=USER, command=shlex.join(command))
    return subprocess.Popen(
        ["unshare", "--mount", "sh", "-euc", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": PATH, "DUOLOG_DATA": str(folder / "data"), **environment},
    )
