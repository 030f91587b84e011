"""Confidants: let in by both, ended by one; proposals that wait, are declined, and are made anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI

from app.retention.service import retain
from app.settings import Settings
from duolog.client import AdmissionStage, Duolog, PairingStage
from duolog.client.home.pairings import drop_consent
from duolog.client.log.settle import push_statement
from duolog.client.log.statements import make_rotate
from duolog.client.log.stored_logs import load_log
from duolog.client.pairing import co_signing
from duolog.errors import NotAllowed, PinMismatch, TransportError
from duolog.protocol.roster_changes import Roster
from tests.client.couple import Clock, Tampered, pair, register
from tests.conftest import running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = 24 * 3600
WRONG = ("abandon",) * 8


@dataclass
class Three:
    """A couple with a journal, and somebody who may become their confidant. All in memory, with one clock."""

    ada: Duolog
    sam: Duolog
    friend: Duolog
    networks: dict[bytes, Tampered]
    journal: bytes
    clock: Clock
    app: FastAPI

    def roster(self, who: Duolog) -> Roster:
        roster = load_log(who._context.store, self.journal).roster
        assert roster is not None
        return roster

    async def sync(self) -> None:
        for person in (self.ada, self.sam, self.friend):
            await person.sync()

    async def rotate(self, who: Duolog) -> None:
        """The roster moves."""
        await push_statement(who._context, self.journal, make_rotate(who._context, self.roster(who)))
        await who.sync()

    async def accepted(self, by: Duolog, rights: str = "read", days: int = 30) -> tuple[str, ...]:
        """Invited by one partner, and accepted; the eight words as the friend reads them."""
        until = self.clock() + days * DAY
        invitation = await by.members(self.journal).invite("write" if rights == "write" else "read", until)
        await self.friend.join(invitation.link)
        await by.sync()
        await self.friend.sync()
        words = (await self.friend.pairing(self.journal)).words
        assert words is not None
        return words

    async def let_in(self, by: Duolog, other: Duolog, rights: str = "read", days: int = 30) -> None:
        words = await self.accepted(by, rights, days)
        await by.members(self.journal).confirm(words)
        [proposal] = await other.members(self.journal).proposals()
        await other.members(self.journal).sign(proposal.id, words)
        await self.friend.verify(self.journal, words)
        await self.sync()

    async def until(self, who: Duolog) -> int | None:
        found = [item for item in await who.members(self.journal).list() if item.account == self.friend.account]
        return found[0].until


@asynccontextmanager
async def trio(settings: Settings) -> AsyncIterator[Three]:
    """Ada and Sam with a journal, and a friend who isn't in it yet."""
    clock = Clock()
    async with running(settings, clock) as app:
        ada, one, _ = await register(app, clock=clock)
        sam, two, _ = await register(app, clock=clock)
        friend, third, _ = await register(app, clock=clock)
        async with ada, sam, friend:
            networks = {ada.account: one, sam.account: two, friend.account: third}
            yield Three(ada, sam, friend, networks, await pair(ada, sam), clock, app)


@pytest.fixture
async def three(settings: Settings) -> AsyncIterator[Three]:
    async with trio(settings) as made:
        yield made


async def test_either_partner_invites_and_the_other_signs(three: Three) -> None:
    await three.let_in(three.sam, three.ada, "write")
    for person in (three.ada, three.sam, three.friend):
        assert three.roster(person).find(three.friend.account) is not None
    # Both have compared words with the friend, and the friend with them.
    for person in (three.ada, three.sam):
        assert three.friend.account in (await person.account_state()).verified
    assert (await three.friend.account_state()).journals[three.journal].role == "confidant"
    assert (await three.friend.pairing(three.journal)).stage is PairingStage.VERIFIED
    written = await three.friend.write(three.journal, "note", {"text": "I may write."})
    assert written.delivered
    await three.sync()
    assert (await three.ada.timeline(three.journal))[-1].body == {"text": "I may write."}


async def test_a_term_is_in_the_future_and_90_days_long_at_most(three: Three) -> None:
    members = three.ada.members(three.journal)
    for days in (0, -1, 91):
        with pytest.raises(NotAllowed, match="90 days"):
            await members.invite("read", three.clock() + days * DAY)
    await three.let_in(three.ada, three.sam, days=90)
    three.clock.now += DAY
    with pytest.raises(NotAllowed, match="90 days"):
        await members.extend(three.friend.account, three.clock() + 91 * DAY)


async def test_wrong_words_propose_and_sign_nothing(three: Three) -> None:
    words = await three.accepted(three.ada)
    with pytest.raises(PinMismatch):
        await three.ada.members(three.journal).confirm(WRONG)
    assert await three.sam.members(three.journal).proposals() == ()
    await three.ada.members(three.journal).confirm(words)
    [proposal] = await three.sam.members(three.journal).proposals()
    for heard in (WRONG, None):
        with pytest.raises(PinMismatch):
            await three.sam.members(three.journal).sign(proposal.id, heard)
    assert three.roster(three.sam).find(three.friend.account) is None
    assert "let the account" in proposal.text


