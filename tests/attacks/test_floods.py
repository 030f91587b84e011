"""Attacks on a client's time and memory: what a lying or failing server can make it do for nothing."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
import uvicorn
from fastapi import FastAPI

from duolog.client import HttpTransport
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.log.folding import account_state
from duolog.client.log.statements import make_genesis
from duolog.client.server.transport import MAX_ANSWER
from duolog.errors import ChainViolation, MalformedData, ServerRefused, TransportError
from duolog.protocol import sizes
from hostile.flood_attacks import (
    CheapValues,
    DripAnswers,
    EndlessJournals,
    FloodProposals,
    NoMoreJournals,
    PlantJournals,
    PromiseKeys,
    SpoilPlanted,
)
from hostile.liar import OWN_ACCOUNT, Answer, Attack, Call, Liar
from hostile.proposal_attacks import PROPOSALS
from tests.attacks.conftest import liar_for
from tests.attacks.people import ORIGIN, Couple, Someone


async def test_server_lists_journals_without_end(ada: Someone) -> None:
    endless = EndlessJournals()
    ada.lied_to(endless)
    with anyio.fail_after(30), pytest.raises(MalformedData, match="more journals than"):
        await ada.duolog.sync()
    assert endless.pages * 500 <= sizes.MAX_JOURNALS + 500


async def test_servers_list_of_journals_goes_in_circles(ada: Someone) -> None:
    circles = EndlessJournals(circles=True)
    ada.lied_to(circles)
    with pytest.raises(MalformedData, match="in circles"):
        await ada.duolog.sync()
    assert circles.pages == 2


async def test_server_says_that_there_are_more_journals_and_lists_none(ada: Someone) -> None:
    ada.lied_to(NoMoreJournals())
    with anyio.fail_after(30), pytest.raises(MalformedData, match="lists none"):
        await ada.duolog.sync()


async def test_server_plants_a_strangers_journal(couple: Couple) -> None:
    before = await couple.ada.duolog.journals()
    planting = PlantJournals(40)
    couple.ada.lied_to(planting)
    await couple.sam.note(couple.journal, "in our own journal")
    report = await couple.ada.duolog.sync()
    assert "in our own journal" in await couple.ada.texts(couple.journal)
    assert [str(problem) for problem in report.problems] == [
        "The server lists 16 journals that you have not joined. Nothing of it is fetched or shown. "
        "Ask who runs the server."
    ]
    assert planting.asked == 16
    assert [item.id for item in await couple.ada.duolog.journals()] == [item.id for item in before]
    assert planting.planted.keys() & set((await couple.ada.duolog.sync()).new) == set()
    await couple.ada.duolog.sync()
    assert planting.asked == len(planting.planted), "each was looked at once"
    assert (await couple.ada.duolog.sync()).problems == (), "and is reported once"


@pytest.mark.parametrize("spoiled", list(SpoilPlanted.WAYS))
async def test_server_spoils_the_page_of_a_journal_that_it_planted(couple: Couple, spoiled: str) -> None:
    spoiling = SpoilPlanted(spoiled, 20)
    couple.ada.lied_to(spoiling)
    await couple.sam.note(couple.journal, "in our own journal")
    report = await couple.ada.duolog.sync()
    assert "in our own journal" in await couple.ada.texts(couple.journal)
    lost = spoiled in {"too large", "no answer", "cut off"}
    assert spoiling.asked == len(report.problems) == (1 if lost else 16), "a lost connection isn't waited for again"
    kind = {"not there": ServerRefused}.get(spoiled, TransportError)
    assert {type(problem) for problem in report.problems} == {kind}
    spoiling.way = "honest"
    report = await couple.ada.duolog.sync()
    assert [getattr(problem, "check", "") for problem in report.problems] == ["client.stranger"], "no mark was kept"
    assert "16 journals" in str(report.problems[0])


async def test_thief_of_older_keys_and_server_plant_a_journal(couple: Couple) -> None:
    context = couple.ada.duolog._context
    made = make_genesis(context.chains[couple.ada.account], context.identity.secret)
    await rotate(context, Wanted())
    couple.ada.lied_to(PlantJournals(stolen=(made.signed, made.grants)))
    report = await couple.ada.duolog.sync()
    assert [getattr(problem, "check", "") for problem in report.problems] == ["client.stranger"]
    assert made.roster.journal not in {item.id for item in await couple.ada.duolog.journals()}
    assert made.roster.journal not in account_state(context).journals


async def test_server_floods_the_list_of_proposals(couple: Couple) -> None:
    await couple.sam.note(couple.journal, "after the flood")
    couple.ada.lied_to(FloodProposals())
    report = await couple.ada.duolog.sync()
    assert "after the flood" in await couple.ada.texts(couple.journal)
    assert [type(problem) for problem in report.problems] == [TransportError]
    assert "larger" in str(report.problems[0])


async def test_server_answers_a_list_of_proposals_with_cheap_values(couple: Couple) -> None:
    class Both(Attack):
        """Promises proposals, and lists a million zeros."""

        async def answer(self, call: Call, server: Liar) -> Answer:
            lie = CheapValues(PROPOSALS) if call.journal("GET", PROPOSALS) is not None else FloodProposals()
            return await lie.answer(call, server)

    couple.ada.lied_to(Both())
    report = await couple.ada.duolog.sync()
    assert [str(problem) for problem in report.problems] == [
        "The server's answer holds more than such an answer can; it was not taken apart."
    ]


async def test_server_answers_with_more_than_was_asked_for(ada: Someone) -> None:
    class Larger(Attack):
        """The true answers, with spaces behind them."""

        async def answer(self, call: Call, server: Liar) -> Answer:
            answer = await server.ask(call)
            return answer.with_body(answer.body + b" " * MAX_ANSWER)

    ada.lied_to(Larger())
    with pytest.raises(TransportError, match="larger"):
        await ada.duolog.sync()


async def test_server_compresses_an_answer_that_unfolds_without_end(ada: Someone) -> None:
    class Compressed(Attack):
        """Says that its answer is to be unpacked."""

        async def answer(self, call: Call, server: Liar) -> Answer:
            answer = await server.ask(call)
            return Answer(answer.status, (*answer.headers, (b"content-encoding", b"gzip")), answer.body)

    ada.lied_to(Compressed())
    with pytest.raises(TransportError, match="compressed"):
        await ada.duolog.sync()


async def test_server_promises_keys_of_a_partner_and_shows_none(couple: Couple) -> None:
    await rotate(couple.sam.duolog._context, Wanted())
    await couple.sam.duolog.sync()
    couple.ada.lied_to(PromiseKeys())
    with anyio.fail_after(60), pytest.raises(MalformedData, match="more keys"):
        await couple.ada.duolog.sync()


async def test_server_promises_keys_of_ones_own_and_shows_none(ada: Someone) -> None:
    ada.lied_to(PromiseKeys(OWN_ACCOUNT))
    with anyio.fail_after(60), pytest.raises(MalformedData, match="doesn't end"):
        await ada.duolog.sync()


async def test_partner_and_server_make_keys_without_end(couple: Couple, monkeypatch: pytest.MonkeyPatch) -> None:
    await rotate(couple.sam.duolog._context, Wanted())
    await couple.sam.duolog.sync()
    monkeypatch.setattr(sizes, "MAX_GENERATIONS", 1)
    with pytest.raises(ChainViolation) as caught:
        await couple.ada.duolog.sync()
    assert caught.value.check == "accounts.generations"


@asynccontextmanager
async def listening(app: Liar) -> AsyncIterator[str]:
    """The address of a real server with a real socket in front of this."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [bound])
            while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
                await anyio.sleep(0.01)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
            server.force_exit = server.should_exit = True


