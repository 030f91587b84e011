"""Attachments between two homes: whole or not at all, and nothing of them in the clear."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI

from app.quotas.service import Quotas
from app.settings import Settings
from duolog.client import Duolog, NewAttachment
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.log.attached import tidy_attachments
from duolog.client.log.pull import pull
from duolog.errors import HomeError, MalformedData, NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.attachments import stored_size
from tests.client.couple import UNLOCK, Couple, Tampered, couple, pair, register
from tests.client.devices import enroll
from tools import canaries

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
THREE_PARTS = 2 * sizes.ATTACHMENT_PART + 5
WORD = "a-quiet-afternoon-in-november"


@pytest.fixture
async def two(app: FastAPI, tmp_path: Path) -> AsyncIterator[Couple]:
    async with couple(app, tmp_path) as both:
        yield both


def made(folder: Path, size: int, name: str = "evening.bin") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(secrets.token_bytes(size))
    return path


def home_files(folder: Path) -> list[str]:
    """The files of attachments in a home."""
    place = folder / "attachments"
    return sorted(path.suffix for path in place.iterdir()) if place.exists() else []


async def attach(person: Duolog, journal: bytes, *paths: Path, text: str = "look", **options: Any) -> bytes:
    files = [NewAttachment(path, **options) for path in paths]
    written = await person.write(journal, "note", {"text": text}, attachments=files)
    assert written.delivered, written.problem
    return written.entry


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.kind == "note" and item.body]


# --- whole ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 65_537, THREE_PARTS])
async def test_a_file_reaches_the_other_as_it_is(two: Couple, tmp_path: Path, size: int) -> None:
    source = made(tmp_path / "hers", size)
    told: list[tuple[int, int]] = []
    written = await two.ada.write(
        *(two.journal, "note", {"text": "look"}),
        attachments=[NewAttachment(source, alt="numbers")],
        progress=lambda done, total: told.append((done, total)),
    )
    assert written.delivered
    assert told[-1] == (stored_size(size), stored_size(size))
    await two.sam.sync()
    his = two.sam.attachments(two.journal)
    [view] = await his.list()
    assert (view.entry, view.name, view.alt, view.size) == (written.entry, "evening.bin", "numbers", size)
    (tmp_path / "his").mkdir()
    heard: list[int] = []
    saved = await his.save(view.entry, view.id, tmp_path / "his", progress=lambda done, total: heard.append(done))
    assert saved == tmp_path / "his" / "evening.bin"
    assert saved.read_bytes() == source.read_bytes()
    assert saved.stat().st_mode & 0o777 == 0o600
    assert heard[-1] == stored_size(size)
    assert home_files(tmp_path / "ada") == home_files(tmp_path / "sam") == []


async def test_eight_files_go_with_one_note_and_nine_do_not(two: Couple, tmp_path: Path) -> None:
    paths = [made(tmp_path / "hers", 10 + number, f"{number}.bin") for number in range(9)]
    with pytest.raises(NotAllowed, match="8 at most"):
        await attach(two.ada, two.journal, *paths)
    await attach(two.ada, two.journal, *paths[:8])
    await two.sam.sync()
    assert [view.size for view in await two.sam.attachments(two.journal).list()] == list(range(10, 18))


async def test_only_a_note_carries_files_and_a_refusal_leaves_nothing(two: Couple, tmp_path: Path) -> None:
    source = NewAttachment(made(tmp_path / "hers", 10))
    with pytest.raises(NotAllowed, match="attached to a note"):
        await two.ada.write(two.journal, "profile", {"display_name": "Ada"}, attachments=[source])
    with pytest.raises(NotAllowed, match="There is no file"):
        await two.ada.write(
            two.journal, "note", {"text": "a"}, attachments=[source, NewAttachment(tmp_path / "nothing")]
        )
    with pytest.raises(NotAllowed, match="is a folder"):
        await attach(two.ada, two.journal, tmp_path)
    with pytest.raises(MalformedData):
        await two.ada.write(two.journal, "note", {"text": 5}, attachments=[source])
    assert home_files(tmp_path / "ada") == []
    assert await two.ada.attachments(two.journal).is_first()
    await attach(two.ada, two.journal, source.path)
    assert not await two.ada.attachments(two.journal).is_first()


async def test_a_note_without_server_waits_with_its_file_and_can_be_read_here(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, network, _ = await register(app, tmp_path / "ada")
    sam, _, _ = await register(app)
    async with ada, sam:
        journal = await pair(ada, sam)
        monkeypatch.setattr(network, "begin_attachment", _dead)
        source = made(tmp_path / "hers", 1000)
        files = [NewAttachment(source)]
        written = await ada.write(journal, "note", {"text": "look"}, attachments=files)
        assert isinstance(written.problem, TransportError)
        source.unlink()
        assert home_files(tmp_path / "ada") == [".out"]
        [view] = await ada.attachments(journal).list()
        assert view.waiting
        saved = await ada.attachments(journal).save(written.entry, view.id, tmp_path / "again.bin")
        assert saved.stat().st_size == 1000
        assert home_files(tmp_path / "ada") == [".out"]
        monkeypatch.undo()
        assert (await ada.sync()).delivered == 1
        assert home_files(tmp_path / "ada") == []


async def _dead(*_: Any) -> Any:
    raise TransportError("the line is dead")


# --- refused --------------------------------------------------------------------------------------------------------


async def test_a_file_over_the_quota_holds_up_what_is_behind_it_alone_until_it_is_dropped(
    app: FastAPI, settings: Settings, two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await two.ada.create_journal()
    state = app.state.duolog
    generous = state.quotas
    network = two.ada._context.network.transport
    monkeypatch.setattr(network, "push", _dead)
    await two.ada.write(two.journal, "note", {"text": "before"})
    monkeypatch.undo()
    state.quotas = Quotas(settings.model_copy(update={"attachment_mib_total": 0}))
    files = [NewAttachment(made(tmp_path / "hers", 10))]
    written = await two.ada.write(two.journal, "note", {"text": "with it"}, attachments=files)
    assert isinstance(written.problem, ServerRefused)
    assert written.problem.code == "quota_reached"
    assert "10 bytes" in str(written.problem)
    assert "duolog attachment drop" in str(written.problem)
    await two.ada.write(two.journal, "note", {"text": "behind"})
    monkeypatch.setattr(network, "pull", _dead)
    await two.ada.write(other, "note", {"text": "elsewhere"})
    monkeypatch.undo()
    report = await two.ada.sync()
    assert [getattr(problem, "code", "") for problem in report.problems] == ["quota_reached"]
    assert report.delivered == 1, "the other journal goes on"
    await two.sam.sync()
    assert await texts(two.sam, two.journal) == ["before"]
    with pytest.raises(NotAllowed, match="No such text waits"):
        await two.ada.attachments(other).drop(written.entry)
    await two.ada.attachments(two.journal).drop(written.entry)
    assert home_files(tmp_path / "ada") == []
    assert (await two.ada.sync()).delivered == 2
    await two.sam.sync()
    assert await texts(two.sam, two.journal) == ["before", "with it", "behind"]
    assert await two.sam.attachments(two.journal).list() == ()
    state.quotas = generous


async def test_a_text_that_was_sent_is_not_changed_any_more(
    two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(two.ada._context.network.transport, "push", _dead)
    files = [NewAttachment(made(tmp_path / "hers", 10))]
    written = await two.ada.write(two.journal, "note", {"text": "with it"}, attachments=files)
    with pytest.raises(NotAllowed, match="sent already"):
        await two.ada.attachments(two.journal).drop(written.entry)
    monkeypatch.undo()
    assert (await two.ada.sync()).delivered == 1
    assert len(await two.ada.attachments(two.journal).list()) == 1


async def test_a_server_that_has_lost_an_attachment_gets_it_again(
    two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = two.ada._context.network.transport
    push, lost = network.push, list[bytes]()

    async def losing(journal: bytes, items: Any) -> Any:
        if not lost:
            [path] = (tmp_path / "ada" / "attachments").iterdir()
            lost.append(bytes.fromhex(path.stem))
            await network.drop_attachment(journal, lost[0])  # as the server does after a week
        return await push(journal, items)

    monkeypatch.setattr(network, "push", losing)
    await attach(two.ada, two.journal, made(tmp_path / "hers", 10))
    await two.sam.sync()
    assert [view.id for view in await two.sam.attachments(two.journal).list()] == lost


async def test_a_busy_server_is_waited_for(two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, slept = two.ada._context.network.transport, list[float]()
    send, busy = network.send_part, [2]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def often_busy(*arguments: Any) -> Any:
        busy[0] -= 1
        if busy[0] >= 0:
            raise ServerRefused("Wait.", code="slow_down", status=429, retry_after=3)
        return await send(*arguments)

    monkeypatch.setattr(anyio, "sleep", sleep)
    monkeypatch.setattr(network, "send_part", often_busy)
    await attach(two.ada, two.journal, made(tmp_path / "hers", 10))
    assert slept == [3, 3]


# --- keys that move -------------------------------------------------------------------------------------------------


async def test_a_rotation_on_the_way_changes_neither_ids_nor_bytes(
    two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, parts = two.ada._context.network.transport, list[int]()
    send, push = network.send_part, network.push
    rotated = list[bool]()

    async def counting(journal: bytes, attachment: bytes, number: int, part: bytes) -> Any:
        parts.append(number)
        return await send(journal, attachment, number, part)

    async def overtaken(journal: bytes, items: Any) -> Any:
        if not rotated:
            rotated.append(True)
            await rotate(two.sam._context, Wanted())
            await two.sam.sync()
        return await push(journal, items)

    monkeypatch.setattr(network, "send_part", counting)
    monkeypatch.setattr(network, "push", overtaken)
    await attach(two.ada, two.journal, made(tmp_path / "hers", THREE_PARTS))
    assert parts == [0, 1]
    await two.sam.sync()
    [view] = await two.sam.attachments(two.journal).list()
    await two.sam.attachments(two.journal).save(view.entry, view.id, tmp_path / "his.bin")


@pytest.mark.parametrize("noticed", ["on the way", "later"])
async def test_an_entry_by_older_keys_is_written_again_with_its_file(
    app: FastAPI, two: Couple, tmp_path: Path, noticed: str
) -> None:
    """It was under way while another own device rotated; the file belongs to the first entry, which nobody may read."""
    phone, network = await enroll(app, two.ada, tmp_path / "phone")
    async with phone:
        await phone.sync()
        push, held = network.push, []

        async def hold(*arguments: Any) -> Any:
            held.append(arguments)
            raise TransportError("later")

        network.push = hold  # type: ignore[method-assign, assignment]
        source = made(tmp_path / "hers", 70_000)
        files = [NewAttachment(source, alt="both of us")]
        written = await phone.write(two.journal, "note", {"text": "look"}, attachments=files)
        other = two.ada._context.network.transport
        rotating = other.rotate

        async def overtaken(request: Any) -> Any:
            other.rotate = rotating  # type: ignore[method-assign]
            answer = await rotating(request)
            await push(*held[0])  # the server takes it: this journal still names the older keys
            if noticed == "later":
                network.push = push  # type: ignore[method-assign]
                await phone._context.network.log_in()
                await pull(phone._context, two.journal)  # the phone believes its entry, and forgets the file
                tidy_attachments(phone._context)
                assert home_files(tmp_path / "phone") == []
            return answer

        other.rotate = overtaken  # type: ignore[method-assign]
        await two.ada.keyholders.new_sheet()
        await two.ada.keyholders.replace_sheet()
        network.push = push  # type: ignore[method-assign]
        for person in (phone, phone, two.sam):
            await person.sync()
        views = [view for view in await two.sam.attachments(two.journal).list() if view.entry != written.entry]
        [view] = views
        assert (view.name, view.alt, view.missing) == ("evening.bin", "both of us", False)
        await two.sam.attachments(two.journal).save(view.entry, view.id, tmp_path / "his.bin")
        assert (tmp_path / "his.bin").read_bytes() == source.read_bytes()
        assert home_files(tmp_path / "phone") == []
        assert (await phone.write(two.journal, "note", {"text": "behind"})).delivered


# --- what is shown ---------------------------------------------------------------------------------------------------


async def test_what_was_withdrawn_or_erased_has_no_attachments_any_more(two: Couple, tmp_path: Path) -> None:
    one = await attach(two.ada, two.journal, made(tmp_path / "hers", 10), text="one")
    other = await attach(two.ada, two.journal, made(tmp_path / "hers", 10), text="other")
    await two.sam.sync()
    his = two.sam.attachments(two.journal)
    views = {view.entry: view for view in await his.list()}
    await two.ada.leaving(two.journal).withdraw(one)
    await two.sam.sync()
    await two.sam.leaving(two.journal).erase(other)
    assert await his.list() == ()
    for entry, why in ((one, "This was withdrawn"), (other, "no such entry")):
        with pytest.raises(NotAllowed, match=why):
            await his.save(entry, views[entry].id, tmp_path / "his.bin")
    with pytest.raises(NotAllowed):
        await his.list(secrets.token_bytes(16))
    assert not (tmp_path / "his.bin").exists()


async def test_a_kept_text_keeps_its_file(two: Couple, tmp_path: Path) -> None:
    entry = await attach(two.ada, two.journal, made(tmp_path / "hers", 10))
    await two.sam.sync()
    await two.sam.leaving(two.journal).keep(entry)
    await two.ada.leaving(two.journal).withdraw(entry)
    await two.sam.sync()
    [view] = await two.sam.attachments(two.journal).list()
    await two.sam.attachments(two.journal).save(entry, view.id, tmp_path / "his.bin")
    assert await two.ada.attachments(two.journal).list() == ()


async def test_nothing_of_a_file_stands_in_a_home_or_a_temporary_folder(
    app: FastAPI, two: Couple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    source = tmp_path / "hers.txt"
    source.write_text(f"{WORD}\n" * 5000)
    entry = await attach(two.ada, two.journal, source)
    await two.sam.sync()
    [view] = await two.sam.attachments(two.journal).list()
    network = two.sam._context.network.transport
    fetch, calls = network.fetch_attachment, list[int]()

    async def dying(*arguments: Any) -> Any:
        calls.append(1)
        data = await fetch(*arguments)
        if len(calls) > 1:
            return data
        raise TransportError("cut off")

    monkeypatch.setattr(network, "fetch_attachment", dying)
    with pytest.raises(TransportError):
        await two.sam.attachments(two.journal).save(entry, view.id, tmp_path / "his.txt")
    assert not (tmp_path / "his.txt").exists()
    await two.sam.attachments(two.journal).save(entry, view.id, tmp_path / "his.txt")
    assert (tmp_path / "his.txt").read_bytes() == source.read_bytes()
    memory = await Duolog.restore(Tampered(app), two.words, home=None, unlock=UNLOCK)
    async with memory:
        await memory.sync()
        await attach(memory, two.journal, source)
        await memory.attachments(two.journal).save(entry, view.id, tmp_path / "hers-again.txt")
        with pytest.raises(HomeError, match="memory alone"):
            await memory.attachments(two.journal).open(entry, view.id)
    assert list(temporary.iterdir()) == []
    homes = {str(path): path.read_bytes() for name in ("ada", "sam", "server") for path in _files(tmp_path / name)}
    assert len(homes) > 4
    assert not canaries.hits([WORD, "hers.txt"], homes)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
