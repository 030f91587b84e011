"""A partner of a journal brings it to a server so that its other members can't use it there."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.carrying.repository import move_rows
from app.quotas.table import usage
from app.receipts.service import ReceiptSigner
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from tests.app.elsewhere import Elsewhere, bring, chain
from tests.app.people import Diary, Person, code
from tests.conftest import http_client


@pytest.fixture
async def http(real: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(real) as client:
        yield client


@pytest.fixture
async def eve(http: httpx2.AsyncClient) -> Person:
    return await arrived(http)


async def arrived(http: httpx2.AsyncClient) -> Person:
    """Somebody who has just brought their account."""
    person = Person(http)
    assert (await bring(person)).status_code == 201
    return person


async def test_partner_brings_a_journal_from_more_servers_than_a_list_names(eve: Person) -> None:
    there = Elsewhere(Diary(eve))
    for number in range(1, sizes.MAX_SERVERS + 1):
        assert (await there.carry(eve, number)).status_code == 201
        there.signer = ReceiptSigner([number.to_bytes(32)])
        there.push(there.diary.entry(eve))
    assert code(await there.carry(eve, sizes.MAX_SERVERS + 1)) == (422, "rule_broken")
    listed = await eve.get(f"{there.diary.path}/chains")
    assert listed.status_code == 200, listed.text
    assert len(listed.json()["receipt_keys"]) == sizes.MAX_SERVERS
    assert (await eve.get(f"{there.diary.path}/entries")).status_code == 200


async def test_partner_begins_a_journal_again_and_again_so_that_its_owner_never_brings_it_whole(
    eve: Person, real: FastAPI
) -> None:
    """Whoever was ever a member knows how it begins, and signs receipts for that with a key of their own."""
    adam = await arrived(eve.http)
    there = Elsewhere(Diary(eve))
    there.push(there.diary.add(adam, [eve]))
    there.push(there.diary.entry(eve, "one"))
    there.push(there.diary.entry(eve, "two"))
    forged = Elsewhere(there.diary, ReceiptSigner([b"\x08" * 32]))
    before = await spent(real, eve)
    for seq in range(1, 4):
        named = [chain(eve)] if seq == 1 else [chain(eve), chain(adam)]
        assert (await there.carry(eve, seq, seq, chains=named)).status_code == 201
        assert (await forged.carry(adam, 1, 1, chains=[chain(eve)])).status_code == 201
    answer = await there.carry(eve, 4)
    assert answer.status_code == 201, answer.text
    assert [item["key"] for item in answer.json()["receipt_keys"]] == [encode_b64(there.signer.keys[-1].key)]
    assert (await there.diary.pull(eve)).seq == 4
    assert await spent(real, eve) == before + 1


async def test_journal_that_its_carrier_begins_anew_is_counted_once(eve: Person, real: FastAPI) -> None:
    there = Elsewhere(Diary(eve))
    other = Elsewhere(there.diary, ReceiptSigner([b"\x08" * 32]))
    for _ in range(3):
        assert (await there.carry(eve, 1, 1)).status_code == 201
        assert (await other.carry(eve, 1, 1)).status_code == 201
    assert await spent(real, eve) == 1


async def test_what_an_older_server_took_of_a_journal_stands_in_nobodys_way(eve: Person, real: FastAPI) -> None:
    """It kept what was not whole under the journal's own id."""
    there = Elsewhere(Diary(eve))
    there.push(there.diary.entry(eve, "one"))
    forged = Elsewhere(there.diary, ReceiptSigner([b"\x08" * 32]))
    assert (await forged.carry(eve, 1, 1)).status_code == 201
    database, journal = real.state.duolog.database, there.diary.journal
    await database.write(move_rows, eve.account + journal, journal)
    assert (await there.carry(eve, 1, 1)).status_code == 201
    assert (await there.carry(eve, 2)).status_code == 201
    assert (await there.diary.pull(eve)).seq == 2


async def spent(server: FastAPI, person: Person) -> int:
    """How many journals from elsewhere are counted as this person's."""
    query = select(usage.c.ever).where(usage.c.account == person.account, usage.c.thing == "moved")
    found: int | None = await server.state.duolog.database.read(
        lambda connection: connection.execute(query).scalar_one_or_none()
    )
    return found or 0
