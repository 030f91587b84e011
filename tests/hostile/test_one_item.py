"""One hostile item in an honest log, by a member or the server: nothing undocumented happens, and all else is readable.

A sample of each runs always; `make hostile-item` runs all of them.
"""

import os
import random
import resource
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import keyring
import pytest
from fastapi import FastAPI

from duolog.client import Duolog, Unlock
from duolog.errors import DuologError
from hostile.liar import Answer, Attack, Call, Liar
from tests.attacks.conftest import liar_for
from tests.attacks.people import Couple, Insider, Someone, connect, pair, register
from tests.hostile import one_item
from tests.machine.people import MemoryKeyring

T = TypeVar("T")
SAMPLE = 25
KEYRING = Unlock()


def some(variants: Iterable[T], whole: bool, count: int = SAMPLE) -> list[T]:
    """All of them, or the same few each time."""
    found = list(variants)
    return found if whole else random.Random(8).sample(found, min(count, len(found)))


WHOLE = [pytest.param(False, id="sample"), pytest.param(True, id="whole", marks=pytest.mark.slow)]


@dataclass
class Home:
    """Ada's home on disk, closed, before Sam's newest note; and a second journal in which something is new as well."""

    folder: Path
    scratch: Path
    couple: Couple
    other: bytes
    number: int = 0

    async def opened(self, attack: Attack) -> tuple[Duolog, Liar]:
        """A copy of it, opened before a server that lies from now on."""
        self.number += 1
        copy = self.scratch / f"home {self.number}"
        shutil.copytree(self.folder, copy)
        liar = Liar(self.couple.ada.liar.app, attack, lambda: self.couple.ada.liar.receipts)
        return await Duolog.open(home=copy, unlock=KEYRING, server=connect(liar)), liar

    def forget(self) -> None:
        """Remove the newest copy."""
        shutil.rmtree(self.scratch / f"home {self.number}", ignore_errors=True)


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
async def home(real: FastAPI, in_memory: None, tmp_path: Path) -> AsyncIterator[Home]:
    """Ada and Sam share two journals; Ada's home is closed, and Sam writes in both."""
    liar = liar_for(real)
    made = await Duolog.register(connect(liar), home=tmp_path / "ada", unlock=KEYRING)
    ada = Someone(made.duolog, liar, tuple(made.words))
    sam = await register(liar_for(real))
    couple = Couple(ada, sam, await pair(ada, sam))
    other = await pair(ada, sam)
    await ada.note(couple.journal, "the first note")
    await couple.settle()
    await ada.duolog.close()
    await sam.note(couple.journal, "the second note")
    await sam.note(other, "elsewhere")
    yield Home(tmp_path / "ada", tmp_path, couple, other)
    await sam.duolog.close()


# --- by a member ------------------------------------------------------------------------------------------------------


async def write_all(insider: Insider, variants: Sequence[tuple[str, bytes]]) -> int:
    """Push each message, sealed with valid keys and tags; how many fit into an entry at all."""
    sealed, size, written = [], 0, 0
    for _, message in variants:
        try:
            sealed.append(insider.entry(message))
        except DuologError:
            continue  # longer than a message can be: nobody can seal it
        size += len(message)
        written += 1
        if len(sealed) == 100 or size > 1_500_000:
            await insider.push(*sealed)
            sealed, size = [], 0
    if sealed:
        await insider.push(*sealed)
    return written


@dataclass
class Counter(Attack):
    """Honest, and counts."""

    calls: int = 0

    async def answer(self, call: Call, server: Liar) -> Answer:
        self.calls += 1
        return await super().answer(call, server)


async def let_in(couple: Couple, friend: Someone) -> None:
    """Both partners let a friend in who may write."""
    members = couple.ada.duolog.members(couple.journal)
    invitation = await members.invite("write", couple.ada.duolog._context.clock() + 30 * 24 * 3600)
    await friend.duolog.join(invitation.link)
    await couple.ada.duolog.sync()
    await friend.duolog.sync()
    words = (await friend.duolog.pairing(couple.journal)).words
    assert words is not None
    await members.confirm(words)
    [proposal] = await couple.sam.duolog.members(couple.journal).proposals()
    await couple.sam.duolog.members(couple.journal).sign(proposal.id, words)
    await couple.settle()


@pytest.fixture
async def author(request: pytest.FixtureRequest, real: FastAPI, couple: Couple) -> AsyncIterator[Someone]:
    """Sam, or a friend who was let in and may write."""
    if request.param == "partner":
        yield couple.sam
        return
    friend = await register(liar_for(real))
    await let_in(couple, friend)
    yield friend
    await friend.duolog.close()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("author", ["partner", "confidant"], indirect=True)
