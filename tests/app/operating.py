"""An operator for the server's tests: the commands of `python -m app`, in this process."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.commands.main import main


@dataclass
class Operator:
    """Runs commands on one data folder. `out` and `err` are what the last one printed."""

    data: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    def run(self, *arguments: str, **settings: str) -> int:
        """Run one command; returns its exit code."""
        self.capsys.readouterr()
        with self.monkeypatch.context() as patch:
            for name, value in {"DUOLOG_DATA": str(self.data), **settings}.items():
                patch.setenv(name, value)
            code = main(arguments)
        self.out, self.err = self.capsys.readouterr()
        return code

    def refused(self, *arguments: str, **settings: str) -> str:
        """Run a command that ends with one sentence and exit code 2; returns the sentence."""
        code = self.run(*arguments, **settings)
        assert (code, self.err.count("\n")) == (2, 1), (code, self.out, self.err)
        return self.err.removeprefix("duolog: ").strip()

    def faults(self) -> list[str]:
        """Run an audit; returns the sentences of its faults."""
        code = self.run("audit", "--json")
        found: dict[str, Any] = json.loads(self.out)
        assert (code == 0) is found["ok"] is (found["faults"] == [])
        return [fault["fault"] for fault in found["faults"]]
