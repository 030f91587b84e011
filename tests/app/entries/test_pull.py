"""Pulling: whole pushes, in order, each reader with their own grants alone."""

import asyncio
import time
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, update

from app.database import Database
from app.entries.repository import PageRows, load_page
from app.journals.table import log
from app.queries import driver_of
from duolog.api import pages
from duolog.api.common import ReceiptModel
from duolog.api.entries import Page
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.log import EntryItem, StatementItem, append_push, empty_log
from tests.app.people import Diary, Person, code


async def test_a_whole_log_verifies_from_its_pages(
    http: httpx2.AsyncClient, couple: Diary, ada: Person, sam: Person
) -> None:
    for number in range(5):
        await couple.push(sam, *(couple.entry(sam) for _ in range(number + 1)))
    key = parse_b64((await http.get("/.well-known/duolog")).json()["receipt_keys"][0]["key"])
    state = empty_log(couple.journal)
    page = await couple.pull(ada)
    for push in page.pushes:
        state = append_push(state, [item.item for item in push.items], push.receipt, key, couple.chains)
    assert (state.seq, state.head, page.seq) == (couple.state.seq, couple.state.head, couple.state.seq)


async def test_json_pages_hold_the_same_as_binary_ones(couple: Diary, ada: Person) -> None:
    await couple.push(ada, couple.entry(ada), couple.entry(ada))
    answer = await ada.get(f"{couple.path}/entries")
    page = Page.model_validate_json(answer.content)
    binary = await couple.pull(ada)
    items = [placed for push in binary.pushes for placed in push.items]
    assert page.seq == binary.seq
    assert page.receipts == [ReceiptModel.of(push.receipt) for push in binary.pushes]
    assert [item.seq for item in page.items] == [placed.seq for placed in items]
    for shown, placed in zip(page.items, items, strict=True):
        if shown.kind == "entry":
            assert placed.item == EntryItem(shown.header, shown.blob_hash, shown.blob)
        else:
            assert placed.item == StatementItem(shown.signed())
            assert placed.grants == shown.grants_by_account()


async def test_since_leaves_out_what_the_caller_holds(couple: Diary, ada: Person) -> None:
    await couple.push(ada, couple.entry(ada))
    last = couple.state.seq
    page = await couple.pull(ada, last - 1)
    assert [item.seq for push in page.pushes for item in push.items] == [last]
    empty = await couple.pull(ada, last)
    assert (empty.pushes, empty.seq) == ((), last)
    beyond = await couple.pull(ada, last + 100)
    assert (beyond.pushes, beyond.seq) == ((), last)


async def test_pages_are_cut_between_pushes_and_lose_nothing(couple: Diary, ada: Person) -> None:
    for count in (3, 1, 4, 2, 30):
        await couple.push(ada, *(couple.entry(ada) for _ in range(count)))
    for limit in (1, 3, 5, 10):
        since, seen, sizes = 0, [], []
        while since < couple.state.seq:
            answer = await ada.get(
                f"{couple.path}/entries",
                params={"since": since, "limit": limit},
                headers={"accept": pages.MEDIA_TYPE},
            )
            page = pages.parse_page(answer.content)
            assert page.pushes, "a page holds one push at least"
            seen += [item.seq for push in page.pushes for item in push.items]
            sizes.append([len(push.items) for push in page.pushes])
            since = seen[-1]
        assert seen == list(range(1, couple.state.seq + 1))
        assert all(sum(page) <= limit or len(page) == 1 for page in sizes)
        assert all(sum(page) + following[0] > limit for page, following in pairwise(sizes))


async def test_a_page_holds_one_mebibyte_at_most(couple: Diary, ada: Person) -> None:
    text = "x" * 60_000
    for _ in range(5):
        await couple.push(ada, *(couple.entry(ada, text) for _ in range(5)), follow=True)
    page = await couple.pull(ada)
    size = sum(len(i.item.blob or b"") for push in page.pushes for i in push.items if isinstance(i.item, EntryItem))
    assert 512 * 1024 < size < 1024 * 1024
    assert page.pushes[-1].receipt.seq < page.seq