@pytest.mark.parametrize("whole", WHOLE)
async def test_whatever_a_member_writes_is_shown_or_quarantined_and_nothing_else_changes(
    couple: Couple, author: Someone, whole: bool, tmp_path: Path
) -> None:
    insider = await Insider.open(author, couple.journal)
    variants = some(one_item.messages(insider.receipts[-1]), whole, 5 * SAMPLE)
    seen = [item for item in one_item.messages(insider.receipts[-1]) if item[0].startswith("seen.")]
    written = await write_all(insider, [*variants, *seen])
    await insider.push(insider.entry(insider.message("still here")))
    ada, counter, largest = couple.ada.duolog, Counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    couple.ada.lied_to(counter)
    report = await ada.sync()
    assert counter.calls < 20 + written // 50, "calls are bounded by pages"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - largest < 300_000, "KiB"
    assert report.problems == ()
    assert report.frozen == {}
    seqs = [item.seq for item in await ada.timeline(couple.journal, limit=100_000) if item.seq is not None]
    assert seqs == sorted(set(seqs)), "every entry once, in order"
    await still_works(couple, ada, tmp_path)


async def still_works(couple: Couple, ada: Duolog, folder: Path) -> None:
    """Everything honest is readable, both can go on, and a home that is restored shows the same."""
    honest = ["the first note", "the second note", "still here"]
    assert [text for text in await one_item.texts(ada, couple.journal) if text in honest] == honest
    await one_item.look(ada, folder)
    written = await ada.write(couple.journal, "note", {"text": "and on it goes"})
    assert written.delivered, written.problem
    await couple.sam.duolog.sync()
    assert "and on it goes" in await one_item.texts(couple.sam.duolog, couple.journal)
    await one_item.look(couple.sam.duolog, folder)
    restored = await Duolog.restore(connect(couple.ada.liar), couple.ada.words, home=None)
    async with restored:
        await restored.sync()
        assert await one_item.texts(restored, couple.journal) == await one_item.texts(ada, couple.journal)
        await one_item.look(restored, folder)


# --- by the server ----------------------------------------------------------------------------------------------------


async def survive(home: Home, attack: Attack) -> None:
    """A home meets the lie, says so or not, shows all that it had, and goes on with the truth or keeps the journal."""
    opened, liar = await home.opened(attack)
    try:
        await quietly(opened)
        await one_item.look(opened, home.scratch)
        assert (await one_item.texts(opened, home.couple.journal))[0] == "the first note"
        elsewhere = await one_item.texts(opened, home.other)
        if isinstance(attack, one_item.ReplaceInHistory):
            assert elsewhere == ["elsewhere"], "the other journal goes on"
        liar.attack = Attack()
        await quietly(opened)
        in_history = isinstance(attack, one_item.ReplaceInHistory)
        frozen = [each for each in (home.couple.journal, home.other) if (await opened.journal(each)).frozen]
        assert len(frozen) < 2, "a lie about one journal freezes that one"
        shown = await one_item.texts(opened, home.couple.journal)
        assert home.couple.journal in frozen or in_history or shown[-1] == "the second note", shown
        assert home.other in frozen or (await one_item.texts(opened, home.other)) == ["elsewhere"]
        assert home.other not in frozen or not in_history, "nothing was said about it"
        await one_item.look(opened, home.scratch)
    finally:
        await opened.close()
        home.forget()


async def quietly(opened: Duolog) -> None:
    with suppress(DuologError):
        await opened.sync()


async def survive_all(home: Home, attacks: Sequence[Attack]) -> None:
    """Each; what failed is told at the end, with what to repeat."""
    failures: dict[str, list[str]] = {}
    only = os.environ.get("ONLY_ITEM", "")
    for attack in attacks:
        if only not in repr(attack):
            continue
        try:
            await survive(home, attack)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            failures.setdefault(f"{type(error).__name__}: {str(error)[:150]}", []).append(repr(attack)[:300])
    told = [f"{what}\n    {len(which)} times, first: {which[0]}" for what, which in failures.items()]
    assert not told, "\n".join(told)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("whole", WHOLE)
async def test_whatever_a_server_shows_of_a_journal_is_contained_in_it(home: Home, whole: bool) -> None:
    await survive_all(home, some(one_item.histories(home.couple.journal, 5), whole))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("whole", WHOLE)
async def test_whatever_a_server_answers_is_over_with_the_next_true_answer(home: Home, whole: bool) -> None:
    recorder = one_item.Recorder({})
    opened, _ = await home.opened(recorder)
    await opened.sync()
    await opened.close()
    home.forget()
    await survive_all(home, some(one_item.answers(recorder.answers), whole))
