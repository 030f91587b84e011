"""`Talk`: one run of a client program that speaks the six verbs, a line of JSON each way."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HOME = "HOSTILE_HOME"
_LINE = 8 * 1024 * 1024  # bytes of the longest answer
_LEAVE = 5  # seconds to end after standard input was closed


class Crashed(Exception):
    """The program ended, or said something that is no JSON object."""


class Hung(Exception):
    """The program did not answer in time."""


class Talk:
    """A client program with a home of its own. `patience`: seconds for one verb."""

    def __init__(self, command: Sequence[str], home: Path, patience: float) -> None:
        self._command = command
        self.home = home
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> Path:
        """The file that holds the program's standard error."""
        return self.home.with_name(f"{self.home.name}.log")

    async def say(self, verb: str, **fields: Any) -> Mapping[str, Any]:
        """Send one verb; the answer. The program is started when it doesn't run. Raises: Crashed, Hung."""
        process = self._process or await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        line = json.dumps({"verb": verb, **fields}) + "\n"
        try:
            async with asyncio.timeout(self._patience):
                process.stdin.write(line.encode())
                await process.stdin.drain()
                answer = await process.stdout.readline()
        except TimeoutError:
            await self.stop(kill=True)
            raise Hung(f"`{verb}` took longer than {self._patience:.0f} seconds.") from None
        except (OSError, ValueError) as error:
            await self.stop(kill=True)
            raise Crashed(f"The program ended at `{verb}`. {self._last_words()}") from error
        try:
            value = json.loads(answer)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            await self.stop(kill=True)
            what = "ended" if not answer else "gave no JSON object"
            raise Crashed(f"The program {what} at `{verb}`. {self._last_words()}")
        return value

    async def stop(self, *, kill: bool = False) -> None:
        """Close its standard input and wait for its end; kill it when it doesn't end."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(0 if kill else _LEAVE):
                await process.wait()
        except TimeoutError:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):  # it ended, and the loop isn't told yet
                    os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, HOME: str(self.home)},
                limit=_LINE,
                start_new_session=True,
            )
        return self._process

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").split("\n") if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")[:200]
