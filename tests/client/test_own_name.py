"""A name reaches those who came later: each member's own client writes its profile anew, once, and only when needed."""

import pytest

from app.settings import Settings
from duolog.client import Duolog
from tests.client.couple import Clock, register
from tests.client.devices import enroll
from tests.client.test_confidants import Three, three, trio
from tests.conftest import running

__all__ = ["three"]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def profiles_written(who: Duolog, journal: bytes) -> int:
    """How many profiles of its owner a home holds."""
    timeline = await who.timeline(journal)
    return len([one for one in timeline if one.kind == "profile" and one.mine])


async def names(who: Duolog, journal: bytes) -> set[str]:
    return {one.display_name for one in (await who.profiles(journal)).values()}


async def named(three: Three) -> None:
    await three.ada.write(three.journal, "profile", {"display_name": "Ada", "pronouns": "she"})
    await three.sam.write(three.journal, "profile", {"display_name": "Sam"})
    await three.sync()


async def test_a_confidant_sees_the_names_of_those_who_let_them_in(three: Three) -> None:
    await named(three)
    await three.let_in(three.ada, three.sam, "write")
    await three.sync()
    assert await names(three.friend, three.journal) == {"Ada", "Sam"}
    assert (await three.friend.profiles(three.journal))[three.ada.account].pronouns == "she"


async def test_a_confidant_who_may_write_is_named_by_themselves(three: Three) -> None:
    await three.let_in(three.ada, three.sam, "write")
    await three.friend.write(three.journal, "profile", {"display_name": "Okoro"})
    await three.sync()
    assert "Okoro" in await names(three.ada, three.journal)


async def test_a_name_is_written_anew_once(three: Three) -> None:
    await named(three)
    await three.sync()
    assert await profiles_written(three.ada, three.journal) == 1
    await three.let_in(three.ada, three.sam)
    for _ in range(3):
        await three.sync()
    assert await profiles_written(three.ada, three.journal) == 2
    assert await profiles_written(three.sam, three.journal) == 2
    for _ in range(2):
        await three.rotate(three.ada)
        await three.sync()
    await three.ada.members(three.journal).remove(three.friend.account)
    await three.sync()
    assert await profiles_written(three.ada, three.journal) == 2


async def test_who_has_no_name_writes_none(three: Three) -> None:
    await three.let_in(three.ada, three.sam)
    await three.sync()
    assert await profiles_written(three.ada, three.journal) == 0


async def test_a_new_name_that_the_confidant_reads_is_enough(three: Three) -> None:
    await named(three)
    await three.let_in(three.ada, three.sam)
    before = await profiles_written(three.ada, three.journal)
    await three.ada.write(three.journal, "profile", {"display_name": "Ada L"})
    await three.sync()
    assert await profiles_written(three.ada, three.journal) == before + 1
    assert "Ada L" in await names(three.friend, three.journal)


async def test_two_own_devices_write_it_once(settings: Settings) -> None:
    async with trio(settings) as three:
        await named(three)
        other, _ = await enroll(three.app, three.ada)
        async with other:
            await three.let_in(three.ada, three.sam)
            await other.sync()
            await three.ada.sync()
            await other.sync()
            assert await profiles_written(three.ada, three.journal) == 2


async def test_nobody_is_named_to_a_partner_whose_words_were_not_compared(settings: Settings) -> None:
    clock = Clock()
    async with running(settings, clock) as app:
        ada, _, _ = await register(app, clock=clock)
        sam, _, _ = await register(app, clock=clock)
        async with ada, sam:
            journal = await ada.create_journal()
            await ada.write(journal, "profile", {"display_name": "Ada"})
            invitation = await ada.invite(journal)
            await sam.join(invitation.link)
            for one in (ada, sam, ada, sam):
                await one.sync()
            assert await names(sam, journal) == set()
            words = (await sam.pairing(journal)).words or ()
            await ada.verify(journal, words)
            await sam.verify(journal, words)
            for one in (ada, sam):
                await one.sync()
            assert await names(sam, journal) == {"Ada"}
            assert await profiles_written(ada, journal) == 2
