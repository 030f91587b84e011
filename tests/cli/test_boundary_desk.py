"""What is shown before somebody agrees, and before they start from another's words."""

from types import SimpleNamespace
from typing import Any

import pytest

from duolog.cli.boundary import _became
from duolog.cli.boundary_desk import Desk
from duolog.cli.boundary_shapes import boundary_shape
from duolog.documents.bodies import UPDATE_TO_AGREE
from duolog.documents.kinds.boundary_texts import TakeBack
from duolog.documents.voice import HIDDEN, PARTS_UNSHOWN
from duolog.errors import NotAllowed
from duolog.protocol.messages import Document
from tests.documents.evening import ADA, SAM, START, VOICE, Evening, answer

TERMS = {"topic": "communication", "text": "No late chats.", "binds": "both"}


class _Desk(Desk):
    """Without a home and a server."""

    voice = VOICE

    def __init__(self, evening: Evening) -> None:
        self.said: list[str] = []
        screen = SimpleNamespace(say=lambda text="", **_: self.said.append(text), warn=self.said.append)
        self.run: Any = SimpleNamespace(screen=screen)
        self.me, self.now, self.all = ADA, START, list(evening.state.boundaries.values())


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
    assert desk.waits_for_other(evening.boundary)
    desk.me = SAM
    assert not desk.waits_for_other(evening.boundary)


def test_what_was_taken_back_is_called_that() -> None:
    desk, evening = _desk()
    evening.write(ADA, TakeBack(answers=answer(evening.state.timeline[0])))
    text = next(iter(evening.boundary.texts.values()))
    assert _became(desk, evening.boundary, text) == "Taken back by Ada."
    assert boundary_shape(1, evening.boundary, SAM, START)["status"] == "taken_back"
