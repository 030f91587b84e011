"""A real server whose bytes are decided: its database is new, its clock is set, its randomness is given."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app.logs import configure_logs
from app.main import create_app
from app.settings import Settings
from hostile.served import migrate_into, without_limits

ORIGIN = "http://127.0.0.1:9470"
Runner = Callable[[Settings, Callable[[], int]], Any]  # an async context that gives the application


class Clock:
    """The time of client and server, set by each act; Unix seconds."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        """The time."""
        return self.now


@asynccontextmanager
async def started(settings: Settings, clock: Callable[[], int]) -> AsyncIterator[FastAPI]:
    """The application, started and at the end stopped."""
    application = create_app(settings, clock)
    async with application.router.lifespan_context(application):
        yield application


@asynccontextmanager
async def decided_server(
    folder: Path, clock: Clock, *, template: Path | None = None, runner: Runner = started
) -> AsyncIterator[FastAPI]:
    """A server with its data in a new folder. `template`: an empty database with the tables of today, to copy."""
    alone: dict[str, Any] = {"retention_seconds": 0, "body_processes": 0, "log_level": "error", "database_readers": 1}
    settings = Settings(data=folder, origin=ORIGIN, **without_limits(), **alone)
    configure_logs(settings)
    _fill(settings, template)
    async with runner(settings, clock) as application:
        yield application


def _fill(settings: Settings, template: Path | None) -> None:
    settings.data.mkdir(parents=True)
    if template is None:
        migrate_into(settings)
    else:
        shutil.copy(template, settings.data / "duolog.db")
