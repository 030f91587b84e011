"""What may stand between a client and its server: a proxy that takes little, and something that answers itself."""

import httpx2
from fastapi import FastAPI

MIB = 1024 * 1024


class Narrow(httpx2.AsyncBaseTransport):
    """A proxy that takes bodies of `most` bytes at most. `sizes`: of every push that it was sent."""

    def __init__(self, app: FastAPI) -> None:
        self.server = httpx2.ASGITransport(app)
        self.most = 100 * MIB
        self.sizes: list[int] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        size = len(await request.aread())
        if request.url.path.endswith("/entries") and request.method == "POST":
            self.sizes.append(size)
        if size > self.most:
            return httpx2.Response(413, content="<h1>413 Request Entity Too Large</h1>")
        return await self.server.handle_async_request(request)


class Portal(httpx2.AsyncBaseTransport):
    """The network of one home: the server, or something in its place. `reaches`: a request reaches the server first."""

    def __init__(self, app: FastAPI) -> None:
        self.server = httpx2.ASGITransport(app)
        self.instead: tuple[int, str | None, bytes] | None = None
        self.reaches = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.instead is None or self.reaches:
            answer = await self.server.handle_async_request(request)
            if self.instead is None:
                return answer
        status, form, body = self.instead
        return httpx2.Response(status, content=body, headers={} if form is None else {"Content-Type": form})
