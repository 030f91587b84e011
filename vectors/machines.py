"""Vectors of promises, pauses, breaches and check-ins: what their documents come to, and with which reasons."""

from duolog.documents.applied import DAY
from duolog.protocol.blind_pairs import pair_keys
from duolog.protocol.codec import parse_b64, sha256
from vectors.documents import Log
from vectors.values import ADA, JOURNAL, SAM, START, Json, text

HOUR = 3600 / DAY  # in days


def make() -> list[Json]:
    """More cases of `documents.json`."""
    return [*_promises(), *_pauses(), *_breaches(), *_check_ins()]


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


def _breaches() -> list[Json]:
    seen, mine, closed, left = Log(), Log(), Log(), Log()
    note: Json = {"text": {"entry": text(bytes(16)), "message": text(bytes(32))}}
    agreed = seen.propose()
    seen.add(SAM, {"step": "open", "as": "saw", "answers": agreed} | note, 0, kind="breach")
    seen.step("accept", agreed)
    seen.add(SAM, {"step": "open", "as": "saw", "answers": agreed} | note, 0, kind="breach")
    agreed = mine.propose(binds="me")
    mine.step("accept", agreed)
    mine.add(ADA, {"step": "open", "as": "saw", "answers": agreed} | note, 0, kind="breach")
    mine.add(SAM, {"step": "open", "as": "saw", "answers": agreed} | note, 0, kind="breach")
    to: Json = {"answers": closed.add(ADA, {"step": "open", "as": "own"} | note, 0, kind="breach")}
    closed.add(ADA, {"step": "account"} | note | to, 0, kind="breach")
    closed.add(ADA, {"step": "close"} | to, 0, kind="breach")
    other = closed.add(SAM, {"step": "account"} | note | to, 0, kind="breach")
    closed.add(SAM, {"step": "close", "answers": other}, 0, kind="breach")
    closed.add(SAM, {"step": "close"} | to, 0, kind="breach")
    closed.add(ADA, {"step": "reopen"} | to, 0, kind="breach")
    agreed = left.propose()
    left.step("accept", agreed)
    left.add(SAM, {"step": "open", "as": "saw", "answers": agreed} | note, 0, kind="breach")
    left.add(ADA, {"text": "I could not open something."}, 1, kind="note", refused=[2])
    only = "Only a text that both accepted, and that binds the other, can be named so."
    away = "It could not be opened on the other side, so it does not count for anybody until it is written again."
    return [
        seen.things(
            *("breaches: of a text before and after it is accepted", "breach", ["open"], {1: only}),
            times=[{}],
            marks=[marks(accounts=[SAM])],
        ),
        mine.things(
            *("breaches: of a text that binds its author alone", "breach", ["open"], {2: only}),
            times=[{}],
            marks=[marks(accounts=[SAM])],
        ),
        closed.things(
            *("breaches: two accounts, closed by each and opened again by one", "breach", ["open"]),
            {
                1: "One account each; further words are comments.",
                4: "Name what was opened, and not the other's account.",
            },
            times=[{}],
            marks=[marks(accounts=[ADA, SAM], closed=[SAM])],
        ),
        left.things(
            *("breaches: the acceptance was not delivered", "breach", [], {1: away, 2: only}), times=[], marks=[]
        ),
    ]


def _check_ins() -> list[Json]:
    both, aside, passed, copied = Log(), Log(), Log(), Log()
    to = _begin(both)
    _commit(both, to, ADA)
    _reveal(both, to, ADA)
    _commit(both, to, SAM)
    _commit(both, to, SAM)
    _reveal(both, to, SAM, k=_k(ADA))
    _reveal(both, to, SAM)
    both.add(SAM, {"step": "set_aside", "answers": to}, 0, kind="check_in")
    _reveal(both, to, ADA)
    to = _begin(aside)
    _begin(aside, ADA)
    _commit(aside, to, ADA)
    aside.add(SAM, {"step": "set_aside", "answers": to}, 1, kind="check_in")
    _commit(aside, to, SAM, 1)
    _begin(aside, ADA, 14.5)
    _begin(aside, ADA, 15)
    to = _begin(passed)
    _commit(passed, to, ADA, 7)
    _commit(passed, to, SAM, 7.5)
    _begin(passed, ADA, 7.5)
    to = _begin(copied)
    _commit(copied, to, ADA)
    _commit(copied, to, SAM, of=ADA)
    _reveal(copied, to, ADA)
    _reveal(copied, to, SAM, k=_k(ADA))
    first, fit = "Keys count once both have answered.", "This key does not fit the answer, so it is not counted."
    one, done = "One is open already. Answer it, or set it aside.", "It takes no more answers."
    told_no = "The other set one aside less than 14 days ago. Only they can begin one before that."
    week = {"until": at(7)}
    return [
        both.things(
            *("check-ins: keys before both commits, of another, and the right ones", "check_in", ["opened"]),
            {2: first, 4: done, 5: fit, 7: "You have opened your answer already."},
            times=[week],
            marks=[marks(commits=[ADA, SAM], keys=[SAM, ADA])],
        ),
        aside.things(
            *("check-ins: set aside by one, and the other waits", "check_in", ["aside", "begun"]),
            {1: one, 4: done, 5: told_no},
            times=[week, {"until": at(22)}],
            marks=[marks(commits=[ADA], aside=[SAM]), {}],
        ),
        passed.things(
            *("check-ins: an answer after its time, and the next one", "check_in", ["begun", "begun"]),
            {2: "Its time has passed. You can begin a new one."},
            times=[week, {"until": at(14.5)}],
            marks=[marks(commits=[ADA]), {}],
        ),
        copied.things(
            *("check-ins: the other's commit, copied", "check_in", ["sealed"], {4: fit}),
            times=[week],
            marks=[marks(commits=[ADA, SAM], keys=[ADA])],
        ),
    ]


def _begin(log: Log, author: bytes = SAM, day: float = 0) -> Json:
    return log.add(author, {"step": "begin", "form": "week"}, day, kind="check_in")


def _k(author: bytes) -> bytes:
    return sha256(b"k", author)


def _commit(log: Log, to: Json, author: bytes, day: float = 0, of: bytes | None = None) -> None:
    whose = of or author
    commitment = pair_keys(_k(whose), JOURNAL, parse_b64(to["entry"]), whose)[1]
    body: Json = {"step": "commit", "answers": to, "sealed": text(bytes(4136)), "commitment": text(commitment)}
    log.add(author, body, day, kind="check_in")


def _reveal(log: Log, to: Json, author: bytes, k: bytes | None = None) -> None:
    log.add(author, {"step": "reveal", "answers": to, "k": text(k or _k(author))}, 0, kind="check_in")
