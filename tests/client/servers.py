"""Two servers in memory, and homes that know how to reach both."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import Duolog, HttpTransport
from duolog.errors import TransportError
from tests.client.couple import UNLOCK
from tests.conftest import ORIGIN

ELSEWHERE = "http://elsewhere.test"


def other_settings(request: pytest.FixtureRequest, like: Settings, folder: Path, origin: str) -> Settings:
    """Settings of a second server, on a database of the same kind."""
    data = folder / origin.rpartition("/")[2]
    data.mkdir()
    if like.database_url.startswith("sqlite"):
        shutil.copy(request.getfixturevalue("sqlite_template"), data / "duolog.db")
        database = f"sqlite:///{data / 'duolog.db'}"
    else:
        create: Callable[[], str] = request.getfixturevalue("new_postgres")
        database = create()
    return Settings(**(like.model_dump() | {"data": data, "database": database, "origin": origin}))


class Route(HttpTransport):
    """A transport to one of the servers that can be cut: `cut` counts the calls that are still answered, or None.

    `lost`: the call that is cut is carried out, and its answer lost.
    """

    def __init__(self, servers: dict[str, FastAPI], origin: str) -> None:
        super().__init__(origin, network=httpx2.ASGITransport(servers[origin]))
        self.cut: int | None = None
        self.lost = False
        self.calls: list[tuple[str, str, int]] = []

    async def _call(self, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        self.calls.append((method, path, len(arguments[0]) if arguments and arguments[0] else 0))
        if self.cut is not None:
            self.cut -= 1
            if self.cut < 0:
                if self.lost and self.cut == -1:
                    await super()._call(method, path, *arguments, **options)
                raise TransportError("the line is dead")
        return await super()._call(method, path, *arguments, **options)


class Servers:
    """All servers by origin. `routes`: the newest transport to each, by whose home it is."""

    def __init__(self, apps: dict[str, FastAPI]) -> None:
        self.apps = apps

    def route(self, origin: str = ORIGIN) -> Route:
        return Route(self.apps, origin)

    def know(self, person: Duolog) -> Duolog:
        """This home reaches every server by its address."""
        person._context.connect = self.route
        return person

    async def register(self, home: Path | None = None) -> tuple[Duolog, str]:
        """Somebody new at the first server, and their words."""
        new = await Duolog.register(self.route(), home=home, unlock=UNLOCK)
        return self.know(new.duolog), " ".join(new.words)

    async def restore(self, words: str, origin: str) -> Duolog:
        return self.know(await Duolog.restore(self.route(origin), words, home=None, unlock=UNLOCK))


def cut(person: Duolog, answered: int = 0) -> Route:
    """From now on the server of this home doesn't answer, but for so many calls."""
    route = person._context.network.transport
    assert isinstance(route, Route)
    route.cut = answered
    return route


def lie(route: Route, method: str, change: Callable[[Any], Any]) -> None:
    """From now on what this method answers is changed."""
    honest = getattr(route, method)

    async def changed(*arguments: Any, **options: Any) -> Any:
        return change(await honest(*arguments, **options))

    replace(route, method, changed)


def replace(route: Route, method: str, instead: Callable[..., Any]) -> None:
    """From now on this is called instead."""
    setattr(route, method, instead)
