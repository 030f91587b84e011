"""The answer that doesn't end: once it has begun, its listener has the connection, and the request is over."""

from starlette.types import Send

from app.access.repository import Caller
from app.events import service
from app.lines import HandOver
from app.state import State
from app.waking.hub import Listener
from duolog.api.events import MEDIA_TYPE

HEADERS = [
    (b"content-type", MEDIA_TYPE.encode("ascii")),
    (b"x-accel-buffering", b"no"),  # so that nginx passes each event on at once
]
LAST = (b"connection", b"close")  # no answer follows on a connection that becomes a stream


class Stream:
    """The stream of one caller, which has not begun. `last`: the newest id of an earlier one."""

    __slots__ = ("_account", "_last", "_network", "_server", "_session")

    def __init__(self, server: State, caller: Caller, network: bytes, last: str) -> None:
        self._server, self._network, self._last = server, network, last
        self._account, self._session = caller.account, caller.token_hash

    async def __call__(self, send: Send, hand_over: HandOver | None) -> None:
        """Begin, and leave the rest to the listener. Without a line, for HEAD, send the headers alone.

        Raises: Busy, SlowDown.
        """
        hub = self._server.hub
        listener = Listener(hub, self._account, self._session, self._network)
        hub.admit(listener)
        try:
            headers = HEADERS if hand_over is None else [*HEADERS, LAST]
            await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
            if hand_over is None:
                hub.leave(listener)
                return
            listener.connect(hand_over(listener))
            await service.begin(self._server, listener, self._last)
        except BaseException:
            hub.leave(listener)
            raise
