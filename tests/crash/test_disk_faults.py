"""The server's disk fails at any single call while two pushes come at once: nothing that was acknowledged is ever gone.

After the fault the server goes on without a restart. Then come a power cut, or a kill, a new server and a power cut
after its first push: each time the log has all that was acknowledged, once, and nothing that was refused for sure.
"""

from __future__ import annotations

import asyncio
import copy
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest

from app.main import create_app
from app.settings import Settings
from duolog.api.pages import Placed
from duolog.api.server import ServerInfo
from tests.app.people import Diary, Person
from tests.conftest import ORIGIN, migrate_database
from tests.crash.couples import MANY, Refused, Shared, Writer
from tests.crash.disk import Disk, Kind
from tests.crash.history import History


@dataclass
class Base:
    """A server's folder with Ada and her journal in it, and how she reaches a server on a copy of it."""

    folder: Path
    disk: Disk
    ada: Person
    diary: Diary
    receipt_key: bytes

    @asynccontextmanager
    async def served(self, folder: Path) -> AsyncIterator[Person]:
        """A server on `folder`, and Ada there, logged in."""
        async with served(folder) as http:
            ada = copy.copy(self.ada)
            ada.http = http
            yield ada

    def shared(self, earlier: Shared | None = None) -> Shared:
        """The journal as somebody knows it who has read nothing; with the history of `earlier`."""
        made = Shared(self.diary, self.receipt_key)
        made.history = made.history if earlier is None else earlier.history
        return made


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A server in this process, whose answer to an unforeseen error is the one that a client gets."""
    chosen: dict[str, Any] = {**MANY, "retention_seconds": 0, "log_level": "error"}
    app = create_app(Settings(data=folder, origin=ORIGIN, **chosen))
    async with app.router.lifespan_context(app):
        network = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=network, base_url=ORIGIN) as http:
            yield http


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    try:
        disk = Disk()
    except LookupError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("base") / "server"
    folder.mkdir()
    migrate_database(f"sqlite:///{folder / 'duolog.db'}")

    async def begin() -> Base:
        async with served(folder) as http:
            info = ServerInfo.model_validate_json((await http.get("/.well-known/duolog")).content)
            ada = await Person(http).register()
            return Base(folder, disk, ada, await Diary(ada).create(), info.receipt_keys[-1].key)

    with disk.installed():
        yield asyncio.run(begin())


def new(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def fault(base: Base, place: Path, kind: Kind, at: int) -> bool:
    """One fault, and everything after it; whether it came to pass: there may be fewer calls."""
    live, shared = place / "live", base.shared()
    shutil.copytree(base.folder, live)
    async with base.served(live) as ada:
        writers = [Writer(ada, shared) for _ in range(2)]
        await write_at_once(writers)
        base.disk.fail(kind, at)
        await write_at_once(writers)
        refused = [refusal for writer in writers for refusal in writer.refusals]
        try:
            await shared.page(ada, shared.history.start)
        except Refused as refusal:
            refused.append(refusal)
        came = base.disk.failed > 0
        base.disk.heal()
        assert {refusal.status for refusal in refused} <= {503, 507}, refused
        base.disk.after_kill(live, place / "killed")
        waited = [list(writer.waiting) for writer in writers]
        history = copy.deepcopy(shared.history)
        for writer in writers:  # the same server goes on, at once
            assert not writer.waiting or await writer.push()
        await shared.verify(ada)
        base.disk.after_power_cut(live, place / "cut")
    await verify_again(base, shared, place / "cut")
    await go_on_after_kill(base, history, waited, place)
    return came


async def go_on_after_kill(base: Base, history: History, waited: list[list[Placed]], place: Path) -> None:
    """A new server takes the pushes that got no answer, and another; then the power is cut."""
    async with base.served(place / "killed") as ada:
        shared = base.shared()
        shared.history = history
        writers = [Writer(ada, shared, waiting) for waiting in waited]
        for writer in writers:
            assert not writer.waiting or await writer.push()
        await shared.verify(ada)
        await write_at_once(writers)
        base.disk.after_power_cut(place / "killed", place / "cut later")
    await verify_again(base, shared, place / "cut later")


async def write_at_once(writers: list[Writer]) -> None:
    """A push of each, at the same time."""
    for writer in writers:
        writer.waiting = [writer.shared.diary.entry(writer.person) for _ in range(2)]
    await asyncio.gather(*(writer.push() for writer in writers))


async def verify_again(base: Base, shared: Shared, folder: Path) -> None:
    """Start a server on these files, and check the same history there."""
    async with base.served(folder) as ada:
        again = base.shared(shared)
        await again.verify(ada)


@pytest.mark.parametrize(("kind", "at"), [("sync", 1), ("short", 4)])
def test_a_disk_that_fails_once_loses_nothing(base: Base, tmp_path: Path, kind: Kind, at: int) -> None:
    assert asyncio.run(fault(base, tmp_path, kind, at))


async def read_only(base: Base, live: Path) -> None:
    """The disk takes no change for a while, below a server that runs."""
    shutil.copytree(base.folder, live)
    shared = base.shared()
    async with base.served(live) as ada:
        writers = [Writer(ada, shared) for _ in range(2)]
        await write_at_once(writers)
        base.disk.refuse_changes()
        for _ in range(3):
            await write_at_once(writers)
            await shared.verify(ada)
            assert (await ada.http.get("/health")).status_code == 200
        assert base.disk.failed
        base.disk.heal()
        said = {(refusal.status, "can't reach its storage" in refusal.text) for refusal in writers[0].refusals}
        assert said == {(503, True)}
        for writer in writers:
            assert await writer.push()
        await shared.verify(ada)
        base.disk.after_power_cut(live, live.with_name("cut"))
    await verify_again(base, shared, live.with_name("cut"))


def test_on_a_disk_that_can_only_be_read_reading_goes_on_and_writing_is_refused_plainly(
    base: Base, tmp_path: Path
) -> None:
    asyncio.run(read_only(base, tmp_path / "live"))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_call_of_a_push_may_fail(base: Base, tmp_path: Path, kind: Kind) -> None:
    at = 1
    while asyncio.run(fault(base, new(tmp_path / str(at)), kind, at)):
        at += 1
    print(f"{kind}: {at - 1} calls failed, one at a time")
