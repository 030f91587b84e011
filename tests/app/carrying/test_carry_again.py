"""What others bring of a journal before and behind its owner, and what is refused as never accepted anywhere."""

import time

import pytest
from fastapi import FastAPI

from app.chains.repository import load_statements
from app.receipts.service import ReceiptSigner
from duolog.api.pages import Placed
from duolog.protocol.codec import encode_b64
from tests.app.elsewhere import ELSEWHERE, Elsewhere, bring, carried, chain
from tests.app.keys import Rotation
from tests.app.people import Person, code


async def test_the_same_beginning_under_another_server_gives_way(
    eve: Person, there: Elsewhere, stranger: Person
) -> None:
    """Whoever was ever invited knows how a journal begins, and can bring that under a key or a name of their own."""
    forged = Elsewhere(there.diary, ReceiptSigner([b"\x08" * 32]))
    key = {"until": 7, "origin": ELSEWHERE, "key": encode_b64(there.signer.keys[-1].key)}
    for planted in (
        forged.page(stranger, 1, 1, chains=[chain(eve)]),
        there.page(stranger, 1, 1, chains=[chain(eve)], origin="https://nowhere.test"),
    ):
        answer = await stranger.post(f"/v1/carried/journals/{encode_b64(there.diary.journal)}", planted)
        assert answer.status_code == 201, answer.text
        assert code(await there.carry(eve, 1, 4)) == (201, "")
    assert (await there.carry(eve)).json()["receipt_keys"] == [key]


async def test_what_gave_way_leaves_no_chain_behind(eve: Person, adam: Person, there: Elsewhere, app: FastAPI) -> None:
    assert (await there.carry(eve, 1, 4)).status_code == 201
    other = Elsewhere(there.diary, ReceiptSigner([b"\x08" * 32]))
    assert (await other.carry(eve, 1, 1, chains=[chain(eve)])).status_code == 201
    assert await app.state.duolog.database.read(load_statements, [adam.account]) == {}


async def test_what_is_brought_behind_it_changes_who_is_a_member(
    eve: Person, adam: Person, there: Elsewhere, stranger: Person
) -> None:
    diary, until = there.diary, int(time.time()) + 86_400
    joined = diary.add(stranger, [eve, adam], role="confidant", rights="read", until=until)
    there.push(joined)
    assert (await there.carry(eve)).status_code == 201
    assert (await stranger.get(f"{diary.path}/entries")).status_code == 200
    partners = tuple(member for member in diary.roster.members if member.account != stranger.account)
    there.push(diary.change("remove", [adam], fresh=True, account=stranger.account, members=partners))
    assert (await bring(adam)).status_code == 201
    # As a client does it: all of it without `last`, and then the last page once more.
    assert (await there.carry(adam, 1, len(there.placed))).status_code == 201
    assert (await there.carry(adam, len(there.placed))).status_code == 201
    assert code(await stranger.get(f"{diary.path}/entries")) == (404, "not_found")
    assert (await eve.get(f"{diary.path}/entries")).status_code == 200


async def test_what_was_never_accepted_anywhere_is_refused_as_such(eve: Person, adam: Person, there: Elsewhere) -> None:
    """Not as what a client would mend by fetching or sealing again."""
    page = there.page(eve, 1, 4)
    page["items"][3] = page["items"][2] | {"seq": 4}  # a roster version twice
    assert code(await there.carry(eve, 1, 4, items=page["items"])) == (422, "rule_broken")
    closed = there.page(eve, 1, 1)
    closed["items"] += [
        carried(Placed(2, there.diary.close(eve).item), eve.account),
        there.page(eve)["items"][1] | {"seq": 3},
    ]
    closed["receipts"][0]["seq"] = 3
    given = {name: closed[name] for name in ("items", "receipts")}
    assert code(await there.carry(eve, 1, 1, **given)) == (422, "rule_broken")
    one, two = Person.__new__(Person), Person.__new__(Person)
    for twin in (one, two):
        vars(twin).update(vars(adam))
        Rotation(twin, [twin.device, twin.sheet]).adopt()
    assert (await there.carry(eve, 1, 4, chains=[chain(eve), chain(one)])).status_code == 201
    assert code(await there.carry(eve, 5, chains=[chain(two)])) == (409, "account_exists")


@pytest.mark.parametrize(
    "origin", ["elsewhere", "https://Elsewhere.test", "https://elsewhere.test/", "https://e\x00.test"]
)
async def test_the_other_server_is_named_by_its_address(eve: Person, there: Elsewhere, origin: str) -> None:
    assert code(await there.carry(eve, origin=origin)) == (422, "malformed")
