"""What was taken back, folded in one pass: the same as folding all again at each word, however a log is split."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duolog.documents import judging
from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import Answer, Body
from duolog.documents.journal import apply, apply_all, encode_state, parse_state
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.boundary_texts import Accept, Amend, Contest, Decline, Propose, TakeBack
from duolog.documents.kinds.comment import Comment
from duolog.documents.kinds.note import Note
from duolog.documents.kinds.profile import Profile
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.registry import make_document
from duolog.documents.timeline import Item, Timeline
from duolog.protocol.codec import sha256
from tests.documents.evening import ADA, BOTH, KIM, SAM, START, wording
from tests.examples import examples

Log = list[tuple[AppliedDocument, Membership]]


def _named(number: int) -> Answer:
    return Answer(entry=_entry(number), message=sha256(b"message", _entry(number)))


def _entry(number: int) -> bytes:
    return sha256(b"entry", bytes([number]))[:16]


NUMBERS = st.integers(1, 12)
ANSWERS = NUMBERS.map(_named)
WORDINGS = st.sampled_from("AB").map(wording)
BODIES: st.SearchStrategy[tuple[str, Body]] = st.one_of(
    st.builds(Propose, wording=WORDINGS).map(lambda body: ("boundary", body)),
    st.builds(Accept, answers=ANSWERS).map(lambda body: ("boundary", body)),
    st.builds(Accept, answers=ANSWERS).map(lambda body: ("boundary", body)),
    st.builds(Decline, answers=ANSWERS).map(lambda body: ("boundary", body)),
    st.builds(TakeBack, answers=ANSWERS).map(lambda body: ("boundary", body)),
    st.builds(Contest, answers=ANSWERS, words=st.just("No.")).map(lambda body: ("boundary", body)),
    st.builds(Amend, answers=ANSWERS, wording=WORDINGS).map(lambda body: ("boundary", body)),
    st.builds(Withdrawn, answers=ANSWERS).map(lambda body: ("withdrawn", body)),
    st.builds(Comment, answers=ANSWERS, text=st.just("Yes.")).map(lambda body: ("comment", body)),
    st.builds(Note, text=st.just("Rain.")).map(lambda body: ("note", body)),
    st.builds(Profile, display_name=st.sampled_from("XY")).map(lambda body: ("profile", body)),
)
Step = tuple[bytes, tuple[str, Body], tuple[int, ...], Membership, int]
STEPS = st.tuples(
    st.sampled_from([ADA, SAM, ADA, SAM, KIM]),
    BODIES,
    st.lists(NUMBERS, max_size=4, unique=True).map(sorted).map(tuple) | st.just(()),
    st.sampled_from([BOTH, BOTH, BOTH, Membership(frozenset({ADA}))]),
    st.sampled_from([1, 1, 2]),
)


def _log(steps: list[Step]) -> Log:
    log: Log = []
    for number, (author, (kind, body), refused, context, generation) in enumerate(steps, 1):
        document = make_document(kind, body, START + number)
        message = sha256(b"message", _entry(number))
        log.append(
            (AppliedDocument(_entry(number), number, author, message, document, START, refused, generation), context)
        )
    return log


# --- the way that was: everything once more, at each word -------------------------------------------------------------


def _before(state: JournalState, seq: int) -> dict[bytes, AppliedDocument]:
    return {item.applied.entry: item.applied for item in state.timeline if item.applied.seq < seq}


def _old_apply(state: JournalState, applied: AppliedDocument, context: Membership) -> JournalState:
    if not state.contexts or state.contexts[-1][1] != context:
        state = replace(state, contexts=(*state.contexts, (applied.seq, context)))
    if applied.refused:
        state = _old_take_back(state, applied, context)
    state, reason = judging.effect(state, applied, context, _before(state, applied.seq).get, set())
    return replace(state, timeline=Timeline((*state.timeline, Item(applied, reason))))


def _old_take_back(state: JournalState, applied: AppliedDocument, context: Membership) -> JournalState:
    by_partner, undone, timeline = applied.author in context.partners, False, list(state.timeline)
    own = [item.applied for item in timeline if item.applied.author == applied.author]
    said = [one.seq for one in own if one.seq not in applied.refused or one.generation >= applied.generation]
    last = max(said, default=0)
    for index, item in enumerate(timeline):
        if item.applied.seq in applied.refused and item.applied.seq > last:
            undone = undone or (by_partner and item.skipped is None and judging.has_effect(item.applied))
            refused_by = (*item.refused_by, applied.author)
            timeline[index] = replace(item, refused_by=refused_by, taken_back=item.taken_back or by_partner)
    state = replace(state, timeline=Timeline(timeline))
    return _old_fold_again(state) if undone else state


def _old_fold_again(state: JournalState) -> JournalState:
    fresh, timeline = JournalState(contexts=state.contexts), []
    for item in state.timeline:
        context = [pair[1] for pair in state.contexts if pair[0] <= item.applied.seq][-1]
        held = _before(state, item.applied.seq).get
        fresh, reason = judging.effect(fresh, item.applied, context, held, set(), taken_back=item.taken_back)
        timeline.append(replace(item, skipped=reason))
    return replace(fresh, timeline=Timeline(timeline))


def _alike(state: JournalState) -> JournalState:
    """Without what was mended besides: a refusal counts once, and what isn't delivered says so whatever else it was."""
    timeline = Timeline(
        replace(
            item,
            refused_by=tuple(dict.fromkeys(item.refused_by)),
            skipped=judging.NOT_DELIVERED
            if item.taken_back and item.skipped is not None and judging.has_effect(item.applied)
            else item.skipped,
        )
        for item in state.timeline
    )
    return replace(state, timeline=timeline)


@settings(deadline=None, max_examples=examples(200), suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=1, max_size=12), cuts=st.lists(NUMBERS, max_size=3))
def test_one_pass_gives_what_folding_at_each_word_gave(steps: list[Step], cuts: list[int]) -> None:
    log, old = _log(steps), JournalState()
    for applied, context in log:
        old = _old_apply(old, applied, context)
    whole = apply_all(JournalState(), log)
    assert whole == _alike(old)

    singly, split = JournalState(), JournalState()
    for applied, context in log:
        singly = apply(singly, applied, context)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(log)], strict=True):
        split = parse_state(encode_state(apply_all(split, log[start:end])))
    assert encode_state(singly) == encode_state(split) == encode_state(whole)
