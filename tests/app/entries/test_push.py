"""Pushing: what the server appends, what it refuses, and that a repeated push changes nothing."""

import asyncio
import copy
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.api import pages
from duolog.api.common import ReceiptModel
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.receipts import verify_receipt
from duolog.protocol.roster_statements import parse_roster
from tests.app.asked import asked
from tests.app.keys import push_body
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

LATER = 4_000_000_000


async def test_a_push_is_placed_and_receipted(couple: Diary, sam: Person, http: httpx2.AsyncClient) -> None:
    entries = [couple.entry(sam), couple.entry(sam)]
    before = couple.state.seq
    answer = (await couple.push(sam, *entries)).json()
    assert answer["places"] == [
        {"seq": before + number, "digest": encode_b64(item.item.digest)} for number, item in enumerate(entries, start=1)
    ]
    receipt = ReceiptModel.model_validate(answer["receipt"]).receipt()
    key = parse_b64((await http.get("/.well-known/duolog")).json()["receipt_keys"][0]["key"])
    verify_receipt(receipt, couple.journal, key)
    assert (receipt.seq, receipt.head) == (couple.state.seq, couple.state.head)


async def test_json_and_the_binary_form_append_the_same(couple: Diary, ada: Person) -> None:
    first, second, rotate = couple.entry(ada), couple.entry(ada), couple.change("rotate", [ada], fresh=True)
    assert (await ada.post(f"{couple.path}/entries", push_body(first, rotate))).status_code == 201
    couple.follow(first, rotate)
    assert code(await couple.push(ada, second, follow=False)) == (409, "epoch_moved")
    assert (await couple.push(ada, couple.entry(ada))).status_code == 201
    pulled = [item.item for push in (await couple.pull(ada)).pushes for item in push.items]
    assert first.item in pulled
    assert rotate.item in pulled


async def test_a_push_sent_again_gets_its_places_whatever_happened_since(
    couple: Diary, ada: Person, sam: Person
) -> None:
    entry, rotate = couple.entry(ada), couple.change("rotate", [ada], fresh=True)
    first = (await couple.push(ada, rotate)).json()
    entry = couple.entry(ada)
    second = (await couple.push(ada, entry)).json()
    await couple.push(sam, couple.change("rotate", [sam], fresh=True))
    closing = couple.close(sam)
    third = (await couple.push(sam, closing)).json()
    again = (await couple.push(ada, rotate, entry, closing, follow=False)).json()
    assert again == {"places": first["places"] + second["places"] + third["places"], "receipt": None}


async def test_a_partly_repeated_push_appends_the_rest(couple: Diary, ada: Person) -> None:
    old, new = couple.entry(ada), couple.entry(ada)
    (place,) = (await couple.push(ada, old)).json()["places"]
    answer = (await couple.push(ada, old, new, follow=False)).json()
    assert answer["places"][0] == place
    assert answer["receipt"]["seq"] == answer["places"][1]["seq"] == place["seq"] + 1


async def test_another_blob_under_an_accepted_id_gets_the_accepted_one_back(couple: Diary, ada: Person) -> None:
    entry = couple.entry(ada, "first")
    (place,) = (await couple.push(ada, entry)).json()["places"]
    assert isinstance(entry.item, EntryItem)
    other = Placed(0, entry_item(entry.item.header, b"\x01" * len(entry.item.blob or b"")))
    assert (await couple.push(ada, other, follow=False)).json() == {"places": [place], "receipt": None}


async def test_a_push_is_accepted_whole_or_not_at_all(couple: Diary, ada: Person) -> None:
    good, bad = couple.entry(ada), couple.entry(ada, epoch=99)
    assert code(await couple.push(ada, good, bad)) == (409, "epoch_moved")
    assert (await couple.pull(ada)).seq == couple.state.seq
    assert (await couple.push(ada, good)).status_code == 201


async def test_an_entry_in_anothers_name_is_refused(couple: Diary, ada: Person, sam: Person) -> None:
    assert code(await couple.push(sam, couple.entry(ada))) == (422, "rule_broken")


async def test_an_entry_of_another_journal_is_refused(couple: Diary, ada: Person) -> None:
    assert code(await couple.push(ada, couple.entry(ada, journal=bytes(32)))) == (422, "rule_broken")


async def test_entries_need_the_generation_in_force(couple: Diary, ada: Person) -> None:
    assert code(await couple.push(ada, couple.entry(ada, generation=2))) == (409, "generation_moved")


async def test_a_stale_epoch_takes_no_entries_until_it_is_changed(couple: Diary, ada: Person, sam: Person) -> None:
    waiting = couple.entry(ada)
    await couple.push(sam, couple.change("bad_grant", [sam], account=sam.account))
    assert code(await couple.push(ada, waiting)) == (409, "epoch_stale")
    rotate = couple.change("rotate", [ada], fresh=True)
    couple_after = copy.copy(couple)
    couple_after.follow(rotate)
    entry = couple_after.entry(ada)
    assert (await couple.push(ada, rotate, entry)).status_code == 201


