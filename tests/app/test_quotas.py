"""Quotas: what one account may store in a day and in all, told plainly, and never by what another did."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, select

from app.quotas import repository
from app.quotas.table import usage
from app.settings import DAY, Settings
from duolog.protocol.codec import encode_b64
from tests.app.elsewhere import Elsewhere
from tests.app.keys import Rotation, following_set, new_device, set_request
from tests.app.leaving.test_holding import withdrawal
from tests.app.people import Diary, Person, code, journal_statement, statement_of
from tests.conftest import http_client, running

NOW = 1_800_000_000
LEFT = DAY - NOW % DAY  # seconds to midnight
DAILY, TOTAL = (429, "daily_limit"), (413, "quota_reached")

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # both count alike: see the last test


class Clock:
    """The server's time, which a test sets."""

    now = NOW

    def __call__(self) -> int:
        return self.now


class House:
    """A server with strict quotas, its clock, and Ada."""

    def __init__(self, app: FastAPI, http: httpx2.AsyncClient, clock: Clock) -> None:
        self.app, self.http, self.clock = app, http, clock

    async def used(self, thing: str) -> list[tuple[bytes, int, int]]:
        def read(connection: Connection) -> Any:
            columns = usage.c.account, usage.c.today, usage.c.ever
            return connection.execute(select(*columns).where(usage.c.thing == thing)).all()

        return [tuple(row) for row in await self.app.state.duolog.database.read(read)]


@asynccontextmanager
async def house(settings: Settings, **strict: object) -> AsyncIterator[House]:
    """`async with house(settings, entries_per_day=1) as here:`"""
    clock = Clock()
    async with running(settings.model_copy(update=strict), clock) as app, http_client(app) as http:
        yield House(app, http, clock)


async def propose(ada: Person, diary: Diary) -> httpx2.Response:
    body = statement_of(diary.change("rotate", [ada], fresh=True))
    return await ada.post(f"{diary.path}/proposals", body)


async def invite(ada: Person, diary: Diary, number: int) -> httpx2.Response:
    identifier = encode_b64(number.to_bytes(16, "big"))
    body = {"invitation": identifier, "sealed": encode_b64(bytes(64)), "expires_at": NOW + 90_000}
    return await ada.post(f"{diary.path}/invitations", body)


async def meet(ada: Person, number: int) -> httpx2.Response:
    path = f"/v1/rendezvous/{encode_b64(number.to_bytes(16, 'big'))}/old/1"
    return await ada.put(path, {"sealed": encode_b64(bytes(64))})


async def carry(ada: Person) -> httpx2.Response:
    return await Elsewhere(Diary(ada)).carry(ada)


Act = Callable[[Person, Diary, int], Awaitable[httpx2.Response]]
DAYS: dict[str, tuple[dict[str, object], Act]] = {
    "journals": ({"journals_per_day": 2}, lambda ada, _, n: ada.post("/v1/journals", genesis(ada))),
    "entries": ({"entries_per_day": 1}, lambda ada, diary, n: diary.push(ada, diary.entry(ada))),
    "bytes": ({"entry_mib_per_day": 1}, lambda ada, diary, n: push_much(ada, diary)),
    "proposals": ({"proposals_per_day": 1}, lambda ada, diary, n: propose(ada, diary)),
    "invitations": ({"invitations_per_day": 1}, lambda ada, diary, n: invite(ada, diary, n)),
    "rendezvous": ({"rendezvous_per_day": 1}, lambda ada, _, n: meet(ada, n)),
    "sets": ({"sets_per_day": 1}, lambda ada, _, n: add_device(ada)),
    "carried": ({"carried_journals_per_day": 1}, lambda ada, _, n: carry(ada)),
}
TOTALS: dict[str, tuple[dict[str, object], Act]] = {
    "journals": ({"journals_total": 2}, DAYS["journals"][1]),
    "entries": ({"entries_total": 1}, DAYS["entries"][1]),
    "bytes": ({"entry_mib_total": 1}, DAYS["bytes"][1]),
    "carried": ({"carried_journals_total": 1}, DAYS["carried"][1]),
}


def genesis(ada: Person) -> dict[str, Any]:
    return journal_statement(*Diary(ada).genesis)


