"""Vectors of reducers: random logs of every kind, with the states and the possible steps that come of them.

The logs are chosen: in them every row of every kind counts and every guard refuses (`tests/vectors`).
"""

from random import Random

from vectors.account_walks import account_case
from vectors.body_walks import body_case
from vectors.values import ADA, SAM, Json
from vectors.walks import Walk

# By seed: of each kind's logs. A breach needs boundaries that were agreed before.
SEEDS = {
    "boundary": (129, 118, 236, 3, 156),
    "disclosure": (44, 127, 129, 544),
    "promise": (203, 7),
    "pause": (179, 135, 201),
    "breach": (280, 21, 7),
    "check_in": (258, 4, 17, 40, 163),
}
LENGTH, OF_CHECK_IN = 40, 30  # documents of a log
ODD = 0.1  # how likely each odd thing is


def make() -> Json:
    """The content of `reducers.json`."""
    return {
        "about": "Logs of every kind: effects, states, possible steps; bodies that are read or refused.",
        "shared": {},
        "cases": [*_journals(), _contested(), *_accounts(), _bodies()],
    }


def _journals() -> list[Json]:
    cases = [_journal(kind, seed) for kind, seeds in SEEDS.items() for seed in seeds]
    return [*cases, _walk(tuple(SEEDS), "all kinds", 60, 0.05), _walk(tuple(SEEDS), "all kinds, much refused", 60, 0.3)]


def _journal(kind: str, seed: int) -> Json:
    kinds = ("boundary", "breach", "breach") if kind == "breach" else (kind,)
    return _walk(kinds, f"{kind} {seed}", OF_CHECK_IN if kind == "check_in" else LENGTH, ODD)


def _walk(kinds: tuple[str, ...], name: str, length: int, odd: float) -> Json:
    walk = Walk(Random(name), kinds, odd)  # noqa: S311  # the same name gives the same log
    walk.go(length)
    return walk.case(f"journal: {name}", 8)


def _contested() -> Json:
    """A boundary that both contest: another text that is accepted ends that, and so does retiring it."""
    walk = Walk(Random("contested"), ("boundary",), 0)  # noqa: S311
    first, second = ({"wording": {"topic": "time", "text": said, "binds": "both"}} for said in ("We eat.", "At seven."))
    agreed = walk.add(ADA, "boundary", {"step": "propose"} | first)
    walk.add(SAM, "boundary", {"step": "accept", "answers": agreed})
    for author in (ADA, SAM):
        walk.add(author, "boundary", {"step": "contest", "answers": agreed, "words": "Not any more."})
    other = walk.add(ADA, "boundary", {"step": "amend", "answers": agreed} | second)
    walk.add(SAM, "boundary", {"step": "accept", "answers": other})
    walk.add(SAM, "boundary", {"step": "contest", "answers": other, "words": "Nor this."})
    ask = walk.add(SAM, "boundary", {"step": "retire", "answers": other})
    walk.add(ADA, "boundary", {"step": "retire", "answers": ask})
    return walk.case("journal: contested, amended, contested, and retired", 4)


def _accounts() -> list[Json]:
    logs = ((str(number), Random(f"account {number}")) for number in range(4))  # noqa: S311
    return [account_case(random, f"account journal: {number}", 60, 0.05) for number, random in logs]


def _bodies() -> Json:
    return body_case(Random("bodies"), "bodies: read and written", 300)  # noqa: S311
