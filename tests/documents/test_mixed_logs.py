"""Random logs in which several kinds, several people and some refusals are mixed.

Each kind is judged as if it stood alone, a document that a partner could not open counts as if it had never been
written, and a snapshot at any place changes nothing. `make check` tries a few logs, `make model-check` many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import Body
from duolog.documents.journal import apply, apply_all, encode_state, parse_state
from duolog.documents.journal_state import JournalState
from duolog.documents.judging import NOT_DELIVERED
from duolog.documents.kinds.appreciation import Appreciation
from duolog.documents.kinds.comment import Comment
from duolog.documents.kinds.copy import CopiedDocument, Copy, Origin
from duolog.documents.kinds.moved import Moved
from duolog.documents.kinds.note import Note
from duolog.documents.kinds.profile import Profile
from duolog.documents.kinds.went_on import WentOn
from duolog.documents.kinds.withdrawn import Withdrawn
from duolog.documents.kinds.words_differ import WordsDiffer
from duolog.documents.registry import KINDS
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document
from tests.documents.agreed_before import BEFORE
from tests.documents.evening import ADA, BOTH, KIM, SAM, START
from tests.documents.rows import ALL
from tests.documents.short_logs import Tried, entry, named

PROVISIONAL = Membership(BOTH.partners, provisional=True)
LENGTH = 40  # documents of a log


@dataclass
class Mixed:
    """A log, and its documents of each kind with rows."""

    log: list[tuple[AppliedDocument, Membership]] = field(default_factory=list)
    steps: dict[str, list[Tried]] = field(default_factory=dict)


def mixed(random: Random, *, refusals: bool) -> Mixed:
    """A random log in which most steps count. `refusals`: authors could not open some documents, and partners are
    provisional now and then.
    """
    made, state = Mixed(steps={kind: [] for kind in ALL}), JournalState()
    for one in BEFORE:
        made.steps["boundary"].append(one)
        made.log.append((one.applied, one.context))
        state = apply(state, *made.log[-1])
    for place in range(len(BEFORE) + 1, len(BEFORE) + LENGTH + 1):
        kind = random.choice([*ALL, *ALL, *ALL, "other"])
        context = PROVISIONAL if refusals and random.random() < 0.1 else BOTH
        if kind == "other":
            applied = random.choice(list(others(place)))
        else:
            one = step(random, state, kind, place)
            made.steps[kind].append(one)
            applied, context = one.applied, context if one.context == BOTH else one.context
        sooner = range(len(BEFORE) + 1, place)
        refused = tuple(sorted(random.sample(sooner, min(len(sooner), 3)))) if random.random() < 0.3 else ()
        applied = replace(applied, refused=refused) if refusals else applied
        made.log.append((applied, context))
        state = apply(state, applied, context)
    return made


def step(random: Random, state: JournalState, kind: str, place: int) -> Tried:
    """A step that counts after `state`, if a few tries find one."""
    machine, things = ALL[kind].machine, state.part(KINDS[kind])
    every = list(ALL[kind].alphabet(place, [number for number in range(1, place) if things.find(entry(number))]))
    for _ in range(random.randrange(1, 40)):
        one = random.choice(every)
        try:
            machine.reduce(things, one.applied, one.step, one.context, state.parts)
        except NotAllowed:
            continue
        break
    return one


def others(place: int) -> Iterator[AppliedDocument]:
    """Documents of kinds without rows, of an unknown kind and of a later version."""
    note = {"text": "Rain."}
    of = Origin(journal=bytes(32), entry=bytes(16), message=bytes(32), author=SAM, at=START)
    bodies: list[tuple[str, int, Body]] = [
        ("note", 1, Note(text="Rain.")),
        ("profile", 1, Profile(display_name="Ada")),
        ("moved", 1, Moved(origin="https://b.example", receipt_key=bytes(32))),
        ("words_differ", 1, WordsDiffer(acceptance=bytes(32))),
        ("went_on", 1, WentOn(seq=7, head=bytes(32), restored_at=1_790_000_000)),
        ("copy", 1, Copy(of=of, document=CopiedDocument(kind="note", v=1, body=note))),
        *(("withdrawn", 1, Withdrawn(answers=named(number))) for number in range(max(1, place - 3), place)),
        ("appreciation", 1, Appreciation(text="You waited.", of="you")),
        *(("comment", 1, Comment(answers=named(number), text="Yes.")) for number in range(max(1, place - 3), place)),
        ("letter", 1, Note(text="Of a later version.")),
        ("boundary", 2, Note(text="Of a later version.")),
    ]
    for kind, v, body in bodies:
        for author in (ADA, SAM, KIM):
            document = Document(kind, v, START, body.encode_json())
            yield AppliedDocument(entry(place), place, author, named(place).message, document)


@pytest.mark.parametrize("seed", range(4))
def test_kinds_in_one_log_are_judged_as_if_each_stood_alone(seed: int) -> None:
    judge_apart(seed, logs=8)


@pytest.mark.parametrize("seed", range(4))
def test_what_was_taken_back_counts_as_if_it_was_never_written(seed: int) -> None:
    take_back(seed, logs=8)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_many_mixed_logs() -> None:
    counted = sum((judge_apart(seed, logs=50) for seed in range(10, 20)), Counter[str]())
    changed = sum(take_back(seed, logs=50) for seed in range(20, 30))
    print(f"1000 mixed logs: {dict(counted)} counted; taking back changed the state of {changed}")


def judge_apart(seed: int, logs: int) -> Counter[str]:
    """How many steps of each kind counted. The oracle of a kind sees the documents of this kind alone."""
    random, counted = Random(seed), Counter[str]()
    for _ in range(logs):
        made = mixed(random, refusals=False)
        state = split(random, made.log)
        counts = {item.applied.entry: item.skipped is None for item in state.timeline}
        for kind, steps in made.steps.items():
            said = [counts[one.applied.entry] for one in steps]
            assert said == ALL[kind].oracle(steps), (seed, kind)
            counted[kind] += sum(said)
    assert all(counted[kind] > 3 * logs for kind in ALL), counted
    return counted


def take_back(seed: int, logs: int) -> int:
    """In how many logs a document that was taken back would have changed the state."""
    random, changed = Random(seed), 0
    for _ in range(logs):
        made = mixed(random, refusals=True)
        state = split(random, made.log)
        gone = {
            item.applied.entry
            for item in state.timeline
            if item.skipped == NOT_DELIVERED and nothing_stays(item.applied)
        }
        unwritten = [(unknown(applied) if applied.entry in gone else applied, context) for applied, context in made.log]
        delivered = [(replace(applied, refused=()), context) for applied, context in made.log]
        assert filled(apply_all(JournalState(), unwritten)) == filled(state), seed
        changed += filled(apply_all(JournalState(), delivered)) != filled(state)
    assert changed > logs // 4
    return changed


def split(random: Random, log: list[tuple[AppliedDocument, Membership]]) -> JournalState:
    """The state of a log in batches of any size, with a snapshot between them: the same bytes as in one batch."""
    cuts = sorted(random.sample(range(len(log) + 1), 3))
    state = JournalState()
    for start, end in zip([0, *cuts], [*cuts, len(log)], strict=True):
        state = parse_state(encode_state(apply_all(state, log[start:end])))
    whole = apply_all(JournalState(), log)
    assert encode_state(whole) == encode_state(state)
    return whole


def nothing_stays(applied: AppliedDocument) -> bool:
    """Whether a kind leaves nothing of such a step when it was not delivered."""
    machine = KINDS[applied.document.kind].machine
    rows = () if machine is None else machine.rows
    mine = [row for row in rows if row.step == applied.document.body.get("step")]
    return not any(row.does == "ends" or any(effect.stays for effect in row.then) for row in mine)


def unknown(applied: AppliedDocument) -> AppliedDocument:
    """Another document in the same entry, of a kind that nobody knows."""
    return replace(applied, document=replace(applied.document, kind="unknown"))


def filled(state: JournalState) -> dict[str, object]:
    """What each kind keeps, where it keeps anything."""
    return {kind: part for kind, part in state.parts.items() if part}
