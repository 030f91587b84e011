"""Ceph on this machine, for slow tests: a monitor, an OSD that keeps everything in memory, and the S3 gateway.

Everything lies in one temporary folder, listens on 127.0.0.1 alone, and ends with the tests. Nothing of a Ceph that
the machine may run besides is read or touched.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2

PROGRAMS = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
MISSING = "Ceph is missing: on Debian, apt install --no-install-recommends ceph-mon ceph-osd radosgw"
PATIENCE = 60  # seconds for each step of the start
CONFIGURATION = """
[global]
fsid = {fsid}
mon host = {monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
keyring = {folder}/keyring
run dir = {folder}
crash dir = {folder}/crash
mon data = {folder}/mon
osd data = {folder}/osd
rgw data = {folder}/rgw
log file = {folder}/$name.log
mon cluster log file = {folder}/cluster.log
admin socket =
pid file =
osd objectstore = memstore
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
rgw frontends = beast endpoint={gateway}
"""


class Gateway:
    """A cluster of one machine and its S3 gateway. `address`: where S3 is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._daemons = dict[str, subprocess.Popen[bytes]]()
        gateway, monitor = _free_port(), _free_port()
        self.address = f"http://127.0.0.1:{gateway}"
        self._monitor = f"[v2:127.0.0.1:{monitor}]"
        self._fsid = str(uuid.uuid4())
        values = {"fsid": self._fsid, "monitor": self._monitor, "gateway": f"127.0.0.1:{gateway}", "folder": folder}
        (folder / "ceph.conf").write_text(CONFIGURATION.format(**values))

    def start(self) -> None:
        """Make the cluster and start all of it."""
        for name in ("mon", "osd", "rgw", "crash"):
            (self._folder / name).mkdir()
        keyring, monmap = self._folder / "keyring", self._folder / "monmap"
        self._run("ceph-authtool", "--create-keyring", keyring)
        for name in ("mon.", "client.admin", "osd.0"):
            rights = ("--cap", "mon", "allow *", "--cap", "osd", "allow *")
            self._run("ceph-authtool", keyring, "--gen-key", "-n", name, *rights)
        self._run("monmaptool", "--create", "--fsid", self._fsid, "--addv", "a", self._monitor, monmap)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring)
        self._start("ceph-mon", "-i", "a")
        osd = str(uuid.uuid4())
        self.ceph("osd", "new", osd)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._start("ceph-osd", "-i", "0")
        _wait(lambda: "1 up" in self.ceph("osd", "stat"), "the OSD")

    def start_s3(self) -> None:
        """Start the gateway, and wait until it answers."""
        self._start("radosgw", "-n", "client.admin")
        _wait(self._answers, "the gateway")

    def stop_s3(self) -> None:
        """End the gateway. It takes leave of the cluster, which would wait for it at each change of a user."""
        self._daemons["radosgw"].terminate()
        self._daemons.pop("radosgw").wait(PATIENCE)

    def stop(self) -> None:
        """Kill every daemon."""
        for daemon in reversed(self._daemons.values()):
            daemon.kill()
            daemon.wait()

    def ceph(self, *arguments: str) -> str:
        """What a command of `ceph` prints."""
        return self._run("ceph", "--connect-timeout", str(PATIENCE), *arguments)

    def add_user(self, name: str, secret: str) -> None:
        """Let a user in whose name is the access key id, too."""
        keys = "--access-key", name, "--secret-key", secret
        self._admin("user", "create", "--uid", name, "--display-name", name, *keys)

    def bound_user(self, name: str, size: int) -> None:
        """Give a user a quota of so many bytes."""
        self._admin("quota", "set", "--quota-scope", "user", "--uid", name, "--max-size", str(size))
        self._admin("quota", "enable", "--quota-scope", "user", "--uid", name)

    def bound_cluster(self, ratio: float) -> None:
        """Let the cluster count as full from this share of its room on."""
        bounds = ("full", "backfillfull", "nearfull")
        for bound in bounds if ratio > 0.5 else reversed(bounds):
            self.ceph("osd", f"set-{bound}-ratio", str(ratio))
        full = ratio <= 0.5
        _wait(lambda: ("full" in self.ceph("osd", "dump").split("osd.0", 1)[1]) == full, "the cluster's bound")

    def _admin(self, *arguments: str) -> None:
        self._run("radosgw-admin", *arguments)

    def _answers(self) -> bool:
        with contextlib.suppress(httpx2.TransportError):
            return httpx2.get(self.address).status_code == 200
        return False

    def _run(self, *arguments: str | Path) -> str:
        """What a program prints. It must end well."""
        done = subprocess.run(
            arguments, env=self._environment(), cwd=self._folder, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def _start(self, *arguments: str) -> None:
        with (self._folder / f"{arguments[0]}.out").open("ab") as out:
            self._daemons[arguments[0]] = subprocess.Popen(
                [*arguments, "-f"], env=self._environment(), cwd=self._folder, stdout=out, stderr=out
            )

    def _environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("CEPH_")}
        return others | {"CEPH_CONF": str(self._folder / "ceph.conf")}


def missing() -> bool:
    """Whether a program of Ceph's isn't installed."""
    return not all(shutil.which(name) for name in PROGRAMS)


@contextlib.contextmanager
def running_gateway() -> Iterator[Gateway]:
    """Ceph, started, without a user."""
    folder = Path(tempfile.mkdtemp(prefix="duolog-ceph-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    gateway = Gateway(folder)
    try:
        gateway.start()
        gateway.start_s3()
        yield gateway
    finally:
        gateway.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, f"{what} did not come in {PATIENCE} seconds"
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(MISSING if missing() else 0)
