"""Bringing a journal from another server: item by item as it was, seen by nobody before it is whole."""

import time

import httpx2

from app.receipts.service import ReceiptSigner
from duolog.api.common import ReceiptModel
from duolog.api.pages import Placed
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.log import EntryItem, StatementItem
from duolog.protocol.receipts import verify_receipt
from duolog.protocol.roster_statements import Close, close_timing
from tests.app.elsewhere import ELSEWHERE, Elsewhere, bring, chain
from tests.app.keys import Rotation
from tests.app.people import Diary, Person, code, sign


async def test_a_journal_comes_as_it_was_and_goes_on(eve: Person, adam: Person, there: Elsewhere) -> None:
    answer = await there.carry(eve)
    assert answer.status_code == 201, answer.text
    key = {"until": 7, "origin": ELSEWHERE, "key": encode_b64(there.signer.keys[-1].key)}
    assert answer.json() == {"seq": 7, "receipt_keys": [key]}
    page = await there.diary.pull(eve)
    assert [item.item for push in page.pushes for item in push.items] == [item.item for item in there.placed]
    assert [push.receipt for push in page.pushes] == list(there.receipts.values())
    pushed = await there.diary.push(eve, there.diary.entry(eve, "at the new place"))
    assert pushed.status_code == 201, pushed.text
    signed = ReceiptModel.model_validate(pushed.json()["receipt"]).receipt()
    here = parse_b64((await eve.get("/.well-known/duolog")).json()["receipt_keys"][0]["key"])
    verify_receipt(signed, there.diary.journal, here)
    listed = (await eve.get(f"{there.diary.path}/chains")).json()
    assert listed["receipt_keys"] == [key]
    assert {item["account"] for item in listed["chains"]} == {encode_b64(item.account) for item in (eve, adam)}


async def test_a_journal_that_began_here_names_no_other_server(ada: Person, diary: Diary) -> None:
    assert (await ada.get(f"{diary.path}/chains")).json()["receipt_keys"] == []


async def test_nobody_sees_it_before_its_last_page(eve: Person, there: Elsewhere) -> None:
    assert (await there.carry(eve, 1, 4)).status_code == 201
    assert (await eve.get("/v1/journals")).json()["journals"] == []
    assert code(await eve.get(f"{there.diary.path}/entries")) == (404, "not_found")
    assert code(await there.diary.push(eve, there.diary.entry(eve), follow=False)) == (404, "not_found")
    assert (await there.carry(eve, 5, last=None)).status_code == 201
    assert [item["seq"] for item in (await eve.get("/v1/journals")).json()["journals"]] == [7]


async def test_pages_may_come_again_and_overlap(eve: Person, there: Elsewhere) -> None:
    for first, last in ((1, 4), (1, 4), (3, 6), (1, None), (1, None), (1, 2)):
        answer = await there.carry(eve, first, last)
        assert answer.status_code == 201, answer.text
    page = await there.diary.pull(eve)
    assert [push.receipt for push in page.pushes] == list(there.receipts.values())


async def test_the_partner_follows_and_brings_their_own_keys(eve: Person, adam: Person, there: Elsewhere) -> None:
    assert (await there.carry(eve)).status_code == 201
    assert (await bring(adam)).status_code == 201
    assert _granted(await _statements(there, adam)) == 0
    assert (await there.carry(adam)).status_code == 201
    assert _granted(await _statements(there, adam)) == 1
    assert _granted(await _statements(there, eve)) == 2
    assert (await there.diary.push(adam, there.diary.entry(adam, "here too"))).status_code == 201


async def _statements(there: Elsewhere, reader: Person) -> list[Placed]:
    page = await there.diary.pull(reader)
    items = [item for push in page.pushes for item in push.items]
    return [item for item in items if isinstance(item.item, StatementItem)]


def _granted(statements: list[Placed]) -> int:
    return sum(len(item.grants) for item in statements)


async def test_an_entry_that_is_gone_stays_gone_until_somebody_brings_it(
    eve: Person, adam: Person, there: Elsewhere
) -> None:
    whole, gone = there.placed, list(there.placed)
    item = gone[4].item
    assert isinstance(item, EntryItem)
    gone[4] = Placed(5, EntryItem(item.header, item.hash_of_blob, None))
    there.placed = gone
    assert (await there.carry(eve)).status_code == 201
    assert (await bring(adam)).status_code == 201
    assert await _blob(there, adam, 5) is None
    there.placed = whole
    assert (await there.carry(adam)).status_code == 201
    assert await _blob(there, adam, 5) == item.blob


