"""Which journals are mine: also those whose founding or joining was cut off, and on every own device."""

from typing import Any

import pytest
from fastapi import FastAPI

from duolog.api.common import JournalStatementModel
from duolog.client import Duolog
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.home.marks import JournalMark, clear_marks, marked_journals, set_mark
from duolog.client.log.folding import account_state
from duolog.client.log.statements import make_genesis
from duolog.client.server.transport import Transport
from duolog.errors import TransportError
from tests.client.couple import UNLOCK, Tampered, couple, register
from tests.client.devices import enroll

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def lost(*_: Any) -> Any:
    raise TransportError("the answer was lost")


async def test_a_journal_whose_founding_was_cut_off_is_mine(app: FastAPI) -> None:
    person, network, _ = await register(app)
    network.changes["create_journal"] = lost
    with pytest.raises(TransportError):
        await person.create_journal()
    network.changes.clear()
    report = await person.sync()
    (journal,) = await person.journals()
    await person.sync()
    assert report.problems == ()
    assert journal.id in account_state(person._context).journals, "the other devices are told"


async def test_a_journal_that_was_founded_and_never_noted_is_found_by_a_restored_home(app: FastAPI) -> None:
    person, _, words = await register(app)
    context = person._context
    made = make_genesis(context.chains[person.account], context.identity.secret)
    genesis = JournalStatementModel.of(made.signed, dict(made.grants))
    await context.network.call(Transport.create_journal, genesis)
    async with await Duolog.restore(Tampered(app), words, home=None, unlock=UNLOCK) as restored:
        assert (await restored.sync()).problems == ()
        assert [item.id for item in await restored.journals()] == [made.roster.journal]


@pytest.mark.parametrize("marked", [False, True])
async def test_a_founded_journal_that_a_home_holds_is_mine_after_a_rotation_too(app: FastAPI, marked: bool) -> None:
    """As where the home fetched it before it kept marks, and could not note it, since it isn't confirmed yet."""
    person, _, words = await register(app)
    context = person._context
    made = make_genesis(context.chains[person.account], context.identity.secret)
    genesis = JournalStatementModel.of(made.signed, dict(made.grants))
    await context.network.call(Transport.create_journal, genesis)
    async with await Duolog.restore(Tampered(app), words, home=None, unlock=UNLOCK) as restored:
        await restored.sync()
        store = restored._context.store
        clear_marks(store, marked_journals(store, JournalMark.FOUNDING), JournalMark.FOUNDING)
        if marked:
            set_mark(store, made.roster.journal, JournalMark.STRANGER)
        await rotate(context, Wanted())
        assert (await restored.sync()).problems == ()
        assert [item.id for item in await restored.journals()] == [made.roster.journal]


async def test_a_journal_that_was_joined_a_moment_ago_is_there_on_every_own_device(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    sam, network, _ = await register(app)
    phone, _ = await enroll(app, sam)
    async with ada, sam, phone:
        journal = await ada.create_journal()
        await sam.join((await ada.invite(journal)).link)
        await ada.sync()
        network.changes["push"] = lost  # so the phone is told by what was noted before the answer alone
        assert (await phone.sync()).problems == ()
        assert journal in {item.id for item in await phone.journals()}


async def test_a_home_that_was_shown_a_strangers_journal_before_shows_it_no_longer(app: FastAPI) -> None:
    async with couple(app) as two:
        store = two.ada._context.store
        store.write(
            "INSERT INTO journal SELECT ?, seq, head, time, roster, closed, NULL FROM journal LIMIT 1", bytes(32)
        )
        assert bytes(32) not in {item.id for item in await two.ada.journals()}
        assert bytes(32) not in {item.journal for item in (await two.ada.heads()).journals}
