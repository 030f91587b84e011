"""Story 4: sixty days with a therapist, by consent of both; and a counsellor of Ada's own, of whom Sam sees nothing.

The kinds `disclosure` and `letter` don't exist yet. Notes stand in their places: what is disclosed, and Sam's draft of
an impact letter. Swap both for their kinds when these are there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.client import COPIES_STAY, AdmissionStage, Duolog, PairingStage
from duolog.client.log.stored_logs import load_log
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, ServerRefused
from tests.client.couple import UNLOCK, Clock, pair, transport
from tests.conftest import running

DAY = 24 * 3600
FIRST = {"topic": "friendships", "text": "We say when we meet someone we are drawn to.", "binds": "both"}
SECOND = {"topic": "time", "text": "Sunday evenings are ours.", "binds": "both"}
DISCLOSED = "Robin messaged on Tuesday. I replied twice and hid it."
LETTER = "What it did to me, as far as I can say it."
SECRET = "I don't know whether I want to stay."


@dataclass
class People:
    """Ada and Sam, who are verified; Dr Okoro, and Ada's own counsellor; the clock of all and of the server."""

    ada: Duolog
    sam: Duolog
    okoro: Duolog
    counsellor: Duolog
    journal: bytes
    clock: Clock


@asynccontextmanager
async def people(app: FastAPI, folder: Path, clock: Clock) -> AsyncIterator[People]:
    opened = []
    for name in ("ada", "sam", "okoro", "counsellor"):
        new = await Duolog.register(transport(app), home=folder / name, unlock=UNLOCK, clock=clock)
        opened.append(new.duolog)
    ada, sam, okoro, counsellor = opened
    async with ada, sam, okoro, counsellor:
        journal = await pair(ada, sam)
        await okoro.create_journal()
        yield People(ada, sam, okoro, counsellor, journal, clock)


async def counsel(those: People) -> bytes:
    """A counsel journal of Ada and Sam. They have compared words before, so both clients verify by themselves."""
    journal = await those.ada.create_journal()
    await those.sam.join((await those.ada.invite(journal)).link)
    for person in (those.ada, those.sam, those.ada, those.sam):
        await person.sync()
    for person in (those.ada, those.sam):
        assert not (await person.journal(journal)).provisional
        assert (await person.pairing(journal)).stage is PairingStage.VERIFIED
    return journal


async def agree(those: People, terms: dict[str, str]) -> bytes:
    """A boundary in force; the entry of its text."""
    written = await those.ada.boundaries(those.journal).propose(terms)
    await those.sam.sync()
    await those.sam.boundaries(those.journal).accept(written.entry)
    await those.ada.sync()
    return written.entry


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [item.text or "" for item in await person.timeline(journal) if item.body is not None]


async def words_of(person: Duolog, journal: bytes) -> tuple[str, ...]:
    words = (await person.pairing(journal)).words
    assert words is not None
    return words


async def let_in(those: People, journal: bytes, days: int = 60) -> None:
    """Both consent to Dr Okoro; each compares the words with them."""
    hers, his = those.ada.members(journal), those.sam.members(journal)
    invitation = await hers.invite("read", those.clock() + days * DAY)
    assert "nothing else" in (invitation.notice or "")
    joined = await those.okoro.join(invitation.link)
    assert "nothing from before" in (joined.notice or "")
    await those.ada.sync()
    await those.okoro.sync()
    [admission] = await hers.admissions()
    words = await words_of(those.okoro, journal)
    assert admission.words == words
    await hers.confirm(words)
    # One partner's consent adds nobody.
    assert (await hers.admissions())[0].stage is AdmissionStage.WAITING_FOR_PARTNER
    for person in (those.ada, those.sam):
        await person.sync()
        assert len((await person.journal(journal)).members) == 2
    await those.okoro.sync()
    assert journal not in {view.id for view in await those.okoro.journals()}
    [proposal] = await his.proposals()
    assert proposal.words == words
    assert (proposal.change, proposal.account, proposal.mine) == ("add", those.okoro.account, False)
    await his.sign(proposal.id, words)
    await those.okoro.verify(journal, proposal.words or ())
    for person in (those.okoro, those.ada):
        await person.sync()
    assert await hers.admissions() == ()
    assert await hers.proposals() == ()