async def _blob(there: Elsewhere, reader: Person, seq: int) -> bytes | None:
    page = await there.diary.pull(reader)
    found = next(item.item for push in page.pushes for item in push.items if item.seq == seq)
    assert isinstance(found, EntryItem)
    return found.blob


async def test_a_partner_who_has_more_brings_it_while_nothing_was_written_here(
    eve: Person, adam: Person, there: Elsewhere
) -> None:
    placed = there.placed
    there.placed = placed[:6]
    assert (await there.carry(eve)).status_code == 201
    there.placed = placed
    assert (await bring(adam)).status_code == 201
    assert (await there.carry(adam)).json()["seq"] == 7


async def test_nothing_is_put_behind_what_was_written_here(eve: Person, adam: Person, there: Elsewhere) -> None:
    placed = there.placed
    there.placed = placed[:6]
    assert (await there.carry(eve)).status_code == 201
    there.placed = placed
    assert (await bring(adam)).status_code == 201
    assert (await there.diary.push(eve, there.diary.entry(eve, "sooner"), follow=False)).status_code == 201
    assert code(await there.carry(adam)) == (409, "journal_exists")


async def test_a_journal_that_began_here_is_not_continued_from_elsewhere(ada: Person) -> None:
    diary = await Diary(ada).create()
    there = Elsewhere(diary)
    there.push(diary.entry(ada, "never written here"))
    assert code(await there.carry(ada)) == (409, "journal_exists")


async def test_another_item_at_a_place_is_refused(eve: Person, adam: Person, there: Elsewhere) -> None:
    assert (await there.carry(eve)).status_code == 201
    assert (await bring(adam)).status_code == 201
    other = there.twin()
    other.placed[4] = Placed(5, there.diary.entry(adam, "forged").item)
    assert code(await other.carry(adam)) == (409, "journal_exists")


async def test_what_never_became_whole_gives_way_to_another_history(eve: Person, there: Elsewhere) -> None:
    placed = list(there.placed)
    forged = Elsewhere(there.diary, ReceiptSigner([b"\x08" * 32]))
    forged.push(forged.diary.entry(eve, "forged"))
    assert (await forged.carry(eve, 1, 2, chains=[chain(eve)])).status_code == 201
    assert code(await there.carry(eve, 3, 4)) == (422, "rule_broken")
    assert (await there.carry(eve, 1, 4)).status_code == 201
    assert (await there.carry(eve, 1)).status_code == 201
    page = await there.diary.pull(eve)
    assert [item.item for push in page.pushes for item in push.items] == [item.item for item in placed]


async def test_a_page_of_another_history_in_the_middle_is_refused(eve: Person, there: Elsewhere) -> None:
    assert (await there.carry(eve, 1, 4)).status_code == 201
    other = there.twin()
    other.placed[1] = Placed(2, there.diary.entry(eve, "forged").item)
    assert code(await other.carry(eve, 2, 4)) == (422, "rule_broken")
    assert (await there.carry(eve, 5)).status_code == 201, "and what was here stays"


async def test_receipts_are_those_of_the_named_key(eve: Person, there: Elsewhere) -> None:
    other = encode_b64(ReceiptSigner([b"\x09" * 32]).keys[-1].key)
    assert code(await there.carry(eve, receipt_key=other)) == (422, "rule_broken")
    receipts = there.page(eve)["receipts"]
    assert code(await there.carry(eve, receipts=receipts[:-1])) == (422, "rule_broken")
    beyond = [*receipts, receipts[-1] | {"seq": 99}]
    assert code(await there.carry(eve, receipts=beyond)) == (422, "rule_broken")


async def test_times_of_receipts_never_decrease(eve: Person, there: Elsewhere) -> None:
    there.time -= 100
    there.push(there.diary.entry(eve, "before its time"))
    assert code(await there.carry(eve)) == (422, "rule_broken")


