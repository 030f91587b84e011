"""The state of one running server. None of it is global: each application has its own."""

import socket
import time
from collections.abc import Callable
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.beside import Beside
from app.bodies import Bodies
from app.database import Database
from app.limits import Rates
from app.metrics import Metrics
from app.objects.serving import Serving
from app.objects.store import Store
from app.quotas.service import Quotas
from app.readiness import Readiness
from app.receipts.service import ReceiptSigner
from app.settings import Settings
from app.storage import create_database
from app.waking.announcing import Announcing
from app.waking.hub import Hub
from app.wheel import Wheel
from duolog.webapp import WebBuild


def system_clock() -> int:
    """Now, in Unix seconds."""
    return int(time.time())


class State:
    """The settings, and what a server made from them. `receipts`, `store`, `wheel` and `web` are there once it has
    started."""

    receipts: ReceiptSigner
    store: Store
    wheel: Wheel | None
    web: WebBuild | None

    def __init__(self, settings: Settings, clock: Callable[[], int]) -> None:
        self.settings = settings
        self.rates = Rates(settings)
        self.quotas = Quotas(settings)
        self.hub = Hub(settings)
        self.database: Database = Announcing(create_database(settings), self.hub.announce)
        self.readiness = Readiness(self.database)
        self.metrics = Metrics()
        self.metrics_listener: socket.socket | None = None
        self.serving = Serving()
        self.bodies = Bodies(settings.body_memory)
        self.beside = Beside(settings.body_processes)
        self.now = clock


async def state_of(connection: HTTPConnection) -> State:
    """The state of the application that serves this request. Async, or the framework would ask a thread for it."""
    return cast(State, connection.app.state.duolog)


Server = Annotated[State, Depends(state_of)]
