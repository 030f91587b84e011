"""A closing that waits at the server: whose it may be, whom it tells nothing, and what happens when it is due."""

import json

import pytest
from sqlalchemy import select, update

from app.access.repository import keyholders_of
from app.access.table import keyholders
from app.leaving.repository import add_closings
from app.leaving.service import renew
from app.problems import RuleBroken
from duolog.api.accounts import JournalClosing
from duolog.api.leaving import ClosingRequest
from duolog.protocol.codec import encode_b64
from tests.app.journals.test_proposals import half_signed
from tests.app.leaving.closings import FRIDAY, Evening, closing
from tests.app.people import Diary, Person, code

NINE = FRIDAY + 3600


async def closed(person: Person, diary: Diary) -> bool:
    listed = (await person.get("/v1/journals")).json()["journals"]
    return {item["journal"]: item["closed"] for item in listed}[encode_b64(diary.journal)] is True


async def test_a_closing_waits_for_its_author_alone(friday: Evening) -> None:
    """Safety rules 1 and 6: nothing that Sam is answered changes by a byte."""
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    before = await friday.answers(sam)
    body = closing(couple, ada, NINE, ends=[encode_b64(ada.device.id)])
    for _ in range(2):
        assert (await ada.put(f"{couple.path}/closing", body)).status_code == 204
    assert (await ada.get(f"{couple.path}/closing")).json() == body
    assert await friday.answers(sam) == before
    assert code(await sam.get(f"{couple.path}/closing")) == (404, "not_found")
    assert code(await sam.delete(f"{couple.path}/closing")) == (404, "not_found")
    assert (await ada.delete(f"{couple.path}/closing")).status_code == 204
    assert code(await ada.get(f"{couple.path}/closing")) == (404, "not_found")
    assert await friday.answers(sam) == before


