"""Attacks around moving to another server: by the old one, the new one, a thief, and whoever gets there first."""

import dataclasses
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from app.journals.table import journals, log
from app.origins.table import carried
from duolog.api.accounts import PackageModel
from duolog.api.carrying import Carried
from duolog.api.journals import CarriedKey, ChainList, JournalList
from duolog.api.pages import Placed, PulledPage, PulledPush
from duolog.api.server import ServerInfo
from duolog.client import Duolog
from duolog.client.moving.switching import receipt_keys_of
from duolog.errors import (
    NotAllowed,
    PinMismatch,
    Rollback,
    RosterViolation,
    ServerRefused,
    TransportError,
    Withheld,
)
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import first_head, next_head
from tests.attacks.moved import Two, texts
from tests.attacks.people import ORIGIN
from tests.client.devices import enroll
from tests.client.servers import ELSEWHERE, Route, Servers, cut, lie, replace

EVIL_KEY = bytes(range(32))


def drop_last(connection: Connection, journal: bytes) -> None:
    """A server throws away the last item that was carried to it, as if it had never come."""
    seq = connection.execute(select(journals.c.seq).where(journals.c.journal == journal)).scalar_one()
    rows = select(log.c.digest).where(log.c.journal == journal, log.c.seq < seq).order_by(log.c.seq)
    head = first_head(journal)
    for digest in connection.execute(rows).scalars():
        head = next_head(head, digest)
    connection.execute(delete(log).where(log.c.journal == journal, log.c.seq == seq))
    connection.execute(update(journals).where(journals.c.journal == journal).values(seq=seq - 1, head=head))
    connection.execute(update(carried).where(carried.c.journal == journal).values(until=seq - 1))


async def new_server_drops(servers: Servers, journal: bytes) -> None:
    await servers.apps[ELSEWHERE].state.duolog.database.write(drop_last, journal)


def with_key(key: bytes) -> Any:
    """A server that shows another receipt key than its own."""

    def change(info: ServerInfo) -> ServerInfo:
        shown = info.receipt_keys[-1].model_copy(update={"key": key})
        return info.model_copy(update={"receipt_keys": [shown]})

    return change


async def test_new_server_drops_what_was_carried(servers: Servers, two: Two) -> None:
    await two.ada.moving.to(ELSEWHERE)
    await new_server_drops(servers, two.journal)
    with pytest.raises(Rollback):
        await two.ada.sync()
    assert (await two.ada.journal(two.journal)).frozen
    assert await texts(two.ada, two.journal) == ["first"]


async def test_new_server_drops_what_was_carried_and_a_restored_home_sees_it(servers: Servers, two: Two) -> None:
    cut(two.ada)
    await two.ada.moving.to(ELSEWHERE)
    await new_server_drops(servers, two.journal)
    restored = await servers.restore(two.words, ELSEWHERE)
    with pytest.raises(Withheld) as caught:
        await restored.sync()
    assert caught.value.check == "client.noted_ahead"
    await restored.close()


async def test_new_server_took_less_than_it_was_brought(servers: Servers, two: Two) -> None:
    route = servers.route(ELSEWHERE)
    lie(route, "carry_journal", lambda answer: Carried(seq=answer.seq - 1, receipt_keys=answer.receipt_keys))
    with pytest.raises(Rollback) as caught:
        await two.ada.moving.to(route)
    assert caught.value.check == "client.carried_less"
    assert two.ada.server == ORIGIN


async def test_somebody_else_answers_at_the_address_that_was_named(servers: Servers, two: Two) -> None:
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.sync()
    route = servers.route(ELSEWHERE)
    lie(route, "server_info", with_key(EVIL_KEY))
    with pytest.raises(PinMismatch) as caught:
        await two.sam.moving.follow(route)
    assert caught.value.check == "client.moved_receipt_key"
    assert two.sam.server == ORIGIN


