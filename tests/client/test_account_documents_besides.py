"""The second table of the specification, played: what is written where no single request of an act stands for it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.api.pages import parse_push
from duolog.client import Duolog, Enrollment
from duolog.client.account import keyholder_requests
from duolog.client.log import outbox
from duolog.documents.registry import make_document
from duolog.errors import AccountFork
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import StatementItem
from tests.client.couple import UNLOCK, Clock, pair, transport
from tests.client.servers import ELSEWHERE, Route, Servers, cut, other_settings
from tests.client.written import Recorder, noting, other_rows
from tests.conftest import ORIGIN, running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = 24 * 3600
PROPOSAL = "DELETE /v1/journals/*/proposals/*"
PUSH = "POST /v1/journals/*/entries"
HERS = {"need": "One phone-free evening.", "open_to": "Less noise."}


@dataclass
class People:
    """Ada and Sam with a journal, a friend, and one line on which all of them are noted."""

    ada: Duolog
    sam: Duolog
    friend: Duolog
    journal: bytes
    clock: Clock
    recorder: Recorder

    def wrote(self, event: str) -> None:
        """Exactly the table's documents of this event were written, in its order."""
        says(event, self.recorder.documents())

    def forget(self) -> None:
        self.recorder.events.clear()

    async def invited(self) -> tuple[str, ...]:
        """Ada invites the friend, who accepts; the words."""
        invitation = await self.ada.members(self.journal).invite("read", self.clock() + 30 * DAY)
        await self.friend.join(invitation.link)
        await self.ada.sync()
        await self.friend.sync()
        words = (await self.friend.pairing(self.journal)).words
        assert words is not None
        return words

    async def let_in(self) -> None:
        """The friend is a confidant, and has compared words with both."""
        words = await self.invited()
        await self.ada.members(self.journal).confirm(words)
        [proposal] = await self.sam.members(self.journal).proposals()
        await self.sam.members(self.journal).sign(proposal.id, words)
        await self.friend.verify(self.journal, words)
        for person in (self.ada, self.sam, self.friend):
            await person.sync()


def says(event: str, kinds: list[str]) -> None:
    """The table says so of this event."""
    assert kinds == other_rows()[event]


