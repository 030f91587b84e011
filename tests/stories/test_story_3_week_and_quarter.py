"""Story 3: the week and the quarter. Answers open together, and what grows from them is a boundary of both."""

import re

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, ListedThing
from duolog.client.journals import answering
from duolog.client.log import outbox
from duolog.client.log.context import Context
from duolog.documents.kinds.check_in import CheckIn
from duolog.errors import NotAllowed
from duolog.protocol.codec import encode_b64
from duolog.seal.blind_pairs import PairSecret, seal_answer
from tests.client.couple import Couple, couple

WEEK = {"feelings": ["tired"], "appreciation": "Thanks for calling from the station.", "need": "A phone-free evening."}
SUNDAY = {"went_well": "We talked on Tuesday."}
SATURDAY = {"topic": "time", "text": "We meet on Saturdays.", "binds": "both"}
WIN = "We paused and came back."
NEVER = re.compile(r"streak|in a row|average|score|overdue|missed|\btimes\b|has not|still|yet\b", re.IGNORECASE)


async def both_see(two: Couple) -> None:
    """Both fetch all that is there, and go on with what they keep."""
    for person in (two.ada, two.sam, two.ada):
        await person.sync()


async def answers(person: Duolog, journal: bytes, check_in: bytes) -> str:
    """All that this person sees of both answers."""
    views = await person.check_ins(journal).answers(check_in)
    return " ".join(line for one in views for line in one.lines)


async def require_no_tally(two: Couple) -> None:
    """No view says how often, how long or who first: no number stands in one but dates and one's own measures."""
    for person in (two.ada, two.sam):
        views: tuple[ListedThing[CheckIn], ...] = await person.check_ins(two.journal).list()
        told = [view.title + view.text for view in views]
        told += [one.text for one in (await person.today()).open]
        told += [item.text or "" for item in await person.timeline(two.journal)]
        assert not [text for text in told if NEVER.search(text)]


async def test_both_open_the_week_together_and_move_the_meeting_in_the_review(app: FastAPI) -> None:
    async with couple(app) as two:
        ada, sam, journal = two.ada, two.sam, two.journal
        week = (await ada.check_ins(journal).begin("week", WEEK)).entry
        await both_see(two)
        # Nobody opens anything before both have committed.
        assert await answers(sam, journal, week) == ""
        assert "A phone-free evening." in await answers(ada, journal, week)

        await sam.check_ins(journal).answer(week, SUNDAY)
        await both_see(two)
        for person in (ada, sam):
            seen = await answers(person, journal, week)
            assert "A phone-free evening." in seen
            assert "We talked on Tuesday." in seen

        review = (await ada.check_ins(journal).begin("review", {"summary": "Fewer surprises."})).entry
        await both_see(two)
        await sam.check_ins(journal).answer(review, {"summary": "I dread Sundays."})
        await both_see(two)
        for person in (ada, sam):
            seen = await answers(person, journal, review)
            assert "Fewer surprises." in seen
            assert "I dread Sundays." in seen

        # What grows from it takes both.
        begun = (await sam.check_ins(journal).show(review)).thing
        source = {"entry": encode_b64(review), "message": encode_b64(begun.texts[review].message)}
        step = {"step": "propose", "wording": SATURDAY, "from": source}
        boundary = (await sam.write(journal, "boundary", step)).entry
        await ada.sync()
        assert (await ada.boundaries(journal).show(boundary)).stage == "proposed"
        await ada.boundaries(journal).accept(boundary)
        assert (await ada.boundaries(journal).show(boundary)).stage == "in_force"

        # The win is listed for both.
        await ada.write(journal, "appreciation", {"text": WIN, "of": "us"})
        await sam.sync()
        assert [item.text for item in await sam.timeline(journal) if item.kind == "appreciation"] == [
            f"Your partner noted a win of the two together:\n    {WIN}"
        ]
        assert [one.text for one in (await ada.today()).open] == []
        await require_no_tally(two)


async def test_a_changed_client_that_withholds_its_key_is_shown_as_not_having_revealed(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with couple(app) as two:
        honest = answering.may_reveal

        def withholds(context: Context, journal: bytes, check_in: CheckIn) -> bool:
            return context.account != two.sam.account and honest(context, journal, check_in)

        monkeypatch.setattr(answering, "may_reveal", withholds)
        week = (await two.ada.check_ins(two.journal).begin("week", WEEK)).entry
        await both_see(two)
        await two.sam.check_ins(two.journal).answer(week, SUNDAY)
        await both_see(two)

        assert "Your partner's answer is not revealed." in (await two.ada.check_ins(two.journal).show(week)).text
        assert "We talked on Tuesday." not in await answers(two.ada, two.journal, week)
        await require_no_tally(two)


async def test_a_changed_answer_fails_its_commitment(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    async with couple(app) as two:
        ada, sam, journal = two.ada, two.sam, two.journal
        week = (await ada.check_ins(journal).begin("week", WEEK)).entry
        await both_see(two)
        await sam.check_ins(journal).answer(week, SUNDAY)
        text = (await sam.check_ins(journal).show(week)).thing.texts[week]
        named = {"entry": encode_b64(week), "message": encode_b64(text.message)}
        other = PairSecret.new()
        sealed, commitment = seal_answer(other, journal, week, sam.account, b'{"form":"week","went_well":"All."}')
        commit = {
            "step": "commit",
            "answers": named,
            "sealed": encode_b64(sealed),
            "commitment": encode_b64(commitment),
        }
        reveal = {"step": "reveal", "answers": named, "k": encode_b64(other.k)}

        # His own client refuses another answer, and a key that doesn't fit the one that he gave.
        for body in (commit, reveal):
            with pytest.raises(NotAllowed):
                await sam.write(journal, "check_in", body)
        # A changed client sends both: nobody counts them.
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "require_allowed", lambda *_: None)
            forced = [(await sam.write(journal, "check_in", body)).entry for body in (commit, reveal)]
        await both_see(two)
        for person in (ada, sam):
            ignored = [item for item in await person.timeline(journal) if item.entry in forced]
            assert len(ignored) == 2
            assert all(item.without_effect for item in ignored)
            assert "All." not in await answers(person, journal, week)
        assert "We talked on Tuesday." in await answers(ada, journal, week)
