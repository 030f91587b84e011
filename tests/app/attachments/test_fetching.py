"""Fetching attachments: by those who hold the entry, whole or in ranges, a part at a time."""

import httpx2
import pytest
from fastapi import FastAPI

from app.objects import serving
from app.objects.serving import wanted_range
from app.problems import Busy, RangeNotSatisfiable
from duolog.protocol import sizes
from tests.app.attachments.files import PART, File, shared
from tests.app.leaving.closings import FRIDAY, Evening, tell_time
from tests.app.leaving.conftest import friday
from tests.app.leaving.test_holding import mark, withdraw
from tests.app.people import Diary, Person, code

__all__ = ["friday"]

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOWHERE = (404, "not_found")
UNTIL = 4_000_000_000


async def test_who_may_fetch(
    http: httpx2.AsyncClient, couple: Diary, ada: Person, sam: Person, stranger: Person
) -> None:
    file, never = File(9), File(9)
    await shared(couple, ada, file)
    assert code(await file.fetch(couple, Person(http))) == (401, "session_missing")
    for person in (ada, sam):
        assert (await file.fetch(couple, person)).content == file.data
    hidden, unknown = await file.fetch(couple, stranger), await never.fetch(couple, sam)
    assert (hidden.status_code, hidden.content) == (unknown.status_code, unknown.content) == (404, hidden.content)


async def test_nobody_fetches_what_no_entry_names(couple: Diary, ada: Person, sam: Person) -> None:
    file = await File(9).send(couple, ada)
    never = await File(9).fetch(couple, ada)
    for person in (ada, sam):
        answer = await file.fetch(couple, person)
        assert (answer.status_code, answer.content) == (404, never.content)


async def test_a_confidant_fetches_from_their_epoch_on(
    couple: Diary, ada: Person, sam: Person, http: httpx2.AsyncClient
) -> None:
    before, after = File(9), File(9)
    await shared(couple, ada, before)
    ruth = await Person(http).register()
    added = couple.add(ruth, [ada, sam], role="confidant", rights="read", until=UNTIL)
    assert (await couple.push(ada, added)).status_code == 201
    await shared(couple, ada, after)
    assert code(await before.fetch(couple, ruth)) == NOWHERE
    assert (await after.fetch(couple, ruth)).content == after.data
    others = tuple(item for item in couple.roster.members if item.account != ruth.account)
    removed = couple.change("remove", [ada], fresh=True, account=ruth.account, members=others)
    assert (await couple.push(ada, removed)).status_code == 201
    assert code(await after.fetch(couple, ruth)) == NOWHERE


@ONE
async def test_who_closed_fetches_for_thirty_days(friday: Evening) -> None:
    ada, sam, couple, file = friday.ada, friday.sam, friday.couple, File(9)
    await shared(couple, sam, file)
    await couple.push(ada, couple.close(ada))
    for late, expected in ((-1, (200, file.data)), (0, (404, None))):
        await tell_time(ada, friday.clock, FRIDAY + sizes.CLOSER_READS + late)
        answer = await file.fetch(couple, ada)
        assert (answer.status_code, answer.content if answer.status_code == 200 else None) == expected
    await sam.log_in()
    assert (await file.fetch(couple, sam)).content == file.data


async def test_what_i_erased_is_gone_for_me_alone(couple: Diary, ada: Person, sam: Person) -> None:
    file = File(9)
    placed = await shared(couple, ada, file)
    await mark(couple, sam, "erase", placed)
    assert code(await file.fetch(couple, sam)) == NOWHERE
    assert (await file.fetch(couple, ada)).content == file.data


async def test_what_is_withdrawn_is_fetched_by_who_kept_it(couple: Diary, ada: Person, sam: Person) -> None:
    kept, lost = File(9), File(9)
    first, second = await shared(couple, ada, kept), await shared(couple, ada, lost)
    await mark(couple, sam, "keep", first)
    for placed in (first, second):
        await withdraw(couple, ada, placed)
    assert (await kept.fetch(couple, sam)).content == kept.data
    for file, person in ((kept, ada), (lost, ada), (lost, sam)):
        assert code(await file.fetch(couple, person)) == NOWHERE


# --- ranges ---


