"""A partner found that the eight words differ: the other learns it, and nobody is verified by it."""

import pytest
from fastapi import FastAPI

from duolog.client import Duolog, PairingStage
from duolog.client.log.differing_words import acceptance_of
from duolog.errors import NotAllowed
from tests.client.couple import register
from tests.client.devices import enroll

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def provisional(app: FastAPI) -> tuple[Duolog, Duolog, bytes]:
    """Ada, Sam, and a journal in which he is provisional."""
    ada, _, _ = await register(app)
    sam, _, _ = await register(app)
    journal = await ada.create_journal()
    await joined(ada, sam, journal)
    return ada, sam, journal


async def joined(ada: Duolog, sam: Duolog, journal: bytes) -> None:
    await sam.join((await ada.invite(journal)).link)
    for one in (ada, sam):
        await one.sync()


async def differ(who: Duolog, journal: bytes) -> tuple[bytes, ...]:
    return (await who.journal(journal)).words_differ


async def test_both_see_who_said_no_until_both_have_verified(app: FastAPI) -> None:
    ada, sam, journal = await provisional(app)
    async with ada, sam:
        assert await differ(ada, journal) == ()
        written = await sam.say_words_differ(journal)
        assert written is not None
        assert written.delivered
        assert await sam.say_words_differ(journal) is None
        await ada.sync()
        assert await differ(ada, journal) == await differ(sam, journal) == (sam.account,)
        assert (await ada.pairing(journal)).stage is PairingStage.COMPARE
        words = (await ada.pairing(journal)).words or ()
        await sam.verify(journal, words)
        assert await differ(sam, journal) == (sam.account,)
        await ada.verify(journal, words)
        for one in (sam, ada):
            await one.sync()
            assert await differ(one, journal) == ()
        with pytest.raises(NotAllowed, match="have confirmed"):
            await sam.write(journal, "words_differ", {"acceptance": "A" * 43})
        assert await sam.say_words_differ(journal) is None


async def test_another_own_device_sees_it_too(app: FastAPI) -> None:
    ada, sam, journal = await provisional(app)
    async with ada, sam:
        await sam.say_words_differ(journal)
        other, _ = await enroll(app, ada)
        async with other:
            assert await differ(other, journal) == (sam.account,)


async def test_a_no_to_an_earlier_pairing_says_nothing_of_a_later_one(app: FastAPI) -> None:
    ada, sam, journal = await provisional(app)
    async with ada, sam:
        await ada.say_words_differ(journal)
        before = acceptance_of(ada._context, journal)
        assert await differ(ada, journal) == (ada.account,)
        await ada.members(journal).remove_partner()
        assert await differ(ada, journal) == ()
        other, _, _ = await register(app)
        async with other:
            await joined(ada, other, journal)
            assert acceptance_of(ada._context, journal) not in (before, None)
            assert await differ(ada, journal) == ()


async def test_somebody_alone_has_nobody_to_tell(app: FastAPI) -> None:
    ada, _, _ = await register(app)
    async with ada:
        journal = await ada.create_journal()
        assert await ada.say_words_differ(journal) is None
