"""`Forward(origin)`: an ASGI application that hands each request on to a server that runs already."""

import httpx2
from starlette.types import Receive, Scope, Send

_OF_ONE_CONNECTION = {b"host", b"connection", b"transfer-encoding", b"content-length"}


class Forward:
    """The server at `origin`, as an application of this process. What it answers is not changed."""

    def __init__(self, origin: str) -> None:
        self._client = httpx2.AsyncClient(base_url=origin, timeout=60, trust_env=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        message = await receive()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _OF_ONE_CONNECTION]
        query = scope["query_string"].decode("ascii")
        url = scope["path"] + (f"?{query}" if query else "")
        answer = await self._client.request(scope["method"], url, headers=headers, content=message.get("body", b""))
        kept = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in _OF_ONE_CONNECTION]
        kept.append((b"content-length", b"%d" % len(answer.content)))
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        await send({"type": "http.response.body", "body": answer.content})

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
