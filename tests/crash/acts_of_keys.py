"""The second half of an evening: keys, devices and the end; and the whole evening in its order."""

from __future__ import annotations

from duolog.client import Duolog, Enrollment
from duolog.errors import NotAllowed
from tests.client.couple import UNLOCK, Clock
from tests.crash import acts
from tests.crash.acts import ALONE, BOTH, Act, accounts
from tests.crash.scene import Scene

# --- keys -------------------------------------------------------------------------------------------------------------


async def tell_the_new_words(scene: Scene) -> None:
    """Ada writes the words on paper before she puts them into use: the paper survives every crash."""
    async with scene.opened("ada") as ada:
        scene.notes["words"] = list(await ada.keyholders.new_sheet())


async def put_the_words_into_use(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        try:
            await ada.check_recovery_words(scene.notes["words"])
        except NotAllowed:
            await ada.keyholders.replace_sheet()


async def the_words_open_the_account(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.check_recovery_words(scene.notes["words"])
        assert [one.kind for one in await ada.keyholders.list()].count("recovery_sheet") == 1
        assert (await ada.write(scene.journal, "note", {"text": "after the new words"})).delivered


async def begin_on_the_laptop(scene: Scene) -> None:
    begun = await Enrollment.begin(scene.network, home=scene.home("laptop"), unlock=UNLOCK, clock=Clock())
    scene.notes["code"] = begun.code
    await begun.close()


async def type_the_code(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        scene.notes["device words"] = list(await ada.keyholders.begin_adding(scene.notes["code"]))


async def let_the_laptop_in(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        try:
            await ada.keyholders.confirm_adding(scene.notes["device words"])
        except NotAllowed:
            assert [one.kind for one in await ada.keyholders.list()].count("device") == 2, "it was let in before"


async def finish_on_the_laptop(scene: Scene) -> None:
    if not await scene.has_account("laptop"):
        begun = await Enrollment.begin(scene.network, home=scene.home("laptop"), unlock=UNLOCK, clock=Clock())
        laptop = await begun.finish()
        assert laptop is not None
        await laptop.sync()
        await laptop.close()


async def revoke_the_laptop(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        other = [one.id for one in await ada.keyholders.list() if one.kind == "device" and not one.here]
        if other:
            await ada.keyholders.revoke(other)


async def ada_has_one_device_and_writes(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        assert [one.kind for one in await ada.keyholders.list()].count("device") == 1
        assert (await ada.write(scene.journal, "note", {"text": "from the one that stays"})).delivered


async def restore_from_paper(scene: Scene) -> None:
    if not await scene.has_account("paper"):
        restored = await Duolog.restore(
            scene.network, scene.notes["words"], home=scene.home("paper"), unlock=UNLOCK, clock=Clock()
        )
        await restored.close()
    async with scene.opened("paper") as paper:
        await paper.sync()


async def become_a_device(scene: Scene) -> None:
    async with scene.opened("ada") as ada, scene.opened("paper") as paper:
        if (await paper.status()).unconfirmed:
            heads = await ada.heads()
            [mine] = [one.words for one in heads.accounts if one.me]
            await paper.confirm_restored(mine, {one.journal: one.words for one in heads.journals})
        await paper.keyholders.become_device(UNLOCK)


async def it_is_a_device(scene: Scene) -> None:
    async with scene.opened("paper") as paper, scene.opened("ada") as ada:
        assert (await paper.status()).keyholder_kind == "device"
        await ada.sync()
        assert [one.kind for one in await ada.keyholders.list()].count("device") == 2
        assert (await paper.write(scene.journal, "note", {"text": "from what was paper"})).delivered


# --- the end ----------------------------------------------------------------------------------------------------------


async def close_the_journal(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        await ada.sync()
        if not (await ada.journal(scene.journal)).closed:
            await ada.leaving(scene.journal).close()


async def it_is_closed(scene: Scene) -> None:
    for name in BOTH:
        async with scene.opened(name) as person:
            assert (await person.journal(scene.journal)).closed


async def delete_the_account(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        if not await ada.is_deleted():
            await ada.delete_account()


async def it_is_deleted(scene: Scene) -> None:
    async with scene.opened("ada") as ada:
        assert await ada.is_deleted()
        assert await ada.timeline(scene.journal), "what was here can be read"
    assert accounts(scene) == 1


EVENING = [
    Act("ada", acts.register, ALONE, after=acts.one_account_and_words_to_prove),
    Act("ada", acts.found_a_journal, ALONE, before=acts.sam_registers, after=acts.one_journal),
    Act("ada", acts.invite, ALONE),
    Act("sam", acts.join, ()),
    Act("ada", acts.let_in),
    Act("sam", acts.come_in),
    Act("ada", acts.ada_verifies),
    Act("sam", acts.sam_verifies, after=acts.they_are_a_pair),
    Act("ada", acts.write_a_note, after=acts.once("a note of this evening")),
    Act("ada", acts.send_what_waits, before=acts.write_offline, after=acts.once(*acts.OFFLINE)),
    Act("ada", acts.fetch_what_is_new, before=acts.sam_writes),
    Act("ada", acts.attach_a_file, after=acts.once("with a file")),
    Act("sam", acts.save_the_file, after=acts.the_file_is_whole),
    Act("ada", acts.send_a_draft, after=acts.the_draft_is_sent),
    Act("ada", acts.propose, after=acts.one_boundary("proposed")),
    Act("sam", acts.accept, after=acts.one_boundary("in_force")),
    Act("ada", acts.withdraw, after=acts.it_is_withdrawn),
    Act("ada", put_the_words_into_use, before=tell_the_new_words, after=the_words_open_the_account),
    Act("laptop", begin_on_the_laptop),
    Act("ada", type_the_code),
    Act("ada", let_the_laptop_in),
    Act("laptop", finish_on_the_laptop, ("ada", "sam", "laptop")),
    Act("ada", revoke_the_laptop, after=ada_has_one_device_and_writes),
    Act("paper", restore_from_paper, ("ada", "sam", "paper")),
    Act("paper", become_a_device, ("ada", "sam", "paper"), after=it_is_a_device),
    Act("ada", close_the_journal, after=it_is_closed),
    Act("ada", delete_the_account, ("sam",), after=it_is_deleted),
]
