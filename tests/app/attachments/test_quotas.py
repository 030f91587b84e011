"""What an account may send: so much in a day and ever, counted when it begins, and never given back."""

import pytest

from app.settings import DAY, Settings
from tests.app.attachments.files import PART, File, shared
from tests.app.leaving.test_holding import mark
from tests.app.people import Diary, Person, code
from tests.app.test_quotas import DAILY, TOTAL, House, house

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def ada_in(here: House) -> tuple[Person, Diary]:
    ada = await Person(here.http).register()
    return ada, await Diary(ada).create()


async def test_so_many_attachments_a_day(settings: Settings) -> None:
    async with house(settings, attachments_per_day=2) as here:
        ada, diary = await ada_in(here)
        files = [File(5) for _ in range(3)]
        for file in files[:2]:
            assert (await file.begin(diary, ada)).status_code == 200
            assert (await file.begin(diary, ada)).status_code == 200  # asking again costs nothing
        answer = await files[2].begin(diary, ada)
        assert code(answer) == DAILY
        assert int(answer.headers["retry-after"]) > 0
        assert (await files[0].part(diary, ada, 0)).status_code == 200
        here.clock.now += DAY
        assert (await files[2].begin(diary, ada)).status_code == 200


@ONE
@pytest.mark.parametrize(("limit", "expected"), [("attachment_mib_per_day", DAILY), ("attachment_mib_total", TOTAL)])
async def test_so_many_bytes_announced(settings: Settings, limit: str, expected: tuple[int, str]) -> None:
    async with house(settings, **{limit: 2}) as here:
        ada, diary = await ada_in(here)
        for _ in range(2):
            assert (await File(PART).begin(diary, ada)).status_code == 200
        assert code(await File(1).begin(diary, ada)) == expected


@ONE
async def test_nothing_gives_them_back(settings: Settings) -> None:
    async with house(settings, attachments_per_day=3) as here:
        ada, diary = await ada_in(here)
        erased, given_up, refused = File(5), File(5), File(5)
        await mark(diary, ada, "erase", await shared(diary, ada, erased))
        await given_up.send(diary, ada)
        assert (await ada.delete(given_up.path(diary))).status_code == 204
        assert (await given_up.begin(diary, ada)).status_code == 200
        assert code(await refused.begin(diary, ada)) == DAILY
        assert [row[1:] for row in await here.used("attachments")] == [(3, 3)]


async def test_a_refused_attachment_is_not_begun(settings: Settings) -> None:
    async with house(settings, attachments_per_day=1) as here:
        ada, diary = await ada_in(here)
        await File(5).begin(diary, ada)
        refused = File(5)
        assert code(await refused.begin(diary, ada)) == DAILY
        assert code(await refused.part(diary, ada, 0)) == (404, "not_found")
        assert [row[1:] for row in await here.used("attachments")] == [(1, 1)]


@ONE
async def test_others_attachments_change_nothing(settings: Settings) -> None:
    async with house(settings, attachments_per_day=1) as here:
        ada, diary = await ada_in(here)
        sam = await Person(here.http).register()
        await diary.make_couple(sam)
        await File(5).begin(diary, ada)
        assert (await File(5).begin(diary, sam)).status_code == 200