async def test_strangers_confidants_and_the_anonymous_leave_no_closing(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    stranger, counsellor = await Person(friday.http).register(), await Person(friday.http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="write", until=FRIDAY + 86_400)
    assert (await couple.push(ada, joined)).status_code == 201
    path = f"{couple.path}/closing"
    for person in (stranger, counsellor):
        body = closing(couple, person, NINE)
        for answer in (await person.put(path, body), await person.get(path), await person.delete(path)):
            assert code(answer) == (404, "not_found")
    body = closing(couple, ada, NINE)
    for answer in (await friday.http.put(path, json=body), await friday.http.get(path), await friday.http.delete(path)):
        assert code(answer) == (401, "session_missing")


async def test_a_closing_is_the_callers_of_this_journal_opened_and_signed(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    other = await Diary(ada).create()
    faults = (
        closing(couple, sam, NINE),  # somebody else's
        closing(other, ada, NINE),  # of another journal
        closing(couple, ada, NINE, timing=bytes(32)),  # a commitment to another time
        closing(couple, ada, NINE, generation=2),  # a generation that isn't there
        closing(couple, ada, NINE) | {"signature": encode_b64(bytes(64))},
    )
    for body in faults:
        assert code(await ada.put(f"{couple.path}/closing", body)) == (422, "rule_broken")
    odd = closing(couple, ada, NINE) | {"statement": encode_b64(b"{}")}
    assert code(await ada.put(f"{couple.path}/closing", odd)) == (422, "malformed")


async def test_a_closing_of_one_servers_log_does_not_wait(friday: Evening) -> None:
    """When it is due, it could never be appended where the server has another key by then."""
    state = friday.app.state.duolog
    for key in (bytes(32), state.receipts.keys[-1].key):
        body = closing(friday.couple, friday.ada, NINE, receipt_key=key)
        assert code(await friday.ada.put(f"{friday.couple.path}/closing", body)) == (422, "rule_broken")


async def test_a_closing_that_the_log_refuses_stops_nobody(friday: Evening) -> None:
    ada, sam, couple, state = friday.ada, friday.sam, friday.couple, friday.app.state.duolog
    other = await (await Diary(ada).create()).make_couple(sam)
    await ada.put(f"{other.path}/closing", closing(other, ada, NINE + 5))
    await state.database.write(add_closings, ada.account, 1, [(couple.journal, refused_by(couple, ada))])
    await sam.put(f"{couple.path}/closing", closing(couple, sam, NINE + 5))
    friday.clock[0] = NINE
    assert (await sam.get("/v1/journals")).status_code == 200
    assert (await couple.push(sam, couple.entry(sam))).status_code == 201
    friday.clock[0] = NINE + 5
    await state.database.write(add_closings, ada.account, 1, [(couple.journal, refused_by(couple, ada))])
    assert (await friday.retain())["journals closed"] == 2
    assert await closed(ada, couple)
    assert await closed(ada, other)


def refused_by(diary: Diary, author: Person) -> ClosingRequest:
    """A closing of another server's log of this journal."""
    return ClosingRequest.model_validate_json(json.dumps(closing(diary, author, NINE, receipt_key=bytes(32))))


async def test_nobody_closes_the_account_journal(friday: Evening) -> None:
    own = friday.ada.account_journal
    assert code(await friday.ada.put(f"{own.path}/closing", closing(own, friday.ada, NINE))) == (422, "rule_broken")


async def test_a_closing_ends_own_keyholders_and_leaves_one(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    every = [encode_b64(item.id) for item in (ada.device, ada.sheet)]
    for ends in (every, [encode_b64(sam.device.id)], [encode_b64(bytes(32))]):
        answer = await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE, ends=ends))
        assert code(answer) == (422, "rule_broken")


async def test_64_closings_may_wait(friday: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duolog.protocol.sizes.MAX_CLOSINGS", 2)  # 64 journals would show the same, a minute later
    ada = friday.ada
    diaries = [friday.couple, await Diary(ada).create(), await Diary(ada).create()]
    for number, diary in enumerate(diaries):
        answer = await ada.put(f"{diary.path}/closing", closing(diary, ada, NINE))
        assert code(answer) == ((204, "") if number < 2 else (409, "closing_limit"))
    again = await ada.put(f"{friday.couple.path}/closing", closing(friday.couple, ada, NINE + 1))
    assert again.status_code == 204


async def test_a_due_closing_meets_the_next_write(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE))
    friday.clock[0] = NINE - 1
    assert (await couple.push(sam, couple.entry(sam))).status_code == 201
    friday.clock[0] = NINE + 30
    assert code(await couple.push(sam, couple.entry(sam))) == (409, "journal_closed")
    page = await couple.pull(sam)
    assert page.seq == couple.state.seq + 1
    assert page.pushes[-1].receipt.time == NINE + 30
    couple.follow(*page.pushes[-1].items)
    assert couple.state.closed


async def test_a_due_closing_meets_a_proposal(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE))
    friday.clock[0] = NINE
    body, _ = half_signed(couple.change("rotate", [sam], fresh=True), sam)
    assert code(await sam.post(f"{couple.path}/proposals", body)) == (409, "journal_closed")
    assert await closed(sam, couple)


async def test_a_due_closing_shows_in_the_list(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE))
    friday.clock[0] = NINE - 1
    assert not await closed(sam, couple)
    friday.clock[0] = NINE
    assert await closed(sam, couple)


async def test_a_closing_that_is_due_already_is_carried_out_at_once(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    body = closing(couple, ada, 0)
    for _ in range(2):
        assert (await ada.put(f"{couple.path}/closing", body)).status_code == 204
    assert await closed(sam, couple)
    assert code(await ada.put(f"{couple.path}/closing", closing(couple, ada, 0))) == (409, "journal_closed")
    assert code(await sam.put(f"{couple.path}/closing", closing(couple, sam, 0))) == (409, "journal_closed")


async def test_the_keyholders_that_it_names_are_refused_from_then_on(friday: Evening) -> None:
    ada, couple = friday.ada, friday.couple
    phone = dict(ada.headers)
    await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE, ends=[encode_b64(ada.device.id)]))
    assert (await ada.get("/v1/account")).status_code == 200
    friday.clock[0] = NINE
    assert (await friday.retain())["journals closed"] == 1
    assert code(await ada.get("/v1/account")) == (401, "session_missing")
    ada.headers = {}
    assert (await ada.log_in(ada.sheet)).status_code == 201
    assert ada.headers != phone
    assert not any((await friday.retain()).values())