@ONE
@pytest.mark.parametrize(
    ("header", "first", "end"),
    [
        ("bytes=0-", 0, None),
        ("bytes=0-0", 0, 1),
        ("bytes=7-7", 7, 8),
        ("bytes=0-1048575", 0, PART),
        ("bytes=1048575-1048576", PART - 1, PART + 1),
        ("bytes=1048576-", PART, None),
        ("bytes=2097151-2097156", 2 * PART - 1, None),
        ("bytes=2097156-", 2 * PART + 4, None),
        ("bytes=5-999999999", 5, None),
    ],
)
async def test_a_range(couple: Diary, ada: Person, sam: Person, header: str, first: int, end: int | None) -> None:
    file = File()
    await shared(couple, ada, file)
    answer = await file.fetch(couple, sam, header)
    last = file.size if end is None else end
    assert (answer.status_code, answer.content) == (206, file.data[first:last])
    assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{file.size}"
    assert answer.headers["content-length"] == str(last - first)


@pytest.mark.parametrize(
    "header",
    ["bytes=-5", "bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes", "", "bytes=0-1;x", "bytes=٣-"],
)
def test_any_other_range_is_as_if_none_was_asked_for(header: str) -> None:
    assert wanted_range(header, 10) is None


def test_a_range_behind_the_end_is_none() -> None:
    for header in ("bytes=10-", "bytes=10-12", "bytes=999999999999999-"):
        with pytest.raises(RangeNotSatisfiable):
            wanted_range(header, 10)
    assert wanted_range("bytes=9-", 10) == (9, 10)


@ONE
async def test_a_range_behind_the_end_says_how_long_it_is(couple: Diary, ada: Person) -> None:
    file = File(10)
    await shared(couple, ada, file)
    answer = await file.fetch(couple, ada, "bytes=10-")
    assert code(answer) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == "bytes */10"


@ONE
@pytest.mark.parametrize("cut", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 4])
async def test_a_download_resumes_anywhere(couple: Diary, ada: Person, cut: int) -> None:
    file = File()
    await shared(couple, ada, file)
    rest = await file.fetch(couple, ada, f"bytes={cut}-")
    assert file.data[:cut] + rest.content == file.data


# --- what a store that lost something comes to ---


@ONE
async def test_bytes_that_the_store_has_lost_are_not_found_before_the_answer_begins(
    app: FastAPI, couple: Diary, ada: Person
) -> None:
    file = File()
    await shared(couple, ada, file)
    (place,) = app.state.duolog.settings.attachment_folder.iterdir()
    (place / "0").write_bytes(b"short")
    for wanted in (None, "bytes=4-", "bytes=5-"):
        assert code(await file.fetch(couple, ada, wanted)) == NOWHERE
    (place / "0").unlink()
    assert code(await file.fetch(couple, ada)) == NOWHERE
    assert (await file.fetch(couple, ada, f"bytes={PART}-")).content == file.data[PART:]


@ONE
async def test_bytes_that_are_lost_half_way_end_the_connection(app: FastAPI, couple: Diary, ada: Person) -> None:
    file = File()
    await shared(couple, ada, file)
    (place,) = app.state.duolog.settings.attachment_folder.iterdir()
    (place / "1").unlink()
    with pytest.raises(ConnectionAbortedError):
        await file.fetch(couple, ada)


# --- how many at a time ---


async def test_so_many_are_sent_at_a_time() -> None:
    sending = serving.Serving()
    with sending.one("near"), sending.one("near"):
        pass
    held = [sending.one("near") for _ in range(serving.MOST_OF_NETWORK)]
    for one in held:
        one.__enter__()
    with pytest.raises(Busy), sending.one("near"):
        pytest.fail("there was room for one more of this network")
    far = [sending.one(f"far {number}") for number in range(serving.MOST - serving.MOST_OF_NETWORK)]
    for one in far:
        one.__enter__()
    with pytest.raises(Busy), sending.one("farther"):
        pytest.fail("there was room for one more")
    for one in (*held, *far):
        one.__exit__(None, None, None)
    with sending.one("near"):
        pass


@ONE
async def test_a_part_at_a_time_is_read(
    app: FastAPI, couple: Diary, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, store, asked = File(), app.state.duolog.store, list[tuple[int, int, int]]()
    await shared(couple, ada, file)
    get = store.get

    async def noted(place: bytes, number: int, start: int, end: int) -> bytes | None:
        asked.append((number, start, end))
        found: bytes | None = await get(place, number, start, end)
        return found

    monkeypatch.setattr(store, "get", noted)
    await file.fetch(couple, ada)
    assert asked == [(0, 0, PART), (1, 0, PART), (2, 0, 5)]
    asked.clear()
    await file.fetch(couple, ada, f"bytes={PART - 2}-{PART + 1}")
    assert asked == [(0, PART - 2, PART), (1, 0, 2)]