async def test_two_servers_one_after_the_other(eve: Person, there: Elsewhere) -> None:
    there.signer = ReceiptSigner([b"\x0a" * 32])
    first = there.page(eve, 1, 7)
    there.push(there.diary.entry(eve, "at the second server"))
    path = f"/v1/carried/journals/{encode_b64(there.diary.journal)}"
    old = encode_b64(ReceiptSigner([b"\x07" * 32]).keys[-1].key)
    assert (await eve.post(path, first | {"receipt_key": old, "origin": "https://first.test"})).status_code == 201
    answer = await there.carry(eve, 8)
    assert answer.status_code == 201, answer.text
    assert [(item["until"], item["origin"]) for item in answer.json()["receipt_keys"]] == [
        (7, "https://first.test"),
        (8, ELSEWHERE),
    ]


async def test_a_gap_is_refused(eve: Person, there: Elsewhere) -> None:
    assert code(await there.carry(eve, 5)) == (422, "rule_broken")
    items = there.page(eve)["items"]
    assert code(await there.carry(eve, items=[*items[:2], *items[3:]])) == (422, "rule_broken")
    assert (await there.carry(eve)).status_code == 201
    first = there.page(eve, 1, 2)
    for wrong in (first["items"][::-1], [first["items"][0], *first["items"]]):  # nor again, in another order
        refused = await there.carry(eve, 1, 2, items=wrong, receipts=first["receipts"])
        assert code(refused) == (422, "rule_broken")


async def test_a_blob_is_the_one_that_its_hash_names(eve: Person, there: Elsewhere) -> None:
    items = there.page(eve)["items"]
    items[1] = items[1] | {"blob": items[4]["blob"]}
    assert code(await there.carry(eve, items=items))[0] == 422


async def test_a_statement_that_breaks_the_rules_is_refused(eve: Person, there: Elsewhere) -> None:
    items = there.page(eve)["items"]
    items[3] = items[3] | {"signatures": items[3]["signatures"][:1]}
    assert code(await there.carry(eve, items=items)) == (422, "rule_broken")


async def test_an_author_fault_is_carried_like_anything_else(eve: Person, there: Elsewhere) -> None:
    twice = there.placed[-1].item
    there.push(Placed(0, twice))
    there.push(Placed(0, EntryItem(b"no header", bytes(32), None)))
    there.push(there.diary.entry(eve, "from an old epoch", epoch=1))
    answer = await there.carry(eve)
    assert answer.status_code == 201, answer.text
    page = await there.diary.pull(eve)
    assert [item.item for push in page.pushes for item in push.items] == [item.item for item in there.placed]


async def test_grants_are_the_named_ones_and_the_carriers_own(eve: Person, adam: Person, there: Elsewhere) -> None:
    items = there.page(eve)["items"]
    others = there.page(adam)["items"]
    items[2] = items[2] | {"grants": others[2]["grants"]}
    assert code(await there.carry(eve, items=items)) == (422, "rule_broken")
    items = there.page(eve)["items"]
    items[0] = items[0] | {"grants": items[2]["grants"]}
    assert code(await there.carry(eve, items=items)) == (422, "rule_broken")


async def test_chains_are_of_accounts_that_the_log_names(eve: Person, adam: Person, there: Elsewhere) -> None:
    chains = there.page(eve)["chains"]
    stranger = Person(eve.http)
    assert code(await there.carry(eve, chains=[*chains, chain(stranger)])) == (422, "rule_broken")
    assert code(await there.carry(eve, chains=[chains[0], chain(stranger)])) == (422, "rule_broken")
    swapped = [chains[0], chains[1] | {"account": chains[0]["account"]}]
    assert code(await there.carry(eve, chains=swapped)) == (422, "rule_broken")
    assert (await there.carry(eve, 1, 4)).status_code == 201
    foreign = chain(stranger) | {"account": encode_b64(adam.account)}
    assert code(await there.carry(eve, 5, chains=[foreign])) == (422, "rule_broken")


async def test_nobody_continues_the_chain_of_an_account_that_lives_here(
    eve: Person, adam: Person, there: Elsewhere
) -> None:
    assert (await bring(adam)).status_code == 201
    old = list(adam.statements)
    Rotation(adam, [adam.device, adam.sheet]).adopt()
    assert (await there.carry(eve)).status_code == 201
    listed = (await eve.get(f"{there.diary.path}/chains")).json()
    lengths = {item["account"]: len(item["statements"]) for item in listed["chains"]}
    assert lengths[encode_b64(adam.account)] == len(old)


