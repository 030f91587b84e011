"""Times of receipts that come from another server: plausible, not ahead of now, by that server's clock alone."""

import time

import pytest

from app.receipts.service import ReceiptSigner
from app.settings import Settings
from duolog.api.common import ReceiptModel
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem
from duolog.protocol.receipts import Receipt
from tests.app.elsewhere import ELSEWHERE, Elsewhere, bring
from tests.app.people import Diary, Json, Person, code
from tests.conftest import http_client, running

NOW = 1_800_000_000
DAY = 24 * 3600


def dated(there: Elsewhere, seconds: int) -> Elsewhere:
    """The same journal, whose newest push got its receipt at this time."""
    other = there.twin()
    seq = max(other.receipts)
    old = other.receipts[seq]
    other.receipts[seq] = other.signer.sign(there.diary.journal, seq, old.head, seconds)
    return other


async def push(there: Elsewhere, author: Person, text: str) -> Receipt:
    answer = await there.diary.push(author, there.diary.entry(author, text))
    assert answer.status_code == 201, answer.text
    return ReceiptModel.model_validate(answer.json()["receipt"]).receipt()


async def test_a_time_that_no_clock_shows_is_refused(eve: Person, there: Elsewhere) -> None:
    for seconds in (1, sizes.EARLIEST_TIME - 1, sizes.LATEST_TIME + 1, 2**53 - 1):
        assert code(await dated(there, seconds).carry(eve)) == (422, "malformed")


async def test_a_time_that_is_still_to_come_is_refused(eve: Person, there: Elsewhere) -> None:
    assert code(await dated(there, sizes.LATEST_TIME).carry(eve)) == (409, "receipts_ahead")
    assert code(await dated(there, int(time.time()) + DAY + 60).carry(eve)) == (409, "receipts_ahead")
    assert code(await dated(there, int(time.time()) + DAY - 60).carry(eve)) == (201, "")


async def test_its_own_receipts_are_by_its_own_clock(eve: Person, there: Elsewhere) -> None:
    """An earlier host's lie ends with its key; and this server's own receipts still never run backwards."""
    assert (await dated(there, int(time.time()) + DAY - 60).carry(eve)).status_code == 201
    first, second = await push(there, eve, "one more"), await push(there, eve, "and one")
    assert abs(first.time - time.time()) < 60
    assert first.time <= second.time


async def test_a_receipt_of_its_own_key_is_never_before_the_newest(eve: Person, settings: Settings) -> None:
    """Also when it is brought back by somebody, since the server has lost it meanwhile."""
    now = [NOW]
    async with running(settings, lambda: now[0]) as app, http_client(app) as http:
        ada = Person(http)
        assert (await bring(ada)).status_code == 201
        there = Elsewhere(Diary(ada), app.state.duolog.receipts, time=NOW + 600)
        there.push(there.diary.entry(ada, "signed here once"))
        assert (await there.carry(ada)).status_code == 201
        assert (await push(there, ada, "later")).time == there.time


async def test_a_server_whose_clock_was_never_set_still_gives_plausible_times(settings: Settings) -> None:
    now = [60]
    async with running(settings, lambda: now[0]) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary = await Diary(ada).create()
        receipt = (await diary.push(ada, diary.entry(ada))).json()["receipt"]
        assert receipt["time"] == sizes.EARLIEST_TIME


async def test_each_server_has_a_clock_of_its_own(eve: Person, there: Elsewhere) -> None:
    """Three servers, whose clocks stand apart; the times of each ascend."""
    first, diary = there.page(eve, 1, 7), there.diary
    for seed, back in ((b"\x0a", 5000), (b"\x0b", -9000), (b"\x0a", 4000)):
        there.signer, there.time = ReceiptSigner([seed * 32]), there.time - back
        there.push(diary.entry(eve, "on the way"))
    path = f"/v1/carried/journals/{encode_b64(diary.journal)}"
    old = ReceiptSigner([b"\x07" * 32])
    await carried_from(eve, path, first, old)
    for seq, seed in ((8, b"\x0a"), (9, b"\x0b"), (10, b"\x0a")):
        page = there.page(eve, seq, seq) | {"last": seq == 10}
        await carried_from(eve, path, page, ReceiptSigner([seed * 32]))
    times = [push.receipt.time for push in (await diary.pull(eve)).pushes]
    assert times != sorted(times)
    assert (await push(there, eve, "here")).time > max(times)


async def carried_from(carrier: Person, path: str, page: Json, signer: ReceiptSigner) -> None:
    answer = await carrier.post(path, page | {"receipt_key": encode_b64(signer.keys[-1].key), "origin": ELSEWHERE})
    assert answer.status_code == 201, answer.text


async def test_times_of_one_server_never_decrease_over_pages(eve: Person, there: Elsewhere) -> None:
    assert (await there.carry(eve, 1, 4)).status_code == 201
    there.time -= 100
    there.push(there.diary.entry(eve, "before its time"))
    assert code(await there.carry(eve, 5)) == (422, "rule_broken")


def withdrawal(there: Elsewhere, author: Person, seq: int) -> Json:
    named, said = there.placed[seq - 1].item, there.diary.entry(author).item
    assert isinstance(named, EntryItem)
    assert isinstance(said, EntryItem)
    entry = encode_b64(parse_header(named.header).entry)
    return {"entry": entry, "header": encode_b64(said.header), "blob": encode_b64(said.blob or b"")}


@pytest.mark.parametrize("ahead", [-60, DAY - 60])
async def test_what_another_server_took_is_never_withdrawn(settings: Settings, ahead: int) -> None:
    """Whatever its receipt says of the time, and whenever it is tried: whoever has that key can date it anew."""
    now = [NOW]
    async with running(settings, lambda: now[0]) as app, http_client(app) as http:
        ada = Person(http)
        assert (await bring(ada)).status_code == 201
        there = Elsewhere(Diary(ada), time=NOW + ahead - 1)
        there.push(there.diary.entry(ada, "years ago"))
        assert (await there.carry(ada)).status_code == 201
        path = f"{there.diary.path}/withdrawals"
        for _ in range(3):
            assert code(await ada.post(path, withdrawal(there, ada, 2))) == (409, "withdrawal_late")
            now[0] += DAY // 2


async def test_who_closed_it_reads_no_longer_for_a_receipt_that_is_ahead(settings: Settings) -> None:
    now = [NOW]
    async with running(settings, lambda: now[0]) as app, http_client(app) as http:
        ada = Person(http)
        assert (await bring(ada)).status_code == 201
        there = Elsewhere(Diary(ada), time=NOW + DAY - 60)
        there.push(there.diary.close(ada))
        assert (await there.carry(ada)).status_code == 201
        now[0] += sizes.CLOSER_READS - 1
        assert (await ada.log_in()).status_code == 201
        assert len((await ada.get("/v1/journals")).json()["journals"]) == 1
        now[0] += 1
        assert (await ada.get("/v1/journals")).json()["journals"] == []
