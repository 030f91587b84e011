"""`serve`: listen until interrupted."""

import asyncio
import contextlib
import gc
import resource
import signal
import socket
import sys
from functools import partial
from pathlib import Path

import uvicorn

from app.commands.checks import (
    require_migrated,
    require_origin,
    require_receipt_key,
    require_store,
    require_web,
    require_wheel,
)
from app.commands.trouble import Trouble, prepare_data
from app.connections import Connections, GuardedProtocol
from app.logs import configure_logs
from app.main import create_app
from app.settings import Settings
from app.state import State

RESERVED = 64  # descriptors for the database, its side files and the process beside
DESCRIPTORS = 65_536  # how many are asked for, where the system gives more
SWITCH_SECONDS = 0.0005  # how long a thread that computes keeps the others waiting: the loop is one of them
COLLECT_AFTER = 10_000, 20, 20  # how many new objects, and rounds, go before the collector looks for cycles
GRACE_SECONDS = 7  # how long requests under way may take when the server is told to stop: Docker kills after 10


def run(settings: Settings) -> None:
    """Serve. Raises: Trouble."""
    configure_logs(settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    require_origin(settings)
    prepare_data(settings)
    require_migrated(settings)
    require_receipt_key(settings)
    require_store(settings)
    require_wheel(settings)
    require_web(settings)
    listener = bind(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    connections = Connections(settings, raise_descriptors() - RESERVED)
    app = create_app(settings)
    state: State = app.state.duolog
    state.metrics_listener = bind_metrics(settings)
    state.metrics.watch("duolog_connections", "Open connections.", connections.__len__)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=partial(GuardedProtocol, connections),  # type: ignore[arg-type]  # which makes one for each connection
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=settings.idle_seconds,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises the signal again once it has stopped
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config, state, connections).run(sockets=[listener])


def raise_descriptors() -> int:
    """How many descriptors this process may have, after asking for as many as the system gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def bind(settings: Settings) -> socket.socket:
    """The listening socket. Raises: Trouble."""
    return _bind(settings.host, settings.port, "DUOLOG_PORT or DUOLOG_HOST")


def bind_metrics(settings: Settings) -> socket.socket | None:
    """The socket of the metrics, where the settings name one. Raises: Trouble."""
    address = settings.metrics_address
    return None if address is None else _bind(*address, "DUOLOG_METRICS")


def _bind(host: str, port: int, names: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Trouble(
            f"Can't listen at {host} port {port}: {error.strerror}. "
            f"Stop what listens there, or choose another with {names}."
        ) from error
    listener.set_inheritable(True)
    return listener


class _Server(uvicorn.Server):
    """Says where it serves once it does, and stops without dropping a request."""

    def __init__(self, config: uvicorn.Config, state: State, connections: Connections) -> None:
        super().__init__(config)
        self._state = state
        self._connections = connections

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._connections.stopping = True
        self._state.hub.end()
        waiting = [one for listener in sockets or () for one in _accept_waiting(listener)]
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        loop = asyncio.get_running_loop()
        for one in waiting:
            await loop.connect_accepted_socket(self._protocol, one)
        await super().shutdown(sockets)

    def _protocol(self) -> GuardedProtocol:
        of_uvicorn = {"config": self.config, "server_state": self.server_state, "app_state": self.lifespan.state}
        return GuardedProtocol(self._connections, **of_uvicorn)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _collect_rarely()
            origin = self._state.settings.public_origin
            print(f"Duolog serves at {origin} (stop with Ctrl-C)")
            command = Path(sys.executable).with_name("duolog")
            if command.exists():  # a checkout: both are in one environment
                print(f"Next, in another terminal: {command} register --server {origin}")
            if self._state.settings.web == "on":
                print(f"The app for browsers: {origin}/app/")
            print(f"The command for other computers: {origin}/install", flush=True)


def _collect_rarely() -> None:
    """Leave what a server has for good out of the collector's rounds, and make these rarer. They took a tenth of the
    time, and what a request makes is freed without them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _accept_waiting(listener: socket.socket) -> list[socket.socket]:
    """The connections that callers have made and nobody has taken: the system resets them once the listener closes."""
    waiting = []
    while True:
        try:
            waiting.append(listener.accept()[0])
        except OSError:  # nobody waits any more
            return waiting
