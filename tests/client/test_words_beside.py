"""Words stand beside steps: stored with their step or not at all, in one push, and shown inside their thing alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI

from duolog.api.pages import Placed
from duolog.client import Duolog, ThingView, WordsOf
from duolog.client.account import rotating
from duolog.client.home import outbox_rows
from duolog.client.home.outbox_rows import waiting_entries
from duolog.client.log import links, outbox
from duolog.client.log.folding import journal_state
from duolog.documents.beside import words_in
from duolog.documents.bodies import Answer
from duolog.documents.kinds.disclosure import Disclosure
from duolog.errors import NotAllowed, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.messages import Document, message_hash, parse_message
from tests.client.couple import UNLOCK, Couple, couple, pair, register, transport
from tests.client.devices import enroll

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TELL = {"step": "tell", "form": "disclosure"}
WORDS = "Robin messaged on Tuesday. I replied twice and hid it."


async def away(*_: Any) -> Any:
    raise TransportError("The server is away.")


def waiting(person: Duolog, journal: bytes) -> list[tuple[bytes, bytes]]:
    """The entry and the message of everything that waits."""
    context = person._context
    rows = waiting_entries(context.store, journal)
    return [(row.entry, context.home.open("outbox", row.sealed)) for row in rows]


async def two_with_letter(two: Couple) -> bytes:
    """Sam has told Ada something; the letter's id."""
    told = await two.sam.disclosures(two.journal).tell(WORDS, "Robin")
    assert told.delivered
    await two.ada.sync()
    return told.entry


async def only_letter(person: Duolog, journal: bytes) -> ThingView[Disclosure]:
    """The only letter in a journal, whole."""
    [listed] = await person.disclosures(journal).list()
    return await person.disclosures(journal).show(listed.entry)


async def test_a_step_names_the_message_that_its_words_have(app: FastAPI) -> None:
    async with couple(app) as two:
        entry = await two_with_letter(two)
        [(note, step)] = words_in(journal_state(two.ada._context, two.journal).timeline)
        assert step.applied.entry == entry
        assert note.applied.document.body == {"text": WORDS}
        assert (
            step.applied.document.body["text"]
            == Answer(entry=note.applied.entry, message=note.applied.message).encode_json()
        )


