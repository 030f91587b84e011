"""Any order of any steps, allowed or not: never in force without both, and the same state whichever way it is made."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from duolog.documents.bodies import Answer, Body
from duolog.documents.journal import apply, apply_all, encode_state, parse_state, require_allowed
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.boundary import DIGESTS
from duolog.documents.kinds.boundary_texts import Accept, Amend, Contest, Counter, Decline, Propose, Retire, TakeBack
from duolog.errors import NotAllowed
from tests.documents.evening import ADA, BOTH, KIM, SAM, Evening, answer, wording
from tests.examples import examples

TEXTS = st.sampled_from(["A", "B", "C"])
AUTHORS = st.sampled_from([ADA, SAM, ADA, SAM, KIM])
REFUSED = st.sampled_from([(), (), (), (), (1,), (2,), (3, 4)])


class Couple(RuleBasedStateMachine):
    """Steps come from anybody, about anything that was ever written, at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.evening = Evening()

    def _answers(self, pick: int, right: bool) -> Answer:
        items = self.evening.state.timeline
        if not items:
            return Answer(entry=bytes(16), message=bytes(32))
        named = answer(items[-1 - pick % min(len(items), 6)])
        return named if right else Answer(entry=named.entry, message=bytes(32))

    def _send(self, author: bytes, body: Body, refused: tuple[int, ...] = ()) -> None:
        document = self.evening.document("boundary", body)
        try:
            require_allowed(self.evening.state, document, author, BOTH, self.evening.received(document))
            sentence = None
        except NotAllowed as error:
            sentence = str(error)
        item = self.evening.append(author, document, refused)
        if not refused:
            assert item.skipped == sentence  # one table serves both

    @rule(author=AUTHORS, text=TEXTS, binds=st.sampled_from(["me", "both", "you"]))
    def propose(self, author: bytes, text: str, binds: str) -> None:
        self._send(author, Propose(wording=wording(text, binds)))

    @rule(author=AUTHORS, pick=st.integers(0, 5), text=TEXTS, kind=st.sampled_from([Counter, Amend]))
    def reword(self, author: bytes, pick: int, text: str, kind: type[Counter] | type[Amend]) -> None:
        self._send(author, kind(answers=self._answers(pick, True), wording=wording(text)))

    @rule(
        author=AUTHORS,
        pick=st.integers(0, 5),
        right=st.sampled_from([True, True, True, False]),
        kind=st.sampled_from([Accept, Accept, Accept, Decline, Retire, TakeBack]),
        refused=REFUSED,
    )
    def reply(
        self,
        author: bytes,
        pick: int,
        right: bool,
        kind: type[Accept | Decline | Retire | TakeBack],
        refused: tuple[int, ...],
    ) -> None:
        self._send(author, kind(answers=self._answers(pick, right)), refused)

    @rule(author=AUTHORS, pick=st.integers(0, 5))
    def contest(self, author: bytes, pick: int) -> None:
        self._send(author, Contest(answers=self._answers(pick, True), words="No longer."))

    @rule(days=st.sampled_from([-1, 1, 5, 14, 15]), late=st.sampled_from([0, 0, 0, 10, -40]))
    def pass_time(self, days: int, late: int) -> None:
        self.evening.day, self.evening.late = max(0, self.evening.day + days), late

    @rule()
    def restart(self) -> None:
        """A snapshot at any point, restored, is the state."""
        data = encode_state(self.evening.state)
        restored = parse_state(data)
        assert restored == self.evening.state
        assert encode_state(restored) == data
        self.evening.state = restored

    @invariant()
    def never_in_force_without_both(self) -> None:
        steps = {item.applied.entry: item for item in self.evening.state.timeline}
        for boundary in self.evening.state.boundaries.values():
            agreed = boundary.agreed_text
            if agreed is None:
                continue
            written, accepted = steps[agreed.entry], steps[agreed.answer or b""]
            assert {written.applied.author, accepted.applied.author} == {ADA, SAM}
            assert written.skipped is None
            assert accepted.skipped is None
            assert accepted.applied.document.body["step"] == "accept"
            assert Answer.model_validate(accepted.applied.document.body["answers"]) == answer(written)
            assert agreed.wording is not None
            assert agreed.digest == DIGESTS["propose"].of(agreed.step, b"")

    @invariant()
    def never_retired_without_both(self) -> None:
        steps = {item.applied.entry: item.applied for item in self.evening.state.timeline}
        for boundary in self.evening.state.boundaries.values():
            if boundary.retired is None:
                continue
            confirmed = steps[boundary.retired]
            named = boundary.texts[Answer.model_validate(confirmed.document.body["answers"]).entry]
            assert {named.author, confirmed.author} == {ADA, SAM}

    def teardown(self) -> None:
        again = JournalState()
        for applied, context in self.evening.log:
            again = apply(again, applied, context)
        assert again == self.evening.state
        assert encode_state(again) == encode_state(self.evening.state)
        assert apply_all(JournalState(), self.evening.log) == again
        counting = JournalState()  # what was taken back leaves nothing behind
        for item, (applied, context) in zip(self.evening.state.timeline, self.evening.log, strict=True):
            if not item.taken_back:
                counting = apply(counting, applied, context)
        assert counting.boundaries == self.evening.state.boundaries


TestCouple = Couple.TestCase
TestCouple.settings = settings(
    max_examples=examples(60), stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