async def test_somebody_else_answers_where_my_other_device_went(servers: Servers, two: Two) -> None:
    second, _ = await enroll(servers.apps[ORIGIN], two.ada)
    await two.ada.moving.to(ELSEWHERE)

    def connect(origin: str) -> Route:
        route = servers.route(origin)
        lie(route, "server_info", with_key(EVIL_KEY))
        return route

    second._context.connect = connect
    with pytest.raises(PinMismatch) as caught:
        await second.sync()
    assert caught.value.check == "client.followed_receipt_key"
    assert second.server == ORIGIN
    await second.close()


async def test_new_server_changes_its_key_while_somebody_moves(servers: Servers, two: Two) -> None:
    route = servers.route(ELSEWHERE)
    route.cut = 3
    with pytest.raises(TransportError):
        await two.ada.moving.to(route)
    other = servers.route(ELSEWHERE)
    lie(other, "server_info", with_key(EVIL_KEY))
    with pytest.raises(PinMismatch) as caught:
        await two.ada.moving.to(other)
    assert caught.value.check == "client.moving_key"


async def test_new_server_tells_a_follower_of_another_key_for_the_past(servers: Servers, two: Two) -> None:
    await two.ada.moving.to(ELSEWHERE)
    route = servers.route(ELSEWHERE)

    def forge(answer: Carried) -> Carried:
        keys = [item.model_copy(update={"key": EVIL_KEY}) for item in answer.receipt_keys]
        return Carried(seq=answer.seq, receipt_keys=keys)

    lie(route, "carry_journal", forge)
    with pytest.raises(PinMismatch) as caught:
        await two.sam.moving.follow(route)
    assert caught.value.check == "client.carried_keys"
    assert two.sam.server == ORIGIN


async def test_new_server_tells_an_own_device_that_less_was_carried(servers: Servers, two: Two) -> None:
    second, _ = await enroll(servers.apps[ORIGIN], two.ada)
    await second.sync()
    await two.ada.moving.to(ELSEWHERE)

    def connect(origin: str) -> Route:
        route = servers.route(origin)

        def less(answer: ChainList) -> ChainList:
            keys = [CarriedKey(until=1, origin=item.origin, key=item.key) for item in answer.receipt_keys]
            return ChainList(chains=answer.chains, receipt_keys=keys)

        lie(route, "chains", less)
        return route

    second._context.connect = connect
    with pytest.raises(PinMismatch) as caught:
        await second.sync()
    assert caught.value.check == "client.carried_keys"
    await second.close()


async def test_new_server_names_another_key_for_what_it_brings_later(servers: Servers, two: Two) -> None:
    """It makes up what Ada "had not seen yet", signed by a key of nobody, as if a partner had brought it."""
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.follow(ELSEWHERE)
    await two.sam.write(two.journal, "note", {"text": "second"})
    route = two.ada._context.network.transport
    assert isinstance(route, Route)

    def forged(page: PulledPage) -> PulledPage:
        pushes = [
            PulledPush(push.items, dataclasses.replace(push.receipt, signature=bytes(64))) for push in page.pushes
        ]
        return PulledPage(tuple(pushes), page.seq)

    def other(answer: ChainList) -> ChainList:
        keys = [item.model_copy(update={"key": EVIL_KEY}) for item in answer.receipt_keys]
        return ChainList(chains=answer.chains, receipt_keys=keys)

    lie(route, "pull", forged)
    lie(route, "chains", other)
    with pytest.raises(PinMismatch) as caught:
        await two.ada.sync()
    assert caught.value.check == "client.carried_longer"


async def test_old_server_goes_on_pretending(servers: Servers, two: Two) -> None:
    """It hides the closing from Sam, who goes on writing there. Ada never asks it again; nothing of it gets to her."""
    before = two.ada._context.network.transport
    assert isinstance(before, Route)
    cut(two.ada)
    await two.ada.moving.to(ELSEWHERE)
    asked = len(before.calls)
    await two.ada.write(two.journal, "note", {"text": "at the new server"})
    assert (await two.sam.write(two.journal, "note", {"text": "into the void"})).delivered
    await two.ada.sync()
    assert len(before.calls) == asked
    assert await texts(two.ada, two.journal) == ["first", "at the new server"]
    with pytest.raises(ServerRefused) as refused:
        await two.sam.moving.follow(ELSEWHERE)
    assert refused.value.code == "journal_exists"
    assert await texts(two.sam, two.journal) == ["first", "into the void"]