async def test_a_proposal_is_made_anew_when_the_roster_moves(three: Three) -> None:
    words = await three.accepted(three.ada)
    await three.ada.members(three.journal).confirm(words)
    [first] = await three.sam.members(three.journal).proposals()
    await three.rotate(three.sam)
    assert await three.sam.members(three.journal).proposals() == ()
    with pytest.raises(NotAllowed, match="no such proposal"):
        await three.sam.members(three.journal).sign(first.id, words)
    await three.ada.sync()
    [second] = await three.sam.members(three.journal).proposals()
    assert second.id != first.id
    assert (second.account, second.rights, second.until) == (first.account, first.rights, first.until)
    assert second.words == words
    await three.sam.members(three.journal).sign(second.id, words)
    await three.sync()
    assert three.roster(three.friend).find(three.friend.account) is not None


async def test_a_lost_answer_makes_no_second_proposal(three: Three) -> None:
    words = await three.accepted(three.ada)
    network = three.networks[three.ada.account]

    def lose(_: object) -> None:
        raise TransportError("The answer was lost.")

    network.changes["propose"] = lose
    with pytest.raises(TransportError):
        await three.ada.members(three.journal).confirm(words)
    network.changes.clear()
    for _ in range(2):
        await three.ada.sync()
    [proposal] = await three.sam.members(three.journal).proposals()
    assert proposal.words == words


async def test_a_declined_proposal_is_not_made_again_within_14_days(three: Three) -> None:
    await three.let_in(three.ada, three.sam, days=10)
    until = three.clock() + 60 * DAY
    hers, his = three.ada.members(three.journal), three.sam.members(three.journal)
    await hers.extend(three.friend.account, until)
    [proposal] = await his.proposals()
    assert (proposal.change, proposal.words, proposal.until) == ("extend", None, until)
    await his.decline(proposal.id)
    await three.sync()
    assert await his.proposals() == ()
    for person in (three.ada, three.sam):
        [declined] = (await person.account_state()).declined
        assert (declined.change, declined.until) == ("extend", until)
        for no_less in (until, until + 1, until + 20 * DAY):
            with pytest.raises(NotAllowed, match="14 days"):
                await person.members(three.journal).extend(three.friend.account, no_less)
    # A client that proposes it all the same is not heard; its partner isn't asked again.
    three.ada._context.account_state = None
    three.clock.now += 5 * DAY
    await hers.extend(three.friend.account, three.clock() + 20 * DAY)  # less may be proposed
    assert len(await his.proposals()) == 1
    assert await three.until(three.ada) != until


async def test_after_14_days_the_same_may_be_proposed_again(three: Three) -> None:
    await three.let_in(three.ada, three.sam, days=30)
    until = three.clock() + 80 * DAY
    await three.ada.members(three.journal).extend(three.friend.account, until)
    [proposal] = await three.sam.members(three.journal).proposals()
    await three.sam.members(three.journal).decline(proposal.id)
    await three.ada.sync()
    three.clock.now += 14 * DAY
    await three.ada.members(three.journal).extend(three.friend.account, until)
    [again] = await three.sam.members(three.journal).proposals()
    await three.sam.members(three.journal).sign(again.id)
    await three.sync()
    assert await three.until(three.friend) == until


async def test_a_sync_says_that_a_change_waits(three: Three) -> None:
    words = await three.accepted(three.ada)
    assert not (await three.sam.sync()).proposed
    await three.ada.members(three.journal).confirm(words)
    assert (await three.sam.sync()).proposed == {three.journal: 1}
    assert not (await three.ada.sync()).proposed  # her own
    [proposal] = await three.sam.members(three.journal).proposals()
    await three.sam.members(three.journal).sign(proposal.id, words)
    await three.sync()
    asked = 0
    for person in (three.sam, three.friend):

        def count(listed: object) -> object:
            nonlocal asked
            asked += 1
            return listed

        three.networks[person.account].changes["proposals"] = count
        assert not (await person.sync()).proposed
    assert asked == 0


async def test_a_declined_confidant_is_not_let_in(three: Three) -> None:
    words = await three.accepted(three.ada)
    await three.ada.members(three.journal).confirm(words)
    [proposal] = await three.sam.members(three.journal).proposals()
    await three.sam.members(three.journal).decline(proposal.id)
    for _ in range(3):
        await three.ada.sync()
        assert await three.sam.members(three.journal).proposals() == ()
    [admission] = await three.ada.members(three.journal).admissions()
    assert admission.stage is AdmissionStage.DECLINED
    await three.rotate(three.sam)
    await three.ada.sync()
    assert await three.sam.members(three.journal).proposals() == ()


