"""Revoking a keyholder of somebody with many journals: one rotation, and then each journal follows with a new key."""

import sys
import time
from pathlib import Path

import httpx2

from bench.limits import durable_inserts, sealed_keys, signatures
from bench.log import loopback
from bench.measure import Figure
from duolog.client import Duolog, HttpTransport, Unlock

JOURNALS = 50
STATEMENT = 2048  # bytes: a roster statement with its grant, or what a home keeps of it; more or less changes no ratio
UNLOCK = Unlock(passphrase=lambda new: b"only for measuring", keyring=False)


class Counting(httpx2.AsyncBaseTransport):
    """A real network that counts requests, and the bytes of all bodies and headers in both directions."""

    def __init__(self) -> None:
        self._network = httpx2.AsyncHTTPTransport()
        self.requests = self.bytes = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._network.handle_async_request(request)
        sent, got = await request.aread(), await response.aread()
        self.requests += 1
        self.bytes += len(sent) + len(got)
        self.bytes += sum(len(name) + len(value) + 4 for name, value in (*request.headers.raw, *response.headers.raw))
        return response

    async def aclose(self) -> None:
        await self._network.aclose()


async def revoke(origin: str, folder: Path) -> Figure:
    """From the decision until every journal has a key that the revoked keyholder can't open."""
    network = Counting()
    made = await Duolog.register(HttpTransport(origin, network=network), home=folder / "revoking", unlock=UNLOCK)
    async with made.duolog as ada:
        print(f"Making {JOURNALS} journals for the revocation.", file=sys.stderr)
        for _ in range(JOURNALS):
            await ada.create_journal()
        await ada.sync()
        sheet = next(item.id for item in await ada.keyholders.list() if not item.here)
        network.requests = network.bytes = 0
        start = time.perf_counter()
        done = await ada.keyholders.revoke([sheet])
        taken = time.perf_counter() - start
        requests, size = network.requests, network.bytes
        if done.behind:
            raise RuntimeError(f"{len(done.behind)} journals were left behind")
    # One epoch key sealed, opened and signed for each journal and for the account journal; a package and an earlier
    # seed besides. Server and home each commit once for each journal, and once more for the rotation.
    pushes = JOURNALS + 1
    limit = sealed_keys(pushes + 2) + signatures(pushes + 2) + await loopback(size)
    limit += 2 * durable_inserts(folder, [[bytes(STATEMENT)]] * pushes)
    return Figure(
        f"revoke a keyholder with {JOURNALS} journals",
        pushes,
        taken,
        limit,
        "bare sealing and signing, two synced commits a journal, the same bytes over loopback",
        {"requests": requests, "bytes": size},
    )