async def refused_to(person: Duolog, journal: bytes) -> tuple[int, str]:
    """What the server answers who asks for a journal."""
    with pytest.raises(ServerRefused) as refused:
        await person._context.network.call(Transport.pull, journal, 0)
    return refused.value.status, refused.value.code


async def test_both_let_a_therapist_in_for_sixty_days(settings: Settings, tmp_path: Path) -> None:
    clock = Clock()
    async with running(settings, clock) as app, people(app, tmp_path, clock) as those:
        ada, sam, okoro = those.ada, those.sam, those.okoro
        boundaries = [await agree(those, FIRST), await agree(those, SECOND)]
        disclosed = await sam.write(those.journal, "note", {"text": DISCLOSED})
        other = await ada.write(those.journal, "note", {"text": SECRET})
        journal = await counsel(those)
        before = await ada.write(journal, "note", {"text": "For the two of us, before anybody comes."})
        assert before.delivered
        await let_in(those, journal)

        # Two boundaries and one disclosure, each a copy with its provenance.
        for entry in boundaries:
            assert (await ada.copy(those.journal, entry, journal)).delivered
        shorter = await sam.copy(those.journal, disclosed.entry, journal, "Robin messaged. I hid it.")
        assert shorter.delivered
        await okoro.sync()
        shown = await texts(okoro, journal)
        assert len(shown) == 3
        assert FIRST["text"] in shown[0]
        assert "shortened" in shown[2]
        assert DISCLOSED not in "".join(shown)
        copies = [item.body for item in await okoro.timeline(journal) if item.kind == "copy" and item.body]
        assert {body["document"]["kind"] for body in copies} == {"boundary", "note"}

        # No other entry opens for the therapist: nothing from before, and no other journal.
        [first, *_] = await okoro.timeline(journal)
        assert (first.entry, first.body) == (before.entry, None)
        assert "before you joined" in (first.unreadable or "")
        assert {view.id for view in await okoro.journals() if len(view.members) > 1} == {journal}
        assert await refused_to(okoro, those.journal) == (404, "not_found")
        assert SECRET not in "".join(await texts(okoro, journal))
        assert other.delivered
        with pytest.raises(NotAllowed, match="not write"):
            await okoro.write(journal, "note", {"text": "a remark"})

        await letter_stays_a_draft_until_the_session(those, journal)
        await nothing_opens_after_the_end_date(those, journal)


async def letter_stays_a_draft_until_the_session(those: People, journal: bytes) -> None:
    ada, sam, okoro = those.ada, those.sam, those.okoro
    draft = await sam.drafts().keep(journal, "note", {"text": LETTER})
    for person in (ada, okoro):
        await person.sync()
        assert LETTER not in "".join(await texts(person, journal))
    assert [item.draft for item in await sam.drafts().list()] == [draft]
    assert (await sam.drafts().send(draft)).delivered
    assert await sam.drafts().list() == ()
    for person in (ada, okoro):
        await person.sync()
        assert LETTER in "".join(await texts(person, journal))


async def nothing_opens_after_the_end_date(those: People, journal: bytes) -> None:
    """The answer is 404, and the therapist's home says what is known."""
    ada, okoro = those.ada, those.okoro
    those.clock.now += 60 * DAY
    assert await refused_to(okoro, journal) == (404, "not_found")
    assert not (await okoro.sync()).problems
    ended = await okoro.journal(journal)
    assert "term is over" in (ended.former or "")
    assert ended.frozen is None
    assert LETTER in "".join(await texts(okoro, journal)), "copies already read can't be recalled"
    assert "recalled" in COPIES_STAY

    # From then on the next epoch is out of reach: nothing is sealed before the removal.
    epoch = await epoch_of(ada, journal)
    await ada.write(journal, "note", {"text": "After the sixty days."})
    assert await epoch_of(ada, journal) == epoch + 1
    assert len((await ada.journal(journal)).members) == 2


