"""The answer that doesn't end: one coroutine for each listener, and no other task, buffer or iterator."""

from starlette.types import Receive, Send

from app.access.repository import Caller
from app.events import service
from app.state import State
from app.waking.hub import Listener
from duolog.api.events import MEDIA_TYPE

HEADERS = [
    (b"content-type", MEDIA_TYPE.encode("ascii")),
    (b"x-accel-buffering", b"no"),  # so that nginx passes each event on at once
]


class Stream:
    """The stream of one caller, which has not begun. `last`: the newest id of an earlier one."""

    __slots__ = ("_account", "_last", "_network", "_server", "_session")

    def __init__(self, server: State, caller: Caller, network: bytes, last: str) -> None:
        self._server, self._network, self._last = server, network, last
        self._account, self._session = caller.account, caller.token_hash

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Answer, until the reader leaves or the server ends it. Raises: Busy, SlowDown."""
        hub = self._server.hub
        listener = Listener(self._account, self._session, self._network, send)
        hub.admit(listener)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            await service.begin(self._server, listener, self._last)
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            hub.leave(listener)
