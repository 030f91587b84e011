"""A server that has gone back to an older state: what it ends, what it holds, what it takes, and when it goes on."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.journals.repository import is_held
from app.quotas.table import usage
from app.receipts.service import ReceiptSigner
from app.restoring.repository import newest_restoration
from app.restoring.service import mark_restored
from app.state import State
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import EntryItem
from sqlalchemy import select
from tests.app.elsewhere import Elsewhere, bring
from tests.app.people import Person, code
from tests.conftest import ORIGIN

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def state(app: FastAPI) -> State:
    found: State = app.state.duolog
    return found


@pytest.fixture
async def back(eve: Person, adam: Person, there: Elsewhere, state: State) -> Elsewhere:
    """A journal of seven items that this server has signed itself; it holds the first four, as an older state would."""
    now = state.now()
    there.signer, there.time = state.receipts, now - 60
    there.receipts = {seq: state.receipts.sign(there.diary.journal, seq, item.head, now - 60 + seq) for seq, item in there.receipts.items()}
    for person in (eve, adam):
        assert (await bring(person)).status_code == 201
    assert (await carry(there, eve, 1, 4)).status_code == 201
    assert (await carry(there, eve, 1, 4, last=True)).status_code == 201
    return there


async def carry(there: Elsewhere, person: Person, first: int, last: int | None = None, **other: object):  # type: ignore[no-untyped-def]
    return await there.carry(person, first, last, origin=ORIGIN, **other)


async def restored(state: State, at: int | None = None) -> int:
    return await state.database.write(mark_restored, state.now() if at is None else at)


async def log_in(*people: Person) -> None:
    for person in people:
        assert (await bring(person)).status_code == 201


async def confirm(person: Person, there: Elsewhere, seq: int):  # type: ignore[no-untyped-def]
    body = {"seq": seq, "head": encode_b64(there.receipts[seq].head)}
    return await person.post(f"{there.diary.path}/end", body)


async def test_own_items_that_it_does_not_know_tell_the_server_that_it_went_back(eve: Person, back: Elsewhere, state: State) -> None:
    assert code(await carry(back, eve, 5)) == (409, "server_restored")
    assert await state.database.read(newest_restoration) is not None
    assert code(await eve.get("/v1/journals")) == (401, "session_missing")
    assert (await eve.http.get("/.well-known/duolog")).json()["restored_at"] is not None
    await log_in(eve)
    assert (await carry(back, eve, 5)).json() == {"seq": 7, "receipt_keys": []}