async def push_much(ada: Person, diary: Diary) -> httpx2.Response:
    """More than a MiB, in two pushes: one can't hold as much."""
    entries = large(diary, ada)
    answer = await diary.push(ada, *entries[:9])
    return await diary.push(ada, *entries[9:]) if answer.status_code == 201 else answer


def large(diary: Diary, ada: Person) -> list[Any]:
    """More than a MiB."""
    return [diary.entry(ada, "x" * 65_000) for _ in range(17)]


async def add_device(ada: Person) -> httpx2.Response:
    device = new_device()
    following = following_set(ada, [device])
    answer = await ada.post("/v1/account/sets", set_request(ada, following, [device]))
    if answer.status_code == 204:
        ada.sets.append(ada.signed(following.encode()))
    return answer


@ONE
@pytest.mark.parametrize("thing", DAYS)
async def test_a_days_limit_says_when_it_goes_on(settings: Settings, thing: str) -> None:
    strict, act = DAYS[thing]
    async with house(settings, **strict) as here:
        ada = await Person(here.http).register()
        diary = await Diary(ada).create()
        assert (await act(ada, diary, 1)).status_code in (201, 204)
        refused = await act(ada, diary, 2)
        assert code(refused) == DAILY
        assert refused.headers["retry-after"] == str(LEFT)
        here.clock.now += LEFT - 1
        assert code(await act(ada, diary, 3)) == DAILY
        here.clock.now += 1
        assert (await act(ada, diary, 4)).status_code in (201, 204)


@ONE
@pytest.mark.parametrize("thing", TOTALS)
async def test_a_limit_for_ever_is_not_cured_by_waiting(settings: Settings, thing: str) -> None:
    strict, act = TOTALS[thing]
    async with house(settings, **strict) as here:
        ada = await Person(here.http).register()
        diary = await Diary(ada).create()
        assert (await act(ada, diary, 1)).status_code == 201
        here.clock.now += 400 * DAY
        await ada.log_in()
        refused = await act(ada, diary, 2)
        assert code(refused) == TOTAL
        assert "retry-after" not in refused.headers


@ONE
async def test_carried_bytes_have_limits_of_their_own(settings: Settings) -> None:
    async with house(settings, carried_mib_per_day=1) as here:
        ada = await Person(here.http).register()
        there = Elsewhere(Diary(ada))
        there.push(*large(there.diary, ada))
        assert (await there.carry(ada)).status_code == 201
        assert (await there.carry(ada)).status_code == 201, "what is here already costs nothing"
        assert code(await carry(ada)) == DAILY


@ONE
async def test_what_was_accepted_before_and_what_was_refused_cost_nothing(settings: Settings) -> None:
    async with house(settings, entries_per_day=2, invitations_per_day=1, rendezvous_per_day=1) as here:
        ada = await Person(here.http).register()
        diary = await Diary(ada).create()
        entry = diary.entry(ada)
        first = await diary.push(ada, entry)
        for _ in range(3):
            again = await diary.push(ada, entry, follow=False)
            assert again.json()["places"] == first.json()["places"]
        assert code(await diary.push(ada, diary.entry(ada, epoch=9), follow=False)) == (409, "epoch_moved")
        assert await here.used("entries") == [(ada.account, 1, 1)]
        assert (await diary.push(ada, diary.entry(ada))).status_code == 201
        for _ in range(2):
            assert code(await diary.push(ada, diary.entry(ada))) == DAILY
        assert (await diary.push(ada, entry, follow=False)).status_code == 201, "also at the limit"
        assert await here.used("entries") == [(ada.account, 2, 2)]
        for _ in range(3):
            assert (await invite(ada, diary, 1)).status_code == 201
            assert (await meet(ada, 1)).status_code == 204


@ONE
async def test_destroying_gives_no_room_back(settings: Settings) -> None:
    async with house(settings, journals_total=1) as here:
        ada = await Person(here.http).register()
        diary = await Diary(ada).create()
        assert (await diary.push(ada, diary.close(ada))).status_code == 201
        assert (await ada.delete(diary.path)).status_code == 204
        assert code(await ada.post("/v1/journals", genesis(ada))) == TOTAL


