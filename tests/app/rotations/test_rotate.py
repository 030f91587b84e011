"""Rotating an account: all of it or nothing, once, and whoever is left out is out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, select

from app.access.table import keyholders, sessions
from app.accounts.table import packages
from app.journals.table import closings
from app.leaving.repository import add_closings
from app.settings import DAY, Settings
from duolog.api.accounts import JournalClosing
from duolog.api.common import ReceiptModel
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.keyholder_sets import AccountHead
from duolog.protocol.receipts import verify_receipt
from duolog.protocol.roster_statements import Close, close_timing
from duolog.seal.keys import KeyholderSecret
from tests.app.keys import (
    Rotation,
    add_keyholder,
    following_set,
    new_device,
    newest_set,
    packages_for,
    push_body,
    rotate,
    set_request,
)
from tests.app.people import Diary, Json, Person, account_statement, code, login
from tests.conftest import http_client, running

PATH = "/v1/account/rotations"


async def test_a_rotation_is_taken_whole(http: httpx2.AsyncClient, ada: Person) -> None:
    rotation = Rotation(ada, [ada.device, ada.sheet])
    answer = await ada.post(PATH, rotation.request)
    assert answer.status_code == 200, answer.text
    rotation.adopt()
    own = (await ada.get("/v1/account")).json()
    assert own["chain"] == [account_statement(item) for item in ada.statements]
    assert own["sets"] == [account_statement(item) for item in ada.sets]
    assert own["generation"] == 2
    assert own["package"] == rotation.request["packages"][0]["package"]
    assert own["earlier_seeds"] == [{"generation": 1, "sealed": rotation.request["earlier_seed"]}]
    page = await ada.account_journal.pull(ada)
    assert [item.item for push in page.pushes[1:] for item in push.items] == [item.item for item in rotation.push]
    receipt = ReceiptModel.model_validate(answer.json()["receipt"]).receipt()
    key = parse_b64((await http.get("/.well-known/duolog")).json()["receipt_keys"][0]["key"])
    verify_receipt(receipt, ada.account_journal.journal, key)
    assert (receipt.seq, receipt.head) == (ada.account_journal.state.seq, ada.account_journal.state.head)


async def test_the_same_rotation_again_changes_nothing_whatever_happened_since(ada: Person) -> None:
    rotation = await rotate(ada, [ada.device, ada.sheet])
    assert (await ada.post(PATH, rotation.request)).json() == {"receipt": None}
    await ada.account_journal.push(ada, ada.account_journal.entry(ada))
    await rotate(ada, [ada.device, ada.sheet])
    before = (await ada.get("/v1/account")).json()
    assert (await ada.post(PATH, rotation.request)).json() == {"receipt": None}
    assert (await ada.get("/v1/account")).json() == before
    assert [item["generation"] for item in before["earlier_seeds"]] == [1, 2]


async def test_another_rotation_to_the_same_generation_is_told_to_fetch_again(ada: Person) -> None:
    other = Rotation(ada, [ada.sheet, ada.device])
    taken = await rotate(ada, [ada.device, ada.sheet])
    assert code(await ada.post(PATH, other.request)) == (409, "set_moved")
    mixed = taken.request | {"set": other.request["set"]}
    assert code(await ada.post(PATH, mixed)) == (409, "set_moved")


async def test_of_two_rotations_at_once_one_is_taken_whole(ada: Person) -> None:
    second = new_device()
    await add_keyholder(ada, second)
    phone = ada.headers
    await ada.log_in(second)
    rivals = [Rotation(ada, [ada.device]), Rotation(ada, [second])]
    callers = [phone, ada.headers]
    answers = await asyncio.gather(
        *(ada.post(PATH, rival.request, headers=caller) for rival, caller in zip(rivals, callers, strict=True))
    )
    # Whoever came second is out, or was told to fetch the account and then found to be out.
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 409])
    won = next(number for number, answer in enumerate(answers) if answer.status_code == 200)
    own = (await ada.get("/v1/account", headers=callers[won])).json()
    assert own["chain"] == [account_statement(item) for item in rivals[won].after.statements]
    assert own["sets"] == [account_statement(item) for item in rivals[won].after.sets]
    assert own["package"] == rivals[won].request["packages"][0]["package"]
    assert code(await ada.get("/v1/account", headers=callers[1 - won])) == (401, "session_missing")
    ada.headers = callers[won]
    assert (await ada.account_journal.pull(ada)).seq == rivals[won].after.account_journal.state.seq


async def test_of_many_rotations_to_the_same_keyholders_one_is_taken(ada: Person) -> None:
    rivals = [Rotation(ada, [ada.device, ada.sheet]) for _ in range(5)]
    answers = await asyncio.gather(*(ada.post(PATH, rival.request) for rival in rivals))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert {code(answer) for answer in answers if answer.status_code == 409} == {(409, "set_moved")}
    rivals[[answer.status_code for answer in answers].index(200)].adopt()
    await rotate(ada, [ada.device, ada.sheet])


async def test_a_rotation_and_a_set_at_once_are_taken_one_after_the_other(ada: Person) -> None:
    second = new_device()
    rotation = Rotation(ada, [ada.device, ada.sheet])
    request = set_request(ada, following_set(ada, [second]), [second])
    answers = await asyncio.gather(ada.post(PATH, rotation.request), ada.post("/v1/account/sets", request))
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [204, 409])
    assert len((await ada.get("/v1/account")).json()["sets"]) == 3


async def test_a_revoked_device_is_out_at_once_and_for_ever(http: httpx2.AsyncClient, ada: Person) -> None:
    lost = new_device()
    await add_keyholder(ada, lost)
    phone = ada.headers
    await ada.log_in(lost)
    stolen, ada.headers = ada.headers, phone
    asked = await http.post("/v1/challenges", json={"keyholder": encode_b64(lost.id)})
    await rotate(ada, [ada.device, ada.sheet])
    assert code(await http.get("/v1/account", headers=stolen)) == (401, "session_missing")
    late = await http.post("/v1/sessions", json=login(lost, asked.json()["challenge"]))
    assert code(late) == (401, "login_refused")
    assert code(await ada.log_in(lost)) == (401, "login_refused")
    assert (await ada.get("/v1/account")).status_code == 200
    assert (await ada.log_in(ada.sheet)).status_code == 201


async def test_an_ended_keyholder_gets_the_refusal_of_an_unknown_one(http: httpx2.AsyncClient, ada: Person) -> None:
    lost = new_device()
    await add_keyholder(ada, lost)
    await rotate(ada, [ada.device, ada.sheet])
    refused, unknown = await ada.log_in(lost), await ada.log_in(new_device())
    assert (refused.status_code, refused.content) == (unknown.status_code, unknown.content)


async def test_nothing_that_opens_the_account_stays_for_a_revoked_keyholder(app: FastAPI, ada: Person) -> None:
    def rows(connection: Connection) -> tuple[set[bytes], set[bytes], set[tuple[bytes, bool]]]:
        stored = connection.execute(select(packages).where(packages.c.account == ada.account)).all()
        holders = connection.execute(select(keyholders).where(keyholders.c.account == ada.account)).all()
        return (
            {row.keyholder for row in stored},
            {row.keyholder for row in holders if row.anchor is not None},
            {(row.keyholder, row.ended is not None) for row in holders},
        )

    sheet = KeyholderSecret.new("recovery_sheet")
    await rotate(ada, [ada.device, sheet], [sheet])
    held, anchors, ended = await app.state.duolog.database.read(rows)
    assert held == {ada.device.id, sheet.id}
    assert anchors == {sheet.id}
    assert ended == {(ada.device.id, False), (sheet.id, False), (ada.sheet.id, True)}


async def test_a_new_sheet_takes_the_place_of_the_old_one(ada: Person) -> None:
    old, new = ada.sheet, KeyholderSecret.new("recovery_sheet")
    await rotate(ada, [ada.device, new], [new])
    assert code(await ada.log_in(old)) == (401, "login_refused")
    assert (await ada.log_in(new)).status_code == 201
    assert (await ada.get("/v1/account")).json()["anchor"] == encode_b64(new.anchor(ada.account))


async def test_a_kept_sheet_keeps_its_anchor(ada: Person) -> None:
    await rotate(ada, [ada.device, ada.sheet])
    await ada.log_in(ada.sheet)
    assert (await ada.get("/v1/account")).json()["anchor"] == encode_b64(ada.sheet.anchor(ada.account))


async def test_journals_follow_with_the_new_generation(couple: Diary, ada: Person, sam: Person) -> None:
    await rotate(ada, [ada.device, ada.sheet])
    chains = (await sam.get(f"{couple.path}/chains")).json()["chains"]
    assert [account_statement(item) for item in ada.statements] in [chain["statements"] for chain in chains]
    assert (await couple.push(ada, couple.entry(ada))).status_code == 201  # the roster still names the one before
    lifted = [ada.member() if member.account == ada.account else member for member in couple.roster.members]
    assert (
        await couple.push(ada, couple.change("rotate", [ada], fresh=True, members=tuple(lifted)))
    ).status_code == 201
    assert (await couple.push(ada, couple.entry(ada))).status_code == 201
    assert (await couple.push(sam, couple.entry(sam))).status_code == 201


async def test_what_waits_at_the_account_journal_is_seen_first(ada: Person) -> None:
    rotation = Rotation(ada, [ada.device, ada.sheet])
    await ada.account_journal.push(ada, ada.account_journal.entry(ada))
    assert code(await ada.post(PATH, rotation.request)) == (409, "set_moved")
    await rotate(ada, [ada.device, ada.sheet])


def closing_of(person: Person, journal: bytes, generation: int) -> JournalClosing:
    """A closing for next year, signed with this generation."""
    salt, not_before = bytes(32), 4_000_000_000
    statement = Close(journal, person.account, generation, bytes(32), close_timing(salt, not_before)).encode()
    signature = person.secrets[generation - 1].sign(statement)
    return JournalClosing(
        journal=journal, statement=statement, signature=signature, salt=salt, not_before=not_before, ends=[]
    )


async def test_a_closing_that_waits_goes_on_as_signed_anew_and_one_left_out_is_cancelled(
    app: FastAPI, ada: Person
) -> None:
    def waiting(connection: Connection) -> set[tuple[bytes, int]]:
        return {(row.journal, row.generation) for row in connection.execute(select(closings))}

    kept, dropped, unknown = (bytes([number]) * 32 for number in range(3))
    database = app.state.duolog.database
    old = [(journal, closing_of(ada, journal, 1)) for journal in (kept, dropped)]
    await database.write(add_closings, ada.account, 1, old)
    rotation = Rotation(ada, [ada.device, ada.sheet])
    anew = [closing_of(rotation.after, journal, 2) for journal in (kept, unknown)]
    rotation.request["closings"] = [item.model_dump(mode="json") for item in anew]
    assert (await ada.post(PATH, rotation.request)).status_code == 200
    assert await database.read(waiting) == {(kept, 1), (kept, 2)}
    assert (await ada.post(PATH, rotation.request)).json() == {"receipt": None}


async def test_a_closing_by_the_keys_of_before_spoils_the_whole_rotation(ada: Person) -> None:
    rotation = Rotation(ada, [ada.device, ada.sheet])
    rotation.request["closings"] = [closing_of(ada, bytes(32), 1).model_dump(mode="json")]
    assert code(await ada.post(PATH, rotation.request)) == (422, "rule_broken")
    assert len((await ada.get("/v1/account")).json()["chain"]) == 1


def _without_package(ada: Person, rotation: Rotation) -> Json:
    return {"packages": rotation.request["packages"][:1]}


def _with_a_package_for_another(ada: Person, rotation: Rotation) -> Json:
    return {"packages": rotation.request["packages"] + packages_for(rotation.after, [new_device()])}


def _with_a_package_twice(ada: Person, rotation: Rotation) -> Json:
    return {"packages": rotation.request["packages"][:1] * 2}


def _with_an_anchor_for_a_kept_sheet(ada: Person, rotation: Rotation) -> Json:
    mac = encode_b64(ada.sheet.anchor(ada.account))
    return {"anchors": [{"keyholder": encode_b64(ada.sheet.id), "mac": mac}]}


def _without_the_lift(ada: Person, rotation: Rotation) -> Json:
    return {"account_journal": push_body(ada.account_journal.entry(ada))}


def _rotating_without_lifting(ada: Person, rotation: Rotation) -> Json:
    return {"account_journal": push_body(ada.account_journal.change("rotate", [ada], fresh=True))}


def _refreshing_instead(ada: Person, rotation: Rotation) -> Json:
    after = rotation.after
    refresh = ada.account_journal.change("refresh", [after], account=ada.account, members=(after.member(),))
    return {"account_journal": push_body(refresh)}


def _signed_by_the_new_key_alone(ada: Person, rotation: Rotation) -> Json:
    link = replace(rotation.link, signatures=(rotation.link.signatures[1],) * 2)
    return {"rotation": account_statement(link)}


def _with_a_set_that_the_old_key_signed(ada: Person, rotation: Rotation) -> Json:
    return {"set": account_statement(ada.signed(newest_set(rotation.after).encode()))}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestBadRotations:
    async def refused(self, ada: Person, request: Json) -> tuple[int, str]:
        """The refusal, after which nothing has changed and the person can rotate."""
        own, seq = (await ada.get("/v1/account")).json(), ada.account_journal.state.seq
        answer = await ada.post(PATH, request)
        assert (await ada.get("/v1/account")).json() == own
        assert (await ada.account_journal.pull(ada)).seq == seq
        await rotate(ada, [ada.device, ada.sheet])
        return code(answer)

    @pytest.mark.parametrize(
        "change",
        [
            _without_package,
            _with_a_package_for_another,
            _with_a_package_twice,
            _with_an_anchor_for_a_kept_sheet,
            _without_the_lift,
            _rotating_without_lifting,
            _refreshing_instead,
            _signed_by_the_new_key_alone,
            _with_a_set_that_the_old_key_signed,
        ],
    )
    async def test_a_part_that_breaks_a_rule(self, ada: Person, change: Callable[[Person, Rotation], Json]) -> None:
        rotation = Rotation(ada, [ada.device, ada.sheet])
        assert await self.refused(ada, rotation.request | change(ada, rotation)) == (422, "rule_broken")

    async def test_a_set_that_leaves_out_the_caller(self, ada: Person) -> None:
        assert await self.refused(ada, Rotation(ada, [ada.sheet]).request) == (422, "rule_broken")

    async def test_a_set_of_the_generation_before(self, ada: Person) -> None:
        rotation = Rotation(ada, [ada.device, ada.sheet])
        request = rotation.request | {"set": account_statement(ada.signed(following_set(ada).encode()))}
        assert await self.refused(ada, request) == (422, "rule_broken")

    async def test_another_account_head(self, ada: Person) -> None:
        state = ada.account_journal.state
        for head in (AccountHead(state.seq, bytes(32)), AccountHead(state.seq + 1, state.head)):
            rotation = Rotation(ada, [ada.device, ada.sheet], account_head=head)
            assert code(await ada.post(PATH, rotation.request)) == (409, "set_moved")
        await rotate(ada, [ada.device, ada.sheet])

    async def test_a_new_sheet_without_its_anchor(self, ada: Person) -> None:
        sheet = KeyholderSecret.new("recovery_sheet")
        assert await self.refused(ada, Rotation(ada, [ada.device, sheet]).request) == (422, "rule_broken")

    async def test_a_keyholder_of_somebody_else(self, ada: Person, sam: Person) -> None:
        rotation = Rotation(ada, [ada.device, sam.device])
        assert await self.refused(ada, rotation.request) == (409, "account_exists")

    async def test_another_key_for_a_kept_keyholder(self, ada: Person) -> None:
        planted = replace(ada.sheet.public, kem_key=new_device().public.kem_key, kind="device")
        changed = tuple(sorted((ada.device.public, planted), key=lambda item: item.id))
        rotation = Rotation(ada, [ada.device, ada.sheet], keyholders=changed)
        assert await self.refused(ada, rotation.request) == (409, "account_exists")

    async def test_a_push_that_the_journal_refuses(self, ada: Person) -> None:
        rotation = Rotation(ada, [ada.device, ada.sheet])
        old = ada.account_journal.entry(ada)
        request = rotation.request | {"account_journal": push_body(rotation.push[0], old)}
        assert await self.refused(ada, request) == (409, "epoch_moved")

    async def test_a_rotation_of_another_account(self, ada: Person, sam: Person) -> None:
        theirs = Rotation(sam, [sam.device, sam.sheet])
        assert await self.refused(ada, theirs.request) == (422, "rule_broken")


async def test_a_log_in_at_the_same_time_leaves_no_session_behind(app: FastAPI, ada: Person) -> None:
    def left(connection: Connection) -> int:
        return len(connection.execute(select(sessions).where(sessions.c.keyholder == lost.id)).all())

    lost = new_device()
    await add_keyholder(ada, lost)
    phone, thief = dict(ada.headers), Person(ada.http, lost)
    rotation = Rotation(ada, [ada.device, ada.sheet])
    answers = await asyncio.gather(
        *(thief.log_in(lost) for _ in range(8)), ada.post(PATH, rotation.request, headers=phone)
    )
    assert answers[-1].status_code == 200
    assert await app.state.duolog.database.read(left) == 0


async def test_nobody_rotates_without_a_session(http: httpx2.AsyncClient, ada: Person) -> None:
    rotation = Rotation(ada, [ada.device, ada.sheet])
    assert code(await http.post(PATH, json=rotation.request)) == (401, "session_missing")


@pytest.fixture
async def few(settings: Settings) -> AsyncIterator[tuple[Person, list[int]]]:
    """A server that takes three rotations a day, and its clock, which a test moves."""
    clock = [1_800_000_000]
    chosen = settings.model_copy(update={"rotations_per_day": 3})
    async with running(chosen, lambda: clock[0]) as app, http_client(app) as http:
        yield await Person(http).register(), clock


async def test_more_rotations_than_the_day_allows_wait_until_one_is_a_day_old(few: tuple[Person, list[int]]) -> None:
    ada, clock = few
    first = clock[0]
    for _ in range(3):
        last = await rotate(ada, [ada.device, ada.sheet])
        clock[0] += 60
    waiting = Rotation(ada, [ada.device, ada.sheet])
    refused = await ada.post(PATH, waiting.request)
    assert (code(refused), refused.headers["Retry-After"]) == ((429, "slow_down"), str(DAY - 180))
    assert (await ada.post(PATH, last.request)).json() == {"receipt": None}, "what was taken may be sent again"
    clock[0] = first + DAY - 1
    refused = await ada.post(PATH, waiting.request)
    assert (code(refused), refused.headers["Retry-After"]) == ((429, "slow_down"), "1")
    clock[0] = first + DAY
    assert (await ada.post(PATH, waiting.request)).status_code == 200
    waiting.adopt()
    second = Rotation(ada, [ada.device, ada.sheet])
    assert code(await ada.post(PATH, second.request)) == (429, "slow_down")


async def test_one_rotation_a_day_and_entries_in_between_never_meet_the_limit(few: tuple[Person, list[int]]) -> None:
    ada, clock = few
    for _ in range(6):
        await rotate(ada, [ada.device, ada.sheet])
        for _ in range(4):
            await ada.account_journal.push(ada, ada.account_journal.entry(ada))
        clock[0] += DAY // 2
