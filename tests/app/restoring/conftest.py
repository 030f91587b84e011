"""The people of carrying, and their journal as this server had it before it went back."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from app.state import State
from duolog.protocol.codec import encode_b64
from tests.app.carrying.conftest import adam, eve, there
from tests.app.elsewhere import Elsewhere, bring
from tests.app.people import Person
from tests.conftest import ORIGIN

__all__ = ["adam", "eve", "there"]

Carry = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def state(app: FastAPI) -> State:
    found: State = app.state.duolog
    return found


@pytest.fixture
def carry(there: Elsewhere) -> Carry:
    """Brings a part of the journal under this server's own receipts."""

    async def carry_own(person: Person, first: int, end: int | None = None, **other: Any) -> httpx2.Response:
        page = there.page(person, first, end) | {"origin": ORIGIN} | other
        return await person.post(f"/v1/carried/journals/{encode_b64(there.diary.journal)}", page)

    return carry_own


@pytest.fixture
async def back(eve: Person, adam: Person, there: Elsewhere, state: State, carry: Carry) -> Elsewhere:
    """A journal of seven items that this server has signed itself. It holds the first four, as an older state would."""
    now, journal = state.now(), there.diary.journal
    there.signer = state.receipts
    there.receipts = {
        seq: state.receipts.sign(journal, seq, item.head, now - 60 + seq) for seq, item in there.receipts.items()
    }
    assert (await bring(adam)).status_code == 201
    assert (await carry(eve, 1, 4, last=True)).status_code == 201
    return there
