"""Importing a diary: nothing is doubled, from whichever device, wherever it was cut off; and nobody else reads it."""

import io
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image

from duolog.client import Duolog, ImportReport
from duolog.client.importing import importing
from duolog.client.importing.importing import _Run
from duolog.client.log.outbox import post
from duolog.errors import DuologError, MalformedData, NotAllowed, ServerRefused, TransportError
from tests.client.couple import UNLOCK, couple, register, transport
from tests.client.devices import enroll
from tests.client.servers import Servers, cut
from tests.conftest import ORIGIN
from tests.imports.builders import SAMPLES, day_one, many, zip_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no server's code is concerned


def jpeg(*, place: bool = False) -> bytes:
    """A small picture, with the place where it was taken if asked for."""
    out, exif = io.BytesIO(), Image.Exif()
    if place:
        exif[0x010F] = "SecretCamera"
    Image.new("RGB", (8, 8), (200, 30, 30)).save(out, "JPEG", exif=exif)
    return out.getvalue()


async def notes(person: Duolog, journal: bytes) -> list[dict[str, Any]]:
    found = await person.timeline(journal, limit=10_000)
    return [dict(item.body) for item in found if item.kind == "note" and item.body is not None]


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [note["imported"]["id"] for note in found]


async def private(person: Duolog) -> list[bytes]:
    return [one.id for one in await person.journals() if len(one.members) == 1]


def texts_only(to: Path, count: int) -> Path:
    return day_one(to, [{"uuid": f"{number:032X}", "text": f"Day {number}."} for number in range(count)])


@pytest.mark.parametrize("count", [60, pytest.param(500, marks=pytest.mark.slow)])
async def test_entries_with_photos_twice_and_nothing_is_doubled(app: FastAPI, tmp_path: Path, count: int) -> None:
    picture = jpeg()
    export = many(tmp_path / "dayone.zip", count, photo=lambda number: picture)
    ada, _, _ = await register(app)
    async with ada:
        first = await ada.importing.diary(export, None)
        assert first.journal is not None
        assert (first.written, first.here, first.media, first.broken) == (count, 0, count, ())
        assert (first.waiting, first.problem) == (0, None)
        before = await notes(ada, first.journal)
        assert len(before) == len(set(ids(before))) == count
        for into in (first.journal, None):
            second = await ada.importing.diary(export, into)
            assert (second.written, second.here, second.media, second.journal) == (0, count, 0, first.journal)
        assert await notes(ada, first.journal) == before
        assert await private(ada) == [first.journal]


async def test_many_notes_are_few_pushes(app: FastAPI, tmp_path: Path) -> None:
    ada, network, _ = await register(app)
    pushes: list[int] = []

    def counted(answer: Any) -> Any:
        pushes.append(len(answer.places))
        return answer

    network.changes["push"] = counted
    async with ada:
        report = await ada.importing.diary(texts_only(tmp_path / "a.zip", 500), None)
        assert report.written == 500
    assert sum(pushes) >= 500
    assert len(pushes) < 10


