"""Vectors of promises and pauses: what their documents come to, and with which reasons."""

from duolog.documents.applied import DAY
from vectors.check import Json, text
from vectors.documents import ADA, SAM, START, Log

HOUR = 3600 / DAY  # in days


def make() -> list[Json]:
    """More cases of `documents.json`."""
    return [*_promises(), *_pauses()]


def at(day: float) -> int:
    """Days from the start as Unix seconds."""
    return START + int(day * DAY)


def marks(**registers: list[bytes]) -> Json:
    """The accounts with a mark in each register of one thing."""
    return {register: sorted(map(text, accounts)) for register, accounts in registers.items()}


def _promises() -> list[Json]:
    offer, lapsed, others, ended = Log(), Log(), Log(), Log()
    body: Json = {"step": "make", "form": "offer", "text": "My calendar", "until": at(90)}
    offer.add(ADA, body, 0, kind="promise")
    offer.add(ADA, body | {"until": at(90) + 1}, 0, kind="promise")
    offer.add(ADA, body | {"until": at(0) - 1}, 0, kind="promise")
    offer.add(ADA, {"step": "make", "form": "habit", "text": "I call.", "until": at(1)}, 0, kind="promise")
    to: Json = {"answers": lapsed.add(ADA, body | {"until": at(10)}, 0, kind="promise")}
    lapsed.add(ADA, {"step": "mark"} | to, 10, kind="promise")
    lapsed.add(ADA, {"step": "mark"} | to, 10.5, kind="promise")
    lapsed.add(ADA, {"step": "renew", "until": at(101)} | to, 10.5, kind="promise")
    lapsed.add(ADA, {"step": "renew", "until": at(100)} | to, 10.5, kind="promise")
    lapsed.add(ADA, {"step": "mark"} | to, 10.5, kind="promise")
    to = {"answers": others.add(ADA, {"step": "make", "form": "habit", "text": "I call."}, 0, kind="promise")}
    others.add(SAM, {"step": "end"} | to, 0, kind="promise")
    others.add(ADA, {"step": "renew", "until": at(5)} | to, 0, kind="promise")
    plan: Json = {"step": "make", "form": "plan", "text": "When alone", "calls": "My brother"}
    to = {"answers": ended.add(SAM, plan, 0, kind="promise")}
    ended.add(SAM, {"step": "end", "words": "It is over."} | to, 1, kind="promise")
    ended.add(SAM, {"step": "mark"} | to, 2, kind="promise")
    end = "An offer ends within 90 days; you can renew it."
    return [
        offer.things(
            *("promises: the longest offer", "promise", ["held"], {1: end, 2: end, 3: "Only an offer has an end."}),
            times=[{"until": at(90)}],
            marks=[{}],
        ),
        lapsed.things(
            *("promises: an offer ran out and is renewed", "promise", ["held"]),
            {2: "This offer ran out. Renew it, or leave it.", 3: "An offer is renewed for 90 days at most."},
            times=[{"until": at(100)}],
            marks=[{}],
        ),
        others.things(
            *("promises: the owner's alone", "promise", ["held"]),
            {1: "A promise is its owner's alone.", 2: "Only an offer is renewed."},
            times=[{}],
            marks=[{}],
        ),
        ended.things(
            *("promises: a plan is ended", "promise", ["ended"], {2: "It has ended already."}),
            times=[{}],
            marks=[marks(ended=[SAM])],
        ),
    ]


def _pauses() -> list[Json]:
    lengths, more, both = Log(), Log(), Log()
    for minutes in (19, 20, 24 * 60 + 1):
        lengths.add(ADA, {"step": "call", "until": START + 60 * minutes}, 0, kind="pause")
    to: Json = {"answers": more.add(ADA, {"step": "call", "until": at(2 * HOUR)}, 0, kind="pause")}
    more.add(ADA, {"step": "extend", "until": at(1 * HOUR)} | to, 0, kind="pause")
    more.add(SAM, {"step": "extend", "until": at(3 * HOUR)} | to, 0, kind="pause")
    more.add(ADA, {"step": "extend", "until": at(1.5)} | to, 26 * HOUR, kind="pause")
    more.add(ADA, {"step": "extend", "until": at(1.6)} | to, 26 * HOUR, kind="pause")
    more.add(ADA, {"step": "return"} | to, 26 * HOUR, kind="pause")
    more.add(ADA, {"step": "return"} | to, 26 * HOUR, kind="pause")
    both.add(ADA, {"step": "call", "until": at(1 * HOUR)}, 0, kind="pause")
    both.add(SAM, {"step": "call", "until": at(1 * HOUR)}, 0, kind="pause")
    both.add(ADA, {"step": "call", "until": at(2 * HOUR)}, 1 * HOUR, kind="pause")
    both.add(ADA, {"step": "call", "until": at(3 * HOUR)}, 2 * HOUR, kind="pause")
    length, once = "A pause lasts from 20 minutes to 24 hours.", "A pause is extended once. Return, or call a new one."
    return [
        lengths.things(
            *("pauses: too short, shortest, too long", "pause", ["called"]),
            {0: length, 2: "You are on a pause already: extend it, or return."},
            times=[{"until": START + 1200}],
            marks=[{}],
        ),
        more.things(
            *("pauses: extended a day after its time, and ended", "pause", ["returned"]),
            {
                1: "An extension ends later than the pause.",
                2: "Only who called a pause extends it or returns from it.",
                4: once,
                6: "You are back already.",
            },
            times=[{"until": at(1.5)}],
            marks=[marks(returned=[ADA])],
        ),
        both.things(
            *("pauses: both at once, and a second one after its time", "pause", ["called", "called", "called"]),
            {2: "You are on a pause already: extend it, or return."},
            times=[{"until": at(1 * HOUR)}, {"until": at(1 * HOUR)}, {"until": at(3 * HOUR)}],
            marks=[{}, {}, {}],
        ),
    ]
