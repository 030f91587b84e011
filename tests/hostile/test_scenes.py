"""Attacks that only those meet who rotate or restore: our client is judged there too, and a careless one fails."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from duolog.client import HttpTransport
from hostile.catalogue import CATALOGUE
from hostile.evening import PROGRAMS, Evening, Outcome, judged
from hostile.judging import Answer
from hostile.results import Result
from hostile.running import line
from tests.attacks.conftest import liar_for
from tests.attacks.people import ORIGIN
from vectors.transcript.client import EveningClient


class InProcess:
    """A program in this process. It keeps what it knows over a stop."""

    def __init__(self, client: EveningClient, without: str, careless: bool) -> None:
        self.client, self.without, self.careless = client, without, careless

    async def say(self, verb: str, **fields: Any) -> Answer:
        if verb == self.without:
            return {"unsupported": True}
        answer = await self.client.answer(verb, fields)
        return {key: answer[key] for key in answer if key != "error"} if self.careless else answer

    async def stop(self) -> None:
        """Nothing has to end."""


@pytest.fixture
async def evening(real: FastAPI) -> AsyncIterator[Any]:
    clients: list[EveningClient] = []

    async def play(name: str, *, without: str = "", careless: bool = False) -> Outcome:
        liar = liar_for(real)
        network = httpx2.ASGITransport(liar)
        talks: dict[str, Any] = {}
        for person in PROGRAMS:
            client = EveningClient(lambda server: HttpTransport(server, network=network), lambda: int(time.time()))
            clients.append(client)
            talks[person] = InProcess(client, without, careless)
        return await judged(name, Evening(liar, ORIGIN, talks, CATALOGUE[name]))

    yield play
    for client in clients:
        await client.close()


@pytest.mark.slow
async def test_a_partner_who_rotates_makes_our_client_meet_a_forged_rotation(evening: Any) -> None:
    outcome = await evening("forge-rotation")
    assert (outcome.result, str(outcome.named)) == (Result.FROZEN, "BadSignature signature")
    assert "frozen   BadSignature signature" in line(outcome)


@pytest.mark.slow
async def test_who_restores_meets_a_hidden_anchor(evening: Any) -> None:
    outcome = await evening("hide-anchor")
    assert (outcome.result, str(outcome.named)) == (Result.REFUSED, "WrongAccount client.anchor_shown")


async def test_a_careless_client_that_restores_it_fails(evening: Any) -> None:
    outcome = await evening("hide-anchor", careless=True)
    assert outcome.result is Result.UNNOTICED


@pytest.mark.slow
async def test_a_client_that_lacks_a_verb_is_not_reached(evening: Any) -> None:
    outcome = await evening("older-chain", without="rotate")
    assert (outcome.result, outcome.why) == (Result.NOT_REACHED, "The client lacks `rotate`.")
    assert "The client lacks `rotate`." in line(outcome)
