"""Bodies for random logs: every kind, every step, with the fields that rules look at, and some that none knows."""

from collections.abc import Callable, Mapping
from random import Random
from typing import TypeVar

from duolog.documents.applied import DAY
from duolog.protocol import sizes
from duolog.protocol.blind_pairs import pair_keys
from duolog.protocol.codec import parse_b64, sha256
from vectors.values import ADA, JOURNAL, SAM, START, Json, text

T = TypeVar("T")
SEALED = text(bytes(sizes.SEALED_ANSWER))


class Place:
    """Where a body is written: by whom, when (Unix seconds), and which document (`{entry, message}`) it may name."""

    def __init__(self, random: Random, author: bytes, at: int, named: Json) -> None:
        self.random, self.author, self.at, self.named = random, author, at, named

    def one(self, *values: T) -> T:
        """One of these."""
        return self.random.choice(values)

    def maybe(self, **fields: object) -> Json:
        """Each of these fields, or not."""
        return {name: value for name, value in fields.items() if self.random.random() < 0.4}

    def until(self) -> int:
        """A time that a pause or an offer may last, or may not."""
        return self.at + self.one(
            -1, 0, 1199, 1200, 7200, 7200, 7200, 10_000, DAY, DAY, DAY + 1, 90 * DAY, 90 * DAY + 1
        )


def _wording(place: Place) -> Json:
    more = place.maybe(why="It hurts.", fine=None, review=place.one("2026-09-21", "2027-01-01"))
    unknown = {"\U0001f600": [1.5, 8e15, None], "\ufb01": {"b": -0.0, "a": 1e-7}} if place.random.random() < 0.1 else {}
    binds = place.one("me", "both", "both", "you")
    return {"topic": "time", "text": place.one("No late chats.", "We eat."), "binds": binds} | more | unknown


def _promise(place: Place) -> Json:
    form = place.one("habit", "offer", "plan")
    plan = {"calls": "My brother"} if form == "plan" else {}
    until = {"until": place.until()} if (form == "offer") != (place.random.random() < 0.1) else {}
    return {"form": form, "text": "I call.", **plan, **until, **place.maybe(rhythm="Daily", why="So.")}


def _breach(place: Place) -> Json:
    seen = {"as": "saw", "answers": place.named} if place.random.random() < 0.6 else {"as": "own"}
    return seen | {"text": place.named} | place.maybe(happened="2026-09-20", look_again="2026-10-01", as_="saw")


def _letter(place: Place) -> Json:
    form = place.one("disclosure", "impact", "repair", "supplement")
    note = {"entry": place.one(text(bytes(16)), place.named["entry"]), "message": text(bytes(32))}
    answers = {"answers": place.named} if form == "supplement" else {}
    return {"form": form, "text": note, "about": "That evening", **answers, **place.maybe(hold=True, of=place.named)}


def _begin(place: Place) -> Json:
    form = place.one("week", "week", "review")
    review = place.maybe(period={"from": "2026-09-01", "to": "2026-09-20"}, chosen=[place.named])
    return {"form": form, **(review if form == "review" else {}), **place.maybe(talk_on="2026-09-25")}


def _keys(place: Place) -> tuple[bytes, bytes]:
    """The secret of the author's answer in the named check-in, and its commitment."""
    k = sha256(b"k", place.author, parse_b64(place.named["entry"]))
    return k, pair_keys(k, JOURNAL, parse_b64(place.named["entry"]), place.author)[1]


def _answers(*more: str) -> Callable[[Place], Json]:
    """A step that names a document, perhaps with words in these fields."""
    return lambda place: {"answers": place.named} | place.maybe(**dict.fromkeys(more, "Because."))


def _with(*fields: Callable[[Place], Json]) -> Callable[[Place], Json]:
    def made(place: Place) -> Json:
        body: Json = {"answers": place.named}
        for field in fields:
            body |= field(place)
        return body

    return made


def _text(place: Place) -> Json:
    return {"text": place.named}


