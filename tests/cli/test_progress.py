"""What a command counts while it works."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from duolog.cli.screen import Screen
from tests.cli.transcript import run
from tools.local_server import LocalServer


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the screen tells at a terminal, as it would show it."""
    shown = list[str]()

    @contextmanager
    def busy(_: Screen, what: str) -> Iterator[Callable[..., None]]:
        def tell(done: int, total: int, words: Callable[[int], str] = str) -> None:
            shown.append(f"{what}: {words(done)} of {words(total)}")

        yield tell

    monkeypatch.setattr(Screen, "busy", busy)
    return shown


@pytest.fixture
def home(server: LocalServer, tmp_path: Path) -> Path:
    """A home with an empty journal; its words are beside it."""
    made = run(tmp_path / "ada", ["register", "--server", server.origin, "--no-confirm", "--json"])
    (tmp_path / "words").write_text(" ".join(json.loads(made.out)["words"]) + "\n")
    assert run(tmp_path / "ada", ["journal", "create"]).exit_code == 0
    return tmp_path / "ada"


def test_the_first_sync_after_restoring_counts_what_comes(
    server: LocalServer, home: Path, tmp_path: Path, counted: list[str]
) -> None:
    back = run(tmp_path / "again", ["restore", "--server", server.origin], (tmp_path / "words").read_text())
    assert back.exit_code == 0, back.text
    assert "Asking the server for news: 1 of 1" in counted
