"""Bringing an account from another server: whole, logged in by one of its own, and never back."""

import httpx2
import pytest

from app.settings import Settings
from duolog.protocol.codec import encode_b64
from duolog.seal.keys import KeyholderSecret
from tests.app.elsewhere import account_request, bring
from tests.app.keys import Rotation, following_set, new_device, some_bytes
from tests.app.leaving.closings import FRIDAY, closing, evening
from tests.app.people import Person, account_statement, code, login

PATH = "/v1/carried/accounts"


@pytest.fixture
def eve(http: httpx2.AsyncClient) -> Person:
    """Whose account lives on another server."""
    return Person(http)


def rotate_elsewhere(person: Person, keyholders: list[KeyholderSecret]) -> None:
    Rotation(person, keyholders).adopt()


async def test_an_account_comes_whole_and_everyone_in_it_can_log_in(eve: Person) -> None:
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    request = await account_request(eve)
    answer = await eve.http.post(PATH, json=request)
    assert answer.status_code == 201, answer.text
    assert (await eve.log_in(eve.sheet)).status_code == 201
    own = (await eve.get("/v1/account")).json()
    assert own["chain"] == [account_statement(item) for item in eve.statements]
    assert own["sets"] == [account_statement(item) for item in eve.sets]
    assert own["earlier_seeds"] == request["earlier_seeds"]
    assert own["anchors"] == request["anchors"]
    assert own["package"] in [item["package"] for item in request["packages"]]


async def test_it_may_be_brought_again_and_nothing_changes(eve: Person) -> None:
    assert (await bring(eve)).status_code == 201
    before = (await eve.get("/v1/account")).json()
    assert (await bring(eve)).status_code == 201
    assert (await eve.get("/v1/account")).json() == before


async def test_a_rotation_elsewhere_follows_and_whom_it_left_out_is_out(eve: Person) -> None:
    assert (await bring(eve)).status_code == 201
    headers = eve.headers
    lost, eve.device = eve.device, new_device()
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    assert (await bring(eve)).status_code == 201
    assert (await eve.get("/v1/account")).json()["generation"] == 2
    assert code(await eve.http.get("/v1/account", headers=headers)) == (401, "session_missing")
    assert code(await eve.log_in(lost)) == (401, "login_refused")


async def test_whoever_was_revoked_before_is_refused_here_too(eve: Person) -> None:
    lost, eve.device = eve.device, new_device()
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    assert code(await eve.http.post(PATH, json=await account_request(eve, by=lost))) == (401, "login_refused")
    assert (await bring(eve)).status_code == 201
    assert code(await eve.log_in(lost)) == (401, "login_refused")


async def test_an_older_state_is_refused(eve: Person) -> None:
    old = Person.__new__(Person)
    vars(old).update(vars(eve))
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    assert (await bring(eve)).status_code == 201
    assert code(await bring(old)) == (409, "set_moved")
    fewer = Person.__new__(Person)
    vars(fewer).update(vars(eve) | {"sets": [*eve.sets, eve.signed(following_set(eve).encode())]})
    assert (await bring(fewer)).status_code == 201
    assert code(await bring(eve)) == (409, "set_moved")


async def test_another_history_of_the_account_is_refused(eve: Person) -> None:
    twin = Person.__new__(Person)
    vars(twin).update(vars(eve))
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    rotate_elsewhere(twin, [eve.device, eve.sheet])
    assert (await bring(eve)).status_code == 201
    assert code(await bring(twin)) == (409, "account_exists")
    other = Person.__new__(Person)
    vars(other).update(vars(eve) | {"sets": [*eve.sets[:-1], twin.sets[-1]]})
    assert code(await bring(other)) == (422, "rule_broken")


async def test_another_set_at_the_same_place_is_refused(eve: Person) -> None:
    one, two = Person.__new__(Person), Person.__new__(Person)
    for twin, rotator in ((one, eve.sheet), (two, eve.device)):
        vars(twin).update(vars(eve))
        twin.sets = [*eve.sets, eve.signed(following_set(eve, rotator=rotator.id).encode())]
    assert (await bring(one)).status_code == 201
    assert code(await bring(two)) == (409, "account_exists")


