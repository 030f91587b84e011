"""Texts of a thing: values that share what they have in common."""

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import Answer
from duolog.documents.journal import apply, apply_all
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.promise import KIND
from duolog.documents.thing_texts import Texts
from duolog.documents.things import Thing
from duolog.protocol.messages import Document

ADA = b"a" * 32


class One:
    """A text, as far as `Texts` look at it."""

    def __init__(self, entry: int, says: str = "") -> None:
        self.entry, self.says = bytes([entry]), says


def said(texts: Texts[One]) -> list[tuple[int, str]]:
    return [(entry[0], text.says) for entry, text in texts.items()]


def test_putting_a_text_leaves_the_texts_before_it_as_they_are() -> None:
    none = Texts[One]()
    first = none.put(One(1, "a"))
    second = first.put(One(2, "b"))
    settled = second.put(One(1, "a, accepted"))
    third = settled.put(One(3, "c"))
    assert [said(one) for one in (none, first, second)] == [[], [(1, "a")], [(1, "a"), (2, "b")]]
    assert said(settled) == [(1, "a, accepted"), (2, "b")]
    assert said(third) == [(1, "a, accepted"), (2, "b"), (3, "c")]
    assert [len(one) for one in (none, first, second, settled, third)] == [0, 1, 2, 2, 3]
    assert b"\x03" not in settled
    assert second[b"\x01"].says == "a"
    assert [text.says for text in third.newest_first()] == ["c", "b", "a, accepted"]
    assert [text.says for text in second.newest_first()] == ["b", "a"]


def test_what_grows_from_older_texts_is_its_own() -> None:
    one = Texts([One(1)])
    left, right = one.put(One(2, "left")), one.put(One(2, "right"))
    further = left.put(One(3))
    assert said(right.put(One(4))) == [(1, ""), (2, "right"), (4, "")]
    assert said(further) == [(1, ""), (2, "left"), (3, "")]
    assert said(one) == [(1, "")]


def test_a_step_copies_none_of_those_before_it() -> None:
    """Each of many steps costs as much as the first, and every state that was given stays as it was."""
    state, states = JournalState(), list[JournalState]()
    for step in range(1, 6):
        state = apply(state, marked(step), MEMBERS)
        states.append(state)
    assert [len(thing_of(one).texts) for one in states] == [1, 2, 3, 4, 5]
    assert [list(thing_of(one).texts)[-1] for one in states] == [marked(step).entry for step in range(1, 6)]
    assert len({id(thing_of(one).texts._puts) for one in states}) == 1
    assert apply_all(JournalState(), ((marked(step), MEMBERS) for step in range(1, 6))) == state


MEMBERS = Membership(partners=frozenset({ADA}), provisional=False, journal=bytes(32))


def marked(step: int) -> AppliedDocument:
    """A promise, or behind it a mark of it."""
    first = Answer(entry=bytes(15) + b"\x01", message=bytes(31) + b"\x01").encode_json()
    body = {"step": "make", "form": "habit", "text": "a walk"} if step == 1 else {"step": "mark", "answers": first}
    document = Document("promise", 1, 1_700_000_000 + step, body)
    return AppliedDocument(bytes(15) + bytes([step]), step, ADA, bytes(31) + bytes([step]), document, 1_700_000_000)


def thing_of(state: JournalState) -> Thing:
    """The promise."""
    return state.part(KIND)[bytes(15) + b"\x01"]