async def test_the_loser_of_a_race_is_told_that_the_roster_moved(couple: Diary, ada: Person, sam: Person) -> None:
    first, second = couple.change("rotate", [ada], fresh=True), couple.change("rotate", [sam], fresh=True)
    answers = await asyncio.gather(couple.push(ada, first, follow=False), couple.push(sam, second, follow=False))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [code(answer) for answer in answers if answer.status_code == 409] == [(409, "roster_moved")]


async def test_pushes_at_once_take_gapless_places(couple: Diary, ada: Person, sam: Person) -> None:
    before = couple.state.seq
    entries = [(person, couple.entry(person)) for person in (ada, sam) for _ in range(10)]
    answers = await asyncio.gather(*(couple.push(person, entry, follow=False) for person, entry in entries))
    taken = sorted(answer.json()["places"][0]["seq"] for answer in answers)
    assert taken == list(range(before + 1, before + 21))
    page = await couple.pull(ada, before)
    couple.follow(*(item for push in page.pushes for item in push.items))
    assert page.pushes[-1].receipt.head == couple.state.head


async def test_a_statement_with_a_signature_missing_is_refused(couple: Diary, ada: Person, stranger: Person) -> None:
    add = couple.add(stranger, [ada], role="confidant", rights="read", until=LATER)
    assert code(await couple.push(ada, add)) == (422, "rule_broken")


async def test_a_statement_with_other_grants_than_it_names_is_refused(couple: Diary, ada: Person) -> None:
    rotate = couple.change("rotate", [ada], fresh=True)
    other = {account: bytes(sizes.SEALED_SEED) for account in rotate.grants}
    for grants in ({}, other):
        assert code(await couple.push(ada, replace(rotate, grants=grants))) == (422, "rule_broken")
    carried = couple.change("bad_grant", [ada], account=ada.account)
    assert code(await couple.push(ada, replace(carried, grants=rotate.grants))) == (422, "rule_broken")


async def test_an_acceptance_works_once(diary: Diary, ada: Person, sam: Person) -> None:
    add = diary.add(sam, [ada])
    await diary.push(ada, add)
    alone = tuple(member for member in diary.roster.members if member.account == ada.account)
    remove = diary.change("remove", [ada], fresh=True, account=sam.account, members=alone, provisional=False)
    assert (await diary.push(ada, remove)).status_code == 201
    assert isinstance(add.item, StatementItem)
    accepted = parse_roster(add.item.signed.statement)
    again = diary.change(
        "add",
        [ada],
        fresh=True,
        account=sam.account,
        members=accepted.members,
        provisional=True,
        acceptance=accepted.acceptance,
    )
    assert code(await diary.push(ada, again)) == (422, "rule_broken")


async def test_a_reader_writes_nothing(couple: Diary, ada: Person, sam: Person, stranger: Person) -> None:
    joined = couple.add(stranger, [ada, sam], role="confidant", rights="read", until=LATER)
    assert (await couple.push(ada, joined)).status_code == 201
    assert code(await couple.push(stranger, couple.entry(stranger))) == (422, "rule_broken")
    assert (await couple.pull(stranger)).seq == couple.state.seq


async def test_nothing_follows_a_close(couple: Diary, ada: Person, sam: Person) -> None:
    waiting = couple.entry(ada)
    rotate = couple.change("rotate", [ada], fresh=True)
    assert (await couple.push(sam, couple.close(sam))).status_code == 201
    for late in (waiting, rotate, couple.close(ada)):
        assert code(await couple.push(ada, late)) == (409, "journal_closed")
    listed = (await ada.get("/v1/journals")).json()["journals"]
    assert {item["journal"]: item["closed"] for item in listed}[encode_b64(couple.journal)] is True


async def test_a_confidant_closes_nothing(couple: Diary, ada: Person, sam: Person, stranger: Person) -> None:
    joined = couple.add(stranger, [ada, sam], role="confidant", rights="write", until=LATER)
    await couple.push(ada, joined)
    assert code(await couple.push(stranger, couple.close(stranger))) == (422, "rule_broken")


async def test_misshapen_pushes_are_malformed(couple: Diary, ada: Person) -> None:
    entry = couple.entry(ada)
    assert isinstance(entry.item, EntryItem)
    path, binary = f"{couple.path}/entries", {"content-type": pages.MEDIA_TYPE}
    frames = pages.encode_push([entry])
    gone = pages.encode_gone(0, entry.item.header, bytes(32))
    unpadded = pages.encode_entry(0, entry.item.header, (entry.item.blob or b"") + b"\x00")
    cut_header = pages.encode_entry(0, entry.item.header[:-1], entry.item.blob or b"")
    for body in (b"", frames[:-1], frames + b"\x00", gone, unpadded, cut_header, frames * 257):
        answer = await ada.post(path, content=body, headers=binary)
        assert code(answer) == (422, "malformed"), body[:40]
    shapes: list[dict[str, object]] = [
        {},
        {"items": []},
        {"items": [{"kind": "entry"}]},
        push_body(entry) | {"more": 1},
    ]
    for shape in shapes:
        assert code(await ada.post(path, shape)) == (422, "malformed")
    odd = push_body(Placed(0, entry_item(entry.item.header, (entry.item.blob or b"") + b"\x00")))
    assert code(await ada.post(path, odd)) == (422, "malformed")


