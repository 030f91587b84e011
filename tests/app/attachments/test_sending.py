"""Sending attachments: in parts, in order, by whoever began them, interrupted anywhere."""

import asyncio
import secrets
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from tests.app.attachments.files import PART, File, naming, objects, rows, shared
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_file_goes_up_in_parts_and_comes_down_whole(couple: Diary, ada: Person, sam: Person) -> None:
    file = File()
    begun = await file.begin(couple, ada)
    assert (begun.status_code, begun.json()) == (200, {"parts": 3, "received": 0})
    await shared(couple, ada, file)
    for person in (ada, sam):
        answer = await file.fetch(couple, person)
        assert (answer.status_code, answer.content) == (200, file.data)
        assert answer.headers["content-length"] == str(file.size)
        assert answer.headers["accept-ranges"] == "bytes"


@ONE
@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 3 * PART])
async def test_any_size_is_cut_in_parts_and_served(diary: Diary, ada: Person, size: int) -> None:
    file = File(size)
    await shared(diary, ada, file)
    assert (await file.fetch(diary, ada)).content == file.data
    assert (await file.begin(diary, ada)).json()["parts"] == -(-size // PART)


@pytest.mark.parametrize("stored", [0, 1, 2, 3])
async def test_an_upload_resumes_after_any_part_on_a_server_that_was_started_anew(
    settings: Settings, stored: int
) -> None:
    file = File()
    async with running(settings) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        await file.send(diary, ada, 0, stored)
    async with running(settings) as app, http_client(app) as http:
        ada.http = http
        answer = await file.begin(diary, ada)
        assert answer.json() == {"parts": 3, "received": stored}
        await file.send(diary, ada, stored)
        await diary.push(ada, naming(diary, ada, file))
        assert (await file.fetch(diary, ada)).content == file.data


@ONE
@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_crash_between_store_and_row_costs_a_retry(
    app: FastAPI, diary: Diary, ada: Person, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    file, state = File(), app.state.duolog
    await file.send(diary, ada, 0, number)
    put = state.store.put

    async def torn(place: bytes, part: int, data: bytes) -> None:
        await put(place, part, bytes(len(data)))  # what the interrupted attempt left
        raise ConnectionError

    monkeypatch.setattr(state.store, "put", torn)
    assert (await file.part(diary, ada, number)).status_code == 500
    monkeypatch.setattr(state.store, "put", put)
    assert (await file.begin(diary, ada)).json()["received"] == number
    await file.send(diary, ada, number)
    await diary.push(ada, naming(diary, ada, file))
    assert (await file.fetch(diary, ada)).content == file.data


@ONE
async def test_a_part_that_is_stored_is_not_stored_again(diary: Diary, ada: Person) -> None:
    file = await File().send(diary, ada, 0, 2)
    for number in (0, 1):
        again = await file.part(diary, ada, number, secrets.token_bytes(PART))
        assert (again.status_code, again.json()) == (200, {"parts": 3, "received": 2})
    await file.send(diary, ada, 2)
    await diary.push(ada, naming(diary, ada, file))
    assert (await file.part(diary, ada, 0, secrets.token_bytes(PART))).json()["received"] == 3
    assert (await file.fetch(diary, ada)).content == file.data


@ONE
async def test_parts_come_in_order_and_the_refusal_names_the_next(diary: Diary, ada: Person) -> None:
    file = await File().send(diary, ada, 0, 1)
    answer = await file.part(diary, ada, 2)
    assert code(answer) == (409, "attachment_order")
    assert "number 1." in answer.json()["detail"]
    assert (await file.begin(diary, ada)).json()["received"] == 1


@pytest.mark.parametrize(
    ("number", "length"), [(0, PART - 1), (0, 0), (2, 4), (2, 6), (2, PART), (3, 1), (3, 0), (4095, 5)]
)
@ONE
async def test_a_part_of_another_length_is_refused(diary: Diary, ada: Person, number: int, length: int) -> None:
    file = await File().send(diary, ada, 0, min(number, 3))
    before = (await file.begin(diary, ada)).json()
    answer = await file.part(diary, ada, number, bytes(length))
    assert code(answer) == (422, "malformed")
    assert (await file.begin(diary, ada)).json() == before


@ONE
@pytest.mark.parametrize(("first", "held"), [(0, 0), (1, 1), (0, 1), (0, 5)])
async def test_one_request_carries_several_parts(diary: Diary, ada: Person, first: int, held: int) -> None:
    file = await File(4 * PART + 5).send(diary, ada, 0, held)
    for number in range(first, 5, 4):
        answer = await file.part(diary, ada, number, file.data[number * PART : (number + 4) * PART])
        received = max(held, min(5, number + 4))
        assert (answer.status_code, answer.json()) == (200, {"parts": 5, "received": received})
    await diary.push(ada, naming(diary, ada, file))
    assert (await file.fetch(diary, ada)).content == file.data


@ONE
@pytest.mark.parametrize("length", [PART + 1, 2 * PART - 1, 3 * PART + 4, 3 * PART + 6])
async def test_several_parts_of_which_one_has_another_length_count_for_nothing(
    diary: Diary, ada: Person, length: int
) -> None:
    file = await File(3 * PART + 5).send(diary, ada, 0, 0)
    file.data += bytes(1)
    assert code(await file.part(diary, ada, 0, file.data[:length])) == (422, "malformed")
    assert (await file.begin(diary, ada)).json()["received"] == 0


@ONE
async def test_more_than_four_parts_at_once_are_not_read(diary: Diary, ada: Person) -> None:
    file = await File(5 * PART).send(diary, ada, 0, 0)
    assert code(await file.part(diary, ada, 0, file.data[: 4 * PART + 1])) == (413, "too_large")


@ONE
async def test_several_parts_that_are_behind_the_next_are_refused(diary: Diary, ada: Person) -> None:
    file = await File(4 * PART).send(diary, ada, 0, 1)
    assert code(await file.part(diary, ada, 2, file.data[2 * PART :])) == (409, "attachment_order")
    assert (await file.begin(diary, ada)).json()["received"] == 1


@ONE
@pytest.mark.parametrize("number", ["-1", "4096", "1e3", "x", "99999999999999999999"])
async def test_a_part_has_a_number(diary: Diary, ada: Person, number: str) -> None:
    file = await File().send(diary, ada, 0, 0)
    answer = await ada.http.put(
        f"{file.path(diary)}/parts/{number}",
        content=b"x",
        headers=ada.headers | {"content-type": "application/octet-stream"},
    )
    assert code(answer) == (422, "malformed")


@ONE
async def test_a_part_is_no_json(diary: Diary, ada: Person) -> None:
    file = await File().send(diary, ada, 0, 0)
    answer = await ada.put(f"{file.path(diary)}/parts/0", {"x": 1})
    assert code(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_part_that_comes_several_times_at_once_is_counted_once(diary: Diary, ada: Person, number: int) -> None:
    file = await File().send(diary, ada, 0, number)
    answers = await asyncio.gather(*(file.part(diary, ada, number) for _ in range(3)))
    assert [answer.json() for answer in answers] == [{"parts": 3, "received": number + 1}] * 3
    await file.send(diary, ada, number + 1)
    await diary.push(ada, naming(diary, ada, file))
    assert (await file.fetch(diary, ada)).content == file.data


# --- who may ---


async def test_only_who_began_it_sends_and_gives_up(
    http: httpx2.AsyncClient, couple: Diary, ada: Person, sam: Person, stranger: Person
) -> None:
    file = await File().send(couple, ada, 0, 1)
    anonymous = Person(http)
    for person, begun, sent in (
        (anonymous, (401, "session_missing"), (401, "session_missing")),
        (stranger, (404, "not_found"), (404, "not_found")),
        (sam, (409, "attachment_exists"), (404, "not_found")),
    ):
        assert code(await file.begin(couple, person)) == begun
        assert code(await file.part(couple, person, 1)) == sent
        assert code(await person.delete(file.path(couple))) == sent
    assert (await file.begin(couple, ada)).json()["received"] == 1
    assert (await ada.delete(file.path(couple))).status_code == 204
    assert code(await file.part(couple, ada, 1)) == (404, "not_found")
    assert code(await ada.delete(file.path(couple))) == (404, "not_found")


async def test_a_confidant_needs_the_right_to_write(
    couple: Diary, ada: Person, sam: Person, http: httpx2.AsyncClient
) -> None:
    for rights, status in (("read", (422, "rule_broken")), ("write", (200, ""))):
        ruth = await Person(http).register()
        added = couple.add(ruth, [ada, sam], role="confidant", rights=rights, until=4_000_000_000)
        assert (await couple.push(ada, added)).status_code == 201
        file = File(7)
        assert code(await file.begin(couple, ruth)) == status
    await shared(couple, ruth, file)
    assert (await file.fetch(couple, sam)).content == file.data


async def test_a_removed_member_sends_nothing_more(
    couple: Diary, ada: Person, sam: Person, http: httpx2.AsyncClient
) -> None:
    ruth = await Person(http).register()
    await couple.push(ada, couple.add(ruth, [ada, sam], role="confidant", rights="write", until=4_000_000_000))
    file = await File().send(couple, ruth, 0, 1)
    others = tuple(item for item in couple.roster.members if item.account != ruth.account)
    removed = couple.change("remove", [ada], fresh=True, account=ruth.account, members=others)
    assert (await couple.push(ada, removed)).status_code == 201
    assert code(await file.begin(couple, ruth)) == (404, "not_found")
    assert code(await file.part(couple, ruth, 1)) == (404, "not_found")
    assert code(await ruth.delete(file.path(couple))) == (404, "not_found")


async def test_nothing_is_begun_or_sent_in_a_closed_journal(couple: Diary, ada: Person, sam: Person) -> None:
    file = await File().send(couple, sam, 0, 1)
    await couple.push(ada, couple.close(ada))
    assert code(await File().begin(couple, sam)) == (409, "journal_closed")
    assert code(await file.part(couple, sam, 1)) == (409, "journal_closed")


@ONE
async def test_an_id_that_is_none_is_not_found(diary: Diary, ada: Person) -> None:
    for name in ("AAAA", "A" * 23, "%00"):
        path = f"{diary.path}/attachments/{name}"
        assert code(await ada.put(path, {"size": 1})) == (404, "not_found")
        assert code(await ada.get(path)) == (404, "not_found")
        assert code(await ada.delete(path)) == (404, "not_found")


@ONE
async def test_another_size_is_another_attachment(diary: Diary, ada: Person) -> None:
    file = await File().send(diary, ada, 0, 1)
    answer = await ada.put(file.path(diary), {"size": file.size + 1})
    assert code(answer) == (409, "attachment_exists")


@ONE
async def test_the_same_id_in_two_journals_is_two_attachments(couple: Diary, ada: Person, sam: Person) -> None:
    other = await Diary(sam).create()
    here, there = File(9), File(9)
    there.id = here.id
    await shared(couple, ada, here)
    await shared(other, sam, there)
    assert (await here.fetch(couple, sam)).content == here.data
    assert (await there.fetch(other, sam)).content == there.data
    assert code(await there.fetch(other, ada)) == (404, "not_found")


# --- sizes ---


@ONE
@pytest.mark.parametrize("size", [0, -1, sizes.MAX_ATTACHMENT + 1, 2**64, 1.5, "7", None])
async def test_a_size_is_a_number_within_bounds(diary: Diary, ada: Person, size: object) -> None:
    assert code(await ada.put(File(1).path(diary), {"size": size})) == (422, "malformed")


@ONE
@pytest.mark.parametrize(("mib", "size"), [(257, 257 * PART), (1, PART), (0, 0)])
async def test_a_server_takes_so_much_and_says_so(settings: Settings, mib: int, size: int) -> None:
    async with running(settings.model_copy(update={"attachment_mib": mib})) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        assert (await http.get("/.well-known/duolog")).json()["limits"]["attachment_bytes"] == size
        path = f"{diary.path}/attachments/{encode_b64(bytes(16))}"
        assert code(await ada.put(path, {"size": size + 1})) == (413, "attachment_too_large")
        if size:
            assert (await ada.put(path, {"size": size})).status_code == 200


# --- giving up ---


async def test_giving_up_makes_room_for_the_same_id(
    app: FastAPI, diary: Diary, ada: Person, settings: Settings
) -> None:
    file = await File().send(diary, ada)
    assert (await ada.delete(file.path(diary))).status_code == 204
    assert await rows(app) == (0, 1)
    await shared(diary, ada, file)
    assert (await file.fetch(diary, ada)).content == file.data
    assert len(objects(settings.attachment_folder)) == 6  # of which three are to go


async def test_what_an_entry_names_is_not_given_up(diary: Diary, ada: Person) -> None:
    file = File(5)
    await shared(diary, ada, file)
    assert code(await ada.delete(file.path(diary))) == (404, "not_found")
    assert (await file.fetch(diary, ada)).content == file.data


@ONE
async def test_a_part_in_flight_while_it_is_given_up_is_not_counted(
    app: FastAPI, diary: Diary, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, store = await File().send(diary, ada, 0, 0), app.state.duolog.store
    put = store.put

    async def slow(place: bytes, number: int, data: bytes) -> None:
        assert (await ada.delete(file.path(diary))).status_code == 204
        assert (await file.begin(diary, ada)).json()["received"] == 0
        await put(place, number, data)

    monkeypatch.setattr(store, "put", slow)
    assert code(await file.part(diary, ada, 0)) == (404, "not_found")
    assert (await file.begin(diary, ada)).json()["received"] == 0


@ONE
async def test_parts_lie_under_a_place_that_tells_nothing(diary: Diary, ada: Person, settings: Settings) -> None:
    file = await File().send(diary, ada)
    found = objects(settings.attachment_folder)
    assert [path.name for path in found] == ["0", "1", "2"]
    text = str(found)
    assert diary.journal.hex() not in text
    assert file.id.hex() not in text
    assert not any(path.stat().st_size not in (PART, 5) for path in map(Path, found))
