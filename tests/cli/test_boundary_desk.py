"""What is shown before somebody agrees, and before they start from another's words."""

from types import SimpleNamespace
from typing import Any, get_args

import pytest

from duolog.cli.boundary import VERBS
from duolog.cli.boundary_desk import BoundaryDesk
from duolog.cli.boundary_shapes import boundary_shape
from duolog.cli.desk import steps_shape
from duolog.cli.failures import Usage
from duolog.documents.bodies import UPDATE_TO_AGREE
from duolog.documents.kinds.boundary import MACHINE
from duolog.documents.kinds.boundary_texts import LAPSES_AFTER, Accept, Retire, Step, TakeBack
from duolog.documents.voice import HIDDEN, PARTS_UNSHOWN
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, BOTH, KIM, SAM, START, VOICE, Evening, answer

TERMS = {"topic": "communication", "text": "No late chats.", "binds": "both"}


class _Desk(BoundaryDesk):
    """Without a home and a server."""

    voice = VOICE

    def __init__(self, evening: Evening) -> None:
        self.said: list[str] = []
        screen = SimpleNamespace(say=lambda text="", **_: self.said.append(text), warn=self.said.append)
        self.run: Any = SimpleNamespace(screen=screen)
        self.journal: Any = SimpleNamespace(closed=False, frozen=None, former=None, provisional=False)
        self.me, self.now, self.partners, self.things = ADA, START, BOTH.partners, evening.state.boundaries
        self.unsent = frozenset()


def _desk(**fields: object) -> tuple[_Desk, Evening]:
    evening = Evening()
    evening.append(ADA, Document("boundary", 1, START, {"step": "propose", "wording": TERMS | fields}))
    return _Desk(evening), evening


def test_a_text_with_a_part_that_is_not_shown_is_not_asked_about() -> None:
    desk, evening = _desk(also="I decide.")
    text = evening.boundary.waiting_text
    assert text is not None
    desk.say_text(evening.boundary, text)
    assert PARTS_UNSHOWN in desk.said
    with pytest.raises(NotAllowed) as refusal:
        desk.require_shown(text)
    assert str(refusal.value) == UPDATE_TO_AGREE
    desk.warn_of_unknown_parts(text)
    assert "Yours will be without them" in desk.said[-1]
    assert boundary_shape(1, evening.boundary, ADA, START)["texts"][0]["unknown_parts"] is True


def test_a_text_with_hidden_characters_is_not_asked_about() -> None:
    desk, evening = _desk(text="Yes.\U000e0041")
    text = evening.boundary.waiting_text
    assert text is not None
    desk.say_text(evening.boundary, text)
    assert HIDDEN in desk.said
    with pytest.raises(NotAllowed, match="can't be shown"):
        desk.require_shown(text)
    assert boundary_shape(1, evening.boundary, ADA, START)["texts"][0]["hidden_characters"] is True


def test_a_text_that_is_shown_whole_warns_of_nothing() -> None:
    desk, evening = _desk()
    text = evening.boundary.waiting_text
    assert text is not None
    desk.require_shown(text)
    desk.warn_of_unknown_parts(text)
    assert desk.said == []
    assert desk.may("take_back", evening.boundary)
    desk.me = SAM
    assert not desk.may("take_back", evening.boundary)


def test_what_was_taken_back_is_called_that() -> None:
    desk, evening = _desk()
    evening.write(ADA, TakeBack(answers=answer(evening.state.timeline[0])))
    text = next(iter(evening.boundary.texts.values()))
    assert desk.became(text) == "Taken back by Ada."
    assert boundary_shape(1, evening.boundary, SAM, START)["status"] == "taken_back"


def _next(desk: _Desk, evening: Evening) -> list[str]:
    desk.said.clear()
    desk.say_next(1, evening.boundary)
    return desk.said


