"""The check of histories accepts every honest one, and refuses each way of breaking one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.crash.history import Append, BrokenHistory, Entry, History, Outcome, Place, Read

START = 3


class Made:
    """An honest history of a few clients, one of them reading, and the log that it left."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.history = History(START)
        self.log: list[Place] = []
        self.now = 0.0
        for number in range(self.random.randint(6, 14)):
            self._push(number)
            if self.random.random() < 0.6:
                self._read()

    def _moment(self) -> float:
        """A moment after the last; clients overlap, because an append may begin before it and end after it."""
        self.now += self.random.random()
        return self.now

    def _push(self, number: int) -> None:
        draw = self.random
        entries = tuple(Entry(bytes([number, n]), draw.randbytes(4)) for n in range(draw.randint(1, 3)))
        began = self._moment() - draw.random() * 2
        fate = draw.choice(["stored", "stored", "stored", "lost answer", "never came", "refused"])
        if fate in ("never came", "refused"):
            outcome: Outcome = "unknown" if fate == "never came" else "refused"
            self.history.appends.append(Append(entries, began, inf, outcome))
            return
        places = [Place(START + 1 + len(self.log) + n, entry) for n, entry in enumerate(entries)]
        places[-1] = replace(places[-1], head=draw.randbytes(4))
        self.log += places
        seqs = tuple(place.seq for place in places)
        ended = self._moment() + draw.random() * 2
        if fate == "lost answer":
            self.history.appends.append(Append(entries, began))
            if draw.random() < 0.5:  # sent again: the same places, and no receipt, because nothing is new
                self.history.appends.append(Append(entries, ended, ended + 1, "stored", seqs))
            return
        self.history.appends.append(Append(entries, began, ended, "stored", seqs, places[-1].head))

    def _read(self) -> None:
        draw, at = self.random, self._moment()
        ends = [0, *(n + 1 for n, place in enumerate(self.log) if place.head is not None)]
        since, until = sorted((draw.choice(ends), draw.choice(ends)))
        shown = tuple(self.log[since:until])
        newest = START + len(self.log)
        self.history.reads.append(Read(shown, newest, at - draw.random(), at + draw.random()))

    def stored(self) -> list[Append]:
        return [one for one in self.history.appends if one.outcome == "stored"]

    def change(self, append: Append, **fields: object) -> None:
        at = self.history.appends.index(append)
        self.history.appends[at] = replace(append, **fields)  # type: ignore[arg-type]

    def renumber(self) -> None:
        self.log = [replace(place, seq=seq) for seq, place in enumerate(self.log, START + 1)]


MADE = st.integers(0, 2**32).map(Made)
FEW = settings(max_examples=25)  # for each way of breaking


@given(MADE)
def test_an_honest_history_is_accepted(made: Made) -> None:
    made.history.check(made.log)


def lost(made: Made) -> str:
    """The newest acknowledged push isn't there any more, nor anything after it."""
    assume(made.stored())
    last = max(made.stored(), key=lambda one: one.seqs[0])
    del made.log[last.seqs[0] - START - 1 :]
    made.history.reads.clear()
    return "lost|doesn't go there"


def lost_in_the_middle(made: Made) -> str:
    assume(made.stored())
    one = made.random.choice(made.stored())
    gone = {entry.id for entry in one.entries}
    made.log = [place for place in made.log if place.entry.id not in gone]
    made.renumber()
    made.history.reads.clear()
    return "lost|acknowledged at seq"


def a_gap(made: Made) -> str:
    assume(len(made.log) > 1)
    del made.log[made.random.randrange(len(made.log) - 1)]
    return "where .* is due"


def doubled(made: Made) -> str:
    assume(made.log)
    made.log.append(made.random.choice(made.log))
    made.renumber()
    return "stands at seq .* too"


def reordered(made: Made) -> str:
    """Two entries of the log have changed places; one of them at least was acknowledged."""
    known = {entry.id for one in made.stored() for entry in one.entries}
    pairs = [n for n in range(len(made.log) - 1) if {made.log[n].entry.id, made.log[n + 1].entry.id} & known]
    assume(pairs)
    at = made.random.choice(pairs)
    made.log[at : at + 2] = [made.log[at + 1], made.log[at]]
    made.renumber()
    return "acknowledged at seq|another head|torn apart"


def a_seq_given_twice(made: Made) -> str:
    assume(len({one.entries for one in made.stored()}) > 1)
    one, other = made.random.sample(made.stored(), 2)
    assume(one.entries != other.entries and len(one.seqs) == len(other.seqs))
    made.change(one, seqs=other.seqs)
    return "acknowledged at seq .* stands at"


