"""Attacks on attachments: by a partner, a stranger, a carrier and a thief of a session."""

from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from app.objects.serving import MOST_OF_NETWORK
from app.settings import Settings
from tests.app.attachments.files import PART, File, naming, shared
from tests.app.attachments.test_bringing import RULE, Moved
from tests.app.leaving.closings import Evening, evening
from tests.app.leaving.test_holding import mark, withdraw
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def friday(settings: Settings) -> AsyncIterator[Evening]:
    async with evening(settings) as opened:
        yield opened


async def test_partner_writes_into_the_others_upload_or_names_it_as_their_own(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    file = await File().send(couple, ada, 0, 1)
    assert code(await file.part(couple, sam, 1, bytes(PART))) == (404, "not_found")
    assert code(await sam.delete(file.path(couple))) == (404, "not_found")
    await file.send(couple, ada, 1)
    assert code(await couple.push(sam, naming(couple, sam, file))) == (409, "attachment_missing")
    assert (await couple.push(ada, naming(couple, ada, file))).status_code == 201
    assert (await file.fetch(couple, sam)).content == file.data


async def test_stranger_and_removed_member_cannot_tell_an_attachment_from_none(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    file, never = File(9), File(9)
    ruth, stranger = await Person(friday.http).register(), await Person(friday.http).register()
    await couple.push(ada, couple.add(ruth, [ada, sam], role="confidant", rights="read", until=4_000_000_000))
    await shared(couple, ada, file)
    assert (await file.fetch(couple, ruth)).content == file.data
    others = tuple(item for item in couple.roster.members if item.account != ruth.account)
    await couple.push(ada, couple.change("remove", [ada], fresh=True, account=ruth.account, members=others))
    for person in (ruth, stranger):
        for wanted in (None, "bytes=0-", "bytes=99-"):
            there, nowhere = await file.fetch(couple, person, wanted), await never.fetch(couple, person, wanted)
            assert (there.status_code, there.content) == (404, nowhere.content)
            assert dict(there.headers) == dict(nowhere.headers)


async def test_partner_fetches_the_file_of_a_text_that_was_withdrawn(friday: Evening) -> None:
    ada, sam, couple, file = friday.ada, friday.sam, friday.couple, File(9)
    placed = await shared(couple, ada, file)
    await withdraw(couple, ada, placed)
    assert code(await file.fetch(couple, sam)) == (404, "not_found")
    assert code(await file.begin(couple, sam)) == (409, "attachment_exists")


async def test_partner_learns_by_a_retry_whether_the_other_kept_what_was_withdrawn(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    kept, lost = File(9), File(9)
    answers = []
    for file in (kept, lost):
        placed = await shared(couple, ada, file)
        if file is kept:
            await mark(couple, sam, "keep", placed)
        await withdraw(couple, ada, placed)
        fetched, asked = await file.fetch(couple, ada), await file.begin(couple, ada)
        sent, dropped = await file.part(couple, ada, 0), await ada.delete(file.path(couple))
        answers.append([(one.status_code, one.content) for one in (fetched, asked, sent, dropped)])
    assert answers[0] == answers[1]


async def test_network_fetches_more_at_a_time_than_it_may(settings: Settings) -> None:
    async with running(settings) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary, file = await Diary(ada).create(), File(9)
        await shared(diary, ada, file)
        with ExitStack() as unread:
            for _ in range(MOST_OF_NETWORK):
                unread.enter_context(app.state.duolog.serving.one(network(app)))
            assert code(await file.fetch(diary, ada)) == (503, "busy")
            async with http_client(app, "203.0.113.7") as elsewhere:
                ada.http = elsewhere
                assert (await file.fetch(diary, ada)).content == file.data


def network(app: FastAPI) -> str:
    name: str = app.state.duolog.rates.caller(HTTPConnection({"type": "http", "client": ("127.0.0.1", 1)}), None)
    return name


async def test_carrier_brings_a_file_for_an_entry_that_does_not_name_it(settings: Settings) -> None:
    async with running(settings) as app, http_client(app) as http:
        here = await Moved(http).come()
        assert code(await File(9).begin(here.diary, here.eve, entry=here.entry)) == RULE
        await here.file.begin(here.diary, here.eve, entry=here.entry)
        for number in range(3):
            await here.file.part(here.diary, here.eve, number)
        for person in (here.eve, here.adam):  # nor another in place of one that is there
            other = File(9)
            other.id = here.file.id
            assert code(await other.begin(here.diary, person, entry=here.entry)) == (409, "attachment_exists")


async def test_thief_of_a_session_fills_the_store(settings: Settings) -> None:
    strict = settings.model_copy(update={"attachment_mib_per_day": 4})
    async with running(strict) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        for _ in range(4):
            await File(PART).send(diary, ada)
        assert code(await File(1).begin(diary, ada)) == (429, "daily_limit")
        assert (await diary.push(ada, diary.entry(ada))).status_code == 201  # its owner goes on writing