async def test_the_closing_of_the_old_log_is_used_at_the_new_server(servers: Servers, two: Two) -> None:
    """The new server is in it: it appends the closing and signs for it."""
    spy = servers.route()
    spy.use_session(token_of(two.sam))
    await two.ada.moving.to(ELSEWHERE)
    closing = (await spy.pull(two.journal, 0)).pushes[-1].items[-1].item
    route = two.ada._context.network.transport
    assert isinstance(route, Route)
    signer = servers.apps[ELSEWHERE].state.duolog.receipts

    def listed(answer: JournalList) -> JournalList:
        shown = [
            item.model_copy(update={"seq": item.seq + 1}) if item.journal == two.journal else item
            for item in answer.journals
        ]
        return JournalList(journals=shown, more=answer.more)

    def closed(page: PulledPage) -> PulledPage:
        state = two.ada._context.store.row("SELECT seq, head, time FROM journal WHERE id = ?", two.journal)
        assert state is not None
        seq, head, time = state
        assert isinstance(seq, int)
        assert isinstance(head, bytes)
        receipt = signer.sign(two.journal, seq + 1, next_head(head, closing.digest), time)
        return PulledPage((PulledPush((Placed(seq + 1, closing),), receipt),), seq + 1)

    lie(route, "journals", listed)
    lie(route, "pull", closed)
    with pytest.raises(RosterViolation) as caught:
        await two.ada.sync()
    assert caught.value.check == "log.close_key"
    assert not (await two.ada.journal(two.journal)).closed


def token_of(person: Duolog) -> bytes:
    context = person._context
    sealed = context.store.get("session")
    assert sealed is not None
    return context.home.open("session", sealed)[: sizes.TOKEN]


async def test_somebody_plants_an_account_before_its_owner_comes(servers: Servers, two: Two) -> None:
    """Whoever knows all of it but a keyholder: the old server, and with it a partner. The packages open for nobody."""
    stolen: list[Any] = []
    route = servers.route(ELSEWHERE)

    async def spied(request: Any) -> Any:
        stolen.append(request)
        raise TransportError("the request never arrives")

    replace(route, "carry_account", spied)
    with pytest.raises(TransportError):
        await two.ada.moving.to(route)
    thief = servers.route(ELSEWHERE)
    challenge = (await thief.challenge(stolen[0].log_in.keyholder)).challenge
    packages = [PackageModel(keyholder=item.keyholder, package=bytes(1168)) for item in stolen[0].packages]
    log_in = stolen[0].log_in.model_copy(update={"challenge": challenge})
    with pytest.raises(ServerRefused) as refused:
        await thief.carry_account(stolen[0].model_copy(update={"packages": packages, "log_in": log_in}))
    assert refused.value.code == "login_refused"
    await two.ada.moving.to(ELSEWHERE)
    restored = await servers.restore(two.words, ELSEWHERE)
    await restored.close()


async def test_new_server_answers_the_move_with_another_account(servers: Servers, two: Two) -> None:
    route = servers.route(ELSEWHERE)
    lie(route, "carry_account", lambda session: session.model_copy(update={"account": bytes(32)}))
    with pytest.raises(Exception, match="another account") as caught:
        await two.ada.moving.to(route)
    assert getattr(caught.value, "check", "") == "client.carried_account"


async def test_somebody_who_was_removed_says_where_to_go(servers: Servers, two: Two) -> None:
    journal = await two.ada.create_journal()
    invitation = await two.ada.invite(journal)
    eve, _ = await servers.register()
    await eve.join(invitation.link)
    await two.ada.sync()
    await eve.sync()
    *_, key = await receipt_keys_of(servers.route(ELSEWHERE))
    await eve.write(journal, "moved", {"origin": ELSEWHERE, "receipt_key": encode_b64(key)})
    await two.ada.sync()
    assert [item.account for item in await two.ada.moving.seen()] == [eve.account]
    await two.ada.members(journal).remove_partner()
    await two.ada.sync()
    assert await two.ada.moving.seen() == ()
    with pytest.raises(NotAllowed):
        await two.ada.moving.follow()
    await eve.close()