async def test_a_crash_between_words_and_step_leaves_neither(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with couple(app, tmp_path) as two:
        saved: list[bytes] = []

        def die_at_the_second(store: Any, journal: bytes, entry: bytes, sealed: bytes) -> None:
            saved.append(entry)
            if len(saved) == 2:
                raise KeyboardInterrupt
            outbox_rows.save_waiting(store, journal, entry, sealed)

        monkeypatch.setattr(outbox, "save_waiting", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            await two.sam.disclosures(two.journal).tell(WORDS, "Robin")
        assert len(saved) == 2
    async with await Duolog.open(home=tmp_path / "sam", unlock=UNLOCK, server=transport(app)) as again:
        assert waiting(again, two.journal) == []
        await again.sync()
        assert [item.kind for item in await again.timeline(two.journal)] == []


async def test_a_step_that_the_rules_refuse_leaves_no_words_behind(app: FastAPI) -> None:
    async with couple(app) as two:
        letter = await two_with_letter(two)
        with pytest.raises(NotAllowed, match="Reflect first"):
            await two.ada.disclosures(two.journal).respond(letter, "I was hurt most by the hiding.")
        assert waiting(two.ada, two.journal) == []
        assert len(await two.ada.timeline(two.journal)) == 2


async def test_no_push_ends_between_words_and_step(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, network, _ = await register(app)
    other = await Duolog.register(transport(app), home=None, unlock=UNLOCK)
    async with ada, other.duolog as sam:
        journal = await pair(ada, sam)
        changes: Any = network
        send, pushes = network.push, list[list[Placed]]()
        changes.push = away
        await ada.write(journal, "note", {"text": "before"})
        await ada.disclosures(journal).tell(WORDS, "Robin")

        async def watched(to: bytes, items: list[Placed]) -> Any:
            if to == journal:
                pushes.append(items)
            return await send(to, items)

        changes.push = watched
        monkeypatch.setattr(sizes, "MAX_PUSH_ITEMS", 2)
        await ada.sync()
        assert [len(items) for items in pushes] == [1, 2]
        assert waiting(ada, journal) == []


async def test_of_hundreds_that_wait_each_step_goes_with_its_words(app: FastAPI) -> None:
    """The first push has room for 256: a note, 127 steps with their words, and words whose step has none left."""
    ada, network, _ = await register(app)
    other = await Duolog.register(transport(app), home=None, unlock=UNLOCK)
    async with ada, other.duolog as sam:
        journal = await pair(ada, sam)
        context, changes = ada._context, cast(Any, network)
        send, pushes = network.push, list[int]()
        outbox.post(context, journal, Document("note", 1, context.clock(), {"text": "before"}))
        with context.store.transaction():
            for number in range(150):
                step = Document("disclosure", 1, context.clock(), TELL | {"about": str(number)})
                outbox.post_with_words(
                    context, journal, Document("note", 1, context.clock(), {"text": WORDS}), step, "text"
                )

        async def watched(to: bytes, items: list[Placed]) -> Any:
            if to == journal:
                pushes.append(len(items))
            return await send(to, items)

        changes.push = watched
        await ada.sync()
        assert (sum(pushes), pushes[0] % 2) == (301, 1)
        assert all(count % 2 == 0 for count in pushes[1:])
        listed = await ada.disclosures(journal).list()
        letters = [await ada.disclosures(journal).show(one.entry) for one in listed]
        assert [one.said[0].words for one in letters] == [{"text": WORDS}] * 150


async def test_what_names_a_step_that_names_other_words_now_names_the_step_anew(app: FastAPI) -> None:
    """A chain of three that wait. A link back to what stands behind is left as it is, and does no harm."""
    async with couple(app) as two:
        context, at = two.ada._context, two.ada._context.clock()
        notes: list[bytes] = []
        for number in range(3):
            body: dict[str, Any] = {"text": str(number)}
            if notes:
                body["about"] = links.link_to(*waiting(two.ada, two.journal)[-1])
            notes.append(outbox.post(context, two.journal, Document("note", 1, at, body)))
        first = waiting(two.ada, two.journal)[0]
        changed = first[1].replace(b'"0"', b'"9"')
        assert changed != first[1]
        with context.store.transaction():
            outbox_rows.save_message(context.store, first[0], context.home.seal("outbox", changed))
            links.name_anew(context, two.journal, first[0], first[0], changed)
        (_, one), (_, two_), (_, three) = waiting(two.ada, two.journal)
        named = [parse_message(message).document.body["about"]["message"] for message in (two_, three)]
        assert named == [encode_b64(message_hash(one)), encode_b64(message_hash(two_))]


async def test_words_that_older_keys_wrote_are_written_again_with_their_step(app: FastAPI) -> None:
    """They were under way while another own device rotated; both get new ids, and the step names the new words."""
    async with couple(app) as two:
        phone, network = await enroll(app, two.ada)
        async with phone:
            push, held = network.push, list[Any]()

            async def hold(*arguments: Any) -> Any:
                held.append(arguments)
                raise TransportError("later")

            network.push = hold  # type: ignore[method-assign, assignment]
            written = await phone.disclosures(two.journal).tell(WORDS, "Robin")
            other = two.ada._context.network.transport
            rotate = other.rotate

            async def overtaken(request: Any) -> Any:
                other.rotate = rotate  # type: ignore[method-assign]
                answer = await rotate(request)
                await push(*held[0])  # the server takes both: this journal still names the older keys
                return answer

            other.rotate = overtaken  # type: ignore[method-assign]
            await two.ada.keyholders.new_sheet()
            await two.ada.keyholders.replace_sheet()
            network.push = push  # type: ignore[method-assign]
            for person in (phone, two.sam, two.ada):
                await person.sync()
            assert waiting(phone, two.journal) == []
            for person in (phone, two.sam, two.ada):
                letter = await only_letter(person, two.journal)
                assert letter.entry != written.entry
                assert [one.words for one in letter.said] == [{"text": WORDS}]


async def test_words_that_this_home_had_believed_are_written_again_with_their_step(app: FastAPI) -> None:
    """The phone wrote and fetched both before it learnt that another own device had rotated."""
    async with couple(app) as two:
        phone, _ = await enroll(app, two.ada)
        async with phone:
            changes: Any = two.ada._context.network.transport
            real = changes.rotate

            async def after_the_phone(request: Any) -> Any:
                await phone.disclosures(two.journal).tell(WORDS, "Robin")
                return await real(request)

            changes.rotate, changes.push = after_the_phone, away
            await rotating.rotate(two.ada._context, rotating.Wanted())
            del changes.rotate, changes.push
            [before] = await phone.disclosures(two.journal).list()
            for person in (phone, two.ada, two.sam):
                await person.sync()
            for person in (phone, two.ada, two.sam):
                letter = await only_letter(person, two.journal)
                assert letter.entry != before.entry
                assert [one.words for one in letter.said] == [{"text": WORDS}]


async def test_words_behind_a_withdrawal_that_came_too_late_are_still_those_of_the_step(app: FastAPI) -> None:
    """The message of the words changes then: it follows another one."""
    ada, network, _ = await register(app)
    other = await Duolog.register(transport(app), home=None, unlock=UNLOCK)
    async with ada, other.duolog as sam:
        journal = await pair(ada, sam)
        note = await ada.write(journal, "note", {"text": "before"})
        changes: Any = network
        changes.push = changes.withdraw = away
        await ada.leaving(journal).withdraw(note.entry)
        await ada.disclosures(journal).tell(WORDS, "Robin")
        [(gone, _), (words, before), _] = waiting(ada, journal)
        assert parse_message(before).follows == gone
        del changes.push, changes.withdraw
        context = ada._context
        outbox._give_up(context, journal, waiting_entries(context.store, journal)[0])
        [(_, moved), (_, step)] = waiting(ada, journal)
        assert moved != before
        body = parse_message(step).document.body["text"]
        assert (parse_b64(body["entry"]), parse_b64(body["message"])) == (words, message_hash(moved))
        await ada.sync()
        letter = await only_letter(ada, journal)
        assert [one.words for one in letter.said] == [{"text": WORDS}]


async def test_words_are_folded_in_the_timeline_and_shown_inside_their_thing(app: FastAPI) -> None:
    async with couple(app) as two:
        letter = await two_with_letter(two)
        for person in (two.ada, two.sam):
            note, step = await person.timeline(two.journal)
            assert note.words_of == WordsOf(step.entry, "disclosure", letter, 1)
            assert step.words_of is None
            shown = await only_letter(person, two.journal)
            assert shown.title == "Robin"
            assert [(one.step, one.words) for one in shown.said] == [("tell", {"text": WORDS})]


async def test_nobody_folds_another_persons_note_away(app: FastAPI) -> None:
    """A changed client tells a letter with Ada's own note as its words."""
    async with couple(app) as two:
        hers = await two.ada.write(two.journal, "note", {"text": "My own words."})
        await two.sam.sync()
        note = journal_state(two.sam._context, two.journal).find(hers.entry)
        assert note is not None
        named = Answer(entry=hers.entry, message=note.applied.message).encode_json()
        body = {"step": "tell", "form": "disclosure", "about": "Mine", "text": named}
        await two.sam.write(two.journal, "disclosure", body)
        await two.ada.sync()
        assert [item.words_of for item in await two.ada.timeline(two.journal)] == [None, None]
        letter = await only_letter(two.ada, two.journal)
        assert [(one.words, one.hidden) for one in letter.said] == [(None, "The text is not here.")]


async def test_other_words_than_the_named_message_are_not_those_of_the_step(app: FastAPI) -> None:
    async with couple(app) as two:
        mine = await two.sam.write(two.journal, "note", {"text": "Something else."})
        named = Answer(entry=mine.entry, message=bytes(32)).encode_json()
        body = {"step": "tell", "form": "disclosure", "about": "This", "text": named}
        await two.sam.write(two.journal, "disclosure", body)
        letter = await only_letter(two.sam, two.journal)
        assert letter.said[0].words is None
        assert (await two.sam.timeline(two.journal))[0].words_of is None


async def test_withdrawn_words_are_hidden_and_the_step_stands(app: FastAPI) -> None:
    async with couple(app) as two:
        letter = await two_with_letter(two)
        note = (await two.sam.timeline(two.journal))[0]
        await two.sam.leaving(two.journal).withdraw(note.entry)
        await two.ada.sync()
        await two.ada.disclosures(two.journal).acknowledge(letter)
        await two.sam.sync()
        for person, who in ((two.ada, "Your partner"), (two.sam, "You")):
            shown = await person.disclosures(two.journal).show(letter)
            assert [(one.step, one.words, one.hidden) for one in shown.said] == [
                ("tell", None, f"{who} withdrew the text."),
                ("acknowledge", None, None),
            ]


async def test_what_one_device_did_the_other_is_refused_and_told(app: FastAPI) -> None:
    """Both devices respond, the second without having seen the first: the first in the log counts."""
    async with couple(app) as two:
        letter = await two_with_letter(two)
        second, network = await enroll(app, two.ada)
        async with second:
            await two.sam.disclosures(two.journal).set_aside(letter)
            await two.ada.sync()
            await second.sync()
            changes: Any = network
            changes.push = away
            written = await second.disclosures(two.journal).respond(letter, "From the other device.")
            assert not written.delivered
            assert (await two.ada.disclosures(two.journal).respond(letter, "From the first.")).delivered
            del changes.push
            await second.sync()
            shown = await second.disclosures(two.journal).show(letter)
            assert [one.words for one in shown.said if one.step == "respond"] == [{"text": "From the first."}]
            late = (await second.timeline(two.journal))[-2:]
            assert late[1].without_effect is not None
            assert late[0].words_of is None  # they have no thing to be shown in, so they stay where they are
            assert late[0].body == {"text": "From the other device."}


async def test_a_draft_of_a_step_keeps_its_words_and_sends_both(app: FastAPI) -> None:
    async with couple(app) as two:
        body = {"step": "tell", "form": "impact", "about": "For the session"}
        draft = await two.sam.drafts().keep(two.journal, "disclosure", body, words=WORDS)
        await two.ada.sync()
        assert await two.ada.timeline(two.journal) == ()
        assert "Robin" not in repr(await two.sam.drafts().list())
        await two.sam.drafts().send(draft)
        await two.ada.sync()
        letter = await only_letter(two.ada, two.journal)
        assert [one.words for one in letter.said] == [{"text": WORDS}]


async def test_today_has_what_is_open_for_me_and_nothing_of_the_other(app: FastAPI) -> None:
    async with couple(app) as two:
        letter = await two_with_letter(two)
        await two.ada.drafts().keep(two.journal, "note", {"text": "Later."})
        hers, his = await two.ada.today(), await two.sam.today()
        assert [(one.thing, one.number, one.text) for one in hers.open] == [
            (letter, 1, "A letter of Your partner's is here.")
        ]
        assert len(hers.drafts) == 1
        assert (his.open, his.drafts) == ((), ())
        await two.ada.disclosures(two.journal).set_aside(letter)
        assert (await two.ada.today()).open == ()
