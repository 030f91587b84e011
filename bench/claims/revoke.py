"""Revoking a keyholder of somebody with many journals: one rotation, and then each journal follows with a new key."""

import time
from collections.abc import Sequence

import httpx2

from bench.claim import Claim, Figure, Stage
from bench.clients import UNLOCK
from bench.limits import durable_inserts, loopback, sealed_keys, signatures
from bench.servers import serving
from duolog.client import Duolog, HttpTransport

JOURNALS = 50
STATEMENT = 2048  # bytes: a roster statement with its grant, or what a home keeps of it; more or less changes no ratio


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


async def measure(stage: Stage) -> Sequence[Figure]:
    """Each round has an account of its own: from the decision until the revoked keyholder can open no new key."""
    count, rounds = stage.scaled(JOURNALS, 2), list[tuple[float, float]]()
    requests = size = 0
    with serving(stage.folder / "server") as server:
        for number in range(stage.rounds):
            network = Counting()
            transport = HttpTransport(server.origin, network=network)
            made = await Duolog.register(transport, home=stage.folder / f"home-{number}", unlock=UNLOCK)
            async with made.duolog as ada:
                for _ in range(count):
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
            # One epoch key sealed, opened and signed for each journal and for the account journal; a package and an
            # earlier seed besides. Server and home each commit once for each journal, and once more for the rotation.
            pushes = count + 1
            limit = sealed_keys(pushes + 2) + signatures(pushes + 2) + await loopback(size)
            limit += 2 * durable_inserts(stage.folder, [[bytes(STATEMENT)]] * pushes)
            rounds.append((taken, limit))
    says = "bare sealing and signing, two synced commits a journal, the same bytes over loopback"
    also = {"requests": requests, "bytes": size}
    return [Figure(f"revoking a keyholder with {count} journals", "s", says, rounds, also=also)]


CLAIM = Claim("revoke", "Revoking a keyholder costs a few requests for each journal.", measure)