async def test_who_brings_the_last_page_is_a_member(eve: Person, there: Elsewhere, stranger: Person) -> None:
    items = there.page(stranger)
    assert code(await there.carry(stranger, items=items["items"])) == (422, "rule_broken")
    assert (await there.carry(eve)).status_code == 201


async def test_a_whole_journal_is_not_there_for_strangers(
    eve: Person, there: Elsewhere, stranger: Person, http: httpx2.AsyncClient
) -> None:
    assert (await there.carry(eve)).status_code == 201
    assert code(await there.carry(stranger)) == (422, "rule_broken")
    path = f"/v1/carried/journals/{encode_b64(there.diary.journal)}"
    assert code(await http.post(path, json=there.page(eve))) == (401, "session_missing")


async def test_a_removed_member_brings_nothing(eve: Person, adam: Person, there: Elsewhere) -> None:
    other = Elsewhere(Diary(eve))
    other.push(other.diary.add(adam, [eve]))
    removed = other.diary.change(
        *("remove", [eve]), fresh=True, account=adam.account, members=(eve.member(),), provisional=False
    )
    other.push(removed)
    assert (await bring(adam)).status_code == 201
    assert code(await other.carry(adam)) == (422, "rule_broken")
    assert (await other.carry(eve)).status_code == 201
    assert code(await other.carry(adam)) == (422, "rule_broken")
    other.placed, other.receipts = other.placed[:2], {seq: other.receipts[seq] for seq in (1, 2)}
    assert code(await other.carry(adam)) == (404, "not_found"), "a partner by what he brings hears that it is here"


async def test_the_account_journal_comes_alone(eve: Person) -> None:
    there = Elsewhere(eve.account_journal)
    there.push(eve.account_journal.entry(eve, "a note to oneself"))
    assert (await there.carry(eve)).status_code == 201
    assert [item["seq"] for item in (await eve.get("/v1/journals")).json()["journals"]] == [2]


async def test_an_account_journal_with_somebody_else_in_it_is_refused(eve: Person, http: httpx2.AsyncClient) -> None:
    there = Elsewhere(eve.account_journal)
    there.push(eve.account_journal.add(Person(http), [eve]))
    assert code(await there.carry(eve)) == (422, "rule_broken")


def closing_of_a_log(diary: Diary, author: Person, key: bytes) -> Placed:
    nonce, timing = b"\x05" * 32, close_timing(b"\x06" * 32, 0)
    statement = Close(diary.journal, author.account, 1, nonce, timing, key).encode()
    return Placed(0, StatementItem(sign(statement, author)))


async def test_the_closing_of_the_old_log_is_not_carried(eve: Person, there: Elsewhere) -> None:
    there.push(closing_of_a_log(there.diary, eve, there.signer.keys[-1].key))
    assert code(await there.carry(eve)) == (422, "rule_broken")
    del there.placed[-1]
    assert (await there.carry(eve)).status_code == 201


async def test_a_closing_of_another_servers_log_closes_nothing_here(eve: Person, there: Elsewhere) -> None:
    assert (await there.carry(eve)).status_code == 201
    key = there.signer.keys[-1].key
    foreign = closing_of_a_log(there.diary, eve, key)
    assert code(await there.diary.push(eve, foreign, follow=False)) == (422, "rule_broken")
    here = parse_b64((await eve.get("/.well-known/duolog")).json()["receipt_keys"][-1]["key"])
    own = closing_of_a_log(there.diary, eve, here)
    assert (await there.diary.push(eve, own, follow=False)).status_code == 201
    assert code(await there.diary.push(eve, there.diary.entry(eve), follow=False)) == (409, "journal_closed")


async def test_a_journal_that_was_closed_comes_closed(eve: Person, there: Elsewhere) -> None:
    there.time = int(time.time())
    there.push(there.diary.close(eve))
    assert (await there.carry(eve)).status_code == 201
    assert [item["closed"] for item in (await eve.get("/v1/journals")).json()["journals"]] == [True]


async def test_who_closed_it_long_ago_may_fetch_it_no_more(eve: Person, adam: Person, there: Elsewhere) -> None:
    there.push(there.diary.close(eve))
    assert (await bring(adam)).status_code == 201
    assert (await there.carry(adam)).status_code == 201
    assert (await eve.get("/v1/journals")).json()["journals"] == []
    assert [item["closed"] for item in (await adam.get("/v1/journals")).json()["journals"]] == [True]
