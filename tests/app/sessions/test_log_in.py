"""Logging in and out: only a keyholder's own answer, to this server, once, in time."""

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.access.table import sessions
from app.sessions.table import challenges
from app.settings import DAY, Settings
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.seal.keys import KeyholderSecret
from tests.app.people import Person, code, login
from tests.conftest import http_client, running


async def challenge(http: httpx2.AsyncClient, keyholder: KeyholderSecret) -> str:
    answer = await http.post("/v1/challenges", json={"keyholder": encode_b64(keyholder.id)})
    assert answer.status_code == 201
    return str(answer.json()["challenge"])


async def test_a_signed_challenge_opens_a_session_for_its_account(http: httpx2.AsyncClient, ada: Person) -> None:
    answer = await ada.log_in()
    assert answer.status_code == 201
    assert answer.json()["account"] == encode_b64(ada.account)
    assert (await ada.get("/v1/account")).status_code == 200


async def test_the_server_keeps_no_token(http: httpx2.AsyncClient, ada: Person, app: object) -> None:
    def stored(connection: Connection) -> str:
        return str([tuple(row) for row in connection.execute(select(sessions))])

    token = (await ada.log_in()).json()["token"]
    everything = await app.state.duolog.database.read(stored)  # type: ignore[attr-defined]
    assert token not in everything
    assert repr(parse_b64(token)) not in everything


async def test_a_challenge_works_once(http: httpx2.AsyncClient, ada: Person) -> None:
    answer = login(ada.device, await challenge(http, ada.device))
    assert (await http.post("/v1/sessions", json=answer)).status_code == 201
    assert code(await http.post("/v1/sessions", json=answer)) == (401, "login_refused")


async def test_a_wrong_answer_uses_the_challenge_up(http: httpx2.AsyncClient, ada: Person) -> None:
    asked = await challenge(http, ada.device)
    wrong = login(ada.device, asked) | {"signature": encode_b64(bytes(64))}
    assert code(await http.post("/v1/sessions", json=wrong)) == (401, "login_refused")
    assert code(await http.post("/v1/sessions", json=login(ada.device, asked))) == (401, "login_refused")


async def test_a_challenge_for_another_keyholder_is_refused(http: httpx2.AsyncClient, ada: Person) -> None:
    asked = await challenge(http, ada.sheet)
    assert code(await http.post("/v1/sessions", json=login(ada.device, asked))) == (401, "login_refused")


async def test_an_answer_meant_for_another_server_is_refused(http: httpx2.AsyncClient, ada: Person) -> None:
    relayed = login(ada.device, await challenge(http, ada.device), "https://evil.example")
    assert code(await http.post("/v1/sessions", json=relayed)) == (401, "login_refused")


async def test_an_unknown_keyholder_gets_the_same_answers(http: httpx2.AsyncClient, ada: Person) -> None:
    nobody = KeyholderSecret.new("device")
    known = await http.post("/v1/challenges", json={"keyholder": encode_b64(ada.device.id)})
    unknown = await http.post("/v1/challenges", json={"keyholder": encode_b64(nobody.id)})
    assert (known.status_code, known.json().keys()) == (unknown.status_code, unknown.json().keys())
    assert len(known.content) == len(unknown.content)
    wrong = login(ada.device, known.json()["challenge"]) | {"signature": encode_b64(bytes(64))}
    refused = await http.post("/v1/sessions", json=wrong)
    refused_unknown = await http.post("/v1/sessions", json=login(nobody, unknown.json()["challenge"]))
    assert (refused.status_code, refused.content) == (refused_unknown.status_code, refused_unknown.content)


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000

    def __call__(self) -> int:
        return self.time


async def test_challenges_and_sessions_end(settings: Settings) -> None:
    clock = Clock()
    async with running(settings, clock) as app, http_client(app) as http:
        ada = await Person(http).register()
        late = await challenge(http, ada.device)
        clock.time += settings.challenge_seconds
        assert code(await http.post("/v1/sessions", json=login(ada.device, late))) == (401, "login_refused")

        for _ in range(4):  # used again and again, it lives on
            clock.time += (settings.session_idle_days - 1) * DAY
            assert (await ada.get("/v1/account")).status_code == 200
        clock.time += settings.session_idle_days * DAY  # idle for too long
        assert code(await ada.get("/v1/account")) == (401, "session_missing")

        await ada.log_in()
        ends = clock.time + settings.session_absolute_days * DAY
        while clock.time + 20 * DAY < ends:
            clock.time += 20 * DAY
            assert (await ada.get("/v1/account")).status_code == 200
        clock.time = ends
        assert code(await ada.get("/v1/account")) == (401, "session_missing")

        def leftovers(connection: Connection) -> int:
            return len(connection.execute(select(challenges)).all())

        await challenge(http, ada.device)
        assert await app.state.duolog.database.read(leftovers) == 1  # those that ended were dropped


async def test_logging_out_ends_this_session_alone(http: httpx2.AsyncClient, ada: Person) -> None:
    first = ada.headers
    await ada.log_in()
    assert (await ada.delete("/v1/sessions/current")).status_code == 204
    assert code(await ada.get("/v1/account")) == (401, "session_missing")
    assert (await http.get("/v1/account", headers=first)).status_code == 200


async def test_nobody_logs_out_without_a_session(http: httpx2.AsyncClient) -> None:
    assert code(await http.delete("/v1/sessions/current")) == (401, "session_missing")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_guessing_tokens_is_slowed_down(settings: Settings) -> None:
    strict = settings.model_copy(update={"rate_bad_token": "3/minute"})
    async with running(strict) as app, http_client(app) as http, http_client(app, "192.0.2.9") as elsewhere:
        ada = await Person(elsewhere).register()
        guesses = [{"authorization": "Bearer " + letter * 43} for letter in "ABCDE"]
        statuses = [(await http.get("/v1/account", headers=guess)).status_code for guess in guesses]
        assert statuses == [401, 401, 401, 429, 429]
        assert (await http.get("/v1/account", headers={"authorization": "Basic QQ=="})).status_code == 429
        # Who guesses beside her can't lock her out.
        assert (await http.get("/v1/account", headers=ada.headers)).status_code == 200
        assert (await ada.get("/v1/account")).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/v1/challenges", "/v1/sessions"])
async def test_log_ins_are_slowed_down(settings: Settings, path: str) -> None:
    strict = settings.model_copy(update={"rate_login": "3/minute"})
    async with running(strict) as app, http_client(app) as http:
        keyholder = KeyholderSecret.new("device")
        body = {"keyholder": encode_b64(keyholder.id)}
        if path == "/v1/sessions":
            body = login(keyholder, encode_b64(bytes(32)))
        statuses = [(await http.post(path, json=body)).status_code for _ in range(4)]
        assert statuses[-1] == 429
        assert 429 not in statuses[:3]
