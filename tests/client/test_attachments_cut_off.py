"""Attachments that are cut off anywhere on their way, in both directions, and what remains of them."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from duolog.client import Duolog, HttpTransport, NewAttachment
from duolog.client.home.attachment_files import KEPT
from duolog.errors import HomeError
from duolog.protocol import sizes
from tests.client.couple import UNLOCK, Couple, couple, pair, register
from tests.client.test_attachments import THREE_PARTS, _dead, attach, home_files, made, texts
from tests.conftest import ORIGIN

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def two(app: FastAPI, tmp_path: Path) -> AsyncIterator[Couple]:
    async with couple(app, tmp_path) as both:
        yield both


class Killed(BaseException):
    """The program is gone."""


class Dying(HttpTransport):
    """A transport in whose n-th request the program dies. `after`: when the server has carried it out."""

    def __init__(self, app: FastAPI, left: int, *, after: bool) -> None:
        super().__init__(ORIGIN, network=httpx2.ASGITransport(app))
        self.left, self.after = left, after
        self.carried: list[tuple[str, int]] = []

    async def _call(self, method: str, path: str, *arguments: Any, **options: Any) -> bytes:
        self.left -= 1
        if self.left < 0 and not self.after:
            raise Killed
        answer = await super()._call(method, path, *arguments, **options)
        if "/parts/" in path or options.get("span") is not None:
            self.carried.append((path, options["span"][0] if options.get("span") else 0))
        if self.left < 0:
            raise Killed
        return answer


def _is_killed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(_is_killed(item) for item in error.exceptions)
    return isinstance(error, Killed)


async def until_done(
    app: FastAPI, home: Path, act: Callable[[Duolog], Awaitable[object]], *, after: bool
) -> tuple[int, list[tuple[str, int]]]:
    """A program started again and again, each time with a request more to live; its last life, and what it carried."""
    carried: list[tuple[str, int]] = []
    for life in range(60):
        network = Dying(app, life, after=after)
        person = await Duolog.open(home=home, unlock=UNLOCK, server=network)
        try:
            await act(person)
        except BaseException as error:
            if not _is_killed(error):
                raise
        else:
            carried += network.carried
            await person.close()
            return life, carried
        finally:
            carried += [] if network.left >= 0 else network.carried
            person._context.home.close()
    pytest.fail("it never came to an end")


@pytest.mark.parametrize("after", [False, True])
async def test_a_program_that_dies_at_any_request_sends_each_file_once_and_loses_nothing(
    app: FastAPI, two: Couple, tmp_path: Path, after: bool
) -> None:
    source = made(tmp_path / "hers", THREE_PARTS)
    network = two.ada._context.network.transport
    await two.ada.close()
    ada = await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=Dying(app, 0, after=False))
    files = [NewAttachment(source)]
    with pytest.raises((Killed, BaseExceptionGroup)):
        await ada.write(two.journal, "note", {"text": "look"}, attachments=files)
    ada._context.home.close()
    source.unlink()
    life, carried = await until_done(app, tmp_path / "ada", lambda person: person.sync(), after=after)
    assert life > 4
    assert len(set(carried)) == len(carried), "a part that the server counted is not sent again"
    assert len(carried) in (2, 3)
    await two.sam.sync()
    assert await texts(two.sam, two.journal) == ["look"]
    [view] = await two.sam.attachments(two.journal).list()
    await two.sam.attachments(two.journal).save(view.entry, view.id, tmp_path / "his.bin")
    assert (tmp_path / "his.bin").stat().st_size == THREE_PARTS
    assert home_files(tmp_path / "ada") == []
    two.ada = await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=network)


@pytest.mark.parametrize("after", [False, True])
async def test_a_download_that_is_cut_off_anywhere_goes_on_where_it_stopped(
    app: FastAPI, two: Couple, tmp_path: Path, after: bool
) -> None:
    source = made(tmp_path / "hers", THREE_PARTS)
    entry = await attach(two.ada, two.journal, source)
    await two.sam.sync()
    [view] = await two.sam.attachments(two.journal).list()
    network = two.sam._context.network.transport
    await two.sam.close()
    target = tmp_path / "his.bin"

    async def save(person: Duolog) -> None:
        assert not target.exists()
        await person.sync()  # tidying leaves a download alone that was cut off today
        await person.attachments(two.journal).save(entry, view.id, target)

    life, carried = await until_done(app, tmp_path / "sam", save, after=after)
    assert life > 2
    assert target.read_bytes() == source.read_bytes()
    assert {start for _, start in carried} == {0, sizes.ATTACHMENT_PART, 2 * sizes.ATTACHMENT_PART}
    assert len(carried) == (5 if after else 3), "only an answer that died with the program is asked for again"
    assert home_files(tmp_path / "sam") == []
    two.sam = await Duolog.open(home=tmp_path / "sam", unlock=UNLOCK, server=network)


async def test_a_file_that_no_waiting_entry_names_is_removed_and_an_old_download_too(
    two: Couple, tmp_path: Path
) -> None:
    files = two.ada._context.home.files
    for way, days in (("out", 0), ("in", 0), ("in", 2)):
        with files.open(secrets.token_bytes(16), way) as file:  # type: ignore[arg-type]
            file.write(b"ciphertext")
            file.flush()
            os.utime(file.fileno(), (0, 0) if days else None)
    assert home_files(tmp_path / "ada") == [".in", ".in", ".out"]
    await two.ada.sync()
    assert home_files(tmp_path / "ada") == [".in"]
    assert KEPT == 24 * 3600


async def test_a_damaged_file_is_not_sent_and_the_text_can_go_without_it(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, network, _ = await register(app, tmp_path / "ada")
    sam, _, _ = await register(app)
    async with ada, sam:
        journal = await pair(ada, sam)
        monkeypatch.setattr(network, "begin_attachment", _dead)
        files = [NewAttachment(made(tmp_path / "hers", 1000))]
        written = await ada.write(journal, "note", {"text": "look"}, attachments=files)
        monkeypatch.undo()
        [path] = (tmp_path / "ada" / "attachments").iterdir()
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        report = await ada.sync()
        assert [type(problem) for problem in report.problems] == [HomeError]
        assert "duolog attachment drop" in str(report.problems[0])
        path.unlink()
        assert isinstance((await ada.sync()).problems[0], HomeError)
        await ada.attachments(journal).drop(written.entry)
        assert (await ada.sync()).delivered == 1
        await sam.sync()
        assert await texts(sam, journal) == ["look"]
