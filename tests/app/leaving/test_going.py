"""After a closing: who may still fetch, letting go, deleting an account, and what is destroyed when."""

import asyncio

import pytest
from sqlalchemy import Connection, func, select

from app.access.repository import Caller
from app.access.table import memberships
from app.chains.table import account_statements
from app.journals.table import journal_accounts
from app.leaving.destroying_repository import OF_ACCOUNTS, OF_JOURNALS
from app.leaving.going import delete_account
from app.problems import SessionMissing
from duolog.protocol import sizes
from tests.app.elsewhere import bring
from tests.app.leaving.closings import FRIDAY, Evening, closing, tell_time
from tests.app.people import Diary, Person, code, journal_statement

MONTH = sizes.CLOSER_READS


def rows_of(connection: Connection, journal: bytes) -> int:
    tables = (*OF_JOURNALS, journal_accounts)
    queries = [select(func.count()).select_from(table).where(table.c.journal == journal) for table in tables]
    return sum(connection.execute(query).scalar_one() for query in queries)


def rows_of_account(connection: Connection, account: bytes) -> int:
    queries = [select(func.count()).select_from(table).where(table.c.account == account) for table in OF_ACCOUNTS]
    return sum(connection.execute(query).scalar_one() for query in queries)


def member_rows(connection: Connection, account: bytes) -> int:
    found = select(func.count()).select_from(memberships).where(memberships.c.account == account)
    return connection.execute(found).scalar_one()


def links(connection: Connection, account: bytes) -> int:
    chain = select(func.count()).select_from(account_statements).where(account_statements.c.account == account)
    return connection.execute(chain).scalar_one()


async def may_fetch(person: Person, diary: Diary) -> bool:
    listed = [item["journal"] for item in (await person.get("/v1/journals")).json()["journals"]]
    fetched = (await person.get(f"{diary.path}/entries")).status_code == 200
    assert fetched == (diary.path.rpartition("/")[2] in listed)
    return fetched