async def test_server_drips_its_answers(real: FastAPI) -> None:
    liar = liar_for(real)
    async with listening(liar) as address:
        liar.attack = DripAnswers(pause=0.05)
        transport = HttpTransport(address, patience=0.3)
        with anyio.fail_after(20), pytest.raises(TransportError, match="too long"):
            await transport.server_info()
        liar.attack = Attack()
        assert (await transport.server_info()).origin == ORIGIN, "the connection that was given up is in nobody's way"
        await transport.close()


async def test_server_drips_the_start_of_an_answer() -> None:
    async def drip(stream: anyio.abc.ByteStream) -> None:
        async with stream:
            while True:
                await stream.send(b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n")
                await anyio.sleep(0.05)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with anyio.create_task_group() as group:
        group.start_soon(listener.serve, drip)
        transport = HttpTransport(f"http://127.0.0.1:{port}", patience=0.3)
        with anyio.fail_after(20), pytest.raises(TransportError):
            await transport.server_info()
        await transport.close()
        group.cancel_scope.cancel()


async def test_what_a_dripping_server_was_to_take_waits(couple: Couple) -> None:
    network = couple.ada.duolog._context.network.transport
    assert isinstance(network, HttpTransport)
    network._patience = 0.2
    couple.ada.lied_to(DripAnswers(pause=0.05, pattern=r".*/entries"))
    written = await couple.ada.duolog.write(couple.journal, "note", {"text": "said once"})
    assert not written.delivered
    network._patience = 60
    couple.ada.lied_to(Attack())
    await couple.ada.duolog.sync()
    await couple.sam.duolog.sync()
    assert (await couple.sam.texts(couple.journal)).count("said once") == 1
