"""The next keyholder set of the same generation: it adds, it names another rotator, and it leaves nobody out."""

import asyncio
from dataclasses import replace

import httpx2
import pytest
from fastapi import FastAPI

from app.access.repository import Caller, hash_token
from app.accounts import sets
from app.problems import SessionMissing
from duolog.api.accounts import SetRequest
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.seal.keys import KeyholderSecret
from tests.app.keys import (
    Rotation,
    add_keyholder,
    following_set,
    new_device,
    newest_set,
    rotate,
    set_request,
)
from tests.app.people import Json, Person, account_statement, code

PATH = "/v1/account/sets"


async def test_an_added_device_logs_in_and_gets_its_package(ada: Person) -> None:
    second = new_device()
    request = set_request(ada, following_set(ada, [second]), [second])
    assert (await ada.post(PATH, request)).status_code == 204
    assert (await ada.log_in(second)).status_code == 201
    own = (await ada.get("/v1/account")).json()
    assert own["package"] == request["packages"][0]["package"]
    assert own["sets"][-1] == request["set"]
    assert own["anchor"] is None


async def test_an_added_passkey_keeps_its_anchor(ada: Person) -> None:
    passkey = KeyholderSecret.new("passkey")
    await add_keyholder(ada, passkey)
    await ada.log_in(passkey)
    assert (await ada.get("/v1/account")).json()["anchor"] == encode_b64(passkey.anchor(ada.account))


async def test_another_rotator_is_named_without_adding_anybody(ada: Person) -> None:
    second = new_device()
    await add_keyholder(ada, second)
    request = set_request(ada, following_set(ada, rotator=second.id))
    assert (await ada.post(PATH, request)).status_code == 204
    assert (await ada.get("/v1/account")).json()["sets"][-1] == request["set"]


async def test_the_same_set_again_gets_the_same_answer_whatever_happened_since(ada: Person) -> None:
    second, third = new_device(), new_device()
    request = set_request(ada, following_set(ada, [second]), [second])
    first = await ada.post(PATH, request)
    ada.sets.append(ada.signed(following_set(ada, [second]).encode()))
    await add_keyholder(ada, third)
    await rotate(ada, [ada.device, second])
    again = await ada.post(PATH, request)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (204, b"")
    await ada.log_in(third)
    assert len((await ada.get("/v1/account")).json()["sets"]) == 5


async def test_a_set_that_does_not_follow_the_newest_is_told_to_fetch_again(ada: Person) -> None:
    later = Rotation(ada, [ada.device, ada.sheet]).after
    skipping, astray = following_set(ada, version=4), following_set(ada, prev=bytes(32))
    for following in (skipping, astray, newest_set(later)):
        assert code(await ada.post(PATH, set_request(ada, following))) == (409, "set_moved")


async def test_a_set_of_an_earlier_generation_is_told_to_fetch_again(ada: Person) -> None:
    second = new_device()
    await rotate(ada, [ada.device, ada.sheet])
    following = following_set(ada, [second], generation=1)
    request = set_request(ada, following, [second])
    request["set"]["signatures"] = [encode_b64(ada.secrets[0].sign(following.encode()))]
    assert code(await ada.post(PATH, request)) == (409, "set_moved")


