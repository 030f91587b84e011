"""Where a word could be kept by a machine: files of the server and of homes, temporary files, logs and traffic."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx2
from fastapi import FastAPI

from tools import canaries


class Recording(httpx2.AsyncBaseTransport):
    """A server in memory, with every byte that goes to it and comes from it."""

    def __init__(self, app: FastAPI) -> None:
        self._inner = httpx2.ASGITransport(app)
        self.sent, self.answered = bytearray(), bytearray()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        answer = await self._inner.handle_async_request(request)
        data = await answer.aread()
        self.sent += f"{request.method} {request.url}\n{request.headers.raw}\n".encode() + body
        self.answered += f"{answer.headers.raw}\n".encode() + data
        return httpx2.Response(answer.status_code, headers=answer.headers, content=data)


def files_of(*folders: Path) -> dict[str, bytes]:
    """Every file below these folders, and its name."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found[str(path)] = str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()
    return found


def hits(words: Iterable[str], places: Mapping[str, bytes]) -> list[str]:
    """Where the words stand, in any form, also inside of what is compressed; with the text around them."""
    words, found = list(words), []
    inside = {
        f"{place}, inflated at {number}": text
        for place, data in places.items()
        for number, text in enumerate(canaries.inflated(data))
    }
    for place, data in ({**places, **inside}).items():
        for hit in canaries.hits(words, {place: data}):
            around = re.search(b"|".join(re.escape(word.encode()) for word in words) + rb".{0,80}", data)
            found.append(f"{hit}: {around[0]!r}" if around else hit)
    return found
