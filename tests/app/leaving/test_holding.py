"""Withdrawing, keeping and erasing: what each is served, what the other can't tell, and when the bytes go."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from app.journals.table import log
from app.origins.table import carried
from app.receipts.service import add_receipt_key, load_receipt_keys
from app.settings import Settings
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem
from tests.app.asked import asked
from tests.app.leaving.closings import FRIDAY, Evening, closing, tell_time
from tests.app.people import Diary, Json, Person, code

DAY = sizes.WITHDRAW_WINDOW


def entry_of(placed: Placed) -> EntryItem:
    assert isinstance(placed.item, EntryItem)
    return placed.item


def id_of(placed: Placed) -> str:
    return encode_b64(parse_header(entry_of(placed).header).entry)


def withdrawal(named: Placed, said: Placed) -> Json:
    item = entry_of(said)
    return {"entry": id_of(named), "header": encode_b64(item.header), "blob": encode_b64(item.blob or b"")}


async def served(reader: Person, diary: Diary, placed: Placed) -> bytes | None:
    items = [item.item for push in (await diary.pull(reader)).pushes for item in push.items]
    (found,) = [item for item in items if isinstance(item, EntryItem) and item.header == entry_of(placed).header]
    return found.blob


async def stored(friday: Evening, placed: Placed) -> bytes | None:
    def read(connection: Connection) -> bytes | None:
        blob: bytes | None = connection.execute(
            select(log.c.blob).where(log.c.digest == entry_of(placed).digest)
        ).scalar_one()
        return blob

    found: bytes | None = await friday.app.state.duolog.database.read(read)
    return found


async def push_large(diary: Diary, author: Person, entries: list[Placed]) -> None:
    """As many at a time as one push holds."""
    for at in range(0, len(entries), 10):
        answer = await diary.push(author, *entries[at : at + 10])
        assert answer.status_code == 201, answer.text


async def withdraw(diary: Diary, author: Person, named: Placed) -> None:
    said = diary.entry(author)
    answer = await author.post(f"{diary.path}/withdrawals", withdrawal(named, said))
    assert answer.status_code == 201, answer.text
    diary.follow(said)


async def mark(diary: Diary, member: Person, act: str, *entries: Placed) -> None:
    body = {"act": act, "entries": [id_of(item) for item in entries]}
    assert (await member.post(f"{diary.path}/holdings", body)).status_code == 204


async def test_an_entry_is_withdrawn_with_the_one_that_says_so(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    named, said = couple.entry(ada), couple.entry(ada)
    await couple.push(ada, named)
    body = withdrawal(named, said)
    first = (await ada.post(f"{couple.path}/withdrawals", body)).json()
    couple.follow(said)
    assert first["receipt"]["head"] == encode_b64(couple.state.head)
    again = (await ada.post(f"{couple.path}/withdrawals", body)).json()
    assert again == {"places": first["places"], "receipt": None}
    for reader in (ada, sam):
        assert await served(reader, couple, named) is None
        assert await served(reader, couple, said) == entry_of(said).blob
    assert await stored(friday, named) is None


async def test_what_was_kept_before_stays_with_its_keeper_alone(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    named = couple.entry(ada)
    await couple.push(ada, named)
    for person in (ada, sam):
        await mark(couple, person, "keep", named)
    await withdraw(couple, ada, named)
    assert await served(ada, couple, named) is None
    assert await served(sam, couple, named) == entry_of(named).blob
    await mark(couple, sam, "erase", named)
    assert await served(sam, couple, named) is None
    assert await stored(friday, named) is None
    await mark(couple, sam, "keep", named)
    assert await served(sam, couple, named) is None


async def test_keeping_what_is_withdrawn_already_brings_nothing_back(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    counsellor = await Person(friday.http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="read", until=FRIDAY + DAY)
    assert (await couple.push(ada, joined)).status_code == 201
    named = couple.entry(ada)
    await couple.push(ada, named)
    await mark(couple, counsellor, "keep", named)
    await withdraw(couple, ada, named)
    await mark(couple, sam, "keep", named)
    assert await served(sam, couple, named) is None
    assert await served(counsellor, couple, named) == entry_of(named).blob


async def test_erasing_is_for_oneself(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    entries = [couple.entry(ada), couple.entry(sam)]
    await couple.push(ada, entries[0])
    await couple.push(sam, entries[1])
    await mark(couple, sam, "erase", *entries)
    for entry in entries:
        assert await served(sam, couple, entry) is None
        assert await served(ada, couple, entry) == entry_of(entry).blob
    await mark(couple, ada, "erase", entries[0])
    assert await stored(friday, entries[0]) is None
    assert await stored(friday, entries[1]) == entry_of(entries[1]).blob


async def test_marks_change_no_byte_of_what_the_other_is_answered(friday: Evening) -> None:
    """Safety rule 1, with entries so large that the end of a page would move if another's marks counted."""
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    large = [couple.entry(ada, "x" * 60_000) for _ in range(80)]
    await push_large(couple, ada, large)
    own = couple.entry(ada)
    await couple.push(ada, own)
    before = await friday.answers(ada)
    await mark(couple, sam, "keep", *large[:40])
    await mark(couple, sam, "erase", *large[40:], own)
    assert await friday.answers(ada) == before


