"""Vectors of documents: what a journal's documents come to, by whose clock, and with which reasons."""

from collections.abc import Iterable, Mapping, Sequence

from duolog.documents.applied import DAY
from duolog.protocol.codec import sha256
from vectors.values import ADA, JOURNAL, KIM, SAM, START, Json, text

TERMS: Json = {"topic": "communication", "text": "No late chats.", "binds": "both"}
NOTE: Json = {"text": "I could not open something."}


def make(more: Iterable[Json] = ()) -> Json:
    """The content of `documents.json`. `more`: cases of further kinds, behind those that stand here."""
    return {
        "about": "Effective times, and what documents of a journal come to: stages, and why a step has no effect.",
        "shared": {},
        "cases": [*_effective(), *_boundaries(), *_disclosures(), *_texts(), *more],
    }


def _effective() -> list[Json]:
    week, at = 7 * DAY, {"kind": "effective_time", "received": START}
    return [
        at | {"name": "effective time: delivered at once", "at": START, "gives": START},
        at | {"name": "effective time: a day ahead", "at": START + DAY, "gives": START + DAY},
        at | {"name": "effective time: more than a day ahead", "at": START + DAY + 1, "gives": START + DAY},
        at | {"name": "effective time: the largest number", "at": 2**53 - 1, "gives": START + DAY},
        at | {"name": "effective time: a week before", "at": START - week, "gives": START - week},
        at | {"name": "effective time: more than a week before", "at": START - week - 1, "gives": START - week},
        at | {"name": "effective time: the beginning of time", "at": 0, "gives": START - week},
        at | {"name": "effective time: no receipt is known", "at": 2**53 - 1, "received": 0, "gives": 2**53 - 1},
    ]


class Log:
    """A journal's documents, one after the other."""

    def __init__(self) -> None:
        self.documents: list[Json] = []

    def add(
        self, author: bytes, body: Json, day: float, late: float = 0, kind: str = "boundary", **more: object
    ) -> Json:
        """One more. `day`: the author's clock, in days from the start; `late`: days from there to the receipt."""
        entry = sha256(b"entry", bytes([len(self.documents)]))[:16]
        at = START + int(day * DAY)
        document: Json = {"entry": text(entry), "message": text(sha256(b"message", entry)), "author": text(author)}
        document |= {"at": at, "received": at + int(late * DAY), "kind": kind, "v": 1, "body": body, **more}
        self.documents.append(document)
        return {"entry": document["entry"], "message": document["message"]}

    def propose(self, author: bytes = ADA, day: float = 0, late: float = 0, **wording: object) -> Json:
        """A first text."""
        return self.add(author, {"step": "propose", "wording": TERMS | wording}, day, late)

    def letter(self, step: str, author: bytes, day: float = 0, **fields: object) -> Json:
        """A step of a disclosure."""
        return self.add(author, {"step": step, **fields}, day, kind="disclosure")

    def text(self, author: bytes, body: Json, kind: str = "note", refused: Sequence[int] = ()) -> Json:
        """A text."""
        return self.add(author, body, 0, 0, kind, **({"refused": list(refused)} if refused else {}))

    def comment(self, author: bytes, named: Mapping[str, str]) -> Json:
        """A comment on the named document."""
        return self.text(author, {"answers": dict(named), "text": "I see it so too."}, "comment")

    def letters(self, name: str, reasons: Mapping[int, str], letters: list[tuple[str, list[bytes], bool]]) -> Json:
        """The log as a case of disclosures: of each letter its stage, who set it aside, and whether unheard."""
        case = self.case(name, [stage for stage, _, _ in letters], reasons, {})
        more = {"aside": [sorted(map(text, aside)) for _, aside, _ in letters], "unheard": [one for *_, one in letters]}
        return case | {"kind": "disclosures", "gives": case["gives"] | more}

    def things(self, name: str, kind: str, stages: list[str], reasons: Mapping[int, str], **more: object) -> Json:
        """The log as a case of one kind: of each thing its stage, and `times` (days) and `marks` where given.

        Whose marks stand in a register: `{"aside": [[SAM]]}`, a list for each thing.
        """
        case = self.case(name, stages, reasons, {})
        return case | {"kind": "things", "of": kind, "journal": text(JOURNAL), "gives": case["gives"] | more}

    def step(self, step: str, named: Mapping[str, str], author: bytes = SAM, day: float = 0, late: float = 0) -> Json:
        """An answer that needs nothing but what it names."""
        return self.add(author, {"step": step, "answers": dict(named)}, day, late)

    def case(self, name: str, stages: list[str], reasons: Mapping[int, str], effective: Mapping[int, float]) -> Json:
        """The log as a case. `effective`: days from the start, where it is not the author's clock."""
        given = [
            {
                "effective": START + int(effective[place] * DAY) if place in effective else document["at"],
                "without_effect": reasons.get(place),
            }
            for place, document in enumerate(self.documents)
        ]
        partners = [text(ADA), text(SAM)]
        gives = {"documents": given, "stages": stages}
        return {"name": name, "kind": "documents", "partners": partners, "documents": self.documents, "gives": gives}