async def test_who_closed_reads_for_30_days_and_the_other_for_as_long_as_they_want(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    counsellor = await Person(friday.http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="read", until=FRIDAY + 2 * MONTH)
    assert (await couple.push(ada, joined)).status_code == 201
    friday.clock[0] += 100
    assert (await couple.push(ada, couple.close(ada))).status_code == 201
    for now, hers, counsel in (
        (FRIDAY + 99 + MONTH, True, True),
        (FRIDAY + 100 + MONTH, False, True),
        (FRIDAY + 2 * MONTH, False, False),
    ):
        for person, expected in ((ada, hers), (sam, True), (counsellor, counsel)):
            await tell_time(person, friday.clock, now)
            assert await may_fetch(person, couple) is expected
    counts = await friday.retain()
    assert (counts["memberships ended"], counts["journals destroyed"]) == (2, 0)
    await tell_time(sam, friday.clock, FRIDAY + 4 * MONTH)
    assert await may_fetch(sam, couple)


async def test_a_scheduled_closing_counts_the_30_days_from_its_receipt(friday: Evening) -> None:
    ada, couple = friday.ada, friday.couple
    await ada.put(f"{couple.path}/closing", closing(couple, ada, FRIDAY + 10))
    friday.clock[0] = FRIDAY + 500
    await friday.retain()
    await tell_time(ada, friday.clock, FRIDAY + 499 + MONTH)
    assert await may_fetch(ada, couple)
    await tell_time(ada, friday.clock, FRIDAY + 500 + MONTH)
    assert not await may_fetch(ada, couple)


async def test_a_closed_journal_is_let_go_and_the_last_one_destroys_it(friday: Evening) -> None:
    ada, sam, couple, database = friday.ada, friday.sam, friday.couple, friday.app.state.duolog.database
    await couple.push(ada, couple.close(ada))
    page = (await sam.get(f"{couple.path}/entries")).content
    chains = (await sam.get(f"{couple.path}/chains")).content
    assert (await ada.delete(couple.path)).status_code == 204
    assert code(await ada.delete(couple.path)) == (404, "not_found")
    assert not await may_fetch(ada, couple)
    assert (await sam.get(f"{couple.path}/entries")).content == page
    assert (await sam.get(f"{couple.path}/chains")).content == chains
    assert (await sam.delete(couple.path)).status_code == 204
    assert await database.read(rows_of, couple.journal) == 0
    assert not any((await friday.retain()).values())


async def test_an_open_journal_with_others_is_not_let_go(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    for person in (ada, sam):
        assert code(await person.delete(couple.path)) == (409, "journal_open")
    alone = await Diary(ada).create()
    await alone.push(ada, alone.entry(ada))
    assert (await ada.delete(alone.path)).status_code == 204
    assert await friday.app.state.duolog.database.read(rows_of, alone.journal) == 0


async def test_the_account_journal_is_never_let_go(friday: Evening) -> None:
    assert code(await friday.ada.delete(friday.ada.account_journal.path)) == (422, "rule_broken")


async def test_strangers_confidants_and_the_anonymous_let_nothing_go(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    counsellor, stranger = await Person(friday.http).register(), await Person(friday.http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="read", until=FRIDAY + MONTH)
    assert (await couple.push(ada, joined)).status_code == 201
    for person in (counsellor, stranger):
        assert code(await person.delete(couple.path)) == (404, "not_found")
    assert code(await friday.http.delete(couple.path)) == (401, "session_missing")
    assert code(await friday.http.delete("/v1/account")) == (401, "session_missing")


async def test_an_account_is_deleted_after_its_open_journals(friday: Evening) -> None:
    ada, sam, couple, database = friday.ada, friday.sam, friday.couple, friday.app.state.duolog.database
    assert code(await ada.delete("/v1/account")) == (409, "journal_open")
    await couple.push(ada, couple.close(ada))
    before = await friday.answers(sam)
    assert (await ada.delete("/v1/account")).status_code == 204
    assert code(await ada.delete("/v1/account")) == (401, "session_missing")
    assert await database.read(rows_of_account, ada.account) == 0
    assert await database.read(rows_of, ada.account_journal.journal) == 0
    assert await friday.answers(sam) == before
    assert (await ada.log_in()).status_code == 401
    # Her chain stands while Sam's copy of the journal names it; the very same registration finds it there.
    assert code(await ada.http.post("/v1/accounts", json=ada.registration())) == (409, "account_exists")
    assert (await sam.delete(couple.path)).status_code == 204
    assert await database.read(links, ada.account) == 0
    assert await database.read(links, sam.account) == 1
    assert (await ada.http.post("/v1/accounts", json=ada.registration())).status_code == 201


async def test_an_account_that_shares_nothing_leaves_nothing(friday: Evening) -> None:
    mia = await Person(friday.http).register()
    diary = await Diary(mia).create()
    assert (await mia.delete("/v1/account")).status_code == 204
    database = friday.app.state.duolog.database
    assert await database.read(rows_of, diary.journal) == 0
    assert await database.read(links, mia.account) == 0


async def test_an_account_whose_journal_went_before_it_is_deleted_all_the_same(friday: Evening) -> None:
    """Who moved away has closed it, and so it went after 30 days; who began to move here has never brought it."""
    database = friday.app.state.duolog.database
    moved, coming = await Person(friday.http).register(), Person(friday.http)
    diary = moved.account_journal
    assert (await diary.push(moved, diary.close(moved))).status_code == 201
    assert (await bring(coming)).status_code == 201
    await tell_time(moved, friday.clock, FRIDAY + MONTH)
    assert (await friday.retain())["journals destroyed"] == 1
    await coming.log_in()
    for person in (moved, coming):
        assert (await person.delete("/v1/account")).status_code == 204
        assert await database.read(rows_of_account, person.account) == 0
        assert await database.read(links, person.account) == 0


async def test_who_was_logged_out_meanwhile_deletes_nothing(friday: Evening) -> None:
    ada, database = await Person(friday.http).register(), friday.app.state.duolog.database
    caller = Caller(ada.account, ada.device.id, bytes(32), touch=False)
    with pytest.raises(SessionMissing):
        await database.write(delete_account, caller, FRIDAY)
    assert (await ada.get("/v1/account")).status_code == 200


async def test_a_confidant_whose_term_is_over_deletes_the_account_and_stays_away(friday: Evening) -> None:
    ada, sam, couple, database = friday.ada, friday.sam, friday.couple, friday.app.state.duolog.database
    counsellor = await Person(friday.http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="read", until=FRIDAY + 10)
    assert (await couple.push(ada, joined)).status_code == 201
    assert code(await counsellor.delete("/v1/account")) == (409, "journal_open")
    friday.clock[0] = FRIDAY + 10
    assert (await counsellor.delete("/v1/account")).status_code == 204
    assert (await couple.push(ada, couple.change("rotate", [ada], fresh=True))).status_code == 201
    assert await database.read(rows_of_account, counsellor.account) == 0
    assert (await friday.retain())["journals destroyed"] == 0
    assert await may_fetch(sam, couple)


async def test_who_accepted_and_then_deleted_the_account_becomes_no_member(friday: Evening) -> None:
    """Another journal still names it, so its chain is there; a journal that counted on it would never end."""
    ada, sam, couple, database = friday.ada, friday.sam, friday.couple, friday.app.state.duolog.database
    counsellor = await Person(friday.http).register()
    joined = couple.add(counsellor, [ada, sam], role="confidant", rights="read", until=FRIDAY + 10)
    assert (await couple.push(ada, joined)).status_code == 201
    friday.clock[0] = FRIDAY + 10
    assert (await counsellor.delete("/v1/account")).status_code == 204
    diary = await Diary(sam).create()
    assert (await diary.push(sam, diary.add(counsellor, [sam]))).status_code == 201
    assert await database.read(member_rows, counsellor.account) == 0
    assert (await sam.delete(diary.path)).status_code == 204
    assert await database.read(rows_of, diary.journal) == 0


async def test_an_account_that_is_deleted_while_somebody_adds_it_is_member_of_nothing(friday: Evening) -> None:
    sam, database = friday.sam, friday.app.state.duolog.database
    for _ in range(8):
        mia, diary = await Person(friday.http).register(), await Diary(sam).create()
        added = diary.add(mia, [sam])
        deleted, _ = await asyncio.gather(mia.delete("/v1/account"), diary.push(sam, added))
        if deleted.status_code == 204:
            assert await database.read(member_rows, mia.account) == 0
        else:
            assert code(deleted) == (409, "journal_open")


async def test_a_journal_that_is_begun_while_its_founder_goes_is_destroyed(friday: Evening) -> None:
    database = friday.app.state.duolog.database
    for _ in range(8):
        mia = await Person(friday.http).register()
        diary = Diary(mia)
        begun = mia.post("/v1/journals", json=journal_statement(*diary.genesis))
        deleted, made = await asyncio.gather(mia.delete("/v1/account"), begun)
        assert deleted.status_code == 204
        assert made.status_code == 201 or code(made) in {(401, "session_missing"), (422, "rule_broken")}
        await friday.retain()
        assert await database.read(rows_of, diary.journal) == 0
