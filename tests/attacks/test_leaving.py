"""What the host, or the other, tries when somebody leaves: erasures that are none, closings too early, forged, late."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.settings import Settings
from duolog.api.accounts import RotationRequest
from duolog.api.pages import Placed
from duolog.client import Duolog
from duolog.client.account.rotating import Wanted, rotate
from duolog.errors import LogViolation, ServerRefused, VerificationError
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import Close, close_timing
from duolog.protocol.statements import Signature, SignedStatement
from hostile.history import Log, LogAttack, append
from hostile.liar import Attack, Liar
from hostile.log_attacks import RemoveBlob
from tests.attacks.people import UNLOCK, Couple, Insider, Someone, connect, pair
from tests.client.couple import Clock
from tests.conftest import running

FRIDAY = 1_795_770_000  # Unix seconds


class ShowClosing(LogAttack):
    """Ends the log with a closing of its own making, under a valid receipt."""

    client_must = "Freeze: no partner's key has signed it."

    def __init__(self, closing: StatementItem) -> None:
        self.closing = closing

    def edit(self, journal: bytes, log: Log) -> Log:
        return append(log, self.closing)


@pytest.fixture
async def clock() -> Clock:
    return Clock(FRIDAY - 4 * 24 * 3600)


@pytest.fixture
async def planning(attacked_settings: Settings, clock: Clock) -> AsyncIterator[Couple]:
    """Ada and Sam on a clock; Ada has scheduled a closing for Friday, which the server holds."""
    async with running(attacked_settings, clock) as app:
        people = []
        for _ in range(2):
            liar = Liar(app, Attack(), lambda: app.state.duolog.receipts)
            made = await Duolog.register(connect(liar), home=None, unlock=UNLOCK, clock=clock)
            people.append(Someone(made.duolog, liar, tuple(made.words)))
        ada, sam = people
        journal = await pair(ada, sam)
        await ada.duolog.leaving(journal).schedule(FRIDAY)
        yield Couple(ada, sam, journal)
        await ada.duolog.close()
        await sam.duolog.close()


def closing_of(someone: Insider, account: bytes, generation: int = 1) -> StatementItem:
    """A closing in the name of `account`, signed by somebody."""
    timing = close_timing(bytes(32), 0)
    statement = Close(someone.journal, account, generation, secrets.token_bytes(32), timing).encode()
    return StatementItem(SignedStatement(statement, (Signature(account, someone.secret.sign(statement)),)))


async def test_host_deletes_and_calls_it_an_erasure(couple: Couple) -> None:
    """A gap that neither the author's withdrawal nor my own erasure explains is the host's doing, and is called so."""
    await couple.ada.note(couple.journal, "the third note")
    couple.sam.lied_to(RemoveBlob())
    await couple.sam.duolog.sync()
    shown = (await couple.sam.shown(couple.journal))[-1]
    assert (shown.body, shown.hidden) == (None, None)
    assert str(shown.unreadable).startswith("Removed by the host")


async def test_host_closes_before_the_time(planning: Couple) -> None:
    """The members can't know the time. Its owner does, and is told."""
    state = await planning.ada.duolog.account_state()
    waiting = state.closings[planning.journal]
    hers = await Insider.open(planning.ada, planning.journal)
    signed = SignedStatement(waiting.statement, (Signature(hers.account, waiting.signature),))
    await hers.transport.push(planning.journal, [Placed(0, StatementItem(signed))])
    with pytest.raises(LogViolation) as caught:
        await planning.ada.duolog.sync()
    assert caught.value.check == "client.early_closing"
    await planning.ada.duolog.sync()  # said once
    await planning.sam.duolog.sync()
    assert (await planning.sam.duolog.journal(planning.journal)).closed


async def test_host_holds_a_closing_back_past_its_time(planning: Couple, clock: Clock) -> None:
    """Whichever own client comes first closes the journal."""
    clock.now = FRIDAY + 1
    await planning.ada.duolog.sync()
    assert (await planning.ada.duolog.journal(planning.journal)).closed
    await planning.sam.duolog.sync()
    assert (await planning.sam.duolog.journal(planning.journal)).closed


async def test_partner_forges_a_closing(couple: Couple) -> None:
    """The server refuses it; shown all the same, it freezes the journal, which stays open as it was."""
    his = await Insider.open(couple.sam, couple.journal)
    forged = closing_of(his, couple.ada.account)
    with pytest.raises(ServerRefused):
        await his.transport.push(couple.journal, [Placed(0, forged)])
    couple.ada.lied_to(ShowClosing(forged))
    with pytest.raises(VerificationError):
        await couple.ada.duolog.sync()
    view = await couple.ada.duolog.journal(couple.journal)
    assert (view.closed, view.frozen is not None) == (False, True)


async def test_host_uses_a_closing_that_a_rotation_signed_anew_and_that_was_taken_back(
    planning: Couple, clock: Clock
) -> None:
    """The host has it with the keys of the rotation as well. So the keys move once more."""
    ada, rotated = planning.ada.duolog, []
    network = ada._context.network.transport
    real = network.rotate

    async def seen(request: RotationRequest) -> Any:
        rotated.append(request)
        return await real(request)

    network.rotate = seen  # type: ignore[method-assign]
    await rotate(ada._context, Wanted())
    await ada.sync()
    [renewed] = rotated[0].closings
    await ada.leaving(planning.journal).cancel()
    await ada.sync()
    assert not await ada.leaving(planning.journal).may_still_happen()
    await planning.sam.duolog.sync()
    signed = SignedStatement(renewed.statement, (Signature(ada.account, renewed.signature),))
    planning.sam.lied_to(ShowClosing(StatementItem(signed)))
    with pytest.raises(VerificationError):
        await planning.sam.duolog.sync()
    assert not (await planning.sam.duolog.journal(planning.journal)).closed


async def test_host_uses_a_closing_that_was_taken_back(planning: Couple, clock: Clock) -> None:
    """Cancelling moves the keys on, so the signature fits nothing any more."""
    waiting = (await planning.ada.duolog.account_state()).closings[planning.journal]
    assert await planning.ada.duolog.leaving(planning.journal).cancel()
    await planning.sam.duolog.sync()
    signed = SignedStatement(waiting.statement, (Signature(planning.ada.account, waiting.signature),))
    hers = await Insider.open(planning.ada)
    with pytest.raises(ServerRefused):
        await hers.transport.push(planning.journal, [Placed(0, StatementItem(signed))])
    planning.sam.lied_to(ShowClosing(StatementItem(signed)))
    with pytest.raises(VerificationError):
        await planning.sam.duolog.sync()
    assert not (await planning.sam.duolog.journal(planning.journal)).closed