_LAPSED = "Nobody answered this within 14 days, so it has lapsed."
_AGAIN = (
    "Exactly this waits for an answer, or was declined, taken back or lapsed less than 14 days ago. "
    "Wait, or find other words: an answer can't be pressed for."
)
_TAKEN = "Its author took this back before it was answered."
_NOT_DELIVERED = "It could not be opened on the other side, so it does not count for anybody until it is written again."


def _boundaries() -> list[Json]:
    return [*_clocks(), *_taking_back(), *_further()]


def _clocks() -> list[Json]:
    accepted, backdated, ahead, offline, again = Log(), Log(), Log(), Log(), Log()
    accepted.step("accept", accepted.propose(), day=14)
    backdated.step("accept", backdated.propose(), day=1, late=120)
    ahead.step("accept", ahead.propose(day=1000, late=-1000), day=15.5)
    offline.step("accept", offline.propose(), day=13, late=7)
    again.step("decline", again.propose())
    again.propose(day=120, late=-119)
    again.propose(day=14)
    return [
        accepted.case("documents: accepted in the last second", ["in_force"], {}, {}),
        backdated.case("documents: an acceptance is backdated", ["proposed"], {1: _LAPSED}, {1: 114}),
        ahead.case("documents: a text is dated far ahead", ["proposed"], {1: _LAPSED}, {0: 1}),
        offline.case("documents: accepted offline, and sent a week later", ["in_force"], {}, {}),
        again.case("documents: a clock ahead asks again", ["declined", "proposed"], {2: _AGAIN}, {2: 2}),
    ]


def _taking_back() -> list[Json]:
    first, crossed, late, pressed = Log(), Log(), Log(), Log()
    text_of = first.propose()
    first.step("take_back", text_of, ADA)
    first.step("accept", text_of)
    text_of = crossed.propose()
    crossed.step("accept", text_of)
    crossed.step("take_back", text_of, ADA)
    text_of = late.propose()
    late.step("take_back", text_of, SAM)
    late.step("take_back", text_of, ADA, day=15)
    text_of = pressed.propose()
    pressed.step("take_back", text_of, ADA)
    pressed.propose(SAM, day=13)
    pressed.propose(ADA, day=14)
    accepted = "This text was accepted before; it does not wait for an answer."
    own = "Only who wrote it can take it back. You can decline it."
    return [
        first.case("documents: taken back, then accepted", ["declined"], {2: _TAKEN}, {}),
        crossed.case("documents: accepted, then taken back", ["in_force"], {2: accepted}, {}),
        late.case("documents: taken back by the other, and too late", ["proposed"], {1: own, 2: _LAPSED}, {}),
        pressed.case("documents: taken back, and written again", ["declined", "proposed"], {2: _AGAIN}, {}),
    ]


