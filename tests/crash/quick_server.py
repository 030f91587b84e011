"""A real server process that is up in a moment: it begins as a copy of this one, which has the program loaded.

A round of killing takes a tenth of a second then, and not the seconds in which Python loads a thousand modules. The
copy of this process waits beside; on demand it makes a copy of itself, and that one serves until somebody kills it.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from app.commands.main import end, main
from app.main import create_app
from app.settings import Settings

START_SECONDS = 120  # on a machine that is busy with other things


class QuickServer:
    """`with QuickServer(folder, settings) as server`, then `start` and `kill` as often as you like; `server.origin`.

    Its database must be migrated. Use it before threads or an event loop run: a copy of a process has one thread.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], environment: Mapping[str, str] | None = None) -> None:
        self.log = folder / "server.log"
        self.origin = ""
        self.pid = 0
        self._settings = {"data": str(folder), "port": "0", "log_format": "json", **settings}
        self._environment = dict(environment or {})

    def __enter__(self) -> Self:
        asked, self._ask = os.pipe()
        self._told, tell = os.pipe()
        self._waiting = os.fork()
        if self._waiting == 0:
            os.close(self._ask)
            os.close(self._told)
            try:
                _wait(asked, tell, self.log, self._variables())
            finally:
                os._exit(70)  # whatever happens, no second test run goes on from here
        os.close(asked)
        os.close(tell)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.pid:
            self.kill()
        os.close(self._ask)
        os.close(self._told)
        os.waitpid(self._waiting, 0)

    def start(self) -> float:
        """Serve, after a kill at the same address again; the seconds until it says that it is healthy."""
        began = time.monotonic()
        port = self.origin.rsplit(":", 1)[1] if self.origin else "0"
        os.write(self._ask, f"serve {port}\n".encode())
        pid, self.origin = self._line().split()
        self.pid = int(pid)
        if not self.origin.startswith("http"):
            self.pid = 0
            raise RuntimeError(f"The server didn't start: {self.log.read_text(errors='replace')[-2000:]}")
        self.wait_until_healthy()
        return time.monotonic() - began

    def wait_until_healthy(self) -> None:
        """Return as soon as it answers that it can read its database."""
        end = time.monotonic() + START_SECONDS
        while self._health() != 200:
            assert time.monotonic() < end
            time.sleep(0.01)

    def _health(self) -> int:
        asking = http.client.HTTPConnection(self.origin.removeprefix("http://"), timeout=START_SECONDS)
        try:
            asking.request("GET", "/health")
            return asking.getresponse().status
        finally:
            asking.close()

    def kill(self, number: int = signal.SIGKILL) -> str:
        """End it by this signal; how it ended."""
        os.kill(self.pid, number)
        os.write(self._ask, b"wait\n")
        self.pid = 0
        return self._line()

    def _line(self) -> str:
        data = b""
        while not data.endswith(b"\n"):
            more = os.read(self._told, 1024)
            assert more, self.log.read_text(errors="replace")[-2000:]
            data += more
        return data.decode().strip()

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DUOLOG_")}
        return kept | self._environment | {f"DUOLOG_{name.upper()}": value for name, value in self._settings.items()}


def _wait(asked: int, tell: int, log: Path, variables: Mapping[str, str]) -> None:
    """The copy that waits beside: it starts servers and says how they ended, until nobody asks any more."""
    os.environ.clear()
    os.environ.update(variables)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    create_app(Settings())  # what is made once for each process is made now
    pid = 0
    with os.fdopen(asked) as lines, os.fdopen(tell, "w") as said:
        for line in lines:
            if line.startswith("serve"):
                pid, origin = _serve(line.split()[1], log, (lines.fileno(), said.fileno()))
                said.write(f"{pid} {origin}\n")
            else:
                said.write(f"{os.waitpid(pid, 0)[1]}\n")
                pid = 0
            said.flush()
    if pid:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _serve(port: str, log: Path, ours: tuple[int, int]) -> tuple[int, str]:
    """Start a server; its process, and where it serves."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        for descriptor in (out, *ours):
            os.close(descriptor)
        errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(into, 1)
        os.dup2(errors, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 - until it ends
        os.environ["DUOLOG_PORT"] = port
        end(main(["serve"]))
    os.close(into)
    with os.fdopen(out) as lines:
        said = next((line for line in lines if " serves at " in line), "")
        # Nobody reads further: the server says nothing more there.
    return pid, said.split(" serves at ")[1].split()[0] if said else "nowhere"
