"""Moving to another server: everybody goes on there with all of it, with or without the old server's help."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.api.carrying import Carried, CarriedPage
from duolog.client import Duolog
from duolog.client.export.verify_export import verify_export
from duolog.client.log.notes import note
from duolog.client.log.settle import push_statement
from duolog.client.log.statements import make_bad_grant
from duolog.client.log.stored_logs import freeze
from duolog.client.moving.switching import receipt_keys_of
from duolog.client.server.http import HttpTransport
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import Kept
from duolog.errors import MalformedData, NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from tests.client.couple import UNLOCK, pair
from tests.client.devices import enroll
from tests.client.on_the_way import Narrow
from tests.client.servers import ELSEWHERE, Route, Servers, cut, other_settings, replace
from tests.conftest import ORIGIN, running

THIRD = "http://third.test"
DAY = 24 * 3600
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def servers(
    request: pytest.FixtureRequest, app: FastAPI, settings: Settings, tmp_path: Path
) -> AsyncIterator[Servers]:
    """The first server and two others."""
    async with AsyncExitStack() as stack:
        apps = {ORIGIN: app}
        for origin in (ELSEWHERE, THIRD):
            other = other_settings(request, settings, tmp_path, origin)
            apps[origin] = await stack.enter_async_context(running(other))
        yield Servers(apps)


@dataclass
class Two:
    """Ada and Sam with their journal, and Ada's words."""

    ada: Duolog
    sam: Duolog
    journal: bytes
    words: str


@pytest.fixture
async def two(servers: Servers) -> AsyncIterator[Two]:
    """With a boundary in force, notes in two epochs, one that was withdrawn, and a journal of Ada's own."""
    ada, words = await servers.register()
    sam, _ = await servers.register()
    journal = await pair(ada, sam)
    made = Two(ada, sam, journal, words)
    await agree(made)
    await ada.write(journal, "note", {"text": "in the first epoch"})
    await next_epoch(ada, journal)
    await sam.sync()
    await sam.write(journal, "note", {"text": "in the second epoch"})
    taken_back = await ada.write(journal, "note", {"text": "taken back"})
    await ada.leaving(journal).withdraw(taken_back.entry)
    private = await ada.create_journal()
    await ada.write(private, "note", {"text": "for myself"})
    await ada.sync()
    await sam.sync()
    yield made
    await ada.close()
    await sam.close()


async def agree(two: Two) -> None:
    wording = {"topic": "time", "text": "Sundays are ours.", "binds": "both"}
    proposed = await two.ada.boundaries(two.journal).propose(wording)
    await two.sam.sync()
    await two.sam.boundaries(two.journal).accept(proposed.entry)
    await two.ada.sync()


async def next_epoch(person: Duolog, journal: bytes) -> None:
    """Something happened that the journal's key must be changed for; the next writer does."""
    context = person._context
    roster = context.standing(journal).require_open()
    await push_statement(context, journal, make_bad_grant(context, roster))
    await person.sync()
    await person.write(journal, "note", {"text": "under a new key"})


async def texts(person: Duolog, journal: bytes) -> list[str]:
    timeline = await person.timeline(journal)
    return [item.body["text"] for item in timeline if item.kind == "note" and item.body is not None]


BEFORE = ["in the first epoch", "under a new key", "in the second epoch"]


async def readable(person: Duolog, journal: bytes) -> bool:
    return all(item.unreadable is None or item.body is None for item in await person.timeline(journal))


async def in_force(person: Duolog, journal: bytes) -> list[str]:
    return [item.stage for item in await person.boundaries(journal).list()]


