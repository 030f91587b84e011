"""A partner with any client, and a server that helps them, want to read an answer first, or one that was not given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.settings import Settings
from duolog.client import Duolog
from duolog.client.home.outbox_rows import forget_waiting, waiting_entries
from duolog.client.journals import answering
from duolog.client.log import outbox
from duolog.client.log.folding import journal_state
from duolog.documents.applied import DAY
from duolog.documents.journal import apply
from duolog.documents.kinds import boundary
from duolog.documents.kinds.boundary_texts import Accept, Counter
from duolog.documents.kinds.check_in import KIND, BeginCheckIn, CheckIn, CommitAnswer, RevealAnswer, SetCheckInAside
from duolog.documents.kinds.check_in_answers import WeekAnswer, encode_answer
from duolog.documents.kinds.note import Note
from duolog.documents.timeline import Item
from duolog.errors import TransportError
from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import padded_length
from duolog.seal.blind_pairs import PairSecret, seal_answer
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, connect
from tests.client.couple import Clock
from tests.client.couple import pair as pair_homes
from tests.conftest import running
from tests.documents.evening import ADA, JOURNAL, SAM, Evening, answer, wording

HERS, HIS = {"need": "One phone-free evening."}, {"struggle": "I dread Sundays."}


@dataclass
class Week:
    """Ada with an honest client, and Sam, on a clock that a test sets."""

    ada: Duolog
    sam: Duolog
    journal: bytes
    clock: Clock

    async def begin(self, person: Duolog, said: dict[str, str]) -> bytes:
        return (await person.check_ins(self.journal).begin("week", said)).entry

    async def settle(self) -> None:
        for _ in range(2):
            await self.sam.sync()
            await self.ada.sync()

    def thing(self, check_in: bytes) -> CheckIn:
        """As Ada's client has it."""
        found: CheckIn = journal_state(self.ada._context, self.journal).part(KIND)[check_in]
        return found

    def has_hers(self, check_in: bytes, register: str = "commits") -> bool:
        return self.thing(check_in).of(register, self.ada.account) is not None


@pytest.fixture
async def week(attacked_settings: Settings) -> AsyncIterator[Week]:
    clock = Clock()
    async with running(attacked_settings, clock) as app:
        hers, his = [
            await Duolog.register(connect(liar_for(app)), home=None, unlock=UNLOCK, clock=clock) for _ in range(2)
        ]
        async with hers.duolog as ada, his.duolog as sam:
            yield Week(ada, sam, await pair_homes(ada, sam), clock)


async def away(*_: Any) -> Any:
    raise TransportError("The server is away.")


async def test_partner_begins_a_later_check_in_to_get_an_answer_to_an_earlier_one(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both began at once, so hers was sealed anew for his. It is for that one, and for none that he begins later."""
    his = await week.begin(week.sam, HIS)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "require_allowed", lambda *_: None)
        assert await week.begin(week.ada, HERS) != his
    await week.settle()
    assert week.thing(his).standing == "opened"
    week.clock.now += DAY
    later = await week.begin(week.sam, HIS)
    await week.settle()
    assert week.thing(later).standing == "begun"
    assert not week.has_hers(later)


async def test_partner_takes_back_what_was_set_aside_to_get_its_answer(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He says that he couldn't open her check-in, and begins another. Nothing of hers is sealed for it."""
    hers = await week.begin(week.ada, HERS)
    await week.ada.check_ins(week.journal).set_aside(hers)
    begun = journal_state(week.ada._context, week.journal).find(hers)
    assert begun is not None
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "require_allowed", lambda *_: None)
        patch.setattr(outbox, "refused_since", lambda *_: (begun.applied.seq,))
        his = await week.sam.write(week.journal, "check_in", {"step": "begin", "form": "week"})
    await week.settle()
    assert hers not in journal_state(week.ada._context, week.journal).part(KIND)
    assert week.thing(his.entry).standing == "begun"
    assert not week.has_hers(his.entry)


async def test_partner_answers_late_by_a_clock_set_back(week: Week) -> None:
    """His commit counts, since offline writing needs that. Her key is not published but by herself."""
    hers = await week.begin(week.ada, HERS)
    await week.sam.sync()
    found = week.thing(hers)
    until, named = found.times["until"], answering._named(found).encode_json()
    place = (week.journal, hers, week.sam.account)
    sealed, commitment = seal_answer(
        PairSecret(b"S" * 32), *place, encode_answer(WeekAnswer(form="week", need="A walk."))
    )
    body = {"step": "commit", "answers": named, "sealed": encode_b64(sealed), "commitment": encode_b64(commitment)}
    week.clock.now = until + DAY + 1
    await week.sam.write(week.journal, "check_in", body, at=until)
    await week.settle()
    assert week.thing(hers).standing == "sealed"
    assert not week.has_hers(hers, "keys")
    await week.ada.check_ins(week.journal).set_aside(hers)
    await week.settle()
    assert week.thing(hers).standing == "aside"