@pytest.fixture
async def people(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[People]:
    clock = Clock()
    async with running(settings, clock) as app:
        with noting(Recorder(httpx2.ASGITransport(app)), monkeypatch) as recorder:
            made = [await Duolog.register(transport(recorder), home=None, unlock=UNLOCK, clock=clock) for _ in range(3)]
            ada, sam, friend = (one.duolog for one in made)
            async with ada, sam, friend:
                recorder.own.update(encode_b64(one._context.identity.account_journal) for one in (ada, sam, friend))
                journal = await pair(ada, sam)
                recorder.events.clear()
                yield People(ada, sam, friend, journal, clock, recorder)


async def test_names_drafts_answers_and_what_a_day_brings(people: People) -> None:
    ada, sam, recorder = people.ada, people.sam, people.recorder
    await ada.name_journal(people.journal, "Ours")
    people.wrote("a journal gets the owner's own name")
    draft = await ada.drafts().keep(people.journal, "note", {"text": "half"})
    people.wrote("a draft is kept or thrown away")
    await ada.drafts().drop(draft)
    people.wrote("a draft is kept or thrown away")
    await ada.check_ins(people.journal).begin("week", HERS)
    kinds = [event for event in recorder.events if event[0] != "request" or event[1] == PUSH]
    assert kinds[:3] == [("document", "sealed_answer"), ("delivered", ""), ("request", PUSH)], "with its receipt before"
    people.wrote("an answer to a check-in")
    await ada.invite(await ada.create_journal())
    people.forget()
    people.clock.now += DAY + 3600
    await sam.sync()
    people.wrote("a sync, once a day")
    await sam.sync()
    assert recorder.documents() == []
    await ada.sync()
    says("an answerless invitation is over", [kind for kind in recorder.documents() if kind != "noted_head"])
    assert "expired" in [body.get("how") for body in recorder.bodies]
    await sam.leaving(people.journal).close()
    people.forget()
    await ada.sync()
    people.wrote("a journal that somebody closed is found closed")
    assert recorder.bodies[-1]["how"] == "closed"


async def test_keys_and_devices(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, sam, recorder = people.ada, people.sam, people.recorder
    begun = await Enrollment.begin(transport(recorder), home=None, unlock=UNLOCK, clock=people.clock)
    words = await ada.keyholders.begin_adding(begun.code)
    await begun.words()
    people.forget()
    added = await ada.keyholders.confirm_adding(words, label="tablet")
    before, _, after = recorder.written("POST /v1/account/sets")
    assert before == []
    says("a keyholder was added or named", after)
    await ada.keyholders.name(added, "old tablet")
    people.wrote("a keyholder was added or named")

    def noted(kind: str, *arguments: Any) -> Any:
        recorder.events.append(("document", kind))
        return make_document(kind, *arguments)

    monkeypatch.setattr(keyholder_requests, "make_document", noted)
    await ada.keyholders.revoke([added])
    before, _, after = recorder.written("POST /v1/account/rotations")
    assert after == [], "it is inside the request"
    says("a rotation (§4.12)", before)
    await sam.sync()
    people.wrote("a sync finds a later generation of a pinned account")


async def test_a_confidant_comes_and_goes(people: People) -> None:
    ada, sam, friend, recorder = people.ada, people.sam, people.friend, people.recorder
    words = await people.invited()
    await ada.members(people.journal).confirm(words)
    [proposal] = await sam.members(people.journal).proposals()
    people.forget()
    await sam.members(people.journal).sign(proposal.id, words)
    before, _, after = recorder.written(PUSH)
    assert after == []
    says("the other partner compared words with the confidant", before)
    await ada.sync()
    people.wrote("an inviter finds their confidant in the roster")
    await friend.verify(people.journal, words)
    await friend.sync()
    people.wrote("a confidant finds themselves added, after they compared words")
    await friend.members(people.journal).leave()
    before, _, after = recorder.written(PUSH)
    assert before == []
    says("a confidant has left", after)


async def test_proposals_that_come_to_nothing(people: People) -> None:
    ada, sam, recorder = people.ada, people.sam, people.recorder
    await people.let_in()
    await ada.members(people.journal).extend(people.friend.account, people.clock() + 60 * DAY)
    [proposal] = await sam.members(people.journal).proposals()
    people.forget()
    await sam.members(people.journal).decline(proposal.id)
    declined, _, after = recorder.written(PROPOSAL)
    assert after == []
    await ada.sync()
    people.wrote("an own proposal is no longer listed, and the roster still stands")
    await people.friend.members(people.journal).leave()
    await ada.sync()
    await sam.sync()
    await ada.members(people.journal).confirm(await people.invited())
    [mine] = await ada.members(people.journal).proposals()
    people.forget()
    await ada.members(people.journal).decline(mine.id)
    says("a proposal is declined", [*declined, *recorder.written(PROPOSAL)[0]])
    assert recorder.bodies[-1]["how"] == "revoked"


async def test_the_branch_of_a_fork(people: People) -> None:
    ada, sam = people.ada, people.sam
    _, request = keyholder_requests.make_rotation(ada._context)
    false = [*ada._context.chains.statements(ada.account), request.rotation.signed()]
    await ada.keyholders.new_sheet()
    await ada.keyholders.replace_sheet()
    await sam.sync()
    with pytest.raises(AccountFork):
        sam._context.chains.pin(ada.account, false)
    words = next(one.words for one in (await sam.keyholders.forks())[0].branches if one.pinned)
    people.forget()
    await sam.keyholders.choose_branch(ada.account, words)
    people.wrote("the words of a fork's branch were compared (§4.13)")


@pytest.fixture
async def servers(
    request: pytest.FixtureRequest, app: FastAPI, settings: Settings, tmp_path: Path
) -> AsyncIterator[Servers]:
    async with running(other_settings(request, settings, tmp_path, ELSEWHERE)) as other:
        yield Servers({ORIGIN: app, ELSEWHERE: other})


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The documents of a move as they are written, each with its server, and closings as they are sent."""
    found: list[str] = []
    post, call = outbox._post, Route._call

    def noted(context: Any, journal: bytes, document: Any, *others: Any) -> Any:
        if document.kind in ("moved", "account_moved"):
            found.append(f"{document.kind} at {context.network.transport.origin}")
        return post(context, journal, document, *others)

    async def called(route: Route, method: str, path: str, *others: Any, **options: Any) -> Any:
        if method == "POST" and path.endswith("/entries"):
            items = [placed.item for placed in parse_push(others[0])]
            if any(isinstance(item, StatementItem) and b'"type":"close"' in item.signed.statement for item in items):
                found.append(f"close at {route.origin}")
        return await call(route, method, path, *others, **options)

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_post", noted)
        patch.setattr(Route, "_call", called)
        yield found


@pytest.mark.parametrize("gone", [False, True], ids=["both servers there", "the old one gone"])
async def test_a_move(servers: Servers, order: list[str], gone: bool) -> None:
    ada, _ = await servers.register()
    sam, _ = await servers.register()
    async with ada, sam:
        await pair(ada, sam)
        if gone:
            cut(ada)
        await ada.moving.to(ELSEWHERE)
    written = [line for line in order if not line.startswith("close")]
    if gone:
        assert written[-1:] == [f"account_moved at {ELSEWHERE}"]
    else:
        assert written == [f"moved at {ORIGIN}", f"account_moved at {ORIGIN}"]
        assert order[2:] == [f"close at {ORIGIN}"] * 2, "no log is closed before"
    says("a move (§13)", ["account_moved"])


def test_every_event_of_the_table_is_played_here(database_url: str) -> None:
    source = Path(__file__).read_text()
    assert [event for event in other_rows() if f'"{event}"' not in source] == []