async def test_a_sheet_that_a_closing_ends_leaves_no_anchor(friday: Evening) -> None:
    """More anchors than a list has places would stop the account's own answer; an older server left them there."""
    ada, couple, database = friday.ada, friday.couple, friday.app.state.duolog.database
    sheet = keyholders.c.keyholder == ada.sheet.id
    assert len((await ada.get("/v1/account")).json()["anchors"]) == 1
    await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE, ends=[encode_b64(ada.sheet.id)]))
    friday.clock[0] = NINE
    assert (await friday.retain())["journals closed"] == 1
    anchor = select(keyholders.c.anchor).where(sheet)
    assert await database.read(lambda connection: connection.execute(anchor).scalar_one()) is None
    left = update(keyholders).where(sheet).values(anchor=bytes(32))
    await database.write(lambda connection: connection.execute(left) and None)
    assert (await ada.get("/v1/account")).json()["anchors"] == []


async def test_keyholders_end_even_if_the_other_closed_first(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE, ends=[encode_b64(ada.device.id)]))
    assert (await couple.push(sam, couple.close(sam))).status_code == 201
    friday.clock[0] = NINE
    assert (await friday.retain())["journals closed"] == 0
    assert code(await ada.get("/v1/account")) == (401, "session_missing")


async def test_an_order_that_would_lock_its_owner_out_by_now_ends_nobody(friday: Evening) -> None:
    """The sheet was still left when it was given; meanwhile another closing has ended that one."""
    ada, couple = friday.ada, friday.couple
    other = await Diary(ada).create()
    await ada.put(f"{other.path}/closing", closing(other, ada, NINE, ends=[encode_b64(ada.sheet.id)]))
    await ada.put(f"{couple.path}/closing", closing(couple, ada, NINE + 1, ends=[encode_b64(ada.device.id)]))
    friday.clock[0] = NINE + 1
    assert (await friday.retain())["journals closed"] == 2
    _, live = await friday.app.state.duolog.database.read(keyholders_of, ada.account)
    assert len(live) == 1


async def test_who_is_no_partner_any_more_closes_nothing(friday: Evening) -> None:
    ada, http = friday.ada, friday.http
    diary, sam = await Diary(ada).create(), await Person(http).register()
    assert (await diary.push(ada, diary.add(sam, [ada]))).status_code == 201
    await sam.put(f"{diary.path}/closing", closing(diary, sam, NINE))
    alone = tuple(member for member in diary.roster.members if member.account == ada.account)
    remove = diary.change("remove", [ada], fresh=True, account=sam.account, members=alone, provisional=False)
    assert (await diary.push(ada, remove)).status_code == 201
    friday.clock[0] = NINE
    assert (await diary.push(ada, diary.entry(ada))).status_code == 201
    assert (await friday.retain())["journals closed"] == 0
    assert not await closed(ada, diary)


def renewed(diary: Diary, author: Person, not_before: int) -> JournalClosing:
    body = closing(diary, author, not_before) | {"journal": encode_b64(diary.journal)}
    return JournalClosing.model_validate_json(json.dumps(body))


async def test_a_rotation_keeps_what_it_signs_anew_and_cancels_the_rest(friday: Evening) -> None:
    ada, couple, database = friday.ada, friday.couple, friday.app.state.duolog.database
    other, third = await Diary(ada).create(), await Diary(ada).create()
    for diary in (couple, other):
        assert (await ada.put(f"{diary.path}/closing", closing(diary, ada, NINE))).status_code == 204
    kept, never = renewed(couple, ada, NINE), renewed(third, ada, NINE)
    await database.write(renew, ada.account, 1, [kept, never])
    shown = (await ada.get(f"{couple.path}/closing")).json()
    assert shown["statement"] == encode_b64(kept.statement)
    for diary in (other, third):
        assert code(await ada.get(f"{diary.path}/closing")) == (404, "not_found")
    with pytest.raises(RuleBroken):
        await database.write(renew, ada.account, 2, [kept])
