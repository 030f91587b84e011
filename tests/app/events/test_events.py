"""`/v1/events` wakes the members of a journal, and tells nobody anything else."""

import asyncio

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.protocol.codec import encode_b64
from tests.app.events.ears import hub_of, listening
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # test_several_servers has the other


async def test_a_stream_begins_with_how_far_each_journal_of_mine_has_come(app: FastAPI, couple: Diary) -> None:
    ada = couple.founder
    async with listening(app, ada) as ear:
        assert ear.status == 200
        assert ear.headers["content-type"] == "text/event-stream"
        listed = (await ada.get("/v1/journals")).json()["journals"]
        assert await ear.seqs(2) == {ada.account_journal.journal: 1, couple.journal: couple.state.seq}
        assert len(listed) == 2
        assert not ear.unheard


async def test_a_push_wakes_both_members_with_the_seq_alone(app: FastAPI, couple: Diary, sam: Person) -> None:
    async with listening(app, couple.founder) as adas, listening(app, sam) as sams:
        for ear in (adas, sams):
            await ear.seqs(2)
        await couple.push(sam, couple.entry(sam))
        for ear in (adas, sams):
            _, wake = await ear.event()
            assert wake == {"journal": encode_b64(couple.journal), "seq": couple.state.seq}


async def test_a_new_journal_reaches_a_listener_too(app: FastAPI, ada: Person, sam: Person) -> None:
    async with listening(app, sam) as ear:
        await ear.seqs(1)
        diary = await (await Diary(ada).create()).make_couple(sam)
        async with asyncio.timeout(60):
            while await ear.seqs(1) != {diary.journal: diary.state.seq}:
                pass


async def test_a_stream_resumes_with_silence_where_nothing_is_new(app: FastAPI, couple: Diary, sam: Person) -> None:
    async with listening(app, sam) as ear:
        await ear.event()
        last, _ = await ear.event()
    async with listening(app, sam, last) as ear:
        await ear.beat()
        assert not ear.unheard
        await couple.push(sam, couple.entry(sam))
        assert await ear.seqs(1) == {couple.journal: couple.state.seq}
    async with listening(app, sam, last) as ear:  # and with every journal where something is
        assert await ear.seqs(2) == {sam.account_journal.journal: 1, couple.journal: couple.state.seq}


async def test_only_the_last_of_several_events_has_an_id(app: FastAPI, couple: Diary, sam: Person) -> None:
    async with listening(app, sam) as ear:
        assert (await ear.event())[0] == ""
        assert len((await ear.event())[0]) == 22


async def test_many_pushes_are_one_event_for_a_slow_reader(app: FastAPI, couple: Diary, sam: Person) -> None:
    async with listening(app, sam) as ear:
        await ear.seqs(2)
        ear.reading.clear()
        for _ in range(12):
            await couple.push(sam, couple.entry(sam))
        await asyncio.sleep(0.1)
        ear.reading.set()
        heard: list[int] = []
        while not heard or heard[-1] < couple.state.seq:
            heard.append((await ear.seqs(1))[couple.journal])
        assert len(heard) <= 2


async def test_nobody_listens_without_a_session(app: FastAPI, ada: Person) -> None:
    async with listening(app, None) as ear:
        assert ear.status == 401
    ada.headers = {"authorization": "Bearer " + "A" * 43}
    async with listening(app, ada) as ear:
        assert ear.status == 401
    assert hub_of(app) == 0


async def test_a_stream_that_its_reader_left_is_forgotten(app: FastAPI, ada: Person) -> None:
    async with listening(app, ada):
        assert hub_of(app) == 1
    assert hub_of(app) == 0


async def test_a_head_request_gets_the_headers_alone(app: FastAPI, ada: Person) -> None:
    async with listening(app, ada, method="HEAD") as ear:
        assert (ear.status, ear.headers["content-type"]) == (200, "text/event-stream")
    assert ear.sent == b""
    assert hub_of(app) == 0


async def test_a_listener_hears_from_the_server_when_nothing_is_new(settings: Settings) -> None:
    async with running(settings.model_copy(update={"event_seconds": 1})) as app, http_client(app) as http:
        ada = await Person(http).register()
        async with listening(app, ada) as ear:
            await ear.seqs(1)
            await ear.beat()
            assert ear.sent.count(b":\n\n") == 1  # and no more often than it should


async def test_a_restarted_stream_is_refused_once_the_server_stops(app: FastAPI, ada: Person) -> None:
    async with listening(app, ada) as ear:
        app.state.duolog.hub.end()
        assert await ear.ended()
    async with listening(app, ada) as ear:
        assert ear.status == 503


async def test_the_address_is_in_the_document(app: FastAPI, ada: Person) -> None:
    operation = app.openapi()["paths"]["/v1/events"]["get"]
    assert "text/event-stream" in operation["responses"]["200"]["content"]
    assert [item["name"] for item in operation["parameters"]] == ["Last-Event-ID"]
    assert code(await ada.post("/v1/events")) == (405, "method_not_allowed")