async def test_other_forms_of_body_are_named_as_such(couple: Diary, ada: Person) -> None:
    answer = await ada.post(f"{couple.path}/entries", content=b"x", headers={"content-type": "text/plain"})
    assert code(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize("entries", [9, 35], ids=["a body that is read", "a body that is not"])
async def test_more_than_a_push_holds_is_too_large(couple: Diary, ada: Person, entries: int) -> None:
    entry = couple.entry(ada)
    assert isinstance(entry.item, EntryItem)
    big = [
        Placed(0, entry_item(entry.item.header[:33] + bytes([n]) * 16 + entry.item.header[49:], bytes(122_952)))
        for n in range(entries)
    ]
    assert code(await couple.push(ada, *big)) == (413, "too_large")


async def test_strangers_and_the_anonymous_push_nothing(
    http: httpx2.AsyncClient, couple: Diary, stranger: Person
) -> None:
    entry = couple.entry(stranger)
    assert code(await couple.push(stranger, entry)) == (404, "not_found")
    answer = await http.post(
        f"{couple.path}/entries",
        content=pages.encode_push([entry]),
        headers={"content-type": pages.MEDIA_TYPE},
    )
    assert code(answer) == (401, "session_missing")


async def test_whoever_is_removed_meanwhile_pushes_nothing(diary: Diary, ada: Person, sam: Person) -> None:
    """The removal and the push wait together; whichever order they take, nothing of Sam's stands after it."""
    await diary.push(ada, diary.add(sam, [ada]))
    entry = diary.entry(sam)
    alone = tuple(member for member in diary.roster.members if member.account == ada.account)
    remove = diary.change("remove", [ada], fresh=True, account=sam.account, members=alone, provisional=False)
    removed, late = await asyncio.gather(diary.push(ada, remove, follow=False), diary.push(sam, entry, follow=False))
    assert removed.status_code == 201
    if late.status_code == 201:
        assert late.json()["places"][0]["seq"] < removed.json()["places"][0]["seq"]
    else:
        assert code(late)[0] in (404, 422)


async def test_receipt_times_never_run_backwards(settings: Settings) -> None:
    now = [1_800_000_000]
    async with running(settings, lambda: now[0]) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        now[0] -= 3600
        await ada.log_in()
        receipt = (await diary.push(ada, diary.entry(ada))).json()["receipt"]
        assert receipt["time"] == 1_800_000_000
        now[0] += 7200
        receipt = (await diary.push(ada, diary.entry(ada))).json()["receipt"]
        assert receipt["time"] == 1_800_003_600


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("count", [1, 256])
async def test_a_push_takes_a_constant_number_of_statements(
    app: FastAPI, couple: Diary, ada: Person, count: int
) -> None:
    entries = [couple.entry(ada) for _ in range(count)]
    with asked(app) as statements:
        assert (await couple.push(ada, *entries, follow=False)).status_code == 201
    writes = statements[statements.index("BEGIN IMMEDIATE") : statements.index("COMMIT")]
    kinds = Counter(sql.split()[0] for sql in writes)
    # journal, membership, known items; new end; each new item, what the author has used
    assert kinds == {"BEGIN": 1, "SAVEPOINT": 1, "SELECT": 3, "UPDATE": 1, "INSERT": count + 1, "RELEASE": 1}, writes


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_push_looks_at_no_other_item_of_its_journal(
    app: FastAPI, couple: Diary, ada: Person, sam: Person, stranger: Person, settings: Settings
) -> None:
    """Or each push into a long journal would keep everybody waiting."""
    joined = couple.add(stranger, [ada, sam], role="confidant", rights="read", until=LATER)
    with asked(app) as statements:
        for placed in (couple.entry(ada), joined):
            assert (await couple.push(ada, placed)).status_code == 201
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        explained = [
            database.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in statements if sql.startswith("SELECT")
        ]
    plans = [row[3] for rows in explained for row in rows if " log" in row[3]]
    assert len(plans) >= 2
    assert [plan for plan in plans if "journal=? AND" not in plan] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_database_holds_only_what_was_sealed(couple: Diary, ada: Person, settings: Settings) -> None:
    canary = "canary-that-only-two-people-read"
    await couple.push(ada, couple.entry(ada, canary))
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(FULL)")
    everything = b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    for form in (canary.encode(), canary.encode().hex().encode(), encode_b64(canary.encode()).encode()):
        assert form not in everything
