"""Attachments go along to another server: as they are, once, and as far as the old server still hands them out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import NewAttachment
from duolog.errors import ServerRefused, TransportError
from duolog.protocol import sizes
from tests.client.couple import pair
from tests.client.servers import ELSEWHERE, Route, Servers, cut, lie, other_settings
from tests.client.test_attachments import made
from tests.client.test_moving import Two
from tests.conftest import ORIGIN, running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SIZE = sizes.ATTACHMENT_PART + 9


@pytest.fixture
async def servers(
    request: pytest.FixtureRequest, app: FastAPI, settings: Settings, tmp_path: Path
) -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        other = other_settings(request, settings, tmp_path, ELSEWHERE)
        yield Servers({ORIGIN: app, ELSEWHERE: await stack.enter_async_context(running(other))})


@pytest.fixture
async def two(servers: Servers, tmp_path: Path) -> AsyncIterator[Two]:
    """Each has attached a file; one text with a file was withdrawn."""
    ada, words = await servers.register(tmp_path / "ada")
    sam, _ = await servers.register()
    journal = await pair(ada, sam)
    for person in (ada, sam):
        files = [NewAttachment(made(tmp_path / "files", SIZE, f"{person is ada}.bin"))]
        written = await person.write(journal, "note", {"text": "look"}, attachments=files)
        assert written.delivered
        gone = await person.write(journal, "note", {"text": "gone"}, attachments=files)
        await person.leaving(journal).withdraw(gone.entry)
        await ada.sync()
        await sam.sync()
    yield Two(ada, sam, journal, words)
    await ada.close()
    await sam.close()


async def all_are_there(two: Two, folder: Path) -> None:
    for person in (two.ada, two.sam):
        views = await person.attachments(two.journal).list()
        assert [view.name for view in views] == ["True.bin", "False.bin"]
        for view in views:
            saved = await person.attachments(two.journal).save(view.entry, view.id, folder / "saved", force=True)
            assert saved.read_bytes() == (folder / "files" / str(view.name)).read_bytes()


async def test_files_go_along_and_a_partner_who_follows_brings_none_twice(
    servers: Servers, two: Two, tmp_path: Path
) -> None:
    new = servers.route(ELSEWHERE)
    report = await two.ada.moving.to(new)
    assert (report.files_left, report.problems) == (0, ())
    await two.sam.sync()
    his = servers.route(ELSEWHERE)
    assert (await two.sam.moving.follow(his)).files_left == 0
    assert len([path for _, path, _ in new.calls if "/parts/" in path]) == 4
    assert not [path for _, path, _ in his.calls if "/parts/" in path]
    servers.apps.pop(ORIGIN)
    await all_are_there(two, tmp_path)
    assert not list((tmp_path / "ada" / "attachments").iterdir())


async def test_a_move_that_is_cut_off_between_files_goes_on(servers: Servers, two: Two, tmp_path: Path) -> None:
    parts: list[str] = []
    for answered in range(200):
        new = servers.route(ELSEWHERE)
        new.cut = answered
        try:
            report = await two.ada.moving.to(new)
        except TransportError:
            parts += _parts(new)
            continue
        parts += _parts(new)
        break
    assert report.files_left == 0
    new.cut = None
    assert len(set(parts)) == 4
    await two.sam.sync()
    await two.sam.moving.follow(servers.route(ELSEWHERE))
    await all_are_there(two, tmp_path)


def _parts(route: Route) -> list[str]:
    return [path for _, path, _ in route.calls if "/parts/" in path]


async def test_what_the_old_server_does_not_hand_out_is_counted_and_stops_nothing(
    servers: Servers, two: Two, tmp_path: Path
) -> None:
    cut(two.ada)
    report = await two.ada.moving.to(servers.route(ELSEWHERE))
    assert report.files_left == 2
    [view, _] = await two.ada.attachments(two.journal).list()
    with pytest.raises(ServerRefused, match="doesn't hand this attachment out"):
        await two.ada.attachments(two.journal).save(view.entry, view.id, tmp_path / "saved")
    # A partner whose old server still answers brings them.
    assert (await two.sam.moving.to(servers.route(ELSEWHERE))).files_left == 0
    await all_are_there(two, tmp_path)


async def test_an_old_server_that_hands_out_false_bytes_carries_none_of_them_over(servers: Servers, two: Two) -> None:
    route = two.ada._context.network.transport
    assert isinstance(route, Route)
    lie(route, "fetch_attachment", lambda data: bytes(len(data)))
    new = servers.route(ELSEWHERE)
    assert (await two.ada.moving.to(new)).files_left == 2
    assert not _parts(new)


async def test_a_file_that_waits_goes_to_the_new_server(servers: Servers, two: Two, tmp_path: Path) -> None:
    route = cut(two.ada)
    files = [NewAttachment(made(tmp_path / "files", SIZE, "waits.bin"))]
    assert not (await two.ada.write(two.journal, "note", {"text": "later"}, attachments=files)).delivered
    route.cut = None
    await two.ada.moving.to(servers.route(ELSEWHERE))
    await two.sam.sync()
    await two.sam.moving.follow(servers.route(ELSEWHERE))
    assert [view.name for view in await two.sam.attachments(two.journal).list()][-1] == "waits.bin"
