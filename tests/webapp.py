"""A small app for browsers, finished as `web/app/tools/finish.mjs` finishes the real one."""

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import anyio.from_thread
import httpx2
from fastapi import FastAPI

IMPORT_MAP = b'{"integrity":{"/app/assets/later.js":"sha384-x"}}'
FILES = {
    "index.html": b'<!doctype html><script type="importmap">' + IMPORT_MAP + b"</script><title>Journal</title>" * 20,
    "assets/main-abc.js": b"console.log('a journal');\n" * 40,
    "assets/worker-abc.js": b"self.onmessage = () => {};\n" * 40,
    "icon.svg": b"<svg/>",
    "manifest.webmanifest": b'{"name":"Journal"}',
}


def finish(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """Lay a finished build into a folder. Brotli is none here: nothing in these tests unpacks it."""
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    worker = b"const DUOLOG_BUILD=" + json.dumps({"files": listed}).encode() + b";\n" * 40
    every = {**files, "sw.js": worker}
    for name, data in list(every.items()):
        if len(data) > 100:
            every |= {f"{name}.br": b"br:" + data[:20], f"{name}.gz": gzip.compress(data, mtime=0)}
    for name, data in every.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    sums = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(every.items())]
    (folder / "SHA256SUMS").write_text("".join(sums))
    return folder


def digest(files: Mapping[str, bytes] = FILES) -> str:
    """The digest of a build's list of files."""
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    return hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()


class Bridge(httpx2.BaseTransport):
    """The network of a thread that asks a server in memory. `lies`: what the server does to an answer's bytes."""

    def __init__(self, app: FastAPI, lies: Callable[[httpx2.Request, bytes], bytes] = lambda _, data: data) -> None:
        self._inner = httpx2.ASGITransport(app=app)
        self._lies = lies

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return anyio.from_thread.run(self._ask, request)

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        asked = httpx2.Request(request.method, request.url, headers=request.headers)
        answer = await self._inner.handle_async_request(asked)
        data = self._lies(request, b"".join([piece async for piece in answer.aiter_raw()]))
        headers = [(name, value) for name, value in answer.headers.items() if name != "content-length"]
        return httpx2.Response(answer.status_code, headers=headers, stream=httpx2.ByteStream(data))