async def test_a_couple_moves_and_goes_on_there_with_everything(servers: Servers, two: Two, tmp_path: Path) -> None:
    agreed = await in_force(two.ada, two.journal)
    second, _ = await enroll(servers.apps[ORIGIN], two.ada)
    servers.know(second)
    await second.sync()

    report = await two.ada.moving.to(ELSEWHERE)
    assert (report.old, report.new, report.told, report.open_logs) == (ORIGIN, ELSEWHERE, True, ())
    assert not report.problems
    assert two.ada.server == ELSEWHERE
    assert (await two.ada.write(two.journal, "note", {"text": "at the new place"})).delivered

    await two.sam.sync()
    assert [(item.account, item.origin) for item in await two.sam.moving.seen()] == [(two.ada.account, ELSEWHERE)]
    with pytest.raises(NotAllowed, match="another server"):
        await two.sam.write(two.journal, "note", {"text": "nobody reads this"})
    followed = await two.sam.moving.follow()
    assert followed.new == ELSEWHERE
    assert await two.sam.moving.seen() == ()
    assert (await two.sam.write(two.journal, "note", {"text": "here too"})).delivered
    await two.ada.sync()
    await second.sync()
    assert second.server == ELSEWHERE
    await second.write(two.journal, "note", {"text": "from the second device"})

    restored = await servers.restore(two.words, ELSEWHERE)
    await restored.sync()
    expected = [*BEFORE, "at the new place", "here too", "from the second device"]
    for person in (two.ada, two.sam, second, restored):
        await person.sync()
        assert await texts(person, two.journal) == expected
        assert await readable(person, two.journal)
        assert await in_force(person, two.journal) == agreed
        assert (await person.journal(two.journal)).frozen is None
    heads = [
        {item.journal: item.words for item in (await p.heads()).journals}[two.journal]
        for p in (two.ada, two.sam, restored)
    ]
    assert heads[0] == heads[1] == heads[2]
    await two.sam.export(tmp_path / "ours.json")
    with (tmp_path / "ours.json").open("rb") as exported:
        assert len(verify_export(exported).receipt_keys) == 2
    await restored.close()
    await second.close()


@SQLITE
async def test_a_text_that_is_no_invite_code_moves_nothing(servers: Servers, two: Two) -> None:
    with pytest.raises(MalformedData, match="This is no invite code"):
        await two.ada.moving.to(ELSEWHERE, invite_code="x" * 65)
    assert two.ada.server == ORIGIN


async def test_the_old_log_is_closed_and_ends_nothing_at_the_new_server(servers: Servers, two: Two) -> None:
    late = servers.route()
    late.use_session(token_of(two.sam))
    await two.ada.moving.to(ELSEWHERE)
    listed = {item.journal: item.closed for item in (await late.journals(None)).journals}
    assert listed[two.journal]
    page = await late.pull(two.journal, 0)
    closing = page.pushes[-1].items[-1]
    await two.sam.moving.follow(ELSEWHERE)
    with pytest.raises(ServerRefused) as refused:
        await two.sam._context.network.call(Transport.push, two.journal, [type(closing)(0, closing.item)])
    assert refused.value.code == "rule_broken"
    assert (await two.sam.write(two.journal, "note", {"text": "still open"})).delivered


def token_of(person: Duolog) -> bytes:
    context = person._context
    sealed = context.store.get("session")
    assert sealed is not None
    return context.home.open("session", sealed)[: sizes.TOKEN]


@SQLITE
async def test_moving_works_when_the_old_server_is_gone(servers: Servers, two: Two) -> None:
    cut(two.ada)
    cut(two.sam)
    report = await two.ada.moving.to(ELSEWHERE)
    assert not report.told
    assert two.journal in report.open_logs
    assert (await two.ada.write(two.journal, "note", {"text": "without it"})).delivered
    with pytest.raises(NotAllowed, match="name the server"):
        await two.sam.moving.follow()
    await two.sam.moving.follow(ELSEWHERE)
    await two.sam.write(two.journal, "note", {"text": "both of us"})
    await two.ada.sync()
    assert await texts(two.ada, two.journal) == [*BEFORE, "without it", "both of us"]
    restored = await servers.restore(two.words, ELSEWHERE)
    await restored.sync()
    assert await texts(restored, two.journal) == [*BEFORE, "without it", "both of us"]
    await restored.close()


