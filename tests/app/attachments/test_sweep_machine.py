"""The sweep against everything else, in any order: it takes nothing that an entry names, and leaves nothing else."""

import asyncio
import itertools
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from app.objects.repository import SETTLE_SECONDS
from app.objects.table import attachments
from app.problems import Unavailable
from app.retention import attachments as sweeping
from app.settings import DAY, Settings
from duolog.api.pages import Placed
from tests.app.attachments.files import PART, File, naming, objects, rows
from tests.app.leaving.closings import Evening, evening
from tests.app.leaving.test_holding import mark, withdraw
from tests.app.people import code

T = TypeVar("T")
WEEK = 7 * DAY
PICK = st.integers(0, 2**16)


class Known:
    """What the test knows of one file. `placed`: the entry that names it; `holders`: who holds that entry."""

    def __init__(self, file: File, begun: int) -> None:
        self.file, self.begun, self.received, self.over = file, begun, 0, False
        self.placed: Placed | None = None
        self.kept = False
        self.holders: set[str] = set()

    @property
    def whole(self) -> bool:
        return self.received == len(self.file.parts)


class Sweep(RuleBasedStateMachine):
    """Ada and Sam, their files, the clock, and rounds of retention that may fail half way."""

    settings: Settings

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.friday: Evening = self.run(self.stack.enter_async_context(evening(self.settings)))
        self.files: list[Known] = []
        self.store = self.friday.app.state.duolog.store

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        try:
            self.nothing_else_stays()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()

    @property
    def unnamed(self) -> list[Known]:
        return [known for known in self.files if known.placed is None and not known.over]

    @property
    def held(self) -> list[Known]:
        return [known for known in self.files if known.placed is not None and known.holders]

    # --- steps ---

    @rule(size=st.sampled_from([3, PART + 1]), parts=st.integers(0, 2))
    def begin(self, size: int, parts: int) -> None:
        known = Known(File(size), self.friday.clock[0])
        self.files.append(known)
        self.run(known.file.send(self.friday.couple, self.friday.ada, 0, min(parts, len(known.file.parts))))
        known.received = min(parts, len(known.file.parts))

    @precondition(lambda self: self.unnamed)
    @rule(pick=PICK)
    def go_on(self, pick: int) -> None:
        known = self.unnamed[pick % len(self.unnamed)]
        if not known.whole:
            self.run(known.file.send(self.friday.couple, self.friday.ada, known.received, known.received + 1))
            known.received += 1

    @precondition(lambda self: self.files)
    @rule(picks=st.lists(PICK, min_size=1, max_size=2))
    def push(self, picks: list[int]) -> None:
        chosen = [self.files[pick % len(self.files)] for pick in picks]
        placed = naming(self.friday.couple, self.friday.ada, *(known.file for known in chosen))
        fit = len({id(known) for known in chosen}) == len(chosen) and all(
            known.whole and known.placed is None and not known.over for known in chosen
        )
        answer = self.run(self.friday.couple.push(self.friday.ada, placed))
        assert code(answer) == ((201, "") if fit else (409, "attachment_missing"))
        if fit:
            self._named(placed, *chosen)

    def _named(self, placed: Placed, *chosen: Known) -> None:
        for known in chosen:
            known.placed, known.holders = placed, {"ada", "sam"}

    @precondition(lambda self: self.unnamed)
    @rule(pick=PICK)
    def give_up(self, pick: int) -> None:
        known = self.unnamed[pick % len(self.unnamed)]
        assert self.run(self.friday.ada.delete(known.file.path(self.friday.couple))).status_code == 204
        known.over = True

    @precondition(lambda self: self.held)
    @rule(pick=PICK, who=st.sampled_from(["ada", "sam"]), act=st.sampled_from(["keep", "erase"]))
    def mark(self, pick: int, who: str, act: str) -> None:
        known = self.held[pick % len(self.held)]
        assert known.placed is not None
        self.run(mark(self.friday.couple, getattr(self.friday, who), act, known.placed))
        for other in self.files:
            if other.placed is known.placed:
                other.kept |= (act, who) == ("keep", "sam")
                other.holders -= {who} if act == "erase" else set()

    @precondition(lambda self: self.held)
    @rule(pick=PICK)
    def take_back(self, pick: int) -> None:
        known = self.held[pick % len(self.held)]
        assert known.placed is not None
        if self.friday.clock[0] - known.begun > DAY:
            return
        self.run(withdraw(self.friday.couple, self.friday.ada, known.placed))
        for other in self.files:
            if other.placed is known.placed:
                other.holders &= {"sam"} if other.kept else set()

    @rule(seconds=st.sampled_from([1, SETTLE_SECONDS, DAY, 3 * DAY, WEEK]))
    def wait(self, seconds: int) -> None:
        self.friday.clock[0] += seconds
        for person in (self.friday.ada, self.friday.sam):
            self.run(person.log_in())

    @rule()
    def sweep(self) -> None:
        self.run(self.friday.retain())
        self._swept()

    @rule(after=st.integers(0, 2))
    def sweep_cut_off(self, after: int) -> None:
        clear, count = self.store.clear, itertools.count()

        async def failing(place: bytes) -> None:
            if next(count) == after:
                raise Unavailable
            await clear(place)

        self.store.clear = failing
        try:
            self.run(self.friday.retain())
        except Unavailable:
            pass
        finally:
            del self.store.clear
        self._swept()

    def _swept(self) -> None:
        for known in self.unnamed:
            known.over = known.begun <= self.friday.clock[0] - WEEK

    @precondition(lambda self: any(known.whole for known in self.unnamed))
    @rule(pick=PICK)
    def push_while_it_sweeps(self, pick: int) -> None:
        whole = [known for known in self.unnamed if known.whole]
        known = whole[pick % len(whole)]
        placed = naming(self.friday.couple, self.friday.ada, known.file)

        async def both() -> int:
            push = self.friday.couple.push(self.friday.ada, placed)
            return (await asyncio.gather(push, self.friday.retain()))[0].status_code

        status = self.run(both())
        if status == 201:
            self._named(placed, known)
        else:
            assert status == 409
            assert known.begun <= self.friday.clock[0] - WEEK
        self._swept()

    # --- what holds ---

    @invariant()
    def what_an_entry_names_is_there_for_its_holders(self) -> None:
        for known in self.held:
            for who in sorted(known.holders):
                answer = self.run(known.file.fetch(self.friday.couple, getattr(self.friday, who)))
                assert (answer.status_code, answer.content) == (200, known.file.data)

    def nothing_else_stays(self) -> None:
        self.friday.clock[0] += WEEK
        for _ in range(2):
            self.run(self.friday.retain())
            self.friday.clock[0] += SETTLE_SECONDS
        for person in (self.friday.ada, self.friday.sam):
            self.run(person.log_in())
        self.what_an_entry_names_is_there_for_its_holders()
        held = self.held
        assert self.run(rows(self.friday.app)) == (len(held), 0)
        parts = sorted(part for known in held for part in known.file.parts)
        assert sorted(path.read_bytes() for path in objects(self.settings.attachment_folder)) == parts


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_sweep_takes_nothing_that_an_entry_names_and_leaves_nothing_else(
    settings: Settings, sqlite_template: Path, tmp_path: Path
) -> None:
    numbers = itertools.count()

    class Fresh(Sweep):
        def __init__(self) -> None:
            data = tmp_path / f"server-{next(numbers)}"
            data.mkdir()
            shutil.copy(sqlite_template, data / "duolog.db")
            self.settings = settings.model_copy(update={"data": data, "database": ""})
            for name in ("database_url", "attachment_folder", "receipt_key_path"):
                self.settings.__dict__.pop(name, None)
            super().__init__()

        def teardown(self) -> None:
            super().teardown()
            shutil.rmtree(self.settings.data)

    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        Fresh, settings=how(max_examples=8, stateful_step_count=15, deadline=None, suppress_health_check=checks)
    )


@pytest.mark.parametrize("begins", ["sweep", "push"])
async def test_a_push_and_a_sweep_at_once_and_one_of_both_wins(settings: Settings, begins: str) -> None:
    async with evening(settings) as friday:
        ada, couple, database = friday.ada, friday.couple, friday.app.state.duolog.database
        files = [await File(3).send(couple, ada) for _ in range(8)]
        friday.clock[0] += WEEK

        async def push(file: File) -> bool:
            answer = await couple.push(ada, naming(couple, ada, file), follow=False)
            return answer.status_code == 201

        for file in files:
            sweep = database.write(sweeping._sweep, [couple.journal], friday.clock[0] - WEEK)
            works = [sweep, push(file)] if begins == "sweep" else [push(file), sweep]
            answers = await asyncio.gather(*works)
            pushed = answers[1] if begins == "sweep" else answers[0]
            assert (await file.fetch(couple, ada)).status_code == (200 if pushed else 404)

        def left(connection: Connection) -> int:
            return len(connection.execute(select(attachments.c.place).where(attachments.c.seq.is_(None))).all())

        assert await database.read(left) == 0