STEPS: Mapping[str, Mapping[str, Callable[[Place], Json]]] = {
    "boundary": {
        "propose": lambda place: {"wording": _wording(place)} | place.maybe(**{"from": place.named}),
        "counter": _with(lambda place: {"wording": _wording(place)}),
        "accept": _answers(),
        "decline": _answers("why"),
        "take_back": _answers("why"),
        "contest": _with(lambda _: {"words": "Not any more."}),
        "amend": _with(lambda place: {"wording": _wording(place)}),
        "retire": _answers("why"),
    },
    "disclosure": {
        "tell": _letter,
        "acknowledge": _answers(),
        "reflect": _with(_text),
        "heard": _answers("words"),
        "not_quite": _with(lambda _: {"words": "Not quite."}),
        "respond": _with(_text),
        "set_aside": _answers("words"),
    },
    "promise": {
        "make": _promise,
        "mark": _answers("words"),
        "renew": _with(lambda place: {"until": place.until()}),
        "end": _answers("words"),
    },
    "pause": {
        "call": lambda place: {"until": place.until()} | place.maybe(words="Soon."),
        "extend": _with(lambda place: {"until": place.until()}),
        "return": _answers("words"),
    },
    "breach": {"open": _breach, "account": _with(_text), "close": _answers("words"), "reopen": _answers("words")},
    "check_in": {
        "begin": _begin,
        "commit": _with(lambda place: {"sealed": SEALED, "commitment": text(_keys(place)[1])}),
        "reveal": _with(lambda place: {"k": text(place.one(_keys(place)[0], _keys(place)[0], bytes(32)))}),
        "set_aside": _answers(),
    },
}
_NOTE: Json = {"text": "Rain."}
PLAIN: Mapping[str, Callable[[Place], Json]] = {
    "note": lambda place: {"text": place.one("Rain.", "Sun \U0001f31e")} | place.maybe(feelings=["calm"], tags=None),
    "comment": lambda place: {"answers": place.named, "text": "Yes."},
    "appreciation": lambda place: {"text": "You waited."} | place.maybe(of=place.one("you", "us"), about=place.named),
    "copy": lambda place: {
        "of": {"journal": text(bytes(32)), **place.named, "author": text(SAM), "at": START},
        "document": {"kind": "note", "v": 1, "body": _NOTE},
    },
    "profile": lambda place: {"display_name": place.one("Ada", "Sam", "You")} | place.maybe(colour="#aabbcc"),
    "moved": lambda place: {"origin": "https://b.example", "receipt_key": text(place.one(bytes(32), ADA))},
    "withdrawn": lambda place: {"answers": place.named},
    "words_differ": lambda place: {"acceptance": text(place.one(bytes(32), ADA))},
    "went_on": lambda place: {"seq": place.one(1, 7), "head": text(bytes(32)), "restored_at": place.at},
    "ballad": lambda _: {"verses": 3},
}


def damaged(random: Random, body: Json) -> Json:
    """A body in which something is missing, of another type, at the edge of a limit, or unknown."""
    name = random.choice([*body, "more"])
    odd = random.choice(ODD)
    if isinstance(odd, str) and odd == "gone":
        return {key: value for key, value in body.items() if key != name}
    inner = body.get(name)
    if isinstance(inner, dict) and random.random() < 0.7:
        return body | {name: damaged(random, inner)}
    return body | {name: odd}


ODD: tuple[object, ...] = (
    *("gone", "gone", None, True, 0, -1, 1, 2**53 - 1, 1.0, 0.5, "", " ", "\u0085", "\ufeff", "a\nb", "a\rb", "\u2028"),
    *([], {}, [None], ["a"], ["x" * 64], ["x" * 65], ["a"] * 32, ["a"] * 33, {"__proto__": 1}, {"constructor": None}),
    *("x" * 40, "x" * 41, "\U0001f600" * 80, "\U0001f600" * 81, "x" * 120, "x" * 121, "x" * 2000, "x" * 2001),
    *("2026-09-21", "2026-02-29", "2024-02-29", "2026-09-21T18:30", "1899-12-31", "2026-9-1", "0000-01-01"),
    *(text(bytes(16)), text(bytes(16))[:-1] + "B", text(bytes(32)), text(bytes(17)), "AAAA=", "#aabbcc", "#AABBCC"),
    *("me", "both", "you", "week", "habit", "own", "propose", "toString", "a/b", "..", "a.jpg", "x" * 64, "x" * 65),
)