@SQLITE
@pytest.mark.parametrize("lost", [False, True], ids=["not sent", "answer lost"])
async def test_a_move_that_is_cut_off_at_the_new_server_goes_on_where_it_stopped(
    servers: Servers, two: Two, lost: bool
) -> None:
    for answered in range(60):
        route = servers.route(ELSEWHERE)
        route.cut, route.lost = answered, lost
        try:
            await two.ada.moving.to(route)
            break
        except TransportError:
            assert two.ada.server == ORIGIN
            assert await texts(two.ada, two.journal) == BEFORE
    else:
        pytest.fail("it never came to an end")
    assert answered > 5
    route.cut = None
    await two.ada.sync()
    await two.sam.sync()
    await two.sam.moving.follow()
    await two.sam.write(two.journal, "note", {"text": "after all"})
    await two.ada.sync()
    assert await texts(two.ada, two.journal) == [*BEFORE, "after all"]


class Killed(BaseException):
    """The process is gone."""


class Killing(Route):
    """A transport in whose n-th call the process ends; `after`: when that call has been carried out."""

    left, after = 0, False

    async def _call(self, *arguments: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left < 0 and not self.after:
            raise Killed
        answer = await super()._call(*arguments, **options)
        if self.left < 0:
            raise Killed
        return answer


@SQLITE
@pytest.mark.parametrize("after", [False, True])
async def test_a_move_that_is_killed_while_it_talks_to_the_old_server_goes_on(
    servers: Servers, tmp_path: Path, after: bool
) -> None:
    ada, _ = await servers.register(tmp_path / "ada")
    sam, _ = await servers.register()
    journal = await pair(ada, sam)
    await ada.write(journal, "note", {"text": "before"})
    await ada.close()
    for calls in range(80):
        route = Killing(servers.apps, ORIGIN)
        route.left, route.after = calls, after
        ada = servers.know(await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=route))
        try:
            await ada.moving.to(ELSEWHERE)
            break
        except Killed:
            ada._context.home.close()
    else:
        pytest.fail("it never came to an end")
    await sam.sync()
    await sam.moving.follow()
    await sam.write(journal, "note", {"text": "after"})
    await ada.sync()
    assert await texts(ada, journal) == ["before", "after"]
    assert calls > 5
    await ada.close()
    await sam.close()


@SQLITE
async def test_what_waits_in_the_outbox_is_sent_at_the_new_server(servers: Servers, two: Two) -> None:
    cut(two.ada)
    assert not (await two.ada.write(two.journal, "note", {"text": "written offline"})).delivered
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.follow(ELSEWHERE)
    await two.sam.sync()
    assert await texts(two.sam, two.journal) == [*BEFORE, "written offline"]


@SQLITE
async def test_who_holds_more_brings_it_while_nothing_was_written_there(servers: Servers, two: Two) -> None:
    cut(two.ada)
    await two.sam.write(two.journal, "note", {"text": "Ada never saw this"})
    report = await two.ada.moving.to(ELSEWHERE)
    assert not report.told
    await two.sam.moving.follow(ELSEWHERE)
    await two.ada.sync()
    assert await texts(two.ada, two.journal) == [*BEFORE, "Ada never saw this"]


@SQLITE
async def test_who_holds_more_is_told_when_the_journal_has_gone_on_without_it(servers: Servers, two: Two) -> None:
    cut(two.ada)
    await two.sam.write(two.journal, "note", {"text": "Ada never saw this"})
    await two.ada.moving.to(ELSEWHERE)
    await two.ada.write(two.journal, "note", {"text": "and went on"})
    with pytest.raises(ServerRefused) as refused:
        await two.sam.moving.follow(ELSEWHERE)
    assert refused.value.code == "journal_exists"
    assert two.sam.server == ORIGIN
    assert await texts(two.sam, two.journal) == [*BEFORE, "Ada never saw this"]


