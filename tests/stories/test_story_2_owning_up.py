"""Story 2: owning up, and being heard. Nothing tells whether somebody has read, and a pause needs nobody's consent."""

from pathlib import Path

import pytest

from app.settings import Settings
from duolog.client import Duolog
from duolog.client.log import outbox
from duolog.errors import NotAllowed
from tests.client.couple import UNLOCK, Clock, pair, transport
from tests.conftest import running

TOLD = "Robin messaged on Tuesday. I replied twice and hid it. I felt flattered, then ashamed."
FIRST = "You hid it because you feared losing my trust?"
SECOND = "You hid it because you feared my anger."
RESPONSE = "I was hurt most by the hiding. Please tell me the same day."


async def sees(person: Duolog, journal: bytes) -> list[tuple[str, object]]:
    """The steps of the only letter, each with its words."""
    [letter] = await person.disclosures(journal).list()
    said = (await person.disclosures(journal).show(letter.entry)).said
    return [(one.step, one.words and one.words["text"]) for one in said]


async def test_sam_owns_up_and_ada_responds_once_he_is_heard(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    async with running(settings, clock) as app:
        hers = await Duolog.register(transport(app), home=tmp_path / "ada", unlock=UNLOCK, clock=clock)
        his = await Duolog.register(transport(app), home=tmp_path / "sam", unlock=UNLOCK, clock=clock)
        async with hers.duolog as ada, his.duolog as sam:
            await the_evening(ada, sam, await pair(ada, sam), clock, monkeypatch)


async def the_evening(ada: Duolog, sam: Duolog, journal: bytes, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = (await sam.disclosures(journal).tell(TOLD, "Robin")).entry
    before = await sam.disclosures(journal).show(letter)

    # She reads it, and nothing shows him that she did: his view is the same, and nothing is in the journal.
    await ada.sync()
    assert await sees(ada, journal) == [("tell", TOLD)]
    assert (await ada.disclosures(journal).show(letter)).said[0].words == {"text": TOLD}
    await sam.sync()
    assert await sam.disclosures(journal).show(letter) == before
    assert len(await sam.timeline(journal)) == 2
    assert (await sam.today()).open == ()

    # "Read; not ready", and a pause until later, which asks nobody.
    await ada.disclosures(journal).acknowledge(letter)
    await ada.disclosures(journal).set_aside(letter, "Not ready.")
    called = await ada.pauses(journal).call(clock.now + 40 * 60, "I am not leaving.")
    assert called.delivered
    await sam.sync()
    [pause] = await sam.pauses(journal).of_others()
    assert pause.runs(clock.now)
    assert "isn't ready for this now" in (await sam.disclosures(journal).show(letter)).text
    assert (await sam.write(journal, "note", {"text": "Take your time."})).delivered  # nothing is held back by force
    clock.now += 30 * 60
    await ada.pauses(journal).come_back(called.entry)
    await sam.sync()
    assert await sam.pauses(journal).of_others() == ()

    # A response before "heard" is refused by her client, and leaves nothing behind.
    await ada.sync()
    count = len(await ada.timeline(journal))
    with pytest.raises(NotAllowed, match="Reflect first"):
        await ada.disclosures(journal).respond(letter, "How could you?")
    assert len(await ada.timeline(journal)) == count

    # A changed client sends it all the same: his ignores it, and says why.
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "require_allowed", lambda *_: None)
        forced = await ada.disclosures(journal).respond(letter, "How could you?")
    await sam.sync()
    ignored = next(item for item in await sam.timeline(journal) if item.entry == forced.entry)
    assert "Reflect first" in (ignored.without_effect or "")
    assert "respond" not in [step for step, _ in await sees(sam, journal)]
    assert (await sam.disclosures(journal).show(letter)).thing.standing == "read"

    # She reflects; not quite; she reflects again; heard.
    await ada.disclosures(journal).reflect(letter, FIRST)
    await sam.sync()
    assert [one.thing for one in (await sam.today()).open] == [letter]
    await sam.disclosures(journal).not_quite(letter, "I feared your anger.")
    await ada.sync()
    await ada.disclosures(journal).reflect(letter, SECOND)
    await sam.sync()
    await sam.disclosures(journal).heard(letter)
    await ada.sync()

    await ada.disclosures(journal).respond(letter, RESPONSE)
    await sam.sync()
    for person in (ada, sam):
        assert await sees(person, journal) == [
            ("tell", TOLD),
            ("acknowledge", None),
            ("set_aside", None),
            ("reflect", FIRST),
            ("not_quite", None),
            ("reflect", SECOND),
            ("heard", None),
            ("respond", RESPONSE),
        ]
        shown = await person.disclosures(journal).show(letter)
        assert shown.thing.standing == "answered"
        assert "unheard" not in shown.thing.counts
