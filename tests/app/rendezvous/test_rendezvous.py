"""Two devices leave sealed messages for each other, for ten minutes; nobody puts others in their place."""

import asyncio

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.rendezvous.service import KEPT_SECONDS
from app.rendezvous.table import rendezvous
from app.settings import Settings
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from tests.app.people import Json, Person, code
from tests.conftest import http_client, running

PLACE = f"/v1/rendezvous/{encode_b64(b'r' * sizes.RENDEZVOUS_ID)}"
NEW, OLD = f"{PLACE}/new/1", f"{PLACE}/old/1"


def message(text: bytes, size: int = 64) -> Json:
    return {"sealed": encode_b64(text.ljust(size, b"."))}


async def test_each_device_finds_what_the_other_left(http: httpx2.AsyncClient, ada: Person) -> None:
    assert (await ada.get(NEW)).json() == {"sealed": None}
    assert (await http.put(NEW, json=message(b"keys"))).status_code == 204
    assert (await ada.get(NEW)).json() == message(b"keys")
    assert (await ada.put(OLD, message(b"account", 100_000))).status_code == 204
    assert (await http.get(OLD)).json() == message(b"account", 100_000)
    assert (await http.get(f"{PLACE}/old/2")).json() == {"sealed": None}
    assert (await http.get(OLD.replace("cnJy", "cnJz"))).json() == {"sealed": None}


async def test_the_first_message_stays_and_the_same_again_changes_nothing(
    http: httpx2.AsyncClient, ada: Person
) -> None:
    for _ in range(2):
        assert (await http.put(NEW, json=message(b"first"))).status_code == 204
        assert (await ada.put(OLD, message(b"answer"))).status_code == 204
    for caller in (ada.put(NEW, message(b"second")), http.put(NEW, json=message(b"second"))):
        assert code(await caller) == (409, "rendezvous_used")
    assert code(await ada.put(OLD, message(b"another"))) == (409, "rendezvous_used")
    assert (await ada.get(NEW)).json() == message(b"first")


async def test_of_two_messages_at_once_one_stays(http: httpx2.AsyncClient, ada: Person) -> None:
    texts = (b"one", b"two", b"three")
    answers = await asyncio.gather(*(http.put(NEW, json=message(text)) for text in texts))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409]
    won = texts[[answer.status_code for answer in answers].index(204)]
    assert (await ada.get(NEW)).json() == message(won)


async def test_without_a_session_nobody_speaks_for_a_device_of_the_account(http: httpx2.AsyncClient) -> None:
    assert code(await http.put(OLD, json=message(b"planted"))) == (401, "session_missing")
    assert (await http.get(OLD)).json() == {"sealed": None}


async def test_a_message_of_the_new_device_is_small(http: httpx2.AsyncClient, ada: Person) -> None:
    largest = sizes.MAX_NEWCOMER_MESSAGE
    assert (await http.put(NEW, json=message(b"", largest))).status_code == 204
    assert code(await http.put(f"{PLACE}/new/2", json=message(b"", largest + 1))) == (413, "too_large")
    assert code(await ada.put(f"{PLACE}/new/2", message(b"", largest + 1))) == (413, "too_large")
    assert (await ada.put(f"{PLACE}/old/2", message(b"", sizes.MAX_INVITATION))).status_code == 204


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000

    def __call__(self) -> int:
        return self.time


async def test_messages_go_after_ten_minutes(settings: Settings) -> None:
    def kept(connection: Connection) -> int:
        return len(connection.execute(select(rendezvous)).all())

    clock = Clock()
    async with running(settings, clock) as app, http_client(app) as http:
        await http.put(NEW, json=message(b"first"))
        clock.time += KEPT_SECONDS - 1
        assert (await http.get(NEW)).json() == message(b"first")
        clock.time += 1
        assert (await http.get(NEW)).json() == {"sealed": None}
        assert (await http.put(f"{PLACE}/new/2", json=message(b"other"))).status_code == 204
        assert await app.state.duolog.database.read(kept) == 1  # what was over went with the next write
        assert (await http.put(NEW, json=message(b"second"))).status_code == 204
        assert (await http.get(NEW)).json() == message(b"second")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_there_are_four_places_for_each_of_two_devices(http: httpx2.AsyncClient) -> None:
    for place in ("new/0", "new/5", "third/1", "new/first"):
        assert code(await http.get(f"{PLACE}/{place}")) == (422, "malformed")
        assert code(await http.put(f"{PLACE}/{place}", json=message(b"keys"))) == (422, "malformed")
    for address in ("/v1/rendezvous/nonsense/new/1", PLACE.replace("cnJy", "") + "/new/1"):
        assert code(await http.get(address)) == (404, "not_found")
        assert code(await http.put(address, json=message(b"keys"))) == (404, "not_found")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_whoever_has_no_session_is_slowed_down(settings: Settings, method: str) -> None:
    strict = settings.model_copy(update={"rate_rendezvous": "3/minute"})
    async with running(strict) as app, http_client(app) as http, http_client(app, "192.0.2.9") as elsewhere:
        body = message(b"keys") if method == "PUT" else None
        statuses = [(await http.request(method, NEW, json=body)).status_code for _ in range(4)]
        assert statuses[-1] == 429
        assert 429 not in statuses[:3]
        assert (await elsewhere.request(method, NEW, json=body)).status_code != 429


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_device_of_the_account_answers_however_many_strangers_there_are(settings: Settings) -> None:
    strict = settings.model_copy(update={"rate_rendezvous": "1/minute"})
    async with running(strict) as app, http_client(app) as http:
        ada = await Person(http).register()
        for number in (1, 2, 3):
            assert (await ada.put(f"{PLACE}/old/{number}", message(b"account"))).status_code == 204