async def test_a_proposal_that_nobody_answers_lapses_and_is_not_called_declined(three: Three) -> None:
    words = await three.accepted(three.ada)
    members = three.ada.members(three.journal)
    await members.confirm(words)
    three.clock.now += 14 * DAY + 1
    server = three.app.state.duolog
    await retain(server.database, server.store, server.settings, server.receipts, server.now())
    for _ in range(2):
        await three.sync()
        [admission] = await members.admissions()
        assert admission.stage is AdmissionStage.LAPSED
        assert await three.sam.members(three.journal).proposals() == ()
    again = await three.accepted(three.ada)
    [new] = [item.invitation for item in await members.admissions() if item.stage is AdmissionStage.COMPARE]
    with pytest.raises(NotAllowed, match="nobody answered it"):
        await members.confirm(again, invitation=new)
    three.clock.now += 14 * DAY
    await three.ada.sync()
    assert [item.stage for item in await members.admissions()] == [AdmissionStage.COMPARE]


async def test_a_consent_that_waits_in_a_closed_journal_is_no_problem_of_a_sync(three: Three) -> None:
    words = await three.accepted(three.ada)
    await three.ada.members(three.journal).confirm(words)
    await three.sam.leaving(three.journal).close()
    await three.ada.sync()
    assert (await three.ada.sync()).problems == ()


async def test_a_proposal_is_taken_back(three: Three) -> None:
    words = await three.accepted(three.ada)
    members = three.ada.members(three.journal)
    await members.confirm(words)
    [mine] = await members.proposals()
    assert mine.mine
    with pytest.raises(NotAllowed, match="signed this already"):
        await members.sign(mine.id, words)
    await members.decline(mine.id)
    await three.sync()
    assert await members.proposals() == await three.sam.members(three.journal).proposals() == ()
    assert await members.admissions() == ()
    assert (await three.ada.account_state()).declined == ()


