"""A real server process for all the tests of the command, and homes for the people in them."""

import ssl
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.cli.people import Person
from tools.local_server import LocalServer

RATES = dict.fromkeys(
    (
        "rate_anonymous",
        "rate_register",
        "rate_login",
        "rate_bad_token",
        "rate_session",
        "rate_carried",
        "rate_carried_network",
    ),
    "100000/minute",
)
certificates = cache(ssl.create_default_context)


@pytest.fixture(autouse=True)
def certificates_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authorities' certificates are read once in this process: that takes longer than most commands."""
    monkeypatch.setattr(ssl, "create_default_context", certificates)


@pytest.fixture(scope="session")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server process on SQLite, with rates that these tests don't reach. Each test has accounts of its own on it."""
    with LocalServer(tmp_path_factory.mktemp("server"), template=sqlite_template, **RATES) as running:
        yield running


@pytest.fixture
def elsewhere(sqlite_template: Path, tmp_path: Path) -> Iterator[LocalServer]:
    """Another server process, with the same rates: somebody who moves waits for nothing."""
    with LocalServer(tmp_path / "elsewhere", template=sqlite_template, **RATES) as running:
        yield running


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    """Where the homes are."""
    return tmp_path / "homes"


@pytest.fixture
def ada(server: LocalServer, homes: Path) -> Person:
    """Ada, with an account."""
    return Person(homes / "ada", server)


@pytest.fixture
def sam(server: LocalServer, homes: Path) -> Person:
    """Sam, with an account."""
    return Person(homes / "sam", server)
