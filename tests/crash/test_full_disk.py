"""Disks that are really full, or can really only be read: small file systems in memory, which root can mount."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from bench.writers import registered
from duolog.api.server import ServerInfo
from duolog.client import Duolog
from duolog.errors import HomeError
from tests.app.people import Diary, Person
from tests.client.couple import UNLOCK, transport
from tests.conftest import migrate_database
from tests.crash.couples import MANY, Shared, Writer
from tests.crash.postgres import USER, Cluster
from tests.crash.quick_server import QuickServer

LONG = "x" * 60_000
MIB = 1024 * 1024


class SmallDisk:
    """A small file system with a file on it that only takes room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        self.fill(MIB)

    def fill(self, size: int) -> None:
        self._filler.write_bytes(bytes(size))

    def fill_up(self, left: int) -> None:
        """Take all room but for some bytes."""
        disk = os.statvfs(self.folder)
        self.fill(self._filler.stat().st_size + disk.f_bavail * disk.f_frsize - left)

    def make_room(self) -> None:
        self._filler.unlink()

    def mount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)


@contextmanager
def mounted(mib: int) -> Iterator[SmallDisk]:
    """A disk of so many MiB. Skips the test where this user can't mount one."""
    with tempfile.TemporaryDirectory(prefix="duolog-disk-") as folder:
        tmpfs = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", folder]
        if os.geteuid() != 0 or subprocess.run(tmpfs, capture_output=True, check=False).returncode:
            pytest.skip("a small file system can be mounted by root alone")
        try:
            yield SmallDisk(Path(folder))
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with mounted(16) as made:
        yield made


async def push_until_full(writer: Writer, most: int) -> None:
    """Push long entries until the server refuses one; it waits then."""
    for _ in range(most):
        writer.waiting = [writer.shared.diary.entry(writer.person, LONG)]
        if not await writer.push():
            return
    pytest.fail("the disk never was full")


async def fill_and_go_on(origin: str, make_room: Callable[[], None], restart: Callable[[], object], most: int) -> None:
    """Fill the server's disk, see that reading goes on, make room, and see that everything does."""
    async with httpx2.AsyncClient(base_url=origin, timeout=60) as http:
        info = ServerInfo.model_validate_json((await http.get("/.well-known/duolog")).content)
        ada = await registered(Person(http), origin)
        shared = Shared(await Diary(ada).create(), info.receipt_keys[-1].key)
        writer = Writer(ada, shared)
        await push_until_full(writer, most)
        [refused] = writer.refusals
        assert refused.status == 507
        assert "disk is full, and nothing was stored. Keep your text" in refused.text
        assert (await http.get("/health")).status_code == 200
        await shared.verify(ada)
        for _ in range(3):
            await writer.push()
        make_room()
        assert not writer.waiting or await writer.push()  # without a restart
        await shared.verify(ada)
        await asyncio.to_thread(restart)
        await shared.verify(ada)


def test_a_server_on_a_full_disk_says_so_keeps_nothing_half_and_goes_on_when_there_is_room(disk: SmallDisk) -> None:
    migrate_database(f"sqlite:///{disk.folder / 'duolog.db'}")
    with QuickServer(disk.folder, MANY) as server:
        server.start()
        disk.fill_up(3 * MIB)

        def restart() -> None:
            server.kill()
            server.start()

        asyncio.run(fill_and_go_on(server.origin, disk.make_room, restart, 100))


@pytest.mark.slow
def test_a_postgresql_on_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Its log needs room of its own; where that is full too, PostgreSQL stops, and starts again when there is room."""
    with mounted(160) as disk, Cluster.new() as cluster:
        space = disk.folder / "space"
        space.mkdir()
        if USER is not None:
            subprocess.run(["chown", "-R", USER, disk.folder], check=True)
        cluster.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        cluster.execute("ALTER DATABASE duolog SET TABLESPACE small")
        migrate_database(cluster.address)
        with QuickServer(tmp_path, {**MANY, "database": cluster.address}) as server:
            server.start()
            disk.fill_up(3 * MIB)

            def restart() -> None:
                cluster.kill()
                cluster.start()
                server.wait_until_healthy()

            asyncio.run(fill_and_go_on(server.origin, disk.make_room, restart, 300))


def test_a_server_does_not_start_on_a_disk_that_can_only_be_read(disk: SmallDisk, tmp_path: Path) -> None:
    migrate_database(f"sqlite:///{disk.folder / 'duolog.db'}")
    disk.mount("ro")
    server = QuickServer(disk.folder, MANY)
    server.log = tmp_path / "server.log"
    with server, pytest.raises(RuntimeError, match=r"Read-only file system\. Choose another"):
        server.start()


async def write_until_full(ada: Duolog, journal: bytes, stored: list[bytes]) -> None:
    for number in range(100):
        written = await ada.write(journal, "note", {"text": f"{number} {LONG[:19_000]}"})
        stored.append(written.entry)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_home_on_a_full_disk_says_so_and_keeps_all_that_it_had(app: FastAPI, disk: SmallDisk) -> None:
    home, stored = disk.folder / "ada", list[bytes]()
    disk.fill(MIB)
    new = await Duolog.register(transport(app), home=home, unlock=UNLOCK)
    async with new.duolog as ada:
        journal = await ada.create_journal()
        disk.fill_up(MIB)
        with pytest.raises(HomeError, match="disk is full"):
            await write_until_full(ada, journal, stored)
        assert stored
        assert {one.entry for one in await ada.timeline(journal)} >= set(stored)
    async with await Duolog.open(home=home, unlock=UNLOCK, server=transport(app)) as ada:
        assert "disk is full" in (await ada.read_only() or "")
        assert {one.entry for one in await ada.timeline(journal)} >= set(stored)
        with pytest.raises(HomeError, match="disk is full"):
            await ada.write(journal, "note", {"text": "no room for this"})
    disk.make_room()
    async with await Duolog.open(home=home, unlock=UNLOCK, server=transport(app)) as ada:
        assert (await ada.write(journal, "note", {"text": "there is room again"})).delivered
        await ada.sync()
        entries = [one.entry for one in await ada.timeline(journal)]
        assert len(entries) == len(set(entries)) == len(stored) + 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_home_on_a_disk_that_can_only_be_read_is_read(app: FastAPI, disk: SmallDisk) -> None:
    home = disk.folder / "ada"
    new = await Duolog.register(transport(app), home=home, unlock=UNLOCK)
    async with new.duolog as ada:
        journal = await ada.create_journal()
        await ada.write(journal, "note", {"text": "before"})
    disk.mount("ro")
    async with await Duolog.open(home=home, unlock=UNLOCK, server=transport(app)) as ada:
        assert "can only be read" in (await ada.read_only() or "")
        assert [one.body for one in await ada.timeline(journal)] == [{"text": "before"}]
        with pytest.raises(HomeError, match="can only be read"):
            await ada.write(journal, "note", {"text": "after"})
