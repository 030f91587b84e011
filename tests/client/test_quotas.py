"""A server that takes no more of somebody today: nothing is lost, and everything else goes on."""

import pytest
from fastapi import FastAPI

from app.quotas.service import Quotas
from app.settings import Settings
from duolog.cli.failures import REFUSED, explain
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.log.notes import put_note
from duolog.documents.account_kinds import NotedHead
from duolog.errors import ServerRefused
from tests.client.couple import couple

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE
@pytest.mark.parametrize(
    ("limit", "code"), [("entries_per_day", "daily_limit"), ("entries_total", "quota_reached")], ids=["day", "ever"]
)
async def test_what_is_refused_waits_and_the_rest_is_synced(
    app: FastAPI, settings: Settings, limit: str, code: str
) -> None:
    state = app.state.duolog
    async with couple(app) as two:
        await two.sam.write(two.journal, "note", {"text": "from Sam"})
        generous, state.quotas = state.quotas, Quotas(settings.model_copy(update={limit: 1}))
        for text in ("one", "two"):
            written = await two.ada.write(two.journal, "note", {"text": text})
            assert not written.delivered
            assert isinstance(written.problem, ServerRefused)
            assert written.problem.code == code
            assert (written.problem.retry_after is not None) == (code == "daily_limit")
        report = await two.ada.sync()
        assert {problem.code for problem in report.problems if isinstance(problem, ServerRefused)} == {code}
        shown = [item.body["text"] for item in await two.ada.timeline(two.journal) if item.kind == "note" and item.body]
        assert shown == ["from Sam", "one", "two"]
        assert (await two.ada.journal(two.journal)).waiting == 2
        state.quotas = generous
        assert (await two.ada.sync()).delivered == 2
        await two.sam.sync()
        assert [item.body["text"] for item in await two.sam.timeline(two.journal) if item.body][-2:] == ["one", "two"]


@ONE
async def test_who_is_at_the_limit_can_close(app: FastAPI, settings: Settings) -> None:
    state = app.state.duolog
    async with couple(app) as two:
        state.quotas = Quotas(settings.model_copy(update={"entries_total": 1, "entries_per_day": 1}))
        assert not (await two.ada.write(two.journal, "note", {"text": "kept back"})).delivered
        await two.ada.leaving(two.journal).close()
        await two.sam.sync()
        assert (await two.sam.journal(two.journal)).closed


@ONE
async def test_who_is_at_the_limit_can_revoke(app: FastAPI, settings: Settings) -> None:
    state = app.state.duolog
    async with couple(app) as two:
        state.quotas = Quotas(settings.model_copy(update={"entries_total": 1, "entries_per_day": 1}))
        before = two.ada._context.chains[two.ada.account].newest.generation
        put_note(two.ada._context, "noted_head", NotedHead(journal=two.journal, seq=1, head=bytes(32)))
        await rotate(two.ada._context, Wanted())
        assert two.ada._context.chains[two.ada.account].newest.generation == before + 1


def test_a_person_is_told_when_it_goes_on() -> None:
    def told(code: str, status: int, seconds: int | None) -> tuple[str, ...]:
        failure = explain(ServerRefused("No.", code=code, status=status, retry_after=seconds))
        assert failure.exit_code == REFUSED
        return failure.next

    kept = "What you wrote is kept here, and a later `duolog sync` sends it."
    assert told("daily_limit", 429, 57_600) == ("It goes on in about 16 hours.", kept)
    assert told("daily_limit", 429, 121) == ("Try again in 3 minutes.", kept)
    assert told("slow_down", 429, 30) == ("Try again in 30 seconds.",)
    assert told("quota_reached", 413, None)[0] == kept
    assert told("rule_broken", 422, None) == ()
