"""Attacks on streams of events. Rows of docs/threat-model.md name these tests."""

import pytest
from fastapi import FastAPI

from app.settings import DAY, Settings
from tests.app import conftest as of_the_server
from tests.app.events.ears import hub_of, listening
from tests.app.people import Diary, Person
from tests.conftest import http_client, running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ada, sam, stranger = of_the_server.ada, of_the_server.sam, of_the_server.stranger
diary, couple = of_the_server.diary, of_the_server.couple


async def test_a_stranger_hears_nothing_of_a_journal(app: FastAPI, couple: Diary, stranger: Person) -> None:
    async with listening(app, stranger) as ear, listening(app, couple.founder) as adas:
        await ear.seqs(1)
        await adas.seqs(2)
        await couple.push(couple.founder, couple.entry(couple.founder))
        await adas.event()
        assert not ear.unheard


async def test_an_account_journal_wakes_its_owner_alone(app: FastAPI, couple: Diary, sam: Person) -> None:
    ada = couple.founder
    async with listening(app, ada) as adas, listening(app, sam) as sams:
        await adas.seqs(2)
        await sams.seqs(2)
        own = ada.account_journal
        answer = await own.push(ada, own.entry(ada))
        assert answer.status_code == 201, answer.text
        assert await adas.seqs(1) == {own.journal: 2}
        assert not sams.unheard


async def test_a_partner_who_reads_logs_in_or_keeps_wakes_nobody(app: FastAPI, couple: Diary, sam: Person) -> None:
    ada = couple.founder
    await couple.push(ada, couple.entry(ada))
    async with listening(app, ada) as ear:
        await ear.seqs(2)
        await couple.pull(sam)
        await sam.log_in()
        await sam.delete("/v1/sessions")
        await couple.push(ada, couple.entry(ada))  # the next event is this one
        assert await ear.seqs(1) == {couple.journal: couple.state.seq}
        assert not ear.unheard


async def test_an_id_of_another_journal_or_person_opens_nothing(
    app: FastAPI, couple: Diary, sam: Person, stranger: Person
) -> None:
    async with listening(app, sam) as ear:
        await ear.event()
        theirs, _ = await ear.event()
    for last in (theirs, "A" * 22, "x" * 9000, "%00"):
        async with listening(app, stranger, last) as ear:
            assert await ear.seqs(1) == {stranger.account_journal.journal: 1}
            assert not ear.unheard


async def test_a_removed_member_hears_nothing_more(app: FastAPI, diary: Diary, ada: Person, sam: Person) -> None:
    await diary.make_couple(sam)
    confidant = await Person(ada.http).register()
    add = diary.add(confidant, [ada, sam], role="confidant", rights="read", until=4_000_000_000)
    answer = await diary.push(ada, add)
    assert answer.status_code == 201, answer.text
    async with listening(app, confidant) as theirs, listening(app, sam) as sams:
        await theirs.seqs(2)
        await sams.seqs(2)
        remaining = [member for member in diary.roster.members if member.account != confidant.account]
        assert remaining
        removal = diary.change("remove", [ada], fresh=True, account=confidant.account, members=tuple(remaining))
        answer = await diary.push(ada, removal)
        assert answer.status_code == 201, answer.text
        await sams.event()
        await diary.push(sam, diary.entry(sam))
        assert await sams.seqs(1) == {diary.journal: diary.state.seq}
        assert not theirs.unheard


async def test_a_session_that_ends_ends_its_stream(app: FastAPI, ada: Person) -> None:
    thief = dict(ada.headers)
    await ada.log_in()
    kept, ada.headers = ada.headers, thief
    async with listening(app, ada) as stolen:
        await stolen.seqs(1)
        ada.headers = kept
        async with listening(app, ada) as own:
            await own.seqs(1)
            await ada.delete("/v1/sessions")
            assert await stolen.ended()
            assert not own.over
            await ada.delete("/v1/sessions/current")
            assert await own.ended()


async def test_a_session_that_expires_ends_its_stream_at_a_beat(settings: Settings) -> None:
    time = 1_800_000_000
    short = settings.model_copy(update={"event_seconds": 1, "session_idle_days": 1})
    async with running(short, lambda: time) as app, http_client(app) as http:
        ada = await Person(http).register()
        async with listening(app, ada) as ear:
            time += DAY
            assert await ear.ended()


async def test_a_flood_of_listeners_is_bounded(settings: Settings) -> None:
    tight = settings.model_copy(update={"listeners": 4, "listeners_account": 3, "max_connections_network": 8})
    async with running(tight) as app, http_client(app) as http:
        ada, sam, eve = [await Person(http).register() for _ in range(3)]
        async with listening(app, ada) as oldest, listening(app, ada), listening(app, ada) as newest:
            assert await oldest.ended()  # a session has two
            assert newest.status == 200
            assert hub_of(app) == 2
            await ada.log_in()
            async with listening(app, ada), listening(app, ada) as fourth:
                assert fourth.status == 429  # an account has three
                async with listening(app, sam, address="127.0.0.2"), listening(app, eve, address="127.0.0.3") as fifth:
                    assert fifth.status == 503  # all have four
                    assert hub_of(app) == 4


async def test_a_network_can_not_take_all_its_connections_for_streams(settings: Settings) -> None:
    async with running(settings.model_copy(update={"max_connections_network": 3})) as app, http_client(app) as http:
        ada, sam = [await Person(http).register() for _ in range(2)]
        async with listening(app, ada), listening(app, sam) as refused, listening(app, sam, address="127.0.0.2") as ear:
            assert refused.status == 429
            assert ear.status == 200


async def test_a_slow_reader_holds_no_more_than_its_journals(app: FastAPI, couple: Diary, sam: Person) -> None:
    async with listening(app, sam) as slow, listening(app, couple.founder) as ear:
        await slow.seqs(2)
        await ear.seqs(2)
        slow.reading.clear()
        for _ in range(5):
            await couple.push(sam, couple.entry(sam))
            await ear.event()
        (listener,) = [one for one in app.state.duolog.hub._beats if one.account == sam.account]
        assert listener._waiting <= {couple.journal}