async def epoch_of(person: Duolog, journal: bytes) -> int:
    roster = load_log(person._context.store, journal).roster
    assert roster is not None
    return roster.epoch


@pytest.mark.parametrize("who", ["ada", "sam"])
async def test_either_partner_alone_ends_it(settings: Settings, tmp_path: Path, who: str) -> None:
    clock = Clock()
    async with running(settings, clock) as app, people(app, tmp_path, clock) as those:
        journal = await counsel(those)
        await let_in(those, journal)
        await those.sam.write(journal, "note", {"text": "While you are here."})
        await those.okoro.sync()
        ending: Duolog = getattr(those, who)
        await ending.members(journal).remove(those.okoro.account)
        await ending.write(journal, "note", {"text": "Without you."})
        report = await those.okoro.sync()
        assert not report.problems
        assert "a partner has ended it" in ((await those.okoro.journal(journal)).former or "")
        assert [text for text in await texts(those.okoro, journal) if "Without you" in text] == []
        with pytest.raises(NotAllowed, match="no longer a member"):
            await those.okoro.write(journal, "note", {"text": "May I still?"})
        for person in (those.ada, those.sam):
            await person.sync()
            assert those.okoro.account not in {item.account for item in await person.members(journal).list()}


class Recorded(httpx2.ASGITransport):
    """What the server answers one person: path, status and body, each time."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.answers: list[tuple[str, int, bytes]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        body = await response.aread()
        self.answers.append((request.url.path, response.status_code, body))
        return httpx2.Response(response.status_code, headers=response.headers, content=body)


async def test_sam_learns_nothing_of_adas_own_counsellor(settings: Settings, tmp_path: Path) -> None:
    clock = Clock()
    async with running(settings, clock) as app, people(app, tmp_path, clock) as those:
        ada, sam, counsellor = those.ada, those.sam, those.counsellor
        recorded = Recorded(app)
        watching = transport(recorded)
        sam._context.network.transport = watching
        session = sam._context.home.open("session", sam._context.store.get("session") or b"")
        watching.use_session(session[:32])

        async def all_that_sam_is_answered() -> list[tuple[str, int, bytes]]:
            recorded.answers.clear()
            await sam.sync()
            await sam.members(those.journal).proposals()
            await watching.own_account()
            await watching.pull(those.journal, 0)
            await watching.chains(those.journal)
            await watching.journals(None)
            return list(recorded.answers)

        await all_that_sam_is_answered()
        before = await all_that_sam_is_answered()
        diary, shared = await ada.create_journal(), await ada.create_journal()
        written = [await ada.write(diary, "note", {"text": text}) for text in (SECRET, "And I am tired.", "Third.")]
        invitation = await ada.members(shared).invite("write", clock() + 30 * DAY)
        await counsellor.join(invitation.link)
        await ada.sync()
        await counsellor.sync()
        # She is alone in it: nobody else's consent is asked, and the words let the counsellor in.
        await ada.members(shared).confirm(await words_of(counsellor, shared))
        for entry in written[:2]:
            assert (await ada.copy(diary, entry.entry, shared)).delivered
        await counsellor.sync()
        seen = "".join(await texts(counsellor, shared))
        assert SECRET in seen
        assert "tired" in seen
        assert "Third." not in seen
        assert await refused_to(counsellor, diary) == (404, "not_found")
        assert (await counsellor.write(shared, "note", {"text": "See you on Thursday."})).delivered
        await ada.sync()
        assert "Thursday" in "".join(await texts(ada, shared))
        after = await all_that_sam_is_answered()
        assert after == before, "not a byte of what Sam is answered depends on it"
        assert await refused_to(sam, shared) == (404, "not_found")
