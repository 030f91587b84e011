"""Proposals: changes that wait for another member's signature."""

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, update

from app.journals.table import proposals
from app.settings import DAY, Settings
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import StatementItem
from duolog.protocol.statements import statement_hash
from tests.app.people import Diary, Person, code, sign, statement_of
from tests.conftest import http_client, running


def half_signed(placed: Placed, *signers: Person) -> tuple[dict[str, object], bytes]:
    assert isinstance(placed.item, StatementItem)
    statement = placed.item.signed.statement
    again = Placed(0, StatementItem(sign(statement, *signers)), placed.grants)
    return statement_of(again), statement_hash(statement)


async def test_a_proposal_waits_until_it_is_signed_and_pushed(
    couple: Diary, ada: Person, sam: Person, stranger: Person
) -> None:
    add = couple.add(stranger, [ada, sam], role="confidant", rights="read", until=4_000_000_000)
    body, proposal = half_signed(add, ada)
    context = encode_b64(bytes(64))
    answer = await ada.post(f"{couple.path}/proposals", body | {"context": context})
    assert (answer.status_code, answer.json()) == (201, {"proposal": encode_b64(proposal)})
    (waiting,) = (await sam.get(f"{couple.path}/proposals")).json()["proposals"]
    assert waiting == body | {
        "context": context,
        "proposal": encode_b64(proposal),
        "proposed_at": waiting["proposed_at"],
    }
    assert (await couple.push(sam, add)).status_code == 201
    assert (await sam.get(f"{couple.path}/proposals")).json() == {"proposals": []}


async def test_the_list_of_journals_counts_what_others_propose_for_partners_alone(
    http: httpx2.AsyncClient, couple: Diary, ada: Person, sam: Person
) -> None:
    counsellor = await Person(http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="write", until=4_000_000_000)
    assert (await couple.push(ada, joined)).status_code == 201

    async def counts(person: Person) -> int:
        listed = (await person.get("/v1/journals")).json()["journals"]
        return int({item["journal"]: item["proposals"] for item in listed}[encode_b64(couple.journal)])

    assert [await counts(person) for person in (ada, sam, counsellor)] == [0, 0, 0]
    body, proposal = half_signed(couple.change("rotate", [ada], fresh=True), ada)
    await ada.post(f"{couple.path}/proposals", body)
    assert [await counts(person) for person in (ada, sam, counsellor)] == [0, 1, 0]
    await sam.delete(f"{couple.path}/proposals/{encode_b64(proposal)}")
    assert [await counts(person) for person in (ada, sam, counsellor)] == [0, 0, 0]


async def test_the_same_proposal_again_changes_nothing(couple: Diary, ada: Person, sam: Person) -> None:
    body, _ = half_signed(couple.change("rotate", [ada], fresh=True), ada)
    assert [(await ada.post(f"{couple.path}/proposals", body)).status_code for _ in range(2)] == [201, 201]
    assert len((await ada.get(f"{couple.path}/proposals")).json()["proposals"]) == 1


async def test_proposals_are_void_when_the_roster_moves(couple: Diary, ada: Person, sam: Person) -> None:
    body, _ = half_signed(couple.change("rotate", [ada], fresh=True), ada)
    await ada.post(f"{couple.path}/proposals", body)
    await couple.push(sam, couple.change("rotate", [sam], fresh=True))
    assert (await ada.get(f"{couple.path}/proposals")).json() == {"proposals": []}
    assert code(await ada.post(f"{couple.path}/proposals", body)) == (409, "roster_moved")


async def test_a_proposal_holds_to_the_rules(couple: Diary, ada: Person, sam: Person, stranger: Person) -> None:
    add = couple.add(stranger, [ada, sam], role="confidant", rights="read", until=4_000_000_000)
    by_stranger, _ = half_signed(add, stranger)
    assert code(await ada.post(f"{couple.path}/proposals", by_stranger)) == (422, "rule_broken")
    without_grants = half_signed(add, ada)[0] | {"grants": []}
    assert code(await ada.post(f"{couple.path}/proposals", without_grants)) == (422, "rule_broken")


