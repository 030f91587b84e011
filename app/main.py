"""`create_app(settings)`: puts the server together.

Nothing happens at import, nor when the application is made: its lifespan loads the receipt key, opens the object
store, opens and closes the database, and runs the retention job between.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

from app.callers import is_session
from app.edge import Edge
from app.events.job import waking
from app.limits import Gate
from app.logs import log
from app.metrics import listening
from app.objects.store import open_store
from app.openapi import describe_api
from app.receipts.service import load_receipt_keys
from app.restoring.marker import notice
from app.retention.job import retaining
from app.routes import add_routes
from app.settings import Settings
from app.state import State, system_clock
from app.web.files import read_web
from app.web_origins import WebOrigins
from app.wheel import read_wheel

# Whatever the environment asks for, nobody is told of addresses, which hold ids.
SILENT: TelemetryConfig = {"auto_configure": False, "tracing": False, "metrics": False, "logs": False}


def create_app(settings: Settings, clock: Callable[[], int] = system_clock) -> FastAPI:
    """The ASGI application for these settings; `clock` gives Unix seconds."""
    state = State(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        state.receipts = load_receipt_keys(settings.receipt_key_path)
        state.store = open_store(settings)
        state.wheel = read_wheel(settings.wheel)
        state.web = read_web(settings)
        await state.database.open()
        if await notice(state.database, settings, state.now()):
            log().error(
                "restored", why="the database is older than the marker beside it. Clients bring what is missing"
            )
        state.metrics.watch_faults((state.database.faults, state.store.faults))
        state.metrics.watch("duolog_writes_waiting", "Writes that wait or are under way.", state.database.waiting)
        state.metrics.watch("duolog_event_streams", "Open streams of events.", state.hub.__len__)
        try:
            async with waking(state), retaining(state), listening(state.metrics, state.metrics_listener):
                yield
        finally:
            await state.beside.close()
            await state.database.close()

    app = _Application(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=SILENT,
    )
    app.state.duolog = state
    add_routes(app)
    describe_api(app)
    return app


class _Application(FastAPI):
    """FastAPI with one layer around its routes, instead of one for each thing that could be done there."""

    def build_middleware_stack(self) -> ASGIApp:
        state: State = self.state.duolog
        gate = Gate(state.rates, partial(is_session, state))
        return Edge(AsyncExitStackMiddleware(self.router), state.metrics, gate, WebOrigins(state.settings.web_origins))
