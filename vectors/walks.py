"""Random logs of journals, in which most steps count, some are forbidden, and some documents are damaged.

The same seed gives the same log. `python -m vectors.walks SEED LOGS` writes logs with what they come to, one a line,
for a client in another language to compare with.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from duolog.documents.applied import DAY, AppliedDocument, Membership
from duolog.documents.journal import apply
from duolog.documents.journal_state import JournalState
from duolog.documents.registry import KINDS
from duolog.protocol.codec import parse_b64, sha256
from duolog.protocol.messages import Document
from vectors import plain
from vectors.account_walks import account_case
from vectors.body_walks import body_case
from vectors.samples import PLAIN, STEPS, Place, damaged
from vectors.text_walks import text_case
from vectors.values import ADA, JOURNAL, KIM, SAM, START, Json, text

HOUR = 3600
_PAUSES = (
    0,
    0,
    60,
    60,
    60,
    HOUR,
    HOUR,
    6 * HOUR,
    DAY,
    DAY,
    DAY + 1,
    3 * DAY,
    7 * DAY,
    7 * DAY + 1,
    14 * DAY,
    14 * DAY + 1,
)
BOTH = frozenset({ADA, SAM})


@dataclass
class Walk:
    """A log on its way. `kinds`: those with steps that it has. `odd`: how likely each odd thing is."""

    random: Random
    kinds: tuple[str, ...]
    odd: float = 0.1
    now: int = START
    state: JournalState = field(default_factory=JournalState)
    documents: list[Json] = field(default_factory=list)

    def is_odd(self, times: float = 1) -> bool:
        """Whether something odd happens here."""
        return self.random.random() < self.odd * times

    def go(self, length: int) -> None:
        """Write that many documents."""
        for _ in range(length):
            self.now += self.random.choice(_PAUSES)
            author = KIM if self.is_odd() else self.random.choice((ADA, SAM))
            kind = self.random.choice([*PLAIN]) if self.random.random() < 0.2 else self.random.choice(self.kinds)
            named, step = self._chosen(kind, author)
            place = Place(self.random, author, self.now, named)
            body = {"step": step} | STEPS[kind][step](place) if kind in STEPS else PLAIN[kind](place)
            self.add(author, kind, damaged(self.random, body) if self.is_odd() else body)

    def _chosen(self, kind: str, author: bytes) -> tuple[Json, str]:
        """The document to name, and the step: mostly one that may be taken now."""
        mine = [one for one in self.documents if one["author"] == text(author)] if kind == "withdrawn" else []
        anything = self._link(self.random.choice(mine or self.documents)) if self.documents else _named(b"")
        machine = KINDS[kind].machine if kind in KINDS else None
        if machine is None:
            return anything, ""
        things = self.state.part(KINDS[kind])
        thing = self.random.choice([None, *things.values(), *[*things.values()][-2:]])
        found = machine.steps(things, thing, author, self.now, Membership(BOTH))
        may = [one for one in found if one.why_not is None] or list(found)
        if not may or self.is_odd(3):
            texts = [] if thing is None or self.is_odd(3) else [*thing.texts]
            named = self._held(self.random.choice(texts)) if texts else anything
            return named, self.random.choice([*STEPS[kind]])
        one = self.random.choice(may)
        if one.names is None:
            boundaries = [text for item in self.state.boundaries.values() for text in item.texts.values()]
            agreed = [text.entry for text in boundaries if text.outcome == "accepted"]
            return (self._held(self.random.choice(agreed)) if kind == "breach" and agreed else anything), one.step
        return self._held(one.names), one.step

    def _held(self, entry: bytes) -> Json:
        item = self.state.find(entry)
        return _named(entry) if item is None else {"entry": text(entry), "message": text(item.applied.message)}

    def _link(self, document: Json) -> Json:
        message = text(bytes(32)) if self.is_odd(0.5) else document["message"]
        return {"entry": document["entry"], "message": message}

    def add(self, author: bytes, kind: str, body: Json) -> Json:
        """Write one document. Gives the link by which another names it."""
        number, seq = len(self.documents), (self.documents[-1]["seq"] if self.documents else 0) + 1
        again = self.is_odd(0.2) and number > 0
        entry = parse_b64(self.documents[-1]["entry"]) if again else sha256(b"entry", bytes([number % 256]))[:16]
        skew = self.random.choice((-30 * DAY, -8 * DAY, -DAY, DAY, 2 * DAY, 400 * DAY)) if self.is_odd() else 0
        context = self._context()
        document: Json = {
            "entry": text(entry),
            "seq": seq + self.random.choice((0, 0, 0, 2)),
            "author": text(author),
            "message": text(sha256(b"message", entry, bytes([number % 256]))),
            "kind": kind,
            "v": 2 if self.is_odd(0.2) else 1,
            "at": max(self.now + skew, 0),
            "body": body,
            "received": 0 if self.is_odd(0.5) else self.now,
        }
        document |= {} if context.partners == BOTH else {"partners": sorted(map(text, context.partners))}
        document |= {"provisional": True} if context.provisional else {}
        if self.is_odd():
            recent = [one["seq"] for one in self.documents[-6:]]
            document["refused"] = sorted(self.random.sample(recent, min(len(recent), 2)))
        document |= {"generation": 2} if self.is_odd() else {}
        document |= {"key_since": seq - 1} if self.is_odd(0.3) else {}
        self.documents.append(document)
        self.state = apply(self.state, *placed(document))
        return {"entry": document["entry"], "message": document["message"]}

    def _context(self) -> Membership:
        partners = BOTH
        if self.is_odd(0.4):
            partners = self.random.choice((frozenset({ADA}), frozenset({ADA, KIM})))
        return Membership(partners, self.is_odd(0.5), JOURNAL)

    def case(self, name: str, asked: int, *, in_utc: bool = False) -> Json:
        """The log with what it comes to, and `asked` questions about possible steps.

        `in_utc`: this process is in UTC, so that what is open for a reader today can be told for any other.
        """
        questions = []
        for _ in range(asked):
            kind = self.random.choice(self.kinds)
            thing = self.random.choice([None, *self.state.part(KINDS[kind])])
            ask: Json = {"of": kind, "thing": None if thing is None else text(thing)}
            ask |= {"account": text(self.random.choice((ADA, SAM, SAM, KIM)))}
            now = self.now + self.random.choice(_PAUSES)
            context = Membership(BOTH, journal=JOURNAL)
            may = plain.steps(self.state, kind, thing, parse_b64(ask["account"]), now, context)
            questions.append(ask | {"now": now, "may": may})
            if in_utc:
                questions[-1]["open"] = plain.open_in(self.state, kind, thing, parse_b64(ask["account"]), now)
        asks = [{key: value for key, value in one.items() if key not in ("may", "open")} for one in questions]
        gives = plain.journal(self.state) | {"steps": [one["may"] for one in questions]}
        gives |= {"open": [one["open"] for one in questions]} if in_utc else {}
        case: Json = {
            "name": name,
            "kind": "journal_state",
            "journal": text(JOURNAL),
            "partners": [text(ADA), text(SAM)],
        }
        return case | {"documents": self.documents, "asks": asks, "gives": gives}


def placed(item: Json) -> tuple[AppliedDocument, Membership]:
    """A document of a log, and the roster at its place."""
    document = Document(item["kind"], item["v"], item["at"], item["body"])
    applied = AppliedDocument(
        *(parse_b64(item["entry"]), item["seq"], parse_b64(item["author"]), parse_b64(item["message"]), document),
        received=item["received"],
        refused=tuple(item.get("refused", ())),
        generation=item.get("generation", 0),
        key_since=item.get("key_since", 0),
    )
    partners = frozenset(map(parse_b64, item["partners"])) if "partners" in item else BOTH
    return applied, Membership(partners, item.get("provisional", False), JOURNAL)


def _named(entry: bytes) -> Json:
    return {"entry": text(entry or bytes(16)), "message": text(bytes(32))}


def walks(seed: int, logs: int) -> Iterator[Json]:
    """Random cases of journals with all kinds, and of account journals."""
    for number in range(logs):
        random = Random(f"{seed} {number}")  # noqa: S311  # the same seed gives the same log
        walk = Walk(random, tuple(random.sample([*STEPS], random.choice((1, 2, 6)))), random.choice((0.02, 0.1, 0.2)))
        walk.go(random.choice((10, 40, 80)))
        yield walk.case(f"walk {seed} {number}", 12, in_utc=True)
        yield account_case(random, f"account {seed} {number}", 40)
        yield body_case(random, f"bodies {seed} {number}", 60)
        yield text_case(random, f"texts {seed} {number}", 60)


def main(arguments: list[str]) -> int:
    """Write cases, one a line. The first is made of SEED, and as many follow as LOGS says."""
    if len(arguments) != 2:
        sys.stderr.write("Say where to begin and how many: python -m vectors.walks SEED LOGS\n")
        return 2
    for case in walks(int(arguments[0]), int(arguments[1])):
        sys.stdout.write(json.dumps(case, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"  # the other client's reader is in UTC
    time.tzset()
    sys.exit(main(sys.argv[1:]))
