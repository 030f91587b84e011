"""Somebody brings things to a server to learn from its answers what, and who, is there already."""

import copy
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from app.receipts.service import ReceiptSigner
from app.settings import Settings
from duolog.protocol.codec import encode_b64
from tests.app.elsewhere import Elsewhere, account_request, chain, history
from tests.app.keys import Rotation
from tests.app.people import Diary, Json, Person, account_statement
from tests.conftest import http_client, migrate_database, running


@asynccontextmanager
async def servers(settings: Settings, folder: Path) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.AsyncClient]]:
    """Two servers with the same settings."""
    other = folder / "other"
    other.mkdir()
    migrate_database(f"sqlite:///{other / 'duolog.db'}")
    second = Settings(**settings.model_dump() | {"data": other, "database": f"sqlite:///{other / 'duolog.db'}"})
    async with (
        running(settings) as app,
        running(second) as empty,
        http_client(app) as http,
        http_client(empty) as http_of_empty,
    ):
        yield http, http_of_empty


def at(person: Person, http: httpx2.AsyncClient) -> Person:
    """The same person at another server."""
    other = copy.copy(person)
    other.http = http
    return other


async def arrive(person: Person) -> Person:
    answer = await person.http.post("/v1/carried/accounts", json=await account_request(person))
    assert answer.status_code == 201, answer.text
    person.headers = {"authorization": f"Bearer {answer.json()['token']}"}
    return person


def probes(there: Elsewhere, stranger: Person) -> list[tuple[str, Any]]:
    """Requests of somebody who is no member, whatever they know of the journal: in this order at each server."""
    whole = there.page(stranger)
    first, middle, end = there.page(stranger, 1, 4), there.page(stranger, 5, 6), there.page(stranger, 7)
    forged = Elsewhere(there.diary, ReceiptSigner([b"\x09" * 32]))
    mine = Elsewhere(Diary(stranger))
    items: list[Json] = list(whole["items"])
    return [
        ("nothing", {}),
        ("no page", {"items": [], "receipts": []}),
        ("a page from the middle", middle),
        ("the last page alone", end),
        ("a journal of mine", mine.page(stranger)),
        ("a gap", whole | {"items": [*items[:2], *items[3:]]}),
        ("another blob", whole | {"items": [items[0], items[1] | {"blob": items[4]["blob"]}, *items[2:]]}),
        ("another's grant", whole | {"items": [*there.page(there.diary.founder)["items"]]}),
        ("receipts of another key", whole | {"receipt_key": encode_b64(bytes(32))}),
        ("all of it", whole),
        ("its first page", first),
        ("its first page again", first),
        ("its first page under another server", forged.page(stranger, 1, 1)),
        ("what doesn't follow", middle),
        ("its first page once more", first),
        ("another middle", middle | {"items": [middle["items"][0], items[6] | {"seq": 6}]}),
        ("its middle", middle),
        ("its end", end),
        ("its end, and not the last", end | {"last": False}),
        ("all of it again", whole),
    ]


async def probe(
    there: Elsewhere, stranger: Person, requests: list[tuple[str, Any]]
) -> dict[int, tuple[str, int, bytes]]:
    path = f"/v1/carried/journals/{encode_b64(there.diary.journal)}"
    answers = {}
    for number, (name, body) in enumerate(requests):
        answer = await stranger.post(path, body)
        answers[number] = (name, answer.status_code, answer.content)
    return answers


async def test_stranger_brings_a_journal_to_learn_whether_it_is_here(
    attacked_settings: Settings, tmp_path: Path
) -> None:
    async with servers(attacked_settings, tmp_path) as (http, empty):
        eve, adam, stranger = Person(http), Person(http), Person(http)
        there = history(eve, adam)
        await arrive(eve)
        assert (await there.carry(eve)).status_code == 201
        before = await there.diary.pull(eve)
        known, unknown = await arrive(stranger), await arrive(at(stranger, empty))
        requests = probes(there, stranger)
        seen = await probe(there, known, requests)
        assert seen == await probe(there, unknown, requests)
        assert {status for _, status, _ in seen.values()} == {201, 422}
        assert await there.diary.pull(eve) == before
        assert (await known.get("/v1/journals")).json() == (await unknown.get("/v1/journals")).json()
        assert (await there.diary.push(eve, there.diary.entry(eve))).status_code == 201


