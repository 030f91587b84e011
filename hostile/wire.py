"""`serving(liar, port)`: HTTP/1.1 by hand, so that an answer may lie about its own length and come a byte at a time.

A server library refuses to send such answers. This one sends what it is told. It reads requests of one program on this
machine, and is no server for anything else.
"""

import asyncio
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from hostile.liar import Answer, Call, Headers, Liar

_HEAD = 64 * 1024  # bytes
_UNASKED = {b"connection", b"transfer-encoding", b"content-length"}


@asynccontextmanager
async def serving(liar: Liar, port: int = 0) -> AsyncIterator[str]:
    """Listen on this machine, on a free port for 0; the address."""
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_connection(liar, reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port, limit=_HEAD)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _connection(liar: Liar, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while (call := await _read(reader)) is not None:
            try:
                answer = await liar.respond(call)
            except Exception:  # noqa: BLE001  # an attack that fails is shown to who runs it, and the next call is served
                traceback.print_exc(file=sys.stderr)
                answer = Answer(500, (), b"")
            await _write(writer, answer)
            if answer.claims is not None or call.header(b"connection").lower() == b"close":
                break
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        return  # the other side has gone, or doesn't speak HTTP
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Call | None:
    """One request, or None at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise
    first, *lines = head[:-4].split(b"\r\n")
    method, target, _ = first.decode("ascii").split(" ")
    pairs = (line.partition(b":") for line in lines)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
    }
    return Call(method, path, query.encode("ascii"), headers, await _body(reader, headers), scope)


async def _body(reader: asyncio.StreamReader, headers: Headers) -> bytes:
    named = dict(headers)
    if named.get(b"transfer-encoding", b"").lower() != b"chunked":
        return await reader.readexactly(int(named.get(b"content-length", b"0")))
    body = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        continue
    return body


async def _write(writer: asyncio.StreamWriter, answer: Answer) -> None:
    length = len(answer.body) if answer.claims is None else answer.claims
    lines = [b"HTTP/1.1 %d " % answer.status]
    lines += [name + b": " + value for name, value in answer.headers if name.lower() not in _UNASKED]
    if answer.status != HTTPStatus.NO_CONTENT:
        lines.append(b"content-length: %d" % length)
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
    for at in range(len(answer.body) if answer.pause else 0):
        writer.write(answer.body[at : at + 1])
        await writer.drain()
        await asyncio.sleep(answer.pause)
    writer.write(b"" if answer.pause else answer.body)
    await writer.drain()
