"""Two people with up to three devices each and a confidant, in any order, with faults between any two steps.

Members converge on one roster and epoch; whoever is out opens no later entry; nobody is locked out who should not be;
and no legitimate run ends in a freeze.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import keyring
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app.settings import Settings
from tests.client.couple import Clock
from tests.conftest import MEMORY, ORIGIN, migrate_database, running
from tests.machine.couple import DAY, Evening
from tests.machine.network import Fault
from tests.machine.people import Device, MemoryKeyring

NUMBERS = st.integers(0, 11)
FAULTS = st.lists(st.sampled_from([Fault.NONE, Fault.NONE, Fault.NONE, *Fault]), max_size=6)
OFTEN = "1000000/minute"


class Membership(RuleBasedStateMachine):
    """What people do, in the order that Hypothesis chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="duolog-machine-", dir=MEMORY if MEMORY.is_dir() else None))
        self._keyring = keyring.get_keyring()
        keyring.set_keyring(MemoryKeyring())
        self.runner = asyncio.Runner()
        self.open = AsyncExitStack()
        self.run(self._begin())

    def run(self, step: Coroutine[Any, Any, None]) -> None:
        self.runner.run(step)

    async def _begin(self) -> None:
        clock = Clock()
        database = f"sqlite:///{self.folder / 'duolog.db'}"
        migrate_database(database)
        served = Settings(
            data=self.folder,
            database=database,
            origin=ORIGIN,
            retention_seconds=0,
            rotations_per_day=10_000,  # the clock stands still for many steps
            rate_anonymous=OFTEN,
            rate_register=OFTEN,
            rate_login=OFTEN,
            rate_rendezvous=OFTEN,
        )
        app = await self.open.enter_async_context(running(served, clock))
        self.evening = Evening(app, self.folder, clock)
        await self.evening.begin()

    def device(self, number: int, faults: list[Fault]) -> Device:
        """A partner's device, and what its next requests meet."""
        self.evening.calm()
        found = self.evening.pick(number)
        found.network.plan.extend(faults)
        return found

    @rule(number=NUMBERS, faults=FAULTS)
    def write(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.write(self.device(number, faults)))

    @rule(number=NUMBERS, faults=FAULTS)
    def sync(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.sync(self.device(number, faults)))

    @rule(number=NUMBERS, faults=FAULTS)
    def add_a_device(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.add_device(self.device(number, faults)))

    @rule(number=NUMBERS, other=NUMBERS, faults=FAULTS)
    def revoke(self, number: int, other: int, faults: list[Fault]) -> None:
        self.run(self.evening.revoke(self.device(number, faults), other))

    @rule(number=NUMBERS, faults=FAULTS)
    def replace_the_sheet(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.replace_sheet(self.device(number, faults)))

    @rule(number=NUMBERS, faults=FAULTS)
    def rotate_by_chance(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.rotate(self.device(number, faults)))

    @rule(number=NUMBERS, faults=FAULTS)
    def invite_the_therapist(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.invite(self.device(number, faults)))

    @rule(number=NUMBERS, faults=FAULTS)
    def consent(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.consent(self.device(number, faults)))

    @rule(number=NUMBERS, faults=FAULTS)
    def remove_the_therapist(self, number: int, faults: list[Fault]) -> None:
        self.run(self.evening.remove(self.device(number, faults)))

    @rule()
    def the_therapist_writes(self) -> None:
        self.run(self.evening.therapist_writes())

    @rule()
    def the_therapist_leaves(self) -> None:
        self.run(self.evening.leave())

    @rule(number=NUMBERS)
    def withhold(self, number: int) -> None:
        self.evening.withhold(self.evening.pick(number))

    @rule(number=NUMBERS, other=NUMBERS, act=st.sampled_from(["write", "rotate", "remove", "sync"]), last=st.booleans())
    def race(self, number: int, other: int, act: str, last: bool) -> None:
        device = self.device(number, [])
        self.evening.race(device, other, getattr(self.evening, act))
        self.run(self.evening.write(device) if last else self.evening.rotate(device))

    @rule(days=st.sampled_from([1, 20, 40]))
    def days_pass(self, days: int) -> None:
        self.evening.clock.now += days * DAY

    @invariant()
    def nothing_is_frozen(self) -> None:
        self.evening.check_nothing_is_frozen()

    def teardown(self) -> None:
        try:
            self.run(self.evening.check_all())
        finally:
            self.run(self._end())
            self.runner.close()
            keyring.set_keyring(self._keyring)
            shutil.rmtree(self.folder, ignore_errors=True)

    async def _end(self) -> None:
        await self.evening.close()
        await self.open.aclose()


def _run(examples: int, steps: int, *, derandomize: bool) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Membership, settings=chosen)


def test_members_converge_whatever_happens_between_two_steps() -> None:
    _run(4, 15, derandomize=True)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_members_converge_in_many_long_runs() -> None:
    _run(60, 40, derandomize=False)
