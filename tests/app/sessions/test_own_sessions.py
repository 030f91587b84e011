"""One's own sessions: seen, ended one by one or all at once, and nobody else's."""

import httpx2
from fastapi import FastAPI
from sqlalchemy import Connection, select, update

from app.access.table import keyholders, sessions
from app.settings import DAY, Settings
from duolog.protocol.codec import encode_b64
from tests.app.people import Json, Person, code
from tests.conftest import http_client, running

PATH = "/v1/sessions"


async def listed(person: Person) -> list[Json]:
    answer = await person.get(PATH)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["sessions"]
    return found


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000

    def __call__(self) -> int:
        return self.time


async def test_each_open_session_is_listed_newest_first(settings: Settings) -> None:
    clock = Clock()
    async with running(settings, clock) as app, http_client(app) as http:
        ada = await Person(http).register()
        begun = clock.time
        clock.time += DAY
        await ada.log_in(ada.sheet)
        newest, oldest = await listed(ada)
        ends = settings.session_absolute_days * DAY
        assert newest | {"session": ""} == {
            "session": "",
            "keyholder": encode_b64(ada.sheet.id),
            "created_at": begun + DAY,
            "used_at": begun + DAY,
            "expires_at": begun + DAY + ends,
            "current": True,
        }
        assert (oldest["keyholder"], oldest["created_at"]) == (encode_b64(ada.device.id), begun)
        assert (oldest["expires_at"], oldest["current"]) == (begun + ends, False)
        assert newest["session"] != oldest["session"]
        clock.time = begun + settings.session_idle_days * DAY  # the older one is idle for too long
        assert [item["session"] for item in await listed(ada)] == [newest["session"]]


async def test_a_session_that_is_over_is_not_listed(settings: Settings) -> None:
    short = settings.model_copy(update={"session_absolute_days": 2})
    clock = Clock()
    async with running(short, clock) as app, http_client(app) as http:
        ada = await Person(http).register()
        clock.time += DAY
        device = ada.headers
        await ada.log_in()
        clock.time += DAY
        assert [item["current"] for item in await listed(ada)] == [True]
        assert code(await http.get(PATH, headers=device)) == (401, "session_missing")


async def test_one_session_is_ended_and_the_others_go_on(http: httpx2.AsyncClient, ada: Person) -> None:
    lost = ada.headers
    await ada.log_in()
    other = next(item["session"] for item in await listed(ada) if not item["current"])
    assert (await ada.delete(f"{PATH}/{other}")).status_code == 204
    assert code(await http.get("/v1/account", headers=lost)) == (401, "session_missing")
    assert [item["current"] for item in await listed(ada)] == [True]
    assert code(await ada.delete(f"{PATH}/{other}")) == (404, "not_found")


async def test_all_others_are_ended_at_once(http: httpx2.AsyncClient, ada: Person, sam: Person) -> None:
    before = [ada.headers]
    for keyholder in (ada.device, ada.sheet):
        await ada.log_in(keyholder)
        before.append(ada.headers)
    for _ in range(2):
        assert (await ada.delete(PATH)).status_code == 204
        assert [item["current"] for item in await listed(ada)] == [True]
    for headers in before[:2]:
        assert code(await http.get("/v1/account", headers=headers)) == (401, "session_missing")
    assert (await sam.get("/v1/account")).status_code == 200


async def test_the_session_that_asks_may_be_ended_by_its_id(ada: Person) -> None:
    (current,) = await listed(ada)
    assert (await ada.delete(f"{PATH}/{current['session']}")).status_code == 204
    assert code(await ada.get(PATH)) == (401, "session_missing")


async def test_nobody_sees_or_ends_a_session_of_somebody_else(ada: Person, stranger: Person) -> None:
    (own,) = await listed(ada)
    assert own["session"] not in str(await listed(stranger))
    for unknown in (own["session"], "A" * 22, "nonsense"):
        assert code(await stranger.delete(f"{PATH}/{unknown}")) == (404, "not_found")
    assert [item["session"] for item in await listed(ada)] == [own["session"]]


async def test_nobody_lists_or_ends_sessions_without_one(http: httpx2.AsyncClient) -> None:
    answers = [await http.get(PATH), await http.delete(PATH), await http.delete(f"{PATH}/{'A' * 22}")]
    assert {code(answer) for answer in answers} == {(401, "session_missing")}


async def test_a_keyholder_that_a_closing_has_ended_logs_in_no_more(app: FastAPI, ada: Person) -> None:
    def end(connection: Connection) -> None:
        connection.execute(update(keyholders).where(keyholders.c.keyholder == ada.device.id).values(ended=1))

    def count(connection: Connection) -> int:
        return len(connection.execute(select(sessions).where(sessions.c.account == ada.account)).all())

    database = app.state.duolog.database
    await database.write(end)
    assert code(await ada.log_in()) == (401, "login_refused")
    assert await database.read(count) == 1  # no new one
    assert (await ada.log_in(ada.sheet)).status_code == 201
