"""Invitations: a sealed message, one answer, one reveal, and nobody else sees any of it."""

import asyncio
from typing import Any

import httpx2
import pytest

from app.settings import DAY, Settings
from duolog.protocol.codec import encode_b64
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

NOW = 1_800_000_000
ID = encode_b64(b"i" * 16)
LINK = f"/v1/invitations/{ID}"
SEALED, ANSWER, OTHER, REVEAL = (encode_b64(bytes([n]) * 64) for n in range(4))


def wanted(**changed: Any) -> dict[str, Any]:
    return {"invitation": ID, "sealed": SEALED, "expires_at": 4_000_000_000} | changed


@pytest.fixture
async def open_invitation(diary: Diary, ada: Person) -> str:
    """Where Ada's invitation lies."""
    assert (await ada.post(f"{diary.path}/invitations", wanted())).status_code == 201
    return f"{diary.path}/invitations"


async def own(person: Person, path: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await person.get(path)).json()["invitations"]
    return listed


async def test_the_whole_way_of_an_invitation(
    open_invitation: str, ada: Person, sam: Person, http: httpx2.AsyncClient
) -> None:
    found = (await http.get(LINK)).json()
    assert found["sealed"] == SEALED
    assert (await own(ada, open_invitation))[0]["answer"] is None
    assert (await sam.put(f"{LINK}/answer", {"sealed": ANSWER})).status_code == 204
    assert (await own(ada, open_invitation))[0] | {"expires_at": 0} == {
        "invitation": ID,
        "expires_at": 0,
        "answer": ANSWER,
        "revealed": False,
    }
    assert (await sam.get(f"{LINK}/reveal")).json() == {"sealed": None}
    assert (await ada.put(f"{open_invitation}/{ID}/reveal", {"sealed": REVEAL})).status_code == 204
    assert (await sam.get(f"{LINK}/reveal")).json() == {"sealed": REVEAL}
    assert (await own(ada, open_invitation))[0]["revealed"] is True


async def test_an_invitation_lasts_a_day_at_most(settings: Settings) -> None:
    async with running(settings, lambda: NOW) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        await ada.post(f"{diary.path}/invitations", wanted(expires_at=NOW + 100 * DAY))
        assert (await http.get(LINK)).json()["expires_at"] == NOW + DAY


async def test_an_invitation_that_ended_before_it_began_points_to_the_clock(diary: Diary, ada: Person) -> None:
    answer = await ada.post(f"{diary.path}/invitations", wanted(expires_at=1_000))
    assert code(answer) == (422, "rule_broken")
    assert "clock" in answer.json()["detail"]


async def test_the_same_invitation_again_changes_nothing(open_invitation: str, ada: Person) -> None:
    assert (await ada.post(open_invitation, wanted())).status_code == 201
    assert len(await own(ada, open_invitation)) == 1


async def test_a_taken_id_is_refused(open_invitation: str, ada: Person, sam: Person) -> None:
    assert code(await ada.post(open_invitation, wanted(sealed=OTHER))) == (409, "invitation_used")
    elsewhere = await Diary(sam).create()
    assert code(await sam.post(f"{elsewhere.path}/invitations", wanted())) == (409, "invitation_used")


async def test_16_invitations_may_be_open(diary: Diary, ada: Person) -> None:
    path = f"{diary.path}/invitations"
    for number in range(16):
        answer = await ada.post(path, wanted(invitation=encode_b64(bytes([number]) * 16)))
        assert answer.status_code == 201
    assert code(await ada.post(path, wanted())) == (409, "proposal_limit")
    await ada.delete(f"{path}/{encode_b64(bytes(16))}")
    assert (await ada.post(path, wanted())).status_code == 201


async def test_one_answer_from_one_account(open_invitation: str, sam: Person, stranger: Person) -> None:
    first, second = await asyncio.gather(
        sam.put(f"{LINK}/answer", {"sealed": ANSWER}), stranger.put(f"{LINK}/answer", {"sealed": OTHER})
    )
    assert sorted([first.status_code, second.status_code]) == [204, 409]
    winner, loser = (sam, stranger) if first.status_code == 204 else (stranger, sam)
    mine, other = (ANSWER, OTHER) if winner is sam else (OTHER, ANSWER)
    assert (await winner.put(f"{LINK}/answer", {"sealed": mine})).status_code == 204  # the same once more
    assert code(await winner.put(f"{LINK}/answer", {"sealed": other})) == (409, "invitation_used")
    assert code(await loser.put(f"{LINK}/answer", {"sealed": mine})) == (409, "invitation_used")


async def test_an_answered_invitation_is_there_for_the_one_who_answered_alone(
    open_invitation: str, sam: Person, stranger: Person, http: httpx2.AsyncClient
) -> None:
    await sam.put(f"{LINK}/answer", {"sealed": ANSWER})
    assert (await sam.get(LINK)).json()["sealed"] == SEALED
    unknown = await http.get(f"/v1/invitations/{encode_b64(bytes(16))}")
    for answer in (await stranger.get(LINK), await http.get(LINK), await http.get("/v1/invitations/nonsense")):
        assert (answer.status_code, answer.content) == (404, unknown.content)
    assert code(await stranger.get(f"{LINK}/reveal")) == (404, "not_found")


