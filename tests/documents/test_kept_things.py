"""Things in a home's snapshot: looked up at once, read when they are asked for, and refused when they are damaged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.journal import apply_all, encode_state, parse_state
from duolog.documents.journal_state import JournalState
from duolog.documents.kept_states import encode_head, parse_head
from duolog.documents.kept_things import KeptThings, encode_things, parse_things
from duolog.documents.registry import KINDS
from duolog.documents.things import KeptThing, Things
from duolog.errors import MalformedData
from duolog.protocol.codec import sha256
from duolog.protocol.messages import Document
from fuzz.documents import evening_log, machines_log

BOTH = Membership(frozenset({b"a" * 32, b"s" * 32}), journal=b"j" * 32)


def folded(log: dict[str, Any], repeated: int = 0) -> JournalState:
    """The state of an honest log, and of some documents at its end once more."""
    documents = []
    for seq, item in enumerate([*log["log"], *log["log"][:repeated]], 1):
        entry = sha256(b"entry", bytes([seq]))[:16]
        said = item["document"]
        document = Document(said["kind"], said["v"], said["at"], said["body"])
        author = item["author"][0].encode() * 32
        documents.append(AppliedDocument(entry, seq, author, sha256(b"message", entry), document, item["received"]))
    return apply_all(JournalState(), [(one, BOTH) for one in documents])


@pytest.fixture(params=[machines_log, evening_log])
def state(request: pytest.FixtureRequest) -> JournalState:
    return folded(request.param())


def kept_again(state: JournalState) -> JournalState:
    return parse_head(encode_head(state)).state


def unread(state: JournalState) -> int:
    rows = (row for part in state.parts.values() if isinstance(part, Things) for _, row in part.rows())
    return sum(isinstance(row, KeptThing) for row in rows)


def test_a_kept_state_is_the_same_and_reads_nothing_before_it_is_asked(state: JournalState) -> None:
    again = kept_again(state)
    assert unread(state) == 0
    assert unread(again) == sum(len(part) for part in state.parts.values() if isinstance(part, Things)) > 0
    assert encode_head(again) == encode_head(state)
    assert unread(kept_again(again)) == unread(again)  # kept once more without being read
    assert again == state
    assert unread(again) == 0
    assert encode_state(kept_again(state)) == encode_state(state) == encode_state(parse_state(encode_state(state)))


def test_things_are_looked_up_as_if_they_had_been_read(state: JournalState) -> None:
    for name, part in state.parts.items():
        if not isinstance(part, Things):
            continue
        for thing in part.values():
            for text in thing.texts.values():
                kept = kept_again(state).parts[name]
                assert kept.find(text.entry) == thing
                assert list(kept.alike(text.digest)) == list(part.alike(text.digest))
            kept = kept_again(state).parts[name]
            assert list(kept.standing((thing.standing,))) == list(part.standing((thing.standing,)))
            assert kept.get(thing.entry) == kept[thing.entry] == thing
            assert thing.entry in kept
        assert kept_again(state).parts[name].get(bytes(16)) is None
        assert list(kept_again(state).parts[name].items()) == list(part.items())


def test_a_step_reads_its_own_thing_and_leaves_the_state_before_it(state: JournalState) -> None:
    log = machines_log()
    whole = folded(log)
    begun = parse_head(encode_head(folded({"log": log["log"][:-1]}))).state
    before, last = encode_head(begun), whole.timeline[-1].applied
    after = apply_all(begun, [(last, BOTH)])
    assert encode_head(begun) == before
    assert unread(after) > 0
    assert encode_state(after) == encode_state(whole)


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: replace(kept, entries=kept.entries[:-1]),
        lambda kept: replace(kept, standing=kept.standing[1:]),
        lambda kept: replace(kept, texts=(*kept.texts, 1)),
        lambda kept: replace(kept, texts=(kept.texts[0] + 1, *kept.texts[1:])),
        lambda kept: replace(kept, index=kept.index + b"\0"),
        lambda kept: replace(kept, things=kept.things[1:]),
    ],
)
def test_columns_that_do_not_fit_are_refused(damage: Any) -> None:
    kept = encode_things("promise", folded(machines_log()).part(KINDS["promise"]))
    assert isinstance(kept, KeptThings)
    assert len(parse_things("promise", kept)) == len(kept.things)
    with pytest.raises(MalformedData):
        parse_things("promise", damage(kept))


def test_a_thing_that_can_not_be_read_says_so() -> None:
    kept = encode_things("promise", folded(machines_log()).part(KINDS["promise"]))
    things = parse_things("promise", replace(kept, things=tuple("{}" for _ in kept.things)))
    with pytest.raises(MalformedData):
        list(things.values())
