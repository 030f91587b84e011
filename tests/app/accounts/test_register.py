"""Registering, and what an owner sees of the account."""

from dataclasses import replace

import httpx2
import pytest

from app.accounts.repository import add_code
from app.settings import Settings
from duolog.api.common import ReceiptModel
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.keyholder_sets import parse_set
from duolog.protocol.receipts import verify_receipt
from tests.app.people import Diary, Person, account_statement, code, journal_statement
from tests.conftest import http_client, running


async def test_a_registration_makes_the_whole_account(http: httpx2.AsyncClient) -> None:
    ada = Person(http)
    answer = await http.post("/v1/accounts", json=ada.registration())
    assert answer.status_code == 201
    assert answer.json()["account"] == encode_b64(ada.account)
    await ada.log_in()
    own = (await ada.get("/v1/account")).json()
    assert own["chain"] == [account_statement(ada.genesis)]
    assert own["sets"] == [account_statement(item) for item in ada.sets]
    assert own["generation"] == 1
    assert own["anchor"] is None
    assert [item["journal"] for item in (await ada.get("/v1/journals")).json()["journals"]] == [
        encode_b64(ada.account_journal.journal)
    ]


async def test_each_keyholder_gets_its_own_package_and_anchor(http: httpx2.AsyncClient) -> None:
    ada = Person(http)
    registration = ada.registration()
    await http.post("/v1/accounts", json=registration)
    packages = {item["keyholder"]: item["package"] for item in registration["packages"]}
    await ada.log_in(ada.device)
    assert (await ada.get("/v1/account")).json()["package"] == packages[encode_b64(ada.device.id)]
    await ada.log_in(ada.sheet)
    by_words = (await ada.get("/v1/account")).json()
    assert by_words["package"] == packages[encode_b64(ada.sheet.id)]
    assert by_words["anchor"] == encode_b64(ada.sheet.anchor(ada.account))


async def test_the_first_receipt_verifies(http: httpx2.AsyncClient) -> None:
    ada = Person(http)
    receipt = (await http.post("/v1/accounts", json=ada.registration())).json()["receipt"]
    key = parse_b64((await http.get("/.well-known/duolog")).json()["receipt_keys"][0]["key"])
    parsed = ReceiptModel.model_validate(receipt).receipt()
    verify_receipt(parsed, ada.account_journal.journal, key)
    assert (parsed.seq, parsed.head) == (1, ada.account_journal.state.head)


async def test_a_repeated_registration_gets_the_same_answer(http: httpx2.AsyncClient) -> None:
    registration = Person(http).registration()
    first, second = [await http.post("/v1/accounts", json=registration) for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content)


async def test_the_same_account_with_other_packages_is_refused(http: httpx2.AsyncClient) -> None:
    ada = Person(http)
    await http.post("/v1/accounts", json=ada.registration())
    assert code(await http.post("/v1/accounts", json=ada.registration())) == (409, "account_exists")  # sealed anew


async def test_a_keyholder_of_another_account_is_refused(http: httpx2.AsyncClient) -> None:
    ada = await Person(http).register()
    thief = Person(http, device=ada.device)
    assert code(await http.post("/v1/accounts", json=thief.registration())) == (409, "account_exists")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestBadRegistrations:
    async def refused(self, http: httpx2.AsyncClient, **changed: object) -> tuple[int, str]:
        person = Person(http)
        registration = person.registration() | changed
        return code(await http.post("/v1/accounts", json=registration))

    async def test_a_foreign_genesis(self, http: httpx2.AsyncClient) -> None:
        other = account_statement(Person(http).genesis)
        assert await self.refused(http, genesis=other) == (422, "rule_broken")

    async def test_a_genesis_that_another_key_signed(self, http: httpx2.AsyncClient) -> None:
        ada, other = Person(http), Person(http)
        registration = ada.registration()
        registration["genesis"]["signatures"] = [encode_b64(other.secret.sign(ada.genesis.statement))]
        assert code(await http.post("/v1/accounts", json=registration)) == (422, "rule_broken")

    async def test_a_foreign_account_journal(self, http: httpx2.AsyncClient) -> None:
        other = journal_statement(*Person(http).account_journal.genesis)
        assert await self.refused(http, account_journal=other) == (422, "rule_broken")

    async def test_an_own_journal_that_the_set_does_not_name(self, http: httpx2.AsyncClient) -> None:
        ada = Person(http)
        registration = ada.registration() | {"account_journal": journal_statement(*Diary(ada).genesis)}
        assert code(await http.post("/v1/accounts", json=registration)) == (422, "rule_broken")

    async def test_an_account_journal_of_somebody_else(self, http: httpx2.AsyncClient) -> None:
        ada, other = Person(http), Person(http)
        ada.account_journal = Diary(other)
        registration = resealed(ada)
        assert code(await http.post("/v1/accounts", json=registration)) == (422, "rule_broken")

    async def test_a_package_too_few_and_one_too_many(self, http: httpx2.AsyncClient) -> None:
        ada = Person(http)
        registration = ada.registration()
        for packages in (registration["packages"][:1], registration["packages"] + registration["packages"][:1]):
            changed = registration | {"packages": packages}
            assert code(await http.post("/v1/accounts", json=changed)) == (422, "rule_broken")

    async def test_an_anchor_for_a_device_and_none_for_the_sheet(self, http: httpx2.AsyncClient) -> None:
        ada = Person(http)
        registration = ada.registration()
        device = [{"keyholder": encode_b64(ada.device.id), "mac": encode_b64(bytes(32))}]
        for anchors in ([], device, registration["anchors"] + device):
            changed = registration | {"anchors": anchors}
            assert code(await http.post("/v1/accounts", json=changed)) == (422, "rule_broken")

    async def test_nothing_stays_of_a_refused_registration(self, http: httpx2.AsyncClient) -> None:
        ada = Person(http)
        bad = ada.registration()
        bad["account_journal"]["grants"] = []
        assert code(await http.post("/v1/accounts", json=bad)) == (422, "rule_broken")
        assert (await http.post("/v1/accounts", json=ada.registration())).status_code == 201


