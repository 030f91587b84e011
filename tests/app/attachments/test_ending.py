"""The end of attachments: with their entry, or unnamed after a week; and the bytes after the rows, whatever happens."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from app.objects.repository import SETTLE_SECONDS
from app.objects.table import doomed
from app.problems import Unavailable
from app.retention import attachments as sweeping
from app.settings import DAY, Settings
from tests.app.attachments.files import File, naming, objects, rows, shared
from tests.app.leaving.closings import FRIDAY, Evening, tell_time
from tests.app.leaving.conftest import friday
from tests.app.leaving.test_holding import mark, withdraw
from tests.app.people import Diary, code

__all__ = ["friday"]

NOWHERE = (404, "not_found")


def folder(friday: Evening) -> Path:
    settings: Settings = friday.app.state.duolog.settings
    return settings.attachment_folder


async def settle(friday: Evening) -> None:
    """Two rounds, so far apart that places are settled for good."""
    for _ in range(2):
        await friday.retain()
        friday.clock[0] += SETTLE_SECONDS


async def test_what_no_entry_names_goes_after_a_week_and_what_one_names_stays(friday: Evening) -> None:
    ada, couple = friday.ada, friday.couple
    named, whole, half = File(), File(5), File()
    await shared(couple, ada, named)
    await whole.send(couple, ada)
    await half.send(couple, ada, 0, 1)
    friday.clock[0] = FRIDAY + 7 * DAY - 1
    assert "attachments swept" not in changed(await friday.retain())
    assert len(objects(folder(friday))) == 5
    friday.clock[0] += 1
    assert (await friday.retain())["attachments swept"] == 2
    assert len(objects(folder(friday))) == 3
    await ada.log_in()
    assert (await named.fetch(couple, ada)).content == named.data
    assert code(await couple.push(ada, naming(couple, ada, whole))) == (409, "attachment_missing")
    friday.clock[0] += SETTLE_SECONDS
    assert (await friday.retain())["places cleared"] == 2
    assert await rows(friday.app) == (1, 0)


def changed(counts: dict[str, int]) -> set[str]:
    return {name for name, count in counts.items() if count}


async def test_withdrawing_ends_what_nobody_kept(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    kept, lost = File(5), File(5)
    first, second = await shared(couple, ada, kept), await shared(couple, ada, lost)
    await mark(couple, sam, "keep", first)
    for placed in (first, second):
        await withdraw(couple, ada, placed)
    assert await rows(friday.app) == (1, 1)
    await settle(friday)
    assert [path.read_bytes() for path in objects(folder(friday))] == [kept.data]
    assert (await kept.fetch(couple, sam)).content == kept.data


async def test_what_everybody_erased_ends(friday: Evening) -> None:
    ada, sam, couple, file = friday.ada, friday.sam, friday.couple, File(5)
    placed = await shared(couple, ada, file)
    await mark(couple, ada, "erase", placed)
    assert await rows(friday.app) == (1, 0)
    await mark(couple, sam, "erase", placed)
    assert await rows(friday.app) == (0, 1)
    await settle(friday)
    assert objects(folder(friday)) == []
    assert list(folder(friday).iterdir()) == []


async def test_what_is_destroyed_with_a_journal_ends(friday: Evening) -> None:
    ada, file = friday.ada, File(5)
    alone = await Diary(ada).create()
    await shared(alone, ada, file)
    await File(5).send(alone, ada)
    assert (await ada.delete(alone.path)).status_code == 204
    assert await rows(friday.app) == (0, 2)
    await settle(friday)
    assert objects(folder(friday)) == []


async def test_what_a_deleted_account_left_unnamed_ends_and_what_it_shared_stays(friday: Evening) -> None:
    ada, sam, couple = friday.ada, friday.sam, friday.couple
    said, unsaid = File(5), File(5)
    await shared(couple, ada, said)
    await unsaid.send(couple, ada)
    await couple.push(sam, couple.close(sam))
    assert (await ada.delete("/v1/account")).status_code == 204
    assert await rows(friday.app) == (1, 1)
    await settle(friday)
    assert (await said.fetch(couple, sam)).content == said.data
    await tell_time(sam, friday.clock, friday.clock[0])
    assert (await sam.delete("/v1/account")).status_code == 204
    await settle(friday)
    assert await rows(friday.app) == (0, 0)
    assert objects(folder(friday)) == []


async def test_an_entry_whose_last_holders_term_ends_takes_them_along(friday: Evening) -> None:
    ada, sam, couple, file = friday.ada, friday.sam, friday.couple, File(5)
    placed = await shared(couple, ada, file)
    await mark(couple, sam, "erase", placed)
    await couple.push(ada, couple.close(ada))
    friday.clock[0] = FRIDAY + 31 * DAY
    await friday.retain()
    assert await rows(friday.app) == (0, 1)


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_a_round_that_is_cut_off_is_finished_by_the_next(
    friday: Evening, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    ada, couple, store = friday.ada, friday.couple, friday.app.state.duolog.store
    for _ in range(3):
        file = await File(5).send(couple, ada)
        await ada.delete(file.path(couple))
    clear, cleared = store.clear, list[bytes]()

    async def failing(place: bytes) -> None:
        if len(cleared) == after:
            raise Unavailable
        cleared.append(place)
        await clear(place)

    monkeypatch.setattr(store, "clear", failing)
    with pytest.raises(Unavailable):
        await friday.retain()
    assert await rows(friday.app) == (0, 3)
    assert len(objects(folder(friday))) == 3 - after
    monkeypatch.setattr(store, "clear", clear)
    await settle(friday)
    assert await rows(friday.app) == (0, 0)
    assert objects(folder(friday)) == []


async def test_a_part_that_was_on_its_way_goes_with_the_second_clearing(friday: Evening) -> None:
    ada, couple, state = friday.ada, friday.couple, friday.app.state.duolog
    file = await File(5).send(couple, ada, 0, 0)

    def place_of(connection: Connection) -> bytes:
        place: bytes = connection.execute(select(doomed.c.place)).scalar_one()
        return place

    await ada.delete(file.path(couple))
    place = await state.database.read(place_of)
    assert (await friday.retain())["places cleared"] == 0
    await state.store.put(place, 0, file.data)  # a slow request, which then finds that nothing counts it
    friday.clock[0] += SETTLE_SECONDS - 1
    await friday.retain()
    assert len(objects(folder(friday))) == 1
    friday.clock[0] += 1
    assert (await friday.retain())["places cleared"] == 1
    assert objects(folder(friday)) == []


async def test_many_end_in_one_round(friday: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for _ in range(5):
        diary = await Diary(friday.ada).create()
        await File(5).send(diary, friday.ada)
    friday.clock[0] += 7 * DAY
    assert (await friday.retain())["attachments swept"] == 5
    friday.clock[0] += SETTLE_SECONDS
    assert (await friday.retain())["places cleared"] == 5
    assert await rows(friday.app) == (0, 0)