def _further() -> list[Json]:
    unknown, refused, strange, annulled = Log(), Log(), Log(), Log()
    unknown.step("accept", unknown.propose(also="I decide."))
    refused.step("accept", refused.propose())
    refused.add(ADA, NOTE, 1, kind="note", refused=[2])
    text_of = annulled.propose()
    annulled.step("take_back", text_of, ADA)
    annulled.add(SAM, {"step": "accept", "answers": text_of}, 0, refused=[2])
    strange.propose(binds="you")
    strange.add(SAM, {"verses": 3}, 0, kind="ballad")
    return [
        unknown.case("documents: accepted elsewhere, with a part unknown here", ["in_force"], {}, {}),
        refused.case("documents: an acceptance was not delivered", ["proposed"], {1: _NOT_DELIVERED}, {}),
        annulled.case("documents: taken back, and refused by who accepts", ["declined"], {2: _TAKEN}, {}),
        strange.case(
            "documents: binds only the other; an unknown kind",
            [],
            {
                0: "A boundary says what I do, or what both of us agree to. One that binds only the other person "
                "can't be proposed: say what you will do yourself, or bind both."
            },
            {},
        ),
    ]


_FIRST = "Reflect first: say what you hear, until it is \u201cheard\u201d."
_NOT_THIS = "This is not the reflection that waits."


def _note(number: int) -> Json:
    return {"entry": text(sha256(b"note", bytes([number]))[:16]), "message": text(sha256(b"words", bytes([number])))}


def _tell(log: Log, author: bytes = SAM, day: float = 0, note: int = 1, **more: object) -> Json:
    fields: Json = {"form": "disclosure", "text": _note(note), "about": "The money", **more}
    return log.letter("tell", author, day, **fields)


def _disclosures() -> list[Json]:
    heard, crossed, aside, waits, again, more = Log(), Log(), Log(), Log(), Log(), Log()
    told = _tell(heard)
    heard.letter("respond", ADA, answers=told, text=_note(3))
    heard.letter("acknowledge", ADA, answers=told)
    said = heard.letter("reflect", ADA, answers=told, text=_note(2))
    heard.letter("heard", SAM, answers=said)
    heard.letter("respond", ADA, answers=told, text=_note(3))
    heard.letter("set_aside", ADA, answers=told)
    told = _tell(crossed)
    older = crossed.letter("reflect", ADA, answers=told, text=_note(2))
    crossed.letter("reflect", ADA, answers=told, text=_note(3))
    crossed.letter("heard", SAM, answers=older)
    told = _tell(aside)
    aside.letter("set_aside", ADA, answers=told)
    aside.letter("set_aside", SAM, answers=told, words="I ask for nothing more.")
    aside.letter("respond", ADA, answers=told, text=_note(3))
    told = _tell(waits)
    waits.letter("reflect", ADA, answers=told, text=_note(2))
    waits.letter("respond", ADA, 7, answers=told, text=_note(3))
    waits.letter("respond", ADA, 7.5, answers=told, text=_note(3))
    _tell(again)
    _tell(again, day=13.5)
    _tell(again, day=14)
    told = _tell(more)
    _tell(more, note=4, form="supplement", answers=told)
    _tell(more, ADA, note=5, form="supplement", answers=told)
    answered = "It was answered; it asks nothing more."
    return [
        heard.letters("disclosures: reflected, heard, answered", {1: _FIRST, 6: answered}, [("answered", [], False)]),
        crossed.letters("disclosures: heard of an older reflection", {3: _NOT_THIS}, [("reflected", [], False)]),
        aside.letters("disclosures: set aside by both, then answered", {}, [("answered", [SAM], True)]),
        waits.letters("disclosures: a reflection waits for a week", {2: _FIRST}, [("answered", [], True)]),
        again.letters(
            "disclosures: the same note once more",
            {1: "The same text was sent less than 14 days ago."},
            [("told", [], False), ("told", [], False)],
        ),
        more.letters(
            "disclosures: a supplement",
            {2: "A supplement is to a disclosure of your own."},
            [("told", [], False), ("told", [], False)],
        ),
    ]


_CLOSED = "This takes no comments now. What you want to say can stand in a note of your own."
_OTHER = "It names other words than the ones that are here. Look at those before you comment on them."


def _texts() -> list[Json]:
    return [*_notes(), *_comments(), *_appreciations()]