async def test_a_proposal_whose_taking_back_was_cut_off_is_taken_back_again(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is dropped here and what is noted for own devices is durable together."""
    words = await three.accepted(three.sam)
    members = three.sam.members(three.journal)
    await members.confirm(words)
    [mine] = await members.proposals()

    def cut_off(*given: Any) -> None:
        drop_consent(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(co_signing, "drop_consent", cut_off)
        with pytest.raises(KeyboardInterrupt):
            await members.decline(mine.id)
    await three.sam.sync()
    [mine] = await members.proposals()
    await members.decline(mine.id)
    assert list((await three.sam.account_state()).ended.values()) == ["revoked"]
    await three.sync()
    assert await members.admissions() == ()


async def test_two_who_propose_the_same_agree(three: Three) -> None:
    await three.let_in(three.ada, three.sam, days=10)
    until = three.clock() + 40 * DAY
    await three.ada.members(three.journal).extend(three.friend.account, until)
    await three.sam.members(three.journal).extend(three.friend.account, until)
    await three.sync()
    assert await three.until(three.ada) == await three.until(three.friend) == until


async def test_rights_take_both_and_a_shorter_term_takes_one(three: Three) -> None:
    await three.let_in(three.ada, three.sam)
    with pytest.raises(NotAllowed, match="not write"):
        await three.friend.write(three.journal, "note", {"text": "May I?"})
    await three.ada.members(three.journal).rights(three.friend.account, "write")
    await three.friend.sync()
    with pytest.raises(NotAllowed, match="not write"):
        await three.friend.write(three.journal, "note", {"text": "May I?"})
    [proposal] = await three.sam.members(three.journal).proposals()
    await three.sam.members(three.journal).sign(proposal.id)
    await three.friend.sync()
    assert (await three.friend.write(three.journal, "note", {"text": "I may."})).delivered
    sooner = three.clock() + DAY
    await three.sam.members(three.journal).shorten(three.friend.account, sooner)
    assert await three.until(three.sam) == sooner
    with pytest.raises(NotAllowed, match="both of you"):
        await three.sam.members(three.journal).shorten(three.friend.account, sooner + DAY)
    his = three.friend.members(three.journal)
    steps = (
        his.remove(three.ada.account),
        his.invite("read", sooner),
        his.extend(three.friend.account, sooner + DAY),
        his.shorten(three.friend.account, sooner - 1),
    )
    for step in steps:
        with pytest.raises(NotAllowed, match="Only partners"):
            await step


async def test_a_confidant_leaves_and_their_home_says_so(three: Three) -> None:
    await three.let_in(three.ada, three.sam, "write")
    await three.ada.write(three.journal, "note", {"text": "before you go"})
    await three.friend.sync()
    with pytest.raises(NotAllowed, match="don't leave"):
        await three.sam.members(three.journal).leave()
    await three.friend.members(three.journal).leave()
    for _ in range(2):
        assert not (await three.friend.sync()).problems
    view = await three.friend.journal(three.journal)
    assert view.former == "You have left this journal. What this computer has read stays readable here."
    assert (await three.friend.timeline(three.journal))[-1].body == {"text": "before you go"}
    with pytest.raises(NotAllowed, match="have left"):
        await three.friend.members(three.journal).leave()
    # The epoch is stale: the next who writes begins a new one.
    await three.sam.write(three.journal, "note", {"text": "after you went"})
    await three.ada.sync()
    assert three.roster(three.ada).find(three.friend.account) is None
    assert (await three.ada.timeline(three.journal))[-1].body == {"text": "after you went"}
    # They may be let in again, with an acceptance of their own.
    await three.let_in(three.ada, three.sam)
    assert (await three.friend.journal(three.journal)).former is None


async def leave_without_an_answer(three: Three) -> None:
    network = three.networks[three.friend.account]

    def lose(_: object) -> None:
        raise TransportError("The answer was lost.")

    network.changes["push"] = lose
    with pytest.raises(TransportError):
        await three.friend.members(three.journal).leave()
    network.changes.clear()


async def test_leaving_with_a_lost_answer_and_a_sync(three: Three) -> None:
    """It was their own doing, here and on their other devices: nobody has ended it."""
    await three.let_in(three.ada, three.sam)
    await leave_without_an_answer(three)
    await three.friend.sync()
    assert str((await three.friend.journal(three.journal)).former).startswith("You have left")
    assert list((await three.friend.account_state()).left) == [three.journal]
    await three.let_in(three.ada, three.sam)
    assert (await three.friend.journal(three.journal)).former is None
    assert (await three.friend.account_state()).left == {}


async def test_leaving_with_a_lost_answer(three: Three) -> None:
    await three.let_in(three.ada, three.sam)
    await leave_without_an_answer(three)
    await three.friend.members(three.journal).leave()
    assert "have left" in ((await three.friend.journal(three.journal)).former or "")


async def test_a_provisional_partner_is_removed_and_another_invited(three: Three) -> None:
    journal = await three.ada.create_journal()
    await three.friend.join((await three.ada.invite(journal)).link)
    for person in (three.ada, three.friend):
        await person.sync()
    with pytest.raises(NotAllowed, match="eight words"):
        await three.ada.members(journal).invite("read", three.clock() + DAY)
    with pytest.raises(NotAllowed, match="made the journal"):
        await three.friend.members(journal).remove_partner()
    await three.ada.members(journal).remove_partner()
    for _ in range(2):
        await three.ada.sync()
        assert not (await three.friend.sync()).problems
    assert [item.account for item in await three.ada.members(journal).list()] == [three.ada.account]
    assert "as far as the server says" in ((await three.friend.journal(journal)).former or "")
    await three.sam.join((await three.ada.invite(journal)).link)
    for person in (three.ada, three.sam, three.ada, three.sam):
        await person.sync()
    assert not (await three.sam.journal(journal)).provisional
    with pytest.raises(NotAllowed, match="compared words"):
        await three.ada.members(journal).remove_partner()


async def test_only_a_partner_whose_words_were_compared_is_verified_without_words(three: Three) -> None:
    """The friend is pinned by Ada's home, from another journal, and was never verified."""
    first, second = await three.ada.create_journal(), await three.ada.create_journal()
    for journal in (first, second):
        await three.friend.join((await three.ada.invite(journal)).link)
        for person in (three.ada, three.friend, three.ada, three.friend):
            await person.sync()
        assert (await three.ada.journal(journal)).provisional
        assert (await three.ada.pairing(journal)).stage is PairingStage.COMPARE
    source = await three.ada.write(three.journal, "note", {"text": "not for a stranger"})
    with pytest.raises(NotAllowed, match="eight words"):
        await three.ada.copy(three.journal, source.entry, second)


async def test_several_who_wait_are_named(three: Three) -> None:
    """An invitation that nobody has answered is no choice; two that were answered are."""
    members = three.ada.members(three.journal)
    with pytest.raises(NotAllowed, match="Nobody has accepted"):
        await members.confirm(WRONG)
    await three.accepted(three.ada)
    await members.invite("read", three.clock() + DAY)
    assert {item.stage for item in await members.admissions()} == {
        AdmissionStage.COMPARE,
        AdmissionStage.WAITING_FOR_ANSWER,
    }
    with pytest.raises(NotAllowed, match="no such invitation"):
        await members.confirm(WRONG, invitation=bytes(16))
    three.clock.now += DAY + 1
    await three.ada.sync()
    assert len(await members.admissions()) == 1