async def test_of_two_sets_at_once_one_is_taken(ada: Person) -> None:
    requests = [set_request(ada, following_set(ada, [item]), [item]) for item in (new_device(), new_device())]
    answers = await asyncio.gather(*(ada.post(PATH, request) for request in requests))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert [code(answer) for answer in answers if answer.status_code == 409] == [(409, "set_moved")]
    assert len((await ada.get("/v1/account")).json()["sets"]) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestBadSets:
    async def refused(self, ada: Person, request: Json) -> tuple[int, str]:
        answer = await ada.post(PATH, request)
        assert len((await ada.get("/v1/account")).json()["sets"]) == 2
        return code(answer)

    async def test_leaving_somebody_out_takes_a_rotation(self, ada: Person) -> None:
        without = following_set(ada, keyholders=(ada.device.public,))
        assert await self.refused(ada, set_request(ada, without)) == (422, "rule_broken")

    async def test_another_key_for_a_known_keyholder(self, ada: Person) -> None:
        planted = replace(ada.sheet.public, kem_key=new_device().public.kem_key)
        changed = tuple(sorted((ada.device.public, planted), key=lambda item: item.id))
        request = set_request(ada, following_set(ada, keyholders=changed), [ada.sheet])
        assert await self.refused(ada, request) == (422, "rule_broken")

    async def test_a_package_too_few_and_one_for_somebody_else(self, ada: Person) -> None:
        second = new_device()
        request = set_request(ada, following_set(ada, [second]), [second])
        others = set_request(ada, following_set(ada), [ada.device])["packages"]
        none: list[Json] = []
        for packages in (none, others, request["packages"] + others, request["packages"] * 2):
            assert await self.refused(ada, request | {"packages": packages}) == (422, "rule_broken")

    async def test_an_anchor_for_a_device_and_none_for_a_passkey(self, ada: Person) -> None:
        device, passkey = new_device(), KeyholderSecret.new("passkey")
        mac = [{"keyholder": encode_b64(device.id), "mac": encode_b64(bytes(32))}]
        request = set_request(ada, following_set(ada, [device]), [device])
        assert await self.refused(ada, request | {"anchors": mac}) == (422, "rule_broken")
        request = set_request(ada, following_set(ada, [passkey]), [passkey])
        assert await self.refused(ada, request | {"anchors": []}) == (422, "rule_broken")

    async def test_a_keyholder_of_somebody_else(self, ada: Person, sam: Person) -> None:
        request = set_request(ada, following_set(ada, [sam.device]), [sam.device])
        assert await self.refused(ada, request) == (409, "account_exists")

    async def test_a_set_that_another_key_signed(self, ada: Person, sam: Person) -> None:
        second = new_device()
        request = set_request(ada, following_set(ada, [second]), [second])
        request["set"] = account_statement(sam.signed(following_set(ada, [second]).encode()))
        assert await self.refused(ada, request) == (422, "rule_broken")

    async def test_what_is_no_set_at_all(self, ada: Person) -> None:
        request = set_request(ada, following_set(ada))
        request["set"] = account_statement(ada.genesis)
        assert await self.refused(ada, request) == (422, "malformed")

    async def test_a_set_that_names_another_account_journal(self, ada: Person, sam: Person) -> None:
        other = following_set(ada, account_journal=sam.account_journal.journal)
        assert await self.refused(ada, set_request(ada, other)) == (422, "rule_broken")


async def test_a_keyholder_that_was_revoked_never_comes_back(ada: Person) -> None:
    second = new_device()
    await add_keyholder(ada, second)
    await rotate(ada, [ada.device, ada.sheet])
    request = set_request(ada, following_set(ada, [second]), [second])
    assert code(await ada.post(PATH, request)) == (409, "account_exists")


async def test_a_stranger_adds_nothing_to_another_account(ada: Person, stranger: Person) -> None:
    thief = new_device()
    request = set_request(ada, following_set(ada, [thief]), [thief])
    assert code(await stranger.post(PATH, request)) == (409, "set_moved")
    assert len((await ada.get("/v1/account")).json()["sets"]) == 2


async def test_nobody_adds_anything_without_a_session(http: httpx2.AsyncClient, ada: Person) -> None:
    request = set_request(ada, following_set(ada))
    assert code(await http.post(PATH, json=request)) == (401, "session_missing")


async def test_what_was_begun_by_a_session_that_has_ended_is_not_finished(app: FastAPI, ada: Person) -> None:
    """A revoked device's request that was under way when its session ended."""
    server = app.state.duolog
    token = parse_b64(ada.headers["authorization"].removeprefix("Bearer "))
    caller = Caller(ada.account, ada.device.id, hash_token(token), touch=False)
    request = SetRequest.model_validate(set_request(ada, following_set(ada)))
    await ada.delete("/v1/sessions/current")
    with pytest.raises(SessionMissing):
        await server.database.write(sets.change, caller, request, server.quotas, server.now())