async def test_only_a_keyholder_of_the_account_brings_it(eve: Person, ada: Person) -> None:
    request = await account_request(eve)
    forged = request | {"log_in": request["log_in"] | {"signature": some_bytes(64)}}
    assert code(await eve.http.post(PATH, json=forged)) == (401, "login_refused")
    assert code(await eve.http.post(PATH, json=request)) == (401, "login_refused")  # its challenge is used up
    by_ada = (await account_request(eve)) | {"log_in": (await account_request(ada))["log_in"]}
    assert code(await eve.http.post(PATH, json=by_ada)) == (401, "login_refused")
    outsider = KeyholderSecret.new("device")
    assert code(await eve.http.post(PATH, json=await account_request(eve, by=outsider))) == (401, "login_refused")
    request = await account_request(eve, by=outsider)
    first = min(eve.device, eve.sheet, key=lambda item: item.id)
    signed = login(first, request["log_in"]["challenge"])["signature"]
    in_its_name = request | {"log_in": request["log_in"] | {"signature": signed}}
    assert code(await eve.http.post(PATH, json=in_its_name)) == (401, "login_refused")
    assert code(await eve.log_in()) == (401, "login_refused")


async def test_whom_a_closing_has_ended_comes_back_by_no_carrying(settings: Settings) -> None:
    """It is in the newest set until its owner rotates, and holds the keys of the newest generation."""
    async with evening(settings) as friday:
        ada = friday.ada
        ended, ada.headers = ada.device, {}
        assert (await ada.log_in(ada.sheet)).status_code == 201
        body = closing(friday.couple, ada, FRIDAY, ends=[encode_b64(ended.id)])
        assert (await ada.put(f"{friday.couple.path}/closing", body)).status_code == 204
        own = (await ada.get("/v1/account")).json()
        assert code(await ada.http.post(PATH, json=await account_request(ada, by=ended))) == (401, "login_refused")
        thief = Person.__new__(Person)
        vars(thief).update(vars(ada))
        rotate_elsewhere(thief, [ended])
        assert code(await ada.http.post(PATH, json=await account_request(thief, by=ended))) == (401, "login_refused")
        assert (await ada.get("/v1/account")).json() == own


async def test_packages_anchors_and_seeds_are_for_exactly_whom_they_belong(eve: Person) -> None:
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    stranger = encode_b64(new_device().id)
    for name in ("packages", "anchors", "earlier_seeds"):
        request = await account_request(eve)
        assert code(await eve.http.post(PATH, json=request | {name: request[name][1:]}))[0] == 422
        if name != "earlier_seeds":
            other = [*request[name][:-1], request[name][-1] | {"keyholder": stranger}]
            assert code(await eve.http.post(PATH, json=request | {name: other})) == (422, "rule_broken")


async def test_the_newest_set_is_of_the_newest_keys(eve: Person) -> None:
    sets = eve.sets
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    request = await account_request(eve)
    behind = request | {"sets": [account_statement(item) for item in sets], "earlier_seeds": []}
    assert code(await eve.http.post(PATH, json=behind)) == (422, "rule_broken")


async def test_a_chain_that_breaks_its_rules_is_refused(eve: Person, ada: Person) -> None:
    request = await account_request(eve)
    other = request | {"chain": [account_statement(ada.genesis)]}
    assert code(await eve.http.post(PATH, json=other)) == (422, "rule_broken")


async def test_a_keyholder_of_somebody_else_is_refused(http: httpx2.AsyncClient, ada: Person) -> None:
    assert code(await bring(Person(http, device=ada.device))) == (409, "account_exists")


async def test_whom_a_set_once_named_is_never_anybody_elses(http: httpx2.AsyncClient, eve: Person) -> None:
    lost, eve.device = eve.device, new_device()
    rotate_elsewhere(eve, [eve.device, eve.sheet])
    assert (await bring(eve)).status_code == 201
    assert code(await http.post("/v1/accounts", json=Person(http, device=lost).registration())) == (
        409,
        "account_exists",
    )


@pytest.mark.parametrize("registration", ["closed", "invite"])
async def test_a_server_that_takes_no_accounts_takes_none_from_elsewhere(
    http: httpx2.AsyncClient, eve: Person, registration: str, settings: object
) -> None:
    object.__setattr__(settings, "registration", registration)
    refused = {"closed": "registration_closed", "invite": "invite_code_refused"}
    assert code(await bring(eve)) == (403, refused[registration])