async def test_a_revoked_invitation_is_gone(
    open_invitation: str, ada: Person, sam: Person, http: httpx2.AsyncClient
) -> None:
    assert (await ada.delete(f"{open_invitation}/{ID}")).status_code == 204
    assert code(await http.get(LINK)) == (404, "not_found")
    assert code(await sam.put(f"{LINK}/answer", {"sealed": ANSWER})) == (404, "not_found")
    assert code(await ada.delete(f"{open_invitation}/{ID}")) == (404, "not_found")


async def test_invitations_end_but_an_answered_one_can_still_be_revealed(settings: Settings) -> None:
    now = [NOW]
    async with running(settings, lambda: now[0]) as app, http_client(app) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        diary = await Diary(ada).create()
        path, late = f"{diary.path}/invitations", encode_b64(b"l" * 16)
        await ada.post(path, wanted())
        await ada.post(path, wanted(invitation=late))
        await sam.put(f"{LINK}/answer", {"sealed": ANSWER})
        now[0] += DAY
        assert code(await http.get(f"/v1/invitations/{late}")) == (404, "not_found")
        assert code(await sam.put(f"/v1/invitations/{late}/answer", {"sealed": ANSWER})) == (404, "not_found")
        assert (
            await sam.put(f"{LINK}/answer", {"sealed": ANSWER})
        ).status_code == 204  # its answer was lost on the way
        assert (await ada.put(f"{path}/{ID}/reveal", {"sealed": REVEAL})).status_code == 204
        now[0] += 14 * DAY - 1
        assert (await sam.get(f"{LINK}/reveal")).json() == {"sealed": REVEAL}
        now[0] += 1
        assert code(await sam.get(f"{LINK}/reveal")) == (404, "not_found")
        assert code(await ada.put(f"{path}/{ID}/reveal", {"sealed": REVEAL})) == (404, "not_found")
        await ada.post(path, wanted(invitation=encode_b64(b"n" * 16), expires_at=now[0] + 100))
        assert [item["invitation"] for item in await own(ada, path)] == [encode_b64(b"n" * 16)]


async def test_the_reveal_is_stored_once(open_invitation: str, ada: Person) -> None:
    path = f"{open_invitation}/{ID}/reveal"
    assert [(await ada.put(path, {"sealed": REVEAL})).status_code for _ in range(2)] == [204, 204]
    assert code(await ada.put(path, {"sealed": OTHER})) == (409, "invitation_used")


async def test_a_partner_sees_and_moves_nothing_of_the_others_invitations(
    couple: Diary, ada: Person, sam: Person
) -> None:
    path = f"{couple.path}/invitations"
    await ada.post(path, wanted())
    assert await own(sam, path) == []
    assert code(await sam.delete(f"{path}/{ID}")) == (404, "not_found")
    assert code(await sam.put(f"{path}/{ID}/reveal", {"sealed": REVEAL})) == (404, "not_found")


async def test_an_invitation_of_another_journal_is_not_found_here(open_invitation: str, ada: Person) -> None:
    elsewhere = await Diary(ada).create()
    path = f"{elsewhere.path}/invitations"
    assert code(await ada.put(f"{path}/{ID}/reveal", {"sealed": REVEAL})) == (404, "not_found")
    assert code(await ada.delete(f"{path}/{ID}")) == (404, "not_found")


async def test_a_confidant_invites_nobody(couple: Diary, ada: Person, sam: Person, stranger: Person) -> None:
    joined = couple.add(stranger, [ada, sam], role="confidant", rights="write", until=4_000_000_000)
    assert (await couple.push(ada, joined)).status_code == 201
    assert code(await stranger.post(f"{couple.path}/invitations", wanted())) == (404, "not_found")
    assert code(await stranger.get(f"{couple.path}/invitations")) == (404, "not_found")


async def test_strangers_and_the_anonymous(open_invitation: str, stranger: Person, http: httpx2.AsyncClient) -> None:
    assert code(await stranger.post(open_invitation, wanted())) == (404, "not_found")
    assert code(await stranger.get(open_invitation)) == (404, "not_found")
    assert code(await stranger.delete(f"{open_invitation}/{ID}")) == (404, "not_found")
    assert code(await stranger.put(f"{open_invitation}/{ID}/reveal", {"sealed": REVEAL})) == (404, "not_found")
    anonymous = [
        await http.post(open_invitation, json=wanted()),
        await http.get(open_invitation),
        await http.delete(f"{open_invitation}/{ID}"),
        await http.put(f"{open_invitation}/{ID}/reveal", json={"sealed": REVEAL}),
        await http.put(f"{LINK}/answer", json={"sealed": ANSWER}),
        await http.get(f"{LINK}/reveal"),
    ]
    assert {code(answer) for answer in anonymous} == {(401, "session_missing")}
