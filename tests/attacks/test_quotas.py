"""Somebody with an account floods the server, or looks for the other's activity in what it still takes."""

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection

from app.addresses import LARGE
from app.chains.repository import add_statement
from app.settings import DAY, Settings
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.accounts import Generation, SignedAccountStatement, encode_rotation
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import StatementItem
from duolog.protocol.statements import statement_hash
from duolog.protocol.stored_accounts import read_stored_generation
from tests.app.keys import Rotation
from tests.app.people import Diary, Person, code, journal_statement, sign, statement_of
from tests.conftest import http_client, running

DAILY, NOW = (429, "daily_limit"), 1_800_000_000


async def test_account_floods_the_server_behind_its_session(attacked_settings: Settings) -> None:
    async with running(attacked_settings, lambda: NOW) as app, http_client(app) as http:
        ada = await Person(http).register()
        message = {"sealed": encode_b64(bytes(sizes.MAX_INVITATION))}
        taken = 0
        while (answer := await leave(ada, taken, message)).status_code == 204:
            taken += 1
        assert code(answer) == DAILY
        assert taken <= attacked_settings.rendezvous_mib_per_day
        journals = 0
        while (answer := await found(ada)).status_code == 201:
            journals += 1
        assert code(answer) == DAILY
        assert journals == attacked_settings.journals_per_day
        assert answer.headers["retry-after"] == str(DAY - NOW % DAY)


async def leave(person: Person, number: int, message: dict[str, str]) -> httpx2.Response:
    return await person.put(f"/v1/rendezvous/{encode_b64(number.to_bytes(16, 'big'))}/old/1", message)


async def found(person: Person) -> httpx2.Response:
    return await person.post("/v1/journals", journal_statement(*Diary(person).genesis))


async def test_thief_uses_up_the_rates_so_that_its_owner_cannot_put_it_out(attacked_settings: Settings) -> None:
    few = {"rate_session": "4/minute", "rate_large": "1/minute"}
    strict = attacked_settings.model_copy(update=few)
    async with running(strict) as app, http_client(app) as http, http_client(app, "192.0.2.7") as elsewhere:
        ada = await Person(http).register()
        path = f"{(await Diary(ada).create()).path}/entries"
        stolen = ada.headers
        large = b'{"items":"' + b"A" * LARGE + b'"}'

        async def use_up(client: httpx2.AsyncClient) -> None:
            headers = stolen | {"content-type": "application/json"}
            codes = [code(await client.post(path, content=large, headers=headers))[1] for _ in range(5)]
            assert codes[-1] == "slow_down"

        await use_up(elsewhere)  # with a copy of her session
        assert code(await ada.post(path, content=large, headers={"content-type": "application/json"}))[1] == "malformed"
        await use_up(http)  # and in her own network
        rotation = Rotation(ada, [ada.device, ada.sheet])
        assert (await ada.post("/v1/account/rotations", rotation.request)).status_code == 200
        await ada.log_in()
        assert code(await ada.post(path, content=large, headers={"content-type": "application/json"}))[1] == "malformed"
        assert (await ada.delete("/v1/sessions")).status_code == 204
        assert (await elsewhere.get("/v1/sessions", headers=stolen)).status_code == 401


async def test_partner_reads_the_others_activity_off_their_own_limit(attacked_settings: Settings) -> None:
    strict = attacked_settings.model_copy(update={"entries_per_day": 3, "proposals_per_day": 2})
    async with running(strict, lambda: NOW) as app, http_client(app) as http:
        seen = [await limits_of_ada(http, busy=busy) for busy in (False, True)]
    assert seen[0] == seen[1]
    assert (429, "daily_limit") in [(status, body.get("code")) for status, body, _ in seen[0]]


async def limits_of_ada(http: httpx2.AsyncClient, *, busy: bool) -> list[tuple[int, dict[str, object], str | None]]:
    """What Ada is answered at her limits, when Sam has used up his, or has done nothing."""
    ada, sam = await Person(http).register(), await Person(http).register()
    couple = await (await Diary(sam).create()).make_couple(ada)
    for _ in range(5 if busy else 0):
        await couple.push(sam, couple.entry(sam))
        await couple.founder.post(f"{couple.path}/proposals", statement_of(couple.change("rotate", [sam], fresh=True)))
        await found(sam)
    answers = []
    for _ in range(4):
        answers.append(await couple.push(ada, couple.entry(ada)))
        proposal = statement_of(couple.change("rotate", [ada], fresh=True))
        answers.append(await ada.post(f"{couple.path}/proposals", proposal))
    return [
        (answer.status_code, answer.json() if answer.status_code > 400 else {}, answer.headers.get("retry-after"))
        for answer in answers
    ]


