"""Servers that do the least that a limit asks for, each a process: `python -m bench.bare get`.

get     a FastAPI application with one route, on the same uvicorn as Duolog
raw     a socket that answers every request with the same bytes: what the load generator is held against
pages   a bare ASGI function that reads a page's rows from a SQLite file and sends bytes that were made before
"""

import asyncio
import pickle
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

import uvicorn
import uvloop
from fastapi import FastAPI

ROOT = Path(__file__).parent.parent
ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"status":"ok"}'
ROWS = """
SELECT log.seq, kind, header, signatures, blob, blob_hash, receipt FROM log
WHERE journal = ? AND seq > ? AND seq <= ? ORDER BY seq
"""
Page = tuple[int, bytes]  # its last seq, and its bytes
AsgiFunction = Callable[
    [Mapping[str, Any], Callable[[], Awaitable[Any]], Callable[[dict[str, Any]], Awaitable[None]]], Awaitable[None]
]


@contextmanager
def bare_server(name: str, *arguments: str) -> Iterator[int]:
    """One of these servers in a process of its own; its port."""
    command = [sys.executable, "-m", "bench.bare", name, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def one_route() -> FastAPI:
    """The application that every newcomer writes first."""
    app = FastAPI(openapi_url=None)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


def page_sender(database: str, journal: bytes, pages: Mapping[tuple[str, int], Page]) -> AsgiFunction:
    """A bare ASGI function. `pages`: by form and by the seq before them."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)

    async def send_page(scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        query = parse_qs(scope["query_string"].decode())
        since = int(query["since"][0])
        last, body = pages[query["form"][0], since]
        rows = connection.execute(ROWS, (journal, since, last)).fetchall()
        assert len(rows) == last - since
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return send_page


class _Same(asyncio.Protocol):
    """Answers whatever comes in one piece with the same bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(ANSWER)


def serve_asgi(app: Any) -> None:
    """Serve on a free port, as Duolog does, and print the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", lifespan="off", access_log=False, log_config=None
    )
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listener])


async def serve_raw() -> None:
    """Answer until the process is ended."""
    server = await asyncio.get_running_loop().create_server(_Same, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main(name: str, *arguments: str) -> None:
    """Serve."""
    if name == "raw":
        uvloop.run(serve_raw())
    elif name == "pages":
        database, prepared = arguments
        serve_asgi(page_sender(database, *pickle.loads(Path(prepared).read_bytes())))
    else:
        serve_asgi(one_route())


if __name__ == "__main__":
    main(*sys.argv[1:])
