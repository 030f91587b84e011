"""Story 3: the week and the quarter. Answers open together, and what grows from them is a boundary of both."""

from typing import Any

from fastapi import FastAPI

from duolog.client import Duolog
from tests.client.couple import couple

WEEK = {"feelings": ["tired"], "appreciation": "Thanks for calling from the station.", "need": "A phone-free evening."}
SATURDAY = {"topic": "time", "text": "We meet on Saturdays.", "binds": "both"}


async def opened(person: Duolog, journal: bytes, check_in: bytes) -> str:
    """All that this person sees of both answers."""
    views = await person.check_ins(journal).answers(check_in)
    return " ".join(line for one in views for line in one.lines)


async def test_both_open_the_week_together_and_move_the_meeting_in_the_review(app: FastAPI) -> None:
    async with couple(app) as two:
        ada, sam, journal = two.ada, two.sam, two.journal
        week = (await ada.check_ins(journal).begin("week", WEEK)).entry
        await sam.sync()
        # Nobody opens anything before both have committed.
        assert await opened(sam, journal, week) == ""
        await sam.check_ins(journal).answer(week, {"went_well": "We paused and came back."})
        await ada.sync()
        await sam.sync()
        for person in (ada, sam):
            seen = await opened(person, journal, week)
            assert "A phone-free evening." in seen
            assert "We paused and came back." in seen

        review = (await ada.check_ins(journal).begin("review", {"summary": "Fewer surprises."})).entry
        await sam.sync()
        await sam.check_ins(journal).answer(review, {"summary": "I dread Sundays."})
        await ada.sync()
        await sam.sync()
        for person in (ada, sam):
            seen = await opened(person, journal, review)
            assert "Fewer surprises." in seen
            assert "I dread Sundays." in seen

        # What grows from it takes both.
        boundary = (await sam.boundaries(journal).propose(SATURDAY)).entry
        await ada.sync()
        await ada.boundaries(journal).accept(boundary)
        assert (await ada.boundaries(journal).show(boundary)).stage == "in_force"

        # No streak and no tally anywhere: no view has a number but dates and one's own sliders.
        shown: list[Any] = [*await ada.check_ins(journal).list(), *await sam.check_ins(journal).list()]
        for view in shown:
            assert not any(word in view.text.lower() for word in ("streak", "in a row", "times", "average", "score"))
        assert [one.text for one in (await ada.today()).open] == []