async def test_partner_fills_the_others_sync_with_proposals(real: FastAPI) -> None:
    async with http_client(real) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        couple = await (await Diary(ada).create()).make_couple(sam)
        for size in (sizes.MAX_INVITATION, *[sizes.MAX_CONTEXT] * 40):
            proposal = statement_of(couple.change("rotate", [ada], fresh=True)) | {"context": encode_b64(bytes(size))}
            await ada.post(f"{couple.path}/proposals", proposal)
        listed = await sam.get(f"{couple.path}/proposals")
        assert len(listed.content) < 2 * sizes.MAX_PROPOSED_BYTES, "base64 makes it a third larger"
        assert 0 < len(listed.json()["proposals"]) <= sizes.MAX_PROPOSALS


async def test_thief_of_a_session_uses_up_the_account_so_that_its_owner_cannot_close(
    attacked_settings: Settings,
) -> None:
    strict = attacked_settings.model_copy(update={"entries_total": 2})
    async with running(strict) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        while (await diary.push(ada, diary.entry(ada))).status_code == 201:
            pass
        while (await diary.push(ada, diary.change("rotate", [ada], fresh=True))).status_code == 201:
            pass
        assert (await diary.push(ada, diary.close(ada))).status_code == 201


async def test_somebody_names_accounts_with_long_chains_in_statements_that_are_refused(
    attacked_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each made the one writer of the server verify every key that ten accounts ever had, and cost nothing."""
    read: list[int] = []

    def note(number: int, statement: bytes) -> Generation:
        read.append(number)
        return read_stored_generation(number, statement)

    monkeypatch.setattr("app.chains.repository.read_stored_generation", note)
    async with running(attacked_settings, lambda: NOW) as app, http_client(app) as http:
        ada, *others = [await Person(http).register() for _ in range(4)]
        await app.state.duolog.database.write(lambda connection: lengthen(connection, [ada, *others]))
        diary = await Diary(ada).create()
        read.clear()
        for placed in naming(diary, others):
            assert code(await diary.push(ada, placed)) in {(409, "roster_moved"), (422, "rule_broken")}
            refused = await ada.post(f"{diary.path}/proposals", statement_of(placed))
            assert code(refused) in {(409, "roster_moved"), (422, "rule_broken")}
        assert read == []
        assert (await diary.push(ada, diary.change("rotate", [ada], fresh=True))).status_code == 201
        assert read == [1]


def lengthen(connection: Connection, people: list[Person]) -> None:
    """Each had 50 generations, as carried in from elsewhere."""
    for person in people:
        prev, keys = person.chain.newest.statement_hash, person.secret
        for number in range(2, 51):
            link = encode_rotation(
                account=person.account,
                generation=number,
                prev=prev,
                sign_key=keys.sign_key,
                box_key=keys.box_key,
                kem_key=keys.kem_key,
                keyholders=bytes(32),
                at=20_000,
            )
            signature = keys.sign(link)
            add_statement(connection, person.account, number, SignedAccountStatement(link, (signature, signature)))
            prev = statement_hash(link)


def naming(diary: Diary, others: list[Person]) -> list[Placed]:
    """Statements that name all of them, as members or as signers: of another version, and of the next one."""
    ada = diary.founder
    members = tuple(sorted((person.member() for person in (ada, *others)), key=lambda item: item.account))
    diary.people.extend(others)
    named = [
        diary.change("rotate", [ada, *others], fresh=True, members=members, version=9),
        diary.change("rotate", [ada, *others], fresh=True, members=members),
    ]
    signed = diary.change("rotate", [ada], fresh=True)
    assert isinstance(signed.item, StatementItem)
    by_all = sign(signed.item.signed.statement, ada, *others)
    return [*named, Placed(0, StatementItem(by_all), signed.grants)]