async def test_stranger_brings_what_somebody_else_is_just_bringing(attacked_settings: Settings, tmp_path: Path) -> None:
    async with servers(attacked_settings, tmp_path) as (http, empty):
        eve, adam, stranger = Person(http), Person(http), Person(http)
        there = history(eve, adam)
        await arrive(eve)
        assert (await there.carry(eve, 1, 4)).status_code == 201
        known, unknown = await arrive(stranger), await arrive(at(stranger, empty))
        mine = Elsewhere(Diary(stranger))
        mine.push(mine.diary.entry(stranger), mine.diary.entry(stranger))
        requests = probes(there, stranger)
        requests += [
            ("the middle of another", mine.page(stranger, 2)),
            ("another, not the last", mine.page(stranger, 1, 1)),
        ]
        assert await probe(there, known, requests) == await probe(there, unknown, requests)
        assert (await there.carry(eve, 5)).status_code == 201


async def test_carrier_learns_by_what_is_missing_whether_the_partner_lives_here(
    attacked_settings: Settings, tmp_path: Path
) -> None:
    async with servers(attacked_settings, tmp_path) as (http, empty):
        eve, adam = Person(http), Person(http)
        there = history(eve, adam)
        Rotation(adam, [adam.device, adam.sheet]).adopt()
        members = tuple(adam.member() if item.account == adam.account else item for item in there.diary.roster.members)
        there.push(there.diary.change("refresh", [adam], account=adam.account, members=members))
        await arrive(adam)
        known, unknown = await arrive(eve), await arrive(at(eve, empty))
        assert (await empty.get("/v1/journals", headers=known.headers)).status_code == 401, "another server"
        old = chain(adam) | {"statements": [account_statement(adam.statements[0])]}
        answers = []
        for carrier in (known, unknown):
            for chains in ([chain(eve)], [], [chain(eve), old]):
                answer = await there.carry(carrier, chains=chains)
                answers.append((answer.status_code, answer.content))
        assert answers[:3] == answers[3:]
        assert {status for status, _ in answers} == {422}
        assert (await there.carry(known)).status_code == (await there.carry(unknown)).status_code == 201


async def test_carrier_learns_by_a_newer_generation_whether_the_partner_lives_here(
    attacked_settings: Settings, tmp_path: Path
) -> None:
    """The partner has gone on elsewhere since their account came here. What it costs tells nothing, either."""
    async with servers(attacked_settings, tmp_path) as (http, empty):
        eve, adam = Person(http), Person(http)
        there = history(eve, adam)
        await arrive(adam)
        Rotation(adam, [adam.device, adam.sheet]).adopt()
        members = tuple(adam.member() if item.account == adam.account else item for item in there.diary.roster.members)
        there.push(there.diary.change("refresh", [adam], account=adam.account, members=members))
        known, unknown = await arrive(eve), await arrive(at(eve, empty))
        answers = []
        for carrier in (known, unknown):
            for first, last in ((1, 4), (5, 6), (7, None)):
                answer = await there.carry(carrier, first, last)
                answers.append((answer.status_code, answer.content))
        assert answers[:3] == answers[3:]
        assert {status for status, _ in answers} == {201}
        assert carried_bytes(attacked_settings.data, eve) == carried_bytes(tmp_path / "other", eve)
        listed = (await known.get(f"{there.diary.path}/chains")).json()["chains"]
        shown = {item["account"]: len(item["statements"]) for item in listed}
        assert shown[encode_b64(adam.account)] == 1, "nobody but their owner continues it"


def carried_bytes(data: Path, carrier: Person) -> int:
    """What a server has counted of what this person brought."""
    database = sqlite3.connect(data / "duolog.db")
    try:
        query = "SELECT bytes_ever FROM usage WHERE account = ? AND thing = 'carried'"
        return int(database.execute(query, (carrier.account,)).fetchone()[0])
    finally:
        database.close()