def test_the_next_steps_come_from_the_rows() -> None:
    desk, evening = _desk()
    assert _next(desk, evening) == ["Steps that you may take next:", "duolog boundary take-back 1"]
    desk.me = SAM
    may = ["counter", "accept", "decline"]
    assert _next(desk, evening) == ["Steps that you may take next:", *(f"duolog boundary {verb} 1" for verb in may)]
    evening.write(SAM, Accept(answers=answer(evening.state.timeline[0])))
    desk.things = evening.state.boundaries
    may = ["contest", "amend", "retire"]
    assert _next(desk, evening) == ["Steps that you may take next:", *(f"duolog boundary {verb} 1" for verb in may)]


def test_where_no_step_may_be_taken_the_rows_say_why() -> None:
    desk, evening = _desk()
    desk.now = START + LAPSES_AFTER + 1
    assert _next(desk, evening) == ["Nobody answered this within 14 days, so it has lapsed."]
    desk.me = KIM
    assert _next(desk, evening) == ["A boundary is between the partners of a journal, and only they take steps in it."]
    assert {one["why_not"] for one in steps_shape(desk.next_steps(evening.boundary))} == set(desk.said)


def test_a_journal_that_takes_nothing_has_no_next_step() -> None:
    desk, evening = _desk()
    desk.journal.closed = True
    assert _next(desk, evening) == []
    assert desk.next_steps(evening.boundary) == ()


def test_the_row_says_which_text_is_meant_and_of_which_class_a_step_is() -> None:
    desk, evening = _desk()
    first = evening.state.timeline[0]
    assert desk.possible("retire", evening.boundary).names is None
    evening.write(SAM, Accept(answers=answer(first)))
    desk.things = evening.state.boundaries
    ask = desk.possible("retire", evening.boundary)
    assert (ask.names, ask.does) == (first.applied.entry, "asks")
    asked = evening.write(SAM, Retire(answers=answer(first)))
    desk.things = evening.state.boundaries
    agree = desk.possible("retire", evening.boundary)
    assert (agree.names, agree.does) == (asked.applied.entry, "answers")
    desk.say_named(evening.boundary, evening.boundary.texts[asked.applied.entry], agree.does)
    assert "No late chats." in desk.said
    assert "To retire this boundary." in desk.said


def test_without_a_number_the_only_fitting_boundary_is_meant() -> None:
    desk, evening = _desk()
    evening.propose(SAM, "No work on Sundays.")
    desk.things = evening.state.boundaries
    assert desk.choose(None, lambda one: desk.may("accept", one), "None.")[0] == 2
    with pytest.raises(Usage, match=r"Say which one: 1 \(No late chats.\), 2 \(No work on Sundays.\)\."):
        desk.choose(None, lambda _: True, "None.")
    with pytest.raises(Usage, match="Nothing waits"):
        desk.choose(None, lambda _: False, "Nothing waits.")
    desk.me = KIM
    with pytest.raises(NotAllowed, match="only they take steps"):
        desk.choose(None, lambda one: desk.may("accept", one), "None.")
    with pytest.raises(Usage, match="There is no boundary 3"):
        desk.choose(3, lambda _: True, "None.")


def test_each_step_of_the_rows_is_a_verb_that_asks_for_what_its_row_names() -> None:
    verbs = {verb.step: verb for verb in VERBS}
    assert list(verbs) == list(dict.fromkeys(row.step for row in MACHINE.rows))
    for step, verb in verbs.items():
        rows = [row for row in MACHINE.rows if row.step == step]
        assert (verb.names is not None) == any(row.register for row in rows), step
        assert (verb.form is None) == bool(verb.question), step
        for said in (verb.question, verb.done):
            assert isinstance(said, str) or set(said) == {row.does for row in rows}, step
        body = next(one for one in get_args(Step) if get_args(one.model_fields["step"].annotation) == (step,))
        assert verb.why == ("why" in body.model_fields), step
        assert (verb.form is not None) == bool({"wording", "words"} & body.model_fields.keys()), step