@SQLITE
async def test_both_move_on_to_a_third_server(servers: Servers, two: Two) -> None:
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.sync()
    await two.sam.moving.follow()
    await two.sam.write(two.journal, "note", {"text": "at the second"})
    await two.sam.moving.to(THIRD)
    await two.ada.sync()
    await two.ada.moving.follow()
    await two.ada.write(two.journal, "note", {"text": "at the third"})
    restored = await servers.restore(two.words, THIRD)
    for person in (two.ada, two.sam, restored):
        await person.sync()
        assert await texts(person, two.journal) == [*BEFORE, "at the second", "at the third"]
    await restored.close()


@SQLITE
async def test_a_move_may_change_its_mind_before_it_is_done(servers: Servers, two: Two) -> None:
    route = servers.route(ELSEWHERE)
    route.cut = 4
    with pytest.raises(TransportError):
        await two.ada.moving.to(route)
    report = await two.ada.moving.to(THIRD)
    assert report.told
    await two.sam.sync()
    await two.sam.moving.follow()
    assert two.sam.server == THIRD


@SQLITE
async def test_a_new_journal_is_made_at_the_new_server(servers: Servers, two: Two) -> None:
    await two.ada.moving.to(ELSEWHERE)
    journal = await two.ada.create_journal()
    await two.ada.write(journal, "note", {"text": "it began here"})
    restored = await servers.restore(two.words, ELSEWHERE)
    await restored.sync()
    assert await texts(restored, journal) == ["it began here"]
    await restored.close()


@SQLITE
async def test_the_same_server_is_no_other_one(servers: Servers, two: Two) -> None:
    with pytest.raises(NotAllowed, match="already"):
        await two.ada.moving.to(ORIGIN)