def _notes() -> list[Json]:
    attached = {"id": text(sha256(b"sea")[:16]), "name": "the sea.jpg", "alt": "Waves"}
    preview = {"preview": text(sha256(b"small")[:16])}
    imported = {"app": "Another diary", "id": "entry 7"}
    read: list[tuple[str, Json]] = [
        (
            "with all of its parts",
            {"attachments": [attached | preview], "happened": "2026-11-20", "imported": imported},
        ),
        ("it happened at a time", {"happened": "2026-11-20T18:30"}),
        ("it happened on a leap day", {"happened": "2024-02-29"}),
        ("parts that are unknown here", {"attachments": [attached | {"mood": 3}], "weather": {"mm": 3}}),
    ]
    refused: list[tuple[str, Json]] = [
        ("it happened on no day of the calendar", {"happened": "2026-02-29"}),
        ("it happened at no time of a day", {"happened": "2026-11-20T24:00"}),
        ("it happened before 1900", {"happened": "1899-12-31"}),
        ("when it happened has a zone", {"happened": "2026-11-20T18:30Z"}),
        ("a name is a path", {"attachments": [attached | {"name": "../up"}]}),
        ("a name is dots alone", {"attachments": [attached | {"name": ".."}]}),
        ("a name has two lines", {"attachments": [attached | {"name": "a\nb"}]}),
        ("an attachment is its own preview", {"attachments": [attached | {"preview": attached["id"]}]}),
        ("imported without an id", {"imported": {"app": "Another diary"}}),
    ]
    case: Json = {"kind": "body", "document": "note"}
    bodies = [(f"note: {name}", {"text": "Rain.", **body}) for name, body in (*read, *refused)]
    return [
        case | {"name": name, "body": body, **({"gives": body} if place < len(read) else {"error": "MalformedData"})}
        for place, (name, body) in enumerate(bodies)
    ]


def _comments() -> list[Json]:
    texts, boundary, letter, gone = Log(), Log(), Log(), Log()
    said = texts.text(ADA, {"text": "Rain."})
    said = texts.comment(KIM, said)
    texts.comment(SAM, said)
    texts.comment(SAM, said | {"message": text(bytes(32))})
    texts.comment(SAM, texts.text(ADA, {"display_name": "Ada"}, "profile"))
    first = boundary.propose()
    boundary.comment(SAM, first)
    boundary.comment(ADA, boundary.step("accept", first))
    asked = boundary.step("retire", first, ADA)
    boundary.step("retire", asked)
    boundary.comment(ADA, first)
    told = _tell(letter)
    letter.comment(ADA, told)
    letter.comment(KIM, letter.letter("reflect", ADA, answers=told, text=_note(2)))
    letter.letter("set_aside", SAM, answers=told)
    letter.letter("respond", ADA, answers=told, text=_note(3))
    letter.comment(ADA, told)
    gone.comment(ADA, _note(1))
    first = gone.propose()
    gone.comment(KIM, first)
    gone.comment(ADA, gone.text(ADA, {"verses": 3}, "ballad"))
    gone.text(SAM, NOTE, refused=[2])
    answered = [("answered", [SAM], True)]
    return [
        texts.case("texts: comments on texts", [], {3: _OTHER, 5: _CLOSED}, {}),
        boundary.case("texts: comments on a boundary at any time", ["retired"], {}, {}),
        letter.letters("texts: comments on a letter once it was answered", {1: _CLOSED, 3: _CLOSED}, answered),
        gone.case("texts: comments on what is not here stay", [], {1: _NOT_DELIVERED}, {}),
    ]


def _appreciations() -> list[Json]:
    log = Log()
    log.text(ADA, {"text": "You waited.", "of": "you"}, "appreciation")
    log.text(SAM, {"text": "We talked.", "of": "us", "about": _note(1)}, "appreciation")
    log.text(KIM, {"text": "You waited."}, "appreciation")
    alone = Log()
    alone.text(ADA, {"text": "You waited.", "of": "you"}, "appreciation")
    alone.text(ADA, {"text": "We are two.", "of": "us"}, "appreciation")
    between = "Appreciations are between partners. Your thanks can stand in a note or a comment."
    nobody = "There is nobody here yet whom \u201cyou\u201d could mean. Write it of the two of you."
    one = alone.case("texts: an appreciation where there is one partner", [], {0: nobody}, {})
    return [log.case("texts: appreciations", [], {2: between}, {}), one | {"partners": [text(ADA)]}]