def resealed(person: Person) -> dict[str, object]:
    """The registration of `person` after its `account_journal` was swapped: set 2 names the new one."""
    second = replace(parse_set(person.sets[1].statement), account_journal=person.account_journal.journal).encode()
    person.sets[1] = SignedAccountStatement(second, (person.secret.sign(second),))
    return person.registration()


async def test_a_closed_server_takes_nobody(settings: Settings) -> None:
    closed = settings.model_copy(update={"registration": "closed"})
    async with running(closed) as app, http_client(app) as http:
        answer = await http.post("/v1/accounts", json=Person(http).registration())
        assert code(answer) == (403, "registration_closed")


async def test_an_invite_code_admits_one_account_once(settings: Settings) -> None:
    by_code = settings.model_copy(update={"registration": "invite"})
    async with running(by_code) as app, http_client(app) as http:
        await app.state.duolog.database.write(add_code, "right-code", 0)
        ada, sam = Person(http), Person(http)
        for wrong in ({}, {"invite_code": "wrong"}, {"invite_code": "A" * 22}):
            answer = await http.post("/v1/accounts", json=ada.registration() | wrong)
            assert code(answer) == (403, "invite_code_refused")
        registration = ada.registration() | {"invite_code": "right-code"}
        assert (await http.post("/v1/accounts", json=registration)).status_code == 201
        assert (await http.post("/v1/accounts", json=registration)).status_code == 201  # the same once more
        answer = await http.post("/v1/accounts", json=sam.registration() | {"invite_code": "right-code"})
        assert code(answer) == (403, "invite_code_refused")


async def test_a_journals_invitation_admits_one_partner(settings: Settings) -> None:
    async with running(settings) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        wanted = {"invitation": encode_b64(b"i" * 16), "sealed": encode_b64(bytes(64)), "expires_at": 4_000_000_000}
        assert (await ada.post(f"{diary.path}/invitations", wanted)).status_code == 201
    by_code = settings.model_copy(update={"registration": "invite"})
    async with running(by_code) as app, http_client(app) as http:
        invited = {"invite_code": encode_b64(b"i" * 16)}
        assert (await http.post("/v1/accounts", json=Person(http).registration() | invited)).status_code == 201
        again = await http.post("/v1/accounts", json=Person(http).registration() | invited)
        assert code(again) == (403, "invite_code_refused")


async def test_nobody_sees_an_account_without_a_session(http: httpx2.AsyncClient) -> None:
    assert code(await http.get("/v1/account")) == (401, "session_missing")
    answer = await http.get("/v1/account", headers={"authorization": "Bearer " + "A" * 43})
    assert code(answer) == (401, "session_missing")


async def test_registrations_are_slowed_down(settings: Settings) -> None:
    strict = settings.model_copy(update={"rate_register": "2/hour"})
    async with running(strict) as app, http_client(app) as http:
        statuses = [(await http.post("/v1/accounts", json=Person(http).registration())).status_code for _ in range(3)]
        assert statuses == [201, 201, 429]
