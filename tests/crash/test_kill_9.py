"""The server is killed without warning while three devices push: what it acknowledged must be there, and only once.

`make crash ROUNDS=1000` plays long runs of the same rounds.
"""

import asyncio
from pathlib import Path

import pytest

from tests.crash.kills import FAILOVER, Killing, play, victim

ROUNDS = 2


def play_some(killing: Killing, rounds: int) -> None:
    house = asyncio.run(play(killing, rounds, (0.05, 0.2)))
    assert house.acknowledged > rounds, "the kills came before anything was pushed"
    assert len(killing.times) == rounds


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled_by_kill_9(tmp_path: Path) -> None:
    with victim("sqlite", tmp_path / "server") as killing:
        play_some(killing, ROUNDS)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["postgresql", "postmaster", FAILOVER])
def test_on_postgresql_nothing_is_lost_with_the_server_the_database_or_the_primary(tmp_path: Path, mode: str) -> None:
    with victim(mode, tmp_path / "server") as killing:
        play_some(killing, ROUNDS)
