"""A real server process on a free port of this machine, for the demo and for tests of the command."""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 120  # on a machine that is busy with other things
STOP_SECONDS = 10
ROOT = Path(__file__).parent.parent


class LocalServer:
    """`with LocalServer(folder) as server: server.origin`. Its database, receipt key and log are in the folder.

    `database` is a migrated PostgreSQL's address, or empty for SQLite in the folder. `template` is a migrated SQLite
    file, or empty: its copy saves the process that migrates. `settings` are further ones.
    """

    def __init__(self, folder: Path, *, database: str = "", template: Path | str = "", **settings: str) -> None:
        self.folder = folder
        self.log = folder / "server.log"
        self.origin = ""
        self._settings = {"data": str(folder), "port": "0", "log_format": "json", **settings}
        if database:
            self._settings["database"] = database
        self._template = template
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._template:
            shutil.copyfile(self._template, self.folder / "duolog.db")
        else:
            with self.log.open("ab") as log:
                subprocess.run(self._command("migrate"), env=self._environment(), stdout=log, stderr=log, check=True)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Serve; after a stop, at the same address again."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command("serve"), env=self._environment(), stdout=subprocess.PIPE, stderr=log, text=True
            )
        # A server that never comes up is ended, so that reading its output ends too.
        timer = threading.Timer(START_SECONDS, self._process.kill)
        timer.start()
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if found := re.search(r"https?://\S+", line):
                self.origin = found.group()
                self._settings["port"] = self.origin.rsplit(":", 1)[1]
                timer.cancel()
                break
        else:
            timer.cancel()
            raise RuntimeError("The server didn't start:\n" + "".join(said) + self.log.read_text(errors="replace"))

    def command(self, name: str, *arguments: str) -> str:
        """Run another command of the server with these settings; what it printed."""
        command = [*self._command(name), *arguments]
        return subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=True).stdout

    def signal(self, number: int) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait until it has ended by itself; its exit code."""
        assert self._process is not None
        return self._process.wait(STOP_SECONDS)

    def stop(self, *, kill: bool = False) -> None:
        """End it; `kill` without a chance to finish."""
        if self._process is None:
            return
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def _command(self, name: str) -> list[str]:
        return [sys.executable, "-m", "app", name]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DUOLOG_")}
        kept["PYTHONPATH"] = str(ROOT)
        return kept | {f"DUOLOG_{name.upper()}": value for name, value in self._settings.items()}