async def test_a_note_says_when_it_happened_and_names_no_place(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    async with ada:
        report = await ada.importing.diary(SAMPLES / "dayone", None)
        assert report.journal is not None
        found = {note["imported"]["id"]: note for note in await notes(ada, report.journal)}
        first = found["0A1B2C3D4E5F60718293A4B5C6D7E8F9"]
        assert first["happened"] == "2024-06-28T23:38"
        assert first["imported"]["app"] == "dayone"
        assert first["tags"] == ["sea", "two of us", "starred"]
        assert "Springs" not in repr(found)
        assert report.missing == 1


async def test_photos_and_recordings_are_attached_and_come_back_whole(app: FastAPI, tmp_path: Path) -> None:
    media = {f"photos/{'a' * 32}.jpeg": jpeg(place=True), f"audios/{'b' * 32}.m4a": b"\0\0\0\x18ftypM4A sound"}
    entry = {
        "uuid": "A" * 32,
        "text": "![](dayone-moment://P)",
        "photos": [{"identifier": "P", "md5": "a" * 32, "type": "jpeg"}],
        "audios": [{"identifier": "S", "md5": "b" * 32, "format": "aac"}],
    }
    ada, _, _ = await register(app, tmp_path / "ada")
    async with ada:
        report = await ada.importing.diary(day_one(tmp_path / "a.zip", [entry], media), None)
        assert report.journal is not None
        assert (report.media, report.left_out, report.broken) == (2, 0, ())
        [note] = await notes(ada, report.journal)
        assert note["text"] == "![](photo-1.jpeg)\n\n![](audio-1.m4a)"
        saved = {}
        for view in await ada.attachments(report.journal).list():
            path = await ada.attachments(report.journal).save(view.entry, view.id, tmp_path)
            saved[view.name] = path.read_bytes()
        assert saved["audio-1.m4a"] == b"\0\0\0\x18ftypM4A sound"
        assert b"SecretCamera" not in saved["photo-1.jpeg"]
        assert Image.open(io.BytesIO(saved["photo-1.jpeg"])).size == (8, 8)


async def test_a_film_or_picture_that_cannot_be_cleaned_is_left_out_and_named(app: FastAPI, tmp_path: Path) -> None:
    film = b"\0\0\0\x18ftypqt  " + b"film"
    media = {f"photos/{'a' * 32}.jpeg": b"\xff\xd8\xff no picture", f"videos/{'b' * 32}.mov": film}
    entry = {
        "uuid": "A" * 32,
        "text": "Text.",
        "photos": [{"identifier": "P", "md5": "a" * 32, "type": "jpeg"}],
        "videos": [{"identifier": "V", "md5": "b" * 32, "type": "mov"}],
    }
    export = day_one(tmp_path / "a.zip", [entry], media)
    ada, _, _ = await register(app)
    async with ada:
        report = await ada.importing.diary(export, None)
        assert report.journal is not None
        assert (report.written, report.media, report.left_out) == (1, 0, 2)
        assert [item.where for item in report.broken] == [
            "Journal.json, entry 1, photo-1.jpeg",
            "Journal.json, entry 1, video-1.mov",
        ]
        [note] = await notes(ada, report.journal)
        assert note["text"].endswith("(Left out: photo-1.jpeg, video-1.mov)")
        assert "attachments" not in note
        kept = await ada.importing.diary(export, await ada.create_journal(), keep_photo_data=True)
        assert (kept.written, kept.elsewhere) == (0, 1)
    sam, _, _ = await register(app)
    async with sam:
        assert (await sam.importing.diary(export, None, keep_photo_data=True)).media == 2


async def test_more_photos_than_a_note_carries_go_into_further_notes(app: FastAPI, tmp_path: Path) -> None:
    media = {f"photos/{number:032x}.jpeg": jpeg() for number in range(17)}
    photos = [{"identifier": f"P{number}", "md5": f"{number:032x}", "type": "jpeg"} for number in range(17)]
    export = day_one(tmp_path / "a.zip", [{"uuid": "A" * 32, "text": "Text.", "photos": photos}], media)
    ada, _, _ = await register(app)
    async with ada:
        report = await ada.importing.diary(export, None)
        assert report.journal is not None
        assert (report.written, report.in_parts, report.media) == (1, 1, 17)
        found = await notes(ada, report.journal)
        assert ids(found) == ["A" * 32, "A" * 32 + "#2", "A" * 32 + "#3"]
        assert [len(note["attachments"]) for note in found] == [8, 8, 1]
        assert found[2]["text"] == "(3 of 3)\n\n![](photo-17.jpeg)"
        assert (await ada.importing.diary(export, report.journal)).here == 1


async def test_a_text_longer_than_a_note_becomes_several(app: FastAPI, tmp_path: Path) -> None:
    paragraphs = "\n\n".join(f"Paragraph {number}. " + "🙂" * 900 for number in range(40))
    export = day_one(tmp_path / "a.zip", [{"uuid": "A" * 32, "text": paragraphs}])
    ada, _, _ = await register(app)
    async with ada:
        report = await ada.importing.diary(export, None)
        assert report.journal is not None
        found = await notes(ada, report.journal)
        assert len(found) > 2
        bare = [note["text"].partition("\n\n")[2] for note in found]
        assert "\n\n".join(bare) == paragraphs
        assert found[1]["text"].startswith(f"(2 of {len(found)})\n\n")
        assert (await ada.importing.diary(export, None)).here == 1


async def test_a_dry_run_writes_nothing_and_asks_the_server_nothing(app: FastAPI, tmp_path: Path) -> None:
    export = many(tmp_path / "a.zip", 20)
    servers = Servers({ORIGIN: app})
    ada, _ = await servers.register(tmp_path / "ada")
    async with ada:
        cut(ada)
        report = await ada.importing.diary(export, None, dry_run=True)
        assert (report.written, report.media, report.journal, report.waiting) == (20, 20, None, 0)
        assert await ada.journals() == ()
        assert not list((tmp_path / "ada").rglob("*.out"))


@pytest.mark.parametrize("at", range(5))
async def test_an_import_that_was_cut_off_at_any_batch_goes_on(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(importing, "TOGETHER", 4)
    monkeypatch.setattr(importing, "BETWEEN_PUSHES", 8)
    export = texts_only(tmp_path / "a.zip", 18)
    ada, _, _ = await register(app, tmp_path / "ada")
    take = _Run.take
    batches = iter(range(10))

    async def crash(run: _Run, batch: Any) -> None:
        if next(batches) == at:
            raise KeyboardInterrupt
        await take(run, batch)

    monkeypatch.setattr(_Run, "take", crash)
    async with ada:
        with pytest.raises(KeyboardInterrupt):
            await ada.importing.diary(export, None)
    monkeypatch.setattr(_Run, "take", take)
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=transport(app)) as again:
        report = await again.importing.diary(export, None)
        assert report.journal is not None
        assert (report.written, report.here, report.waiting) == (18 - 4 * at, 4 * at, 0)
        found = await notes(again, report.journal)
        assert sorted(ids(found)) == [f"{number:032X}" for number in range(18)]
        assert await private(again) == [report.journal]


async def test_a_batch_that_fails_leaves_neither_notes_nor_sealed_files(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = jpeg()
    export = many(tmp_path / "a.zip", 3, photo=lambda number: picture)
    ada, _, _ = await register(app, tmp_path / "ada")
    async with ada:
        journal = await ada.create_journal()
        posts = iter(range(10))

        def full(*arguments: Any) -> bytes:
            if next(posts) == 2:
                raise OSError(28, "No space left on device")
            return post(*arguments)

        monkeypatch.setattr(importing, "post", full)
        with pytest.raises((OSError, DuologError)):
            await ada.importing.diary(export, journal)
        assert await notes(ada, journal) == []
        assert (await ada.journal(journal)).waiting == 0
        assert not list((tmp_path / "ada").rglob("*.out"))


async def test_a_lost_connection_keeps_all_of_it_here_and_a_later_sync_sends_it(app: FastAPI, tmp_path: Path) -> None:
    export = texts_only(tmp_path / "a.zip", 300)
    servers = Servers({ORIGIN: app})
    ada, _ = await servers.register(tmp_path / "ada")
    async with ada:
        journal = await ada.create_journal()
        await ada.sync()
        route = ada._context.network.transport
        cut(ada, 2)  # what looks at the journals is answered, and no push
        report = await ada.importing.diary(export, journal)
        assert isinstance(report.problem, TransportError)
        assert (report.written, report.waiting) == (300, 300)
        route.cut = None  # type: ignore[attr-defined]
        again = await ada.importing.diary(export, journal)
        assert (again.written, again.here) == (0, 300)
        await ada.sync()
        assert (await ada.journal(journal)).waiting == 0
        assert len(set(ids(await notes(ada, journal)))) == 300


async def test_without_the_server_nothing_is_imported(app: FastAPI, tmp_path: Path) -> None:
    servers = Servers({ORIGIN: app})
    ada, _ = await servers.register()
    async with ada:
        journal = await ada.create_journal()
        cut(ada)
        with pytest.raises(TransportError):
            await ada.importing.diary(texts_only(tmp_path / "a.zip", 3), journal)
        assert (await ada.journal(journal)).waiting == 0


async def test_another_device_doubles_nothing(app: FastAPI, tmp_path: Path) -> None:
    export = texts_only(tmp_path / "a.zip", 30)
    ada, _, _ = await register(app)
    async with ada:
        first = await ada.importing.diary(export, None)
        other, _ = await enroll(app, ada)
        async with other:
            second = await other.importing.diary(texts_only(tmp_path / "b.zip", 33), None)
            assert (second.written, second.here, second.journal) == (3, 30, first.journal)
        third = await ada.importing.diary(tmp_path / "b.zip", first.journal)
        assert (third.written, third.here) == (0, 33)


async def test_entries_in_another_private_journal_are_not_written_again(app: FastAPI, tmp_path: Path) -> None:
    export = texts_only(tmp_path / "a.zip", 5)
    ada, _, _ = await register(app)
    async with ada:
        first = await ada.importing.diary(export, None)
        other = await ada.create_journal()
        second = await ada.importing.diary(texts_only(tmp_path / "b.zip", 7), other)
        assert (second.written, second.here, second.elsewhere) == (2, 5, 5)
        assert second.journal == other != first.journal


async def test_a_journal_with_a_partner_takes_no_diary(app: FastAPI, tmp_path: Path) -> None:
    export = texts_only(tmp_path / "a.zip", 3)
    async with couple(app) as both:
        for dry_run in (False, True):
            with pytest.raises(NotAllowed, match="Somebody else is in this journal"):
                await both.ada.importing.diary(export, both.journal, dry_run=dry_run)
        assert await notes(both.sam, both.journal) == []


async def test_a_journal_to_which_somebody_is_invited_takes_no_diary(app: FastAPI, tmp_path: Path) -> None:
    export = texts_only(tmp_path / "a.zip", 3)
    ada, _, _ = await register(app)
    async with ada:
        journal = await ada.create_journal()
        await ada.invite(journal)
        with pytest.raises(NotAllowed, match="Somebody is invited to this journal"):
            await ada.importing.diary(export, journal)
        report = await ada.importing.diary(export, None)
        assert report.journal != journal
        assert await notes(ada, journal) == []


async def test_an_export_that_is_refused_makes_no_journal(app: FastAPI, tmp_path: Path) -> None:
    bomb = zip_of(tmp_path / "bomb.zip", [("Journal.json", b'{"entries": []}'), ("a", bytes(300 * 1024 * 1024))])
    ada, _, _ = await register(app)
    async with ada:
        with pytest.raises(MalformedData):
            await ada.importing.diary(bomb, None)
        report = await ada.importing.diary(day_one(tmp_path / "empty.zip", []), None, app="dayone")
        assert (report.written, report.journal) == (0, None)
        assert await ada.journals() == ()


async def test_a_daily_limit_in_the_middle_keeps_the_rest_here(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BETWEEN_PUSHES", 64)
    ada, network, _ = await register(app)
    pushes = iter(range(100))

    def limited(answer: Any) -> Any:
        if next(pushes) >= 3:
            raise ServerRefused("Enough for today.", code="daily_limit", status=429, retry_after=3600)
        return answer

    async with ada:
        journal = await ada.create_journal()
        network.changes["push"] = limited
        report: ImportReport = await ada.importing.diary(texts_only(tmp_path / "a.zip", 500), journal)
        assert isinstance(report.problem, ServerRefused)
        assert report.written == 500
        assert 0 < report.waiting < 500
        network.changes.clear()
        await ada.sync()
        assert len(set(ids(await notes(ada, journal)))) == 500
        assert (await ada.importing.diary(tmp_path / "a.zip", journal)).written == 0
