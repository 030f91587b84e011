"""Long account chains: fetched page by page, and only what comes after what a home holds."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.home.chains import Chains
from duolog.errors import NotAllowed, TransportError
from duolog.protocol import accounts, sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.seal.chains import encode_links
from tests.client.couple import UNLOCK, Tampered, couple
from tests.client.devices import enroll

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = 2  # key statements, so that eight are a long chain


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "MAX_CHAIN_PAGE", PAGE)
    monkeypatch.setattr(sizes, "MAX_OWN_PAGE", PAGE)


def watched(person: Duolog, method: str, calls: list[tuple[Any, ...]]) -> None:
    """From now on what this method is called with is noted."""
    network: Any = person._context.network.transport
    honest: Callable[..., Awaitable[Any]] = getattr(network, method)

    async def noted(*arguments: Any) -> Any:
        calls.append(arguments)
        return await honest(*arguments)

    setattr(network, method, noted)


async def test_a_partner_who_rotates_again_and_again_is_followed_from_the_pin(app: FastAPI) -> None:
    async with couple(app) as two:
        calls: list[tuple[Any, ...]] = []
        watched(two.sam, "chains", calls)
        for _ in range(4):
            await rotate(two.ada._context, Wanted())
        await two.ada.sync()
        await two.sam.sync()
        assert two.sam._context.chains[two.ada.account].newest.generation == 5
        assert calls == [(two.journal, two.ada.account, 1), (two.journal, two.ada.account, 3)]
        await rotate(two.ada._context, Wanted())
        await two.ada.sync()
        await two.sam.sync()
        assert calls[2:] == [(two.journal, two.ada.account, 5)]
        assert two.sam._context.chains.statements(two.ada.account) == two.ada._context.chains.statements(
            two.ada.account
        )
        assert (await two.sam.write(two.journal, "note", {"text": "still here"})).delivered


async def test_pages_that_came_before_the_line_failed_are_kept(app: FastAPI) -> None:
    async with couple(app) as two:
        for _ in range(4):
            await rotate(two.ada._context, Wanted())
        await two.ada.sync()
        network: Any = two.sam._context.network.transport
        honest, asked = network.chains, list[int]()

        async def failing(journal: bytes, account: bytes, after: int) -> Any:
            asked.append(after)
            if len(asked) == 2:
                raise TransportError("the line is dead")
            return await honest(journal, account, after)

        network.chains = failing
        with pytest.raises(TransportError):
            await two.sam.sync()
        assert two.sam._context.chains[two.ada.account].newest.generation == 1 + PAGE
        await two.sam.sync()
        assert asked == [1, 3, 3]
        assert two.sam._context.chains[two.ada.account].newest.generation == 5


async def test_an_own_account_of_many_generations_is_restored_and_enrolled_page_by_page(app: FastAPI) -> None:
    async with couple(app) as two:
        for _ in range(4):
            await rotate(two.ada._context, Wanted())
        await two.ada.sync()
        async with await Duolog.restore(Tampered(app), two.words, home=None, unlock=UNLOCK) as restored:
            await restored.sync()
            assert restored._context.identity.secrets.keys() == {1, 2, 3, 4, 5}
            assert restored._context.identity.sets == two.ada._context.identity.sets
            assert restored._context.chains[two.sam.account] == two.sam._context.chains[two.sam.account]
        new, _ = await enroll(app, two.ada)
        async with new:
            calls: list[tuple[Any, ...]] = []
            watched(new, "own_account", calls)
            await new.sync()
            assert calls == [(5, len(new._context.identity.sets))]
            await rotate(two.ada._context, Wanted())
            await new.sync()
            assert new._context.identity.secret.generation == 6


async def test_what_is_stored_is_not_verified_again(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    async with couple(app) as two:
        await rotate(two.ada._context, Wanted())
        await two.ada.sync()
        await two.sam.sync()
        store, pinned = two.sam._context.store, two.sam._context.chains[two.ada.account]

        def verified(*_: bytes) -> None:
            raise AssertionError("a stored signature was verified again")

        monkeypatch.setattr(accounts, "verify_statement", verified)
        chains = Chains(store)
        assert chains[two.ada.account] == pinned
        assert chains.pin(two.ada.account, chains.statements(two.ada.account)) == pinned
        await two.sam.sync()


async def test_keys_that_no_sealed_message_can_hold_are_refused_in_a_sentence(app: FastAPI) -> None:
    async with couple(app) as two:
        statement = two.ada._context.chains.statements(two.ada.account)[0]
        assert len(encode_links([statement] * 100)) == 100
        long = SignedAccountStatement(bytes(sizes.MAX_STATEMENT), statement.signatures)
        with pytest.raises(NotAllowed, match="changed so often"):
            encode_links([long] * 16)