async def test_server_holds_up_a_set_aside_while_the_partner_answers(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits here decides: no key is made while her own no is on its way."""
    hers = await week.begin(week.ada, HERS)
    await week.sam.sync()
    with monkeypatch.context() as patch:
        patch.setattr(week.ada._context.network.transport, "push", away)
        assert not (await week.ada.check_ins(week.journal).set_aside(hers)).delivered
        await week.sam.check_ins(week.journal).answer(hers, HIS)
        with pytest.raises(TransportError):
            await week.ada.sync()
        assert week.thing(hers).standing == "sealed"
        assert len(waiting_entries(week.ada._context.store, week.journal)) == 1
    await week.settle()
    assert week.thing(hers).standing == "aside"
    assert not week.has_hers(hers, "keys")


async def test_server_tells_a_long_answer_from_a_short_one(week: Week) -> None:
    """Neither by the sealed answer nor by the note of it in the account journal, which is written a moment before."""
    context = week.ada._context

    def kept(length: int) -> int:
        """How long the note of an answer is in the account journal. Nothing stays of it."""
        with context.store.transaction():
            answering.keep_answer(context, week.journal, bytes(16), b"x" * length)
            *_, row = waiting_entries(context.store, context.identity.account_journal)
            forget_waiting(context.store, row.entry)
        return padded_length(len(context.home.open("outbox", row.sealed)))

    assert len({kept(length) for length in (1, 2, 700, 4092)}) == 1


async def test_partner_takes_back_every_key_as_soon_as_it_comes(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her client writes it again a few times, and then leaves it to the next sync."""
    hers, written = await week.begin(week.ada, HERS), list[bytes]()

    def again(*_: Any) -> bool:
        written.append(hers)
        return True

    monkeypatch.setattr(answering, "_next_step", again)
    await week.ada.sync()
    assert len(written) == 4


def test_partner_gives_another_answer_after_reading_the_others() -> None:
    """He takes back his own commit, as the owner of newer keys may. It binds him all the same."""
    evening = Evening()
    begun = evening.write(SAM, BeginCheckIn(form="week"), "check_in")
    hers = commit(evening, begun, ADA, "A walk.")
    his = commit(evening, begun, SAM, "Nothing.")
    key = RevealAnswer(answers=answer(begun), k=SECRETS[ADA].k)
    evening.write(ADA, key, "check_in")
    taken = evening.append(SAM, evening.document("note", Note(text="?")), (his.applied.seq,), generation=2)
    commit(evening, begun, SAM, "Whatever you say.", generation=2)
    [found] = evening.state.part(KIND).values()
    assert taken.skipped is None
    assert found.standing == "sealed"
    for person, first in ((ADA, hers), (SAM, his)):
        text = found.of("commits", person)
        assert text is not None
        assert text.entry == first.applied.entry
    assert found.opening(ADA) is not None
    assert "answered already" in str(evening.state.timeline[-1].skipped) or "no more answers" in str(
        evening.state.timeline[-1].skipped
    )


def test_server_lets_in_a_second_entry_under_the_id_of_one_that_counts() -> None:
    """Of a check-in that was set aside, whose answer lies ready under that id; and of a text that both agreed to."""
    evening = Evening()
    begun = evening.write(ADA, BeginCheckIn(form="week"), "check_in")
    evening.write(ADA, SetCheckInAside(answers=answer(begun)), "check_in")
    again = under(evening, begun, SAM, "check_in", BeginCheckIn(form="review"))
    assert "same id" in str(again.skipped)
    [check_in] = evening.state.part(KIND).values()
    assert (check_in.standing, check_in.form) == ("aside", "week")

    agreed = evening.propose(ADA)
    evening.write(SAM, Accept(answers=answer(agreed)))
    waits = evening.propose(ADA, "No late calls.")
    changed = Counter(answers=answer(waits), wording=wording("Ada asks before she goes out.", "me"))
    assert "same id" in str(under(evening, agreed, SAM, "boundary", changed).skipped)
    found = evening.state.part(boundary.KIND)[agreed.applied.entry]
    assert found.agreed_text is not None
    assert found.agreed_text.author == ADA


# --- by hand ---------------------------------------------------------------------------------------------------------

SECRETS = {ADA: PairSecret(b"A" * 32), SAM: PairSecret(b"S" * 32)}


def commit(evening: Evening, begun: Item, author: bytes, need: str, generation: int = 1) -> Item:
    said = encode_answer(WeekAnswer(form="week", need=need))
    sealed, commitment = seal_answer(SECRETS[author], JOURNAL, begun.applied.entry, author, said)
    body = CommitAnswer(answers=answer(begun), sealed=sealed, commitment=commitment)
    return evening.append(author, evening.document("check_in", body), generation=generation)


def under(evening: Evening, taken: Item, author: bytes, kind: str, body: Any) -> Item:
    """Another document, under an id that is taken."""
    document = evening.document(kind, body)
    seq, message = len(evening.log) + 1, bytes([len(evening.log)]) * 32
    applied = replace(taken.applied, seq=seq, author=author, message=message, document=document)
    evening.log.append((applied, evening.context))
    evening.state = apply(evening.state, applied, evening.context)
    return evening.state.timeline[-1]