@SQLITE
async def test_a_large_journal_goes_in_pages(servers: Servers, two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        await two.ada.write(two.journal, "note", {"text": f"{number} " + "x" * 2000})
    monkeypatch.setattr(sizes, "MAX_PAGE_BYTES", 9000)
    route = servers.route(ELSEWHERE)
    await two.ada.moving.to(route)
    carried = [size for method, path, size in route.calls if path.startswith("/v1/carried/journals")]
    assert len(carried) > 6
    assert max(carried) < 2 * 9000 + 8000  # base64, and the chains beside the first
    monkeypatch.undo()
    await two.sam.moving.follow(ELSEWHERE)
    assert len(await texts(two.sam, two.journal)) == len(BEFORE) + 12


@SQLITE
async def test_a_large_journal_goes_in_smaller_pages_through_a_proxy_that_takes_little(
    servers: Servers, two: Two
) -> None:
    for number in range(12):
        await two.ada.write(two.journal, "note", {"text": f"{number} " + "x" * 4000})
    before, narrow = await texts(two.ada, two.journal), Narrow(servers.apps[ELSEWHERE])
    narrow.most = 25_000
    two.ada._context.connect = lambda origin: HttpTransport(origin, network=narrow)
    assert not (await two.ada.moving.to(ELSEWHERE)).problems
    assert await texts(two.ada, two.journal) == before
    await two.sam.sync()
    await two.sam.moving.follow()
    assert await texts(two.sam, two.journal) == before


@SQLITE
@pytest.mark.parametrize("code", ["slow_down", "busy"])
async def test_a_server_that_has_had_enough_pages_for_a_moment_is_waited_for(
    servers: Servers, two: Two, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("duolog.client.moving.carrying.anyio.sleep", wait)
    carry = HttpTransport.carry_journal
    refusals = iter([ServerRefused("Wait.", code=code, status=429, retry_after=7)] * 2)

    async def refuse_first(self: HttpTransport, journal: bytes, page: CarriedPage) -> Carried:
        for refusal in refusals:
            raise refusal
        return await carry(self, journal, page)

    monkeypatch.setattr(HttpTransport, "carry_journal", refuse_first)
    await two.ada.moving.to(ELSEWHERE)
    assert waited[:2] == [7, 7]
    assert await texts(two.ada, two.journal) == BEFORE


@SQLITE
async def test_two_who_went_apart_find_together_while_one_has_not_gone_on(servers: Servers, two: Two) -> None:
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.to(THIRD)
    assert (await two.sam.write(two.journal, "note", {"text": "apart"})).delivered
    assert [(item.account, item.origin) for item in await two.sam.moving.seen()] == [(two.ada.account, ELSEWHERE)]
    await two.sam.moving.follow()
    await two.ada.sync()
    assert await texts(two.ada, two.journal) == [*BEFORE, "apart"]
    assert (await two.ada.journal(two.journal)).frozen is None


@SQLITE
async def test_members_who_name_different_servers_are_asked_about(servers: Servers, two: Two) -> None:
    eve, _ = await servers.register()
    other = await pair(two.sam, eve)
    for person, journal, origin in ((two.ada, two.journal, ELSEWHERE), (eve, other, THIRD)):
        *_, key = await receipt_keys_of(servers.route(origin))
        await person.write(journal, "moved", {"origin": origin, "receipt_key": encode_b64(key)})
    await two.sam.sync()
    with pytest.raises(NotAllowed, match="different servers"):
        await two.sam.moving.follow()
    assert (await two.sam.moving.follow(THIRD)).new == THIRD
    await eve.close()


@SQLITE
async def test_who_wants_to_tell_nobody_leaves_no_trace_at_the_old_server(servers: Servers, two: Two) -> None:
    spy = servers.route()
    spy.use_session(token_of(two.sam))
    before = {item.journal: (item.seq, item.closed) for item in (await spy.journals(None)).journals}
    report = await two.ada.moving.to(ELSEWHERE, tell=False)
    assert not report.told
    assert two.journal in report.open_logs
    assert {item.journal: (item.seq, item.closed) for item in (await spy.journals(None)).journals} == before
    await two.sam.sync()
    assert await two.sam.moving.seen() == ()


@SQLITE
async def test_a_home_without_the_sheets_anchor_says_so_before_it_moves(servers: Servers, two: Two) -> None:
    two.ada._context.store.write("DELETE FROM anchor")
    cut(two.ada)
    with pytest.raises(NotAllowed, match="recovery sheet"):
        await two.ada.moving.to(ELSEWHERE)
    assert two.ada.server == ORIGIN


@SQLITE
async def test_a_frozen_journal_goes_on_from_its_mark(servers: Servers, two: Two) -> None:
    freeze(two.ada._context.store, two.journal, "the old server did something wrong")
    await two.ada.moving.to(ELSEWHERE)
    assert (await two.ada.write(two.journal, "note", {"text": "free again"})).delivered


@SQLITE
async def test_keep_and_erase_marks_go_along(servers: Servers, two: Two) -> None:
    context = two.ada._context
    entry = (await two.ada.timeline(two.journal))[-1].entry
    await note(context, "kept", Kept(journal=two.journal, entry=entry))
    route = servers.route(ELSEWHERE)
    held: list[Any] = []

    async def hold(journal: bytes, request: Any) -> None:
        held.append((journal, request.act, request.entries))

    replace(route, "hold", hold)
    await two.ada.moving.to(route)
    assert held == [(two.journal, "keep", [entry])]


@SQLITE
async def test_a_proposal_that_stayed_behind_was_declined_by_nobody(servers: Servers, two: Two) -> None:
    """The same consent is proposed anew where the journal goes on."""
    friend, _ = await servers.register()
    async with friend:
        members, now = two.ada.members(two.journal), two.ada._context.clock()
        await friend.join((await members.invite("read", now + 10 * DAY)).link)
        for person in (two.ada, friend):
            await person.sync()
        words = (await friend.pairing(two.journal)).words or ()
        await members.confirm(words)
        [asked] = await two.sam.members(two.journal).proposals()
        await two.sam.members(two.journal).sign(asked.id, words)
        await two.ada.sync()
        await members.extend(friend.account, now + 40 * DAY)
        await two.ada.moving.to(ELSEWHERE)
        await two.ada.sync()
        await two.sam.sync()
        await two.sam.moving.follow()
        assert (await two.ada.account_state()).declined == ()
        [again] = await two.sam.members(two.journal).proposals()
        assert (again.change, again.account, again.until) == ("extend", friend.account, now + 40 * DAY)