async def test_the_author_of_a_withdrawal_is_answered_the_same_whether_it_was_kept_or_not(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    pages: list[list[int]] = []
    for keeps in (True, False):
        large = [couple.entry(ada, "x" * 60_000) for _ in range(40)]
        since = couple.state.seq
        await push_large(couple, ada, large)
        if keeps:
            await mark(couple, sam, "keep", *large)
        for named in large:
            await withdraw(couple, ada, named)
        more = [couple.entry(ada, "x" * 60_000) for _ in range(40)]
        await push_large(couple, ada, more)
        found = await couple.pull(ada, since)
        pages.append([len(push.items) for push in found.pushes])
    assert pages[0] == pages[1]


async def test_only_the_author_withdraws_and_only_with_a_new_entry(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    named, other, old = couple.entry(ada), couple.entry(ada), couple.entry(ada)
    await couple.push(ada, named, other, old)
    path = f"{couple.path}/withdrawals"
    assert code(await sam.post(path, withdrawal(named, couple.entry(sam)))) == (422, "rule_broken")
    assert code(await ada.post(path, withdrawal(named, old))) == (422, "rule_broken")
    assert code(await ada.post(path, withdrawal(couple.entry(ada), couple.entry(ada)))) == (404, "not_found")
    await withdraw(couple, ada, named)
    assert (await couple.pull(ada)).seq == couple.state.seq
    assert await served(sam, couple, other) == entry_of(other).blob


async def test_an_entry_is_withdrawn_for_a_day(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    first, second = couple.entry(ada), couple.entry(ada)
    await couple.push(ada, first, couple.entry(ada))
    await couple.push(ada, second)
    friday.clock[0] = FRIDAY + DAY
    await withdraw(couple, ada, first)
    friday.clock[0] += 1
    answer = await ada.post(f"{couple.path}/withdrawals", withdrawal(second, couple.entry(ada)))
    assert code(answer) == (409, "withdrawal_late")
    assert (await couple.pull(ada)).seq == couple.state.seq
    assert await served(sam, couple, second) == entry_of(second).blob


async def test_an_entry_from_before_a_journal_was_away_is_not_withdrawn(friday: Evening) -> None:
    """Also not where this server's own key had signed it: the journal went to another server and came back."""
    ada, couple = friday.ada, friday.couple
    named = couple.entry(ada)
    await couple.push(ada, named)
    away = {"journal": couple.state.journal, "until": couple.state.seq, "origin": "http://elsewhere.test"}

    def carry_back(connection: Connection) -> None:
        connection.execute(insert(carried).values(away | {"receipt_key": bytes(32), "complete": True}))

    await friday.app.state.duolog.database.write(carry_back)
    answer = await ada.post(f"{couple.path}/withdrawals", withdrawal(named, couple.entry(ada)))
    assert code(answer) == (409, "withdrawal_late")


async def test_an_entry_from_before_the_receipt_key_was_replaced_is_not_withdrawn(friday: Evening) -> None:
    """No home would take it for withdrawn, since the clock of another key may be another one."""
    ada, couple = friday.ada, friday.couple
    named = couple.entry(ada)
    await couple.push(ada, named)
    state = friday.app.state.duolog
    file = state.settings.receipt_key_path
    add_receipt_key(file)
    state.receipts = load_receipt_keys(file)
    answer = await ada.post(f"{couple.path}/withdrawals", withdrawal(named, couple.entry(ada)))
    assert code(answer) == (409, "withdrawal_late")
    later = couple.entry(ada)
    await couple.push(ada, later)
    await withdraw(couple, ada, later)


async def test_an_entry_that_is_not_there_cannot_be_marked_and_nothing_else_is(friday: Evening) -> None:
    ada, couple = friday.ada, friday.couple
    named = couple.entry(ada)
    await couple.push(ada, named)
    body = {"act": "erase", "entries": [id_of(named), encode_b64(bytes(16))]}
    assert code(await ada.post(f"{couple.path}/holdings", body)) == (404, "not_found")
    assert await served(ada, couple, named) == entry_of(named).blob


async def test_strangers_and_the_anonymous_withdraw_and_mark_nothing(friday: Evening) -> None:
    couple, stranger = friday.couple, await Person(friday.http).register()
    named = couple.entry(friday.ada)
    await couple.push(friday.ada, named)
    for tail, body in (
        ("/withdrawals", withdrawal(named, couple.entry(friday.ada))),
        ("/holdings", {"act": "erase", "entries": [id_of(named)]}),
    ):
        assert code(await stranger.post(couple.path + tail, body)) == (404, "not_found")
        assert code(await friday.http.post(couple.path + tail, json=body)) == (401, "session_missing")


async def test_a_closing_that_is_due_goes_before_a_withdrawal(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    named = couple.entry(ada)
    await couple.push(ada, named)
    await sam.put(f"{couple.path}/closing", closing(couple, sam, FRIDAY + 10))
    friday.clock[0] = FRIDAY + 10
    answer = await ada.post(f"{couple.path}/withdrawals", withdrawal(named, couple.entry(ada)))
    assert code(answer) == (409, "journal_closed")


async def test_a_newcomer_is_served_nothing_from_before(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    before = couple.entry(ada)
    await couple.push(ada, before)
    counsellor = await Person(friday.http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="read", until=FRIDAY + DAY)
    assert (await couple.push(ada, joined)).status_code == 201
    after = couple.entry(ada)
    await couple.push(ada, after)
    assert await served(counsellor, couple, before) is None
    assert await served(counsellor, couple, after) == entry_of(after).blob


async def test_what_only_the_leaver_held_goes_with_them(friday: Evening) -> None:
    """Ada wrote alone before Sam came, and closes: when her 30 days are over, nobody can open that any more."""
    ada, http = friday.ada, friday.http
    diary, sam = await Diary(ada).create(), await Person(http).register()
    alone = diary.entry(ada)
    await diary.push(ada, alone)
    await diary.make_couple(sam)
    both = diary.entry(ada)
    await diary.push(ada, both)
    await diary.push(ada, diary.close(ada))
    await tell_time(sam, friday.clock, FRIDAY + sizes.CLOSER_READS - 1)
    await friday.retain()
    assert await stored(friday, alone) == entry_of(alone).blob
    friday.clock[0] += 1
    assert (await friday.retain())["entries destroyed"] == 1
    assert await stored(friday, alone) is None
    assert await served(sam, diary, both) == entry_of(both).blob


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_any_page_takes_one_statement(friday: Evening) -> None:
    ada, couple = friday.ada, friday.couple
    entries = [couple.entry(ada) for _ in range(50)]
    await couple.push(ada, *entries)
    await mark(couple, ada, "erase", *entries[:20])
    with asked(friday.app) as statements:
        await couple.pull(ada)
    reads = [sql for sql in statements if "FROM log" in sql]
    assert len(reads) == 1, statements


def places_of(settings: Settings, data: bytes) -> set[str]:
    """In which files of the database 64 bytes of these in a row turn up."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    chunks = [data[at : at + 64] for at in range(0, len(data) - 64, 64)]
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    return {file.name for file in files if any(chunk in file.read_bytes() for chunk in chunks)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("size", [100, 3_000, 60_000])
async def test_no_byte_of_what_was_erased_is_in_the_file_or_its_log(
    friday: Evening, settings: Settings, size: int
) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    named, other = couple.entry(ada, "x" * size), couple.entry(ada, "y" * size)
    blob = entry_of(named).blob or b""
    await couple.push(ada, named, other)
    assert places_of(settings, blob), "the search finds what is there"
    await mark(couple, ada, "erase", named)
    assert places_of(settings, blob), "Sam still holds it"
    await mark(couple, sam, "erase", named)
    assert places_of(settings, blob) == set()
    assert places_of(settings, entry_of(other).blob or b""), "what is held stays"
    said = couple.entry(ada)
    await ada.post(f"{couple.path}/withdrawals", withdrawal(other, said))
    assert places_of(settings, entry_of(other).blob or b"") == set()
    couple.follow(said)
    await couple.push(ada, couple.close(ada))
    for person in (ada, sam):
        assert places_of(settings, entry_of(said).blob or b"")
        await person.delete(couple.path)
    assert places_of(settings, entry_of(said).blob or b"") == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_without_the_truncation_the_bytes_would_stay(
    friday: Evening, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search above is one that can fail; and what a busy reader held up, the retention job finishes."""

    async def busy() -> bool:
        return False

    ada = friday.ada
    diary = await Diary(ada).create()
    named = diary.entry(ada, "x" * 3_000)
    await diary.push(ada, named)
    with monkeypatch.context() as patched:
        patched.setattr(friday.app.state.duolog.database, "forget", busy)
        await mark(diary, ada, "erase", named)
        assert places_of(settings, entry_of(named).blob or b"") == {"duolog.db-wal"}
    await friday.retain()
    assert places_of(settings, entry_of(named).blob or b"") == set()
