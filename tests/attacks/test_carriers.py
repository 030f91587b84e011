"""A partner of a journal brings it to a server so that its other members can't use it there."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from app.receipts.service import ReceiptSigner
from duolog.protocol import sizes
from tests.app.elsewhere import Elsewhere, bring
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