def a_retry_that_got_another_seq(made: Made) -> str:
    assume(made.stored())
    one = made.random.choice(made.stored())
    again = replace(
        one, seqs=tuple(seq + 1 for seq in one.seqs), head=None, invoked=made.now + 9, answered=made.now + 9
    )
    made.history.appends.append(again)
    return "acknowledged at seq .* stands at"


def a_phantom(made: Made) -> str:
    """A push that nobody sent stands at the end of the log."""
    made.log.append(Place(START + 1 + len(made.log), Entry(b"phantom", b""), b"head"))
    return "nobody sent"


def a_refused_push_that_was_stored(made: Made) -> str:
    refused = [one for one in made.history.appends if one.outcome == "refused"]
    assume(refused)
    made.log += [Place(START + 1 + len(made.log) + n, entry, b"h") for n, entry in enumerate(refused[0].entries)]
    return "sending was refused"


def other_bytes(made: Made) -> str:
    assume(made.log)
    at = made.random.randrange(len(made.log))
    made.log[at] = replace(made.log[at], entry=replace(made.log[at].entry, digest=b"others"))
    return "nobody sent"


def a_part_of_a_push(made: Made) -> str:
    """The end of a push that got no answer is missing."""
    torn = [one for one in made.history.appends if one.outcome == "unknown" and len(one.entries) > 1]
    ids = {place.entry.id for place in made.log}
    torn = [one for one in torn if one.entries[0].id not in ids]
    assume(torn)
    made.log.append(Place(START + 1 + len(made.log), torn[0].entries[0], b"head"))
    return "part of a push"


def another_head(made: Made) -> str:
    with_head = [one for one in made.stored() if one.head is not None]
    assume(with_head)
    made.change(made.random.choice(with_head), head=b"another")
    return "another head"


def placed_before_what_was_answered_earlier(made: Made) -> str:
    """Real time: a push began after a later one in the log had been answered."""
    firsts = {entry.id for one in made.history.appends if one.outcome == "unknown" for entry in one.entries}
    stored = sorted((one for one in made.stored() if one.entries[0].id not in firsts), key=lambda one: one.seqs[0])
    assume(len(stored) > 1)
    early, late = stored[0], stored[-1]
    made.change(early, invoked=late.answered + 1, answered=late.answered + 2)
    return "placed too early"


def a_page_that_goes_backwards(made: Made) -> str:
    """A page ends before an entry that had been acknowledged when it was asked for."""
    assume(made.stored())
    made.history.reads.append(Read((), START, made.now + 9, made.now + 10))
    return "went backwards"


def two_pages_one_of_which_goes_backwards(made: Made) -> str:
    """Nothing was acknowledged: one page has shown an entry, and a later one doesn't know of it."""
    assume(made.log)
    made.history.appends = [
        Append(one.entries, one.invoked) if one.outcome == "stored" else one for one in made.history.appends
    ]
    newest = made.log[-1].seq
    made.history.reads = [Read((), newest, made.now, made.now + 1), Read((), START, made.now + 2, made.now + 3)]
    return "went backwards"


def a_page_from_the_future(made: Made) -> str:
    """A page showed a push before anybody had sent it."""
    assume(made.log)
    made.history.reads = [Read((), made.log[-1].seq, -9, -8)]
    return "placed too early"


def a_page_with_another_entry(made: Made) -> str:
    assume(made.log)
    place = made.random.choice(made.log)
    other = replace(place, entry=Entry(b"other", b""))
    made.history.reads.append(Read((other,), made.log[-1].seq, made.now + 9, made.now + 10))
    return "showed another entry"


def a_page_that_ends_in_a_push(made: Made) -> str:
    inside = [place for place in made.log if place.head is None]
    assume(inside)
    made.history.reads.append(Read((), inside[0].seq, inside[0].seq, inf))
    return "middle of a push|placed too early|went backwards"


BREAKS: list[Callable[[Made], str]] = [
    lost,
    lost_in_the_middle,
    a_gap,
    doubled,
    reordered,
    a_seq_given_twice,
    a_retry_that_got_another_seq,
    a_phantom,
    a_refused_push_that_was_stored,
    other_bytes,
    a_part_of_a_push,
    another_head,
    placed_before_what_was_answered_earlier,
    a_page_that_goes_backwards,
    two_pages_one_of_which_goes_backwards,
    a_page_from_the_future,
    a_page_with_another_entry,
    a_page_that_ends_in_a_push,
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda one: one.__name__)
@FEW
@given(MADE)
def test_a_broken_history_is_refused(broken: Callable[[Made], str], made: Made) -> None:
    sentence = broken(made)
    with pytest.raises(BrokenHistory, match=sentence):
        made.history.check(made.log)
