"""Somebody who has moved here, and her journal as it stands on the server that she left."""

import httpx2
import pytest

from tests.app.elsewhere import Elsewhere, bring, history
from tests.app.people import Person


@pytest.fixture
async def eve(http: httpx2.AsyncClient) -> Person:
    """Who has just brought her account from another server."""
    person = Person(http)
    assert (await bring(person)).status_code == 201
    return person


@pytest.fixture
async def adam(http: httpx2.AsyncClient) -> Person:
    """Her partner, whose account still lives there."""
    return Person(http)


@pytest.fixture
def there(eve: Person, adam: Person) -> Elsewhere:
    """Their journal on the other server: made, paired, and written in by both."""
    return history(eve, adam)
