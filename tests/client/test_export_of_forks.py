"""An export of a journal whose rosters name a branch of a forked account that was refused since."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from duolog.client.home.chains import encode_statements
from duolog.client.log.stored_logs import load_log
from duolog.errors import AccountFork, DuologError
from duolog.protocol.accounts import SignedAccountStatement, verify_chain
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.seal.keys import GenerationSecret
from duolog.seal.words import eight_words
from hostile.account_attacks import forged_rotation
from tests.client.couple import Couple, couple
from tests.client.test_export import Part, check, exported, refused, save, spoilt
from tests.client.test_forks import forget, forked

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def misled(two: Couple) -> list[SignedAccountStatement]:
    """Both write under Ada's true branch; then Sam is talked into the thief's. The statements of the true one."""
    _, words = await forked(two)
    await two.ada.sync()
    await two.ada.write(two.journal, "note", {"text": "hers"})
    await two.sam.sync()
    await two.sam.write(two.journal, "note", {"text": "his"})
    true = two.sam._context.chains.statements(two.ada.account)
    await two.sam.keyholders.choose_branch(two.ada.account, words)
    return true


def longer(chain: list[SignedAccountStatement], secret: GenerationSecret) -> list[SignedAccountStatement]:
    """A chain with one more rotation, signed with its newest secret."""
    return [*chain, forged_rotation(chain, secret.sign, GenerationSecret.new(len(chain) + 1))]


def words_of(chain: list[SignedAccountStatement]) -> tuple[str, ...]:
    return eight_words(verify_chain(chain).newest.statement_hash)


def statements_of(parts: list[Part], account: bytes) -> list[list[SignedAccountStatement]]:
    """The chains of an account in a file."""
    return [
        [
            SignedAccountStatement(parse_b64(item["statement"]), tuple(parse_b64(one) for one in item["signatures"]))
            for item in part["statements"]
        ]
        for part in chains_of(parts, account)
    ]


def chains_of(parts: list[Part], account: bytes) -> list[Part]:
    return [part for part in parts if part["part"] == "chain" and part["account"] == encode_b64(account)]


async def test_an_export_after_a_choice_can_be_checked(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two:
        true = await misled(two)
        parts = await exported(two.sam, tmp_path)
        assert [part["body"]["text"] for part in parts if part["part"] == "document"][-2:] == ["hers", "his"]
        proven = check(save(parts))
        assert proven.forked == (two.ada.account,)
        assert proven.journals[0].unreadable == 0
        chosen = two.sam._context.chains.statements(two.ada.account)
        assert statements_of(parts, two.ada.account) == [true, chosen], "the pinned one is the last"


async def test_a_branch_that_no_roster_names_is_not_in_the_file(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two:
        await forked(two)
        true = two.sam._context.chains.statements(two.ada.account)
        await two.sam.keyholders.choose_branch(two.ada.account, words_of(true))
        parts = await exported(two.sam, tmp_path)
        assert statements_of(parts, two.ada.account) == [true]
        assert check(save(parts)).forked == ()


async def test_branches_are_no_way_to_change_a_file(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two:
        await misled(two)
        before = json.dumps(await exported(two.sam, tmp_path))
        true, chosen = (json.loads(before).index(part) for part in chains_of(json.loads(before), two.ada.account))

        def changed() -> list[Part]:
            parts: list[Part] = json.loads(before)
            return parts

        parts = changed()
        del parts[true]
        refused(save(parts), "roster.chain_head")
        for again in (true, chosen):  # the same once more, or its beginning
            for end in (None, -1):
                parts = changed()
                parts.insert(true, {**parts[again], "statements": parts[again]["statements"][:end]})
                refused(save(parts), "export.chain_twice")
        for number in (true, chosen):
            for name in parts[number]:
                parts = changed()
                parts[number][name] = spoilt(parts[number][name])
                with pytest.raises(DuologError):
                    check(save(parts))
        for number in range(2):  # the branch's new keys, without the signature of those before them
            parts = changed()
            signatures = parts[true]["statements"][-1]["signatures"]
            signatures[number] = encode_b64(bytes(64))
            with pytest.raises(DuologError):
                check(save(parts))


async def test_a_second_choice_forgets_no_branch_of_before(app: FastAPI, tmp_path: Path) -> None:
    """Two branches are refused one after the other. Both stay refused, and what was read under the first is shown."""
    async with couple(app) as two:
        true = await misled(two)
        store, chains = two.sam._context.store, two.sam._context.chains
        second = chains.statements(two.ada.account)
        third = longer(true[:1], two.ada._context.identity.secrets[1])
        with pytest.raises(AccountFork):
            chains.pin(two.ada.account, third)
        await two.sam.keyholders.choose_branch(two.ada.account, words_of(third))
        assert len(store.rows("SELECT 1 FROM branch WHERE refused = 1")) == 2
        for abandoned in (true, second):
            with pytest.raises(AccountFork) as caught:
                chains.pin(two.ada.account, abandoned)
            assert caught.value.check == "client.branch_refused"
        forget(two.sam)
        parts = await exported(two.sam, tmp_path)
        assert statements_of(parts, two.ada.account) == [true, third], "no roster names the second"
        assert [part["body"]["text"] for part in parts if part["part"] == "document"][-2:] == ["hers", "his"]


async def test_of_an_abandoned_branch_nothing_stands_there_that_no_roster_names(app: FastAPI, tmp_path: Path) -> None:
    """The home has seen it twice, once longer than the rosters name it: it stands there once, as far as they do."""
    async with couple(app) as two:
        true = await misled(two)
        account, store, chains = two.ada.account, two.sam._context.store, two.sam._context.chains
        more = longer(true, two.ada._context.identity.secret)
        kept = [(account, verify_chain(one).newest.statement_hash, encode_statements(one), 1) for one in (true, more)]
        newest = verify_chain(more).newest
        for rows in (kept, kept[::-1]):
            store.write("DELETE FROM branch")
            store.write_all("INSERT INTO branch VALUES (?, ?, ?, ?)", rows)
            assert statements_of(await exported(two.sam, tmp_path), account) == [true, chains.statements(account)]
            roster = load_log(store, two.journal).roster
            named = roster.find(account) if roster is not None else None
            assert named is not None
            later = replace(named, generation=newest.generation, chain_head=newest.statement_hash)
            assert chains.named(account, [named, later]) == [more, chains.statements(account)]


async def test_whoever_lacks_a_branch_is_told_that_the_file_cannot_be_checked(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two:
        await misled(two)
        assert (await two.sam.export(tmp_path / "whole.json")).unproven == ()
        two.sam._context.store.write("DELETE FROM branch")
        assert (await two.sam.export(tmp_path / "ours.json")).unproven == (two.ada.account,)
        refused((tmp_path / "ours.json").read_bytes(), "roster.chain_head")