@ONE
async def test_the_counters_of_an_account_go_with_it(settings: Settings) -> None:
    async with house(settings) as here:
        ada = await Person(here.http).register()
        diary = await Diary(ada).create()
        assert (await diary.push(ada, diary.entry(ada))).status_code == 201
        assert len(await here.used("entries")) == 1
        assert (await ada.delete("/v1/account")).status_code == 204
        assert await here.used("entries") == await here.used("journals") == []


@ONE
async def test_who_is_at_the_limit_closes_withdraws_and_revokes(settings: Settings) -> None:
    async with house(settings, entries_total=1) as here:
        ada = await Person(here.http).register()
        diary = await Diary(ada).create()
        entry = diary.entry(ada)
        assert (await diary.push(ada, entry)).status_code == 201
        assert code(await diary.push(ada, diary.entry(ada))) == TOTAL
        assert (await ada.post(f"{diary.path}/withdrawals", withdrawal(entry, diary.entry(ada)))).status_code == 201
        assert code(await ada.post(f"{diary.path}/withdrawals", withdrawal(entry, diary.entry(ada)))) == TOTAL
        assert code(await diary.push(ada, diary.change("rotate", [ada], fresh=True), follow=False)) == TOTAL
        rotation = Rotation(ada, [ada.device, ada.sheet])
        assert (await ada.post("/v1/account/rotations", rotation.request)).status_code == 200
        assert (await diary.push(ada, diary.close(ada), follow=False)).status_code == 201


@ONE
async def test_the_requests_of_a_session_are_counted(settings: Settings) -> None:
    async with house(settings, rate_session="3/minute") as here:
        ada, sam = await Person(here.http).register(), await Person(here.http).register()
        answers = [await ada.get("/v1/journals") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert code(answers[-1]) == (429, "slow_down")
        assert int(answers[-1].headers["retry-after"]) <= 60
        assert (await ada.get("/v1/journals")).status_code == 429
        assert (await sam.get("/v1/journals")).status_code == 200


@ONE
async def test_the_answer_at_a_limit_is_the_same_whatever_the_other_did(settings: Settings) -> None:
    answers = []
    for busy in (False, True):
        async with house(settings, entries_per_day=4, proposals_per_day=1, invitations_per_day=1) as here:
            ada, sam = await Person(here.http).register(), await Person(here.http).register()
            diary = await (await Diary(ada).create()).make_couple(sam)
            for number in range(5 if busy else 0):
                await diary.push(sam, diary.entry(sam))
                await propose(sam, diary)
                await invite(sam, diary, number + 100 * busy + 50)
            seen = []
            for number in range(3):
                for answer in (
                    await diary.push(ada, diary.entry(ada)),
                    await propose(ada, diary),
                    await invite(ada, diary, number + 100 * busy),
                ):
                    refusal = answer.content if answer.status_code > 400 else b""
                    seen.append((answer.status_code, refusal, answer.headers.get("retry-after")))
            answers.append(seen)
    assert answers[0] == answers[1]
    assert {status for status, _, _ in answers[0]} == {201, 429}


async def test_counters_are_those_of_one_account_thing_and_day(settings: Settings, app: FastAPI) -> None:
    database = app.state.duolog.database

    def add(connection: Connection, account: bytes, thing: str, day: int, count: int, size: int) -> tuple[int, ...]:
        used = repository.add(connection, account, thing, day, count, size)
        return used.today, used.bytes_today, used.ever, used.bytes_ever

    ada, sam = bytes(32), b"s" * 32
    steps = [
        ((ada, "entries", 5, 1, 10), (1, 10, 1, 10)),
        ((ada, "entries", 5, 2, 30), (3, 40, 3, 40)),
        ((sam, "entries", 5, 1, 1), (1, 1, 1, 1)),
        ((ada, "journals", 5, 1, 0), (1, 0, 1, 0)),
        ((ada, "entries", 6, 1, 7), (1, 7, 4, 47)),
        ((ada, "entries", 5, 1, 1), (2, 8, 5, 48)),  # from a server whose clock is behind
        ((ada, "entries", 6, 1, 0), (3, 8, 6, 48)),
    ]
    for arguments, expected in steps:
        assert await database.write(add, *arguments) == expected
