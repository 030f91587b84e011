"""A fork of somebody's account: both branches are kept, and compared words choose one."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.account.keyholder_changes import make_rotation
from duolog.client.log.verify_authors import OTHER_BRANCH
from duolog.errors import AccountFork, NotAllowed, PinMismatch
from duolog.seal.words import eight_words
from tests.client.couple import Couple, couple


async def forked(two: Couple) -> tuple[Any, tuple[str, ...]]:
    """Another rotation of Ada's than the one that she made, as a thief of her key would sign it; its words."""
    context = two.ada._context
    before = context.chains.statements(two.ada.account)
    _, request = make_rotation(context)
    statements = [*before, request.rotation.signed()]
    await two.ada.keyholders.new_sheet()
    await two.ada.keyholders.replace_sheet()
    await two.sam.sync()
    with pytest.raises(AccountFork):
        two.sam._context.chains.pin(two.ada.account, statements)
    words = next(one.words for one in (await two.sam.keyholders.forks())[0].branches if not one.pinned)
    return statements, words


async def true_words(person: Duolog) -> tuple[str, ...]:
    return eight_words(person._context.chains[person.account].newest.statement_hash)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_words_choose_a_branch_and_the_other_is_refused_for_ever(app: FastAPI) -> None:
    async with couple(app) as two:
        statements, _ = await forked(two)
        with pytest.raises(PinMismatch) as caught:
            await two.sam.keyholders.choose_branch(two.ada.account, ["abandon"] * 8)
        assert caught.value.check == "client.branch_words"
        with pytest.raises(NotAllowed):
            await two.sam.keyholders.choose_branch(two.sam.account, ["abandon"] * 8)
        words = await true_words(two.ada)
        assert await two.sam.keyholders.choose_branch(two.ada.account, words) == words
        assert await two.sam.keyholders.forks() == ()
        with pytest.raises(AccountFork) as again:
            two.sam._context.chains.pin(two.ada.account, statements)
        assert again.value.check == "client.branch_refused"
        assert two.ada.account in (await two.sam.account_state()).branches
        assert (await two.sam.write(two.journal, "note", {"text": "it is you"})).delivered


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_choice_is_told_to_the_other_devices_even_when_the_program_dies_at_once(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with couple(app) as two:
        _, words = await forked(two)

        async def killed(*_: Any) -> Any:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("duolog.client.account.forks.deliver", killed)
            with pytest.raises(KeyboardInterrupt):
                await two.sam.keyholders.choose_branch(two.ada.account, words)
        assert await two.sam.keyholders.forks() == ()
        await two.sam.sync()
        assert two.ada.account in (await two.sam.account_state()).branches


def forget(person: Duolog) -> None:
    """Let the home read its journals again from what it has stored, as after an update."""
    person._context.states.clear()
    person._context.store.write("DELETE FROM snapshot")


async def texts(person: Duolog, journal: bytes) -> list[str]:
    return [str((item.body or {}).get("text") or item.unreadable) for item in await person.timeline(journal)][-2:]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_read_before_a_branch_was_chosen_stays_readable(app: FastAPI, tmp_path: Path) -> None:
    """Sam is talked into the thief's branch. Rosters name the other one, under which both wrote: it was verified."""
    async with couple(app) as two:
        _, words = await forked(two)
        await two.ada.sync()
        await two.ada.write(two.journal, "note", {"text": "hers"})
        await two.sam.sync()
        await two.sam.write(two.journal, "note", {"text": "his"})
        await two.sam.keyholders.choose_branch(two.ada.account, words)
        forget(two.sam)
        assert await texts(two.sam, two.journal) == ["hers", "his"]
        store = two.sam._context.store
        kept = store.rows("SELECT account, head, statements, refused FROM branch")
        store.write("DELETE FROM branch")  # a home that doesn't hold it: nothing is noted for good
        forget(two.sam)
        assert all("branch" in text for text in await texts(two.sam, two.journal))
        assert store.rows("SELECT seq FROM item WHERE fault IS NOT NULL") == []
        await two.sam.export(tmp_path / "ours.json", journals=[two.journal])
        assert (tmp_path / "ours.json").read_text().count(OTHER_BRANCH[1]) == 2
        store.write_all("INSERT INTO branch VALUES (?, ?, ?, ?)", kept)
        forget(two.sam)
        assert await texts(two.sam, two.journal) == ["hers", "his"]