async def test_any_partner_declines_and_a_confidant_does_not_propose(
    couple: Diary, ada: Person, sam: Person, stranger: Person
) -> None:
    joined = couple.add(stranger, [ada, sam], role="confidant", rights="write", until=4_000_000_000)
    assert (await couple.push(ada, joined)).status_code == 201
    body, proposal = half_signed(couple.change("rotate", [ada], fresh=True), ada)
    own, _ = half_signed(couple.change("rotate", [stranger], fresh=True), stranger)
    await ada.post(f"{couple.path}/proposals", body)
    assert code(await stranger.post(f"{couple.path}/proposals", own)) == (404, "not_found")
    path = f"{couple.path}/proposals/{encode_b64(proposal)}"
    assert code(await stranger.delete(path)) == (404, "not_found")
    assert (await sam.delete(path)).status_code == 204
    assert code(await sam.delete(path)) == (404, "not_found")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_16_proposals_of_each_partner_may_wait(couple: Diary, ada: Person, sam: Person) -> None:
    for person in (ada, sam):
        for number in range(1, 18):
            body, _ = half_signed(couple.change("rotate", [person], fresh=True), person)
            answer = await person.post(f"{couple.path}/proposals", body)
            if number == 16:  # its answer was lost
                again = await person.post(f"{couple.path}/proposals", body)
                assert (again.status_code, again.content) == (201, answer.content)
            assert code(answer) == ((201, "") if number < 17 else (409, "proposal_limit"))
    assert len((await sam.get(f"{couple.path}/proposals")).json()["proposals"]) == 32


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_context_has_192_kib_and_all_that_a_partner_proposes_256(
    couple: Diary, ada: Person, sam: Person
) -> None:
    async def propose(person: Person, size: int) -> tuple[int, str]:
        body, _ = half_signed(couple.change("rotate", [person], fresh=True), person)
        return code(await person.post(f"{couple.path}/proposals", body | {"context": encode_b64(bytes(size))}))

    assert await propose(ada, sizes.MAX_CONTEXT + 1) == (422, "malformed")
    assert await propose(ada, sizes.MAX_CONTEXT) == (201, "")
    assert await propose(ada, sizes.MAX_CONTEXT // 3) == (409, "proposal_limit")
    assert await propose(ada, 1000) == (201, "")
    assert await propose(sam, sizes.MAX_CONTEXT) == (201, ""), "what she proposed is no matter of his"
    listed = await sam.get(f"{couple.path}/proposals")
    assert len(listed.content) < 4 * sizes.MAX_PROPOSED_BYTES


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_context_from_before_there_was_a_limit_is_left_out(
    app: FastAPI, couple: Diary, ada: Person, sam: Person
) -> None:
    body, proposal = half_signed(couple.change("rotate", [ada], fresh=True), ada)
    await ada.post(f"{couple.path}/proposals", body)

    def make_old(connection: Connection) -> None:
        connection.execute(update(proposals).values(context=bytes(sizes.MAX_CONTEXT + 1)))

    await app.state.duolog.database.write(make_old)
    (waiting,) = (await sam.get(f"{couple.path}/proposals")).json()["proposals"]
    assert (waiting["proposal"], waiting["context"]) == (encode_b64(proposal), None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_proposal_is_dropped_after_14_days(settings: Settings) -> None:
    now = [1_800_000_000]
    async with running(settings, lambda: now[0]) as app, http_client(app) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        couple = await (await Diary(ada).create()).make_couple(sam)
        body, _ = half_signed(couple.change("rotate", [ada], fresh=True), ada)
        await ada.post(f"{couple.path}/proposals", body)
        now[0] += 14 * DAY
        assert len((await ada.get(f"{couple.path}/proposals")).json()["proposals"]) == 1
        now[0] += 1
        assert (await ada.get(f"{couple.path}/proposals")).json() == {"proposals": []}


async def test_nothing_is_proposed_in_a_closed_journal(couple: Diary, ada: Person) -> None:
    body, _ = half_signed(couple.change("rotate", [ada], fresh=True), ada)
    assert (await couple.push(ada, couple.close(ada))).status_code == 201
    assert code(await ada.post(f"{couple.path}/proposals", body)) == (409, "journal_closed")


async def test_strangers_and_the_anonymous_propose_and_decline_nothing(
    http: httpx2.AsyncClient, couple: Diary, ada: Person, stranger: Person
) -> None:
    body, proposal = half_signed(couple.change("rotate", [ada], fresh=True), ada)
    await ada.post(f"{couple.path}/proposals", body)
    path = f"{couple.path}/proposals/{encode_b64(proposal)}"
    assert code(await stranger.post(f"{couple.path}/proposals", body)) == (404, "not_found")
    assert code(await stranger.delete(path)) == (404, "not_found")
    assert code(await http.post(f"{couple.path}/proposals", json=body)) == (401, "session_missing")
    assert code(await http.delete(path)) == (401, "session_missing")