async def test_each_reader_gets_their_own_grants_alone(couple: Diary, ada: Person, sam: Person) -> None:
    rotate = couple.change("rotate", [ada], fresh=True)
    await couple.push(ada, rotate)
    for reader in (ada, sam):
        grants = [
            dict(item.grants) for push in (await couple.pull(reader)).pushes for item in push.items if item.grants
        ]
        assert all(set(of_one) == {reader.account} for of_one in grants)
        assert grants[-1][reader.account] == rotate.grants[reader.account]
    # Ada was granted epochs 1 to 3, Sam came with 2.
    assert len([1 for push in (await couple.pull(sam)).pushes for item in push.items if item.grants]) == 2
    assert len([1 for push in (await couple.pull(ada)).pushes for item in push.items if item.grants]) == 3


async def test_an_entry_whose_blob_is_gone_keeps_its_place_and_hash(couple: Diary, ada: Person, app: object) -> None:
    entry = couple.entry(ada)
    await couple.push(ada, entry)
    assert isinstance(entry.item, EntryItem)

    def destroy(connection: Connection) -> None:
        connection.execute(update(log).where(log.c.digest == entry.item.digest).values(blob=None))

    await app.state.duolog.database.write(destroy)  # type: ignore[attr-defined]
    page = await couple.pull(ada, couple.state.seq - 1)
    assert page.pushes[0].items[0].item == EntryItem(entry.item.header, entry.item.hash_of_blob, None)
    (shown,) = (await ada.get(f"{couple.path}/entries", params={"since": couple.state.seq - 1})).json()["items"]
    assert shown["blob"] is None
    assert shown["blob_hash"] == encode_b64(entry.item.hash_of_blob)


async def test_the_form_is_negotiated(couple: Diary, ada: Person) -> None:
    path = f"{couple.path}/entries"
    for accept, media in (("*/*", "application/json"), (pages.MEDIA_TYPE, pages.MEDIA_TYPE)):
        assert (await ada.get(path, headers={"accept": accept})).headers["content-type"] == media
    assert code(await ada.get(path, headers={"accept": "text/html"})) == (406, "not_acceptable")


async def test_strangers_and_the_anonymous_pull_nothing(
    http: httpx2.AsyncClient, couple: Diary, stranger: Person
) -> None:
    assert code(await stranger.get(f"{couple.path}/entries")) == (404, "not_found")
    assert code(await http.get(f"{couple.path}/entries")) == (401, "session_missing")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_page_reads_little_beyond_its_end(couple: Diary, ada: Person, app: FastAPI) -> None:
    """A long push behind the page costs it no more than a short one, and no blob is read twice."""
    database: Database = app.state.duolog.database

    def work(connection: Connection) -> int:
        """How many instructions of SQLite's machine the page takes, in tens."""
        taken = 0

        def count() -> int:
            nonlocal taken
            taken += 1
            return 0

        driver_of(connection).set_progress_handler(count, 10)
        page = load_page(connection, couple.journal, ada.account, begin, 10)
        driver_of(connection).set_progress_handler(None, 10)
        assert [row[0] for row in page.rows] == list(range(begin + 1, begin + 11))
        return taken

    begin = couple.state.seq
    await couple.push(ada, *(couple.entry(ada) for _ in range(10)))
    alone = await database.read(work)
    await couple.push(ada, *(couple.entry(ada) for _ in range(100)))
    assert await database.read(work) <= alone * 1.2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_pages_are_read_one_at_a_time_from_sqlite(
    couple: Diary, ada: Person, sam: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the loop, and where the disk is slow, in threads, which would fight for the interpreter at each row."""
    monkeypatch.setattr("app.loop_patience.SLOW_SECONDS", 0.01)
    await couple.push(ada, *(couple.entry(ada) for _ in range(5)))
    reading, at_once = list[object](), list[int]()

    def load(*given: Any) -> PageRows:
        reading.append(given)
        at_once.append(len(reading))
        time.sleep(0.02)
        reading.pop()
        return load_page(*given)

    monkeypatch.setattr("app.entries.repository.load_page", load)
    found = await asyncio.gather(*(couple.pull(person) for person in (ada, sam) * 3))
    assert {page.seq for page in found} == {couple.state.seq}
    assert at_once == [1] * 6
