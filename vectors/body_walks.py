"""Random bodies of every kind, most of them damaged: which are read, and which may be written."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from pydantic import TypeAdapter

from duolog.documents.bodies import parse_body
from duolog.documents.kinds.check_in_answers import ANSWER
from duolog.documents.registry import ACCOUNT_KINDS, KINDS
from duolog.errors import MalformedData
from vectors.account_walks import BODIES, Of
from vectors.samples import PLAIN, STEPS, Place, damaged
from vectors.values import ADA, SAM, START, Json, text

_NOTE: Json = {
    "text": "Rain.",
    "feelings": ["calm"],
    "tags": ["weather"],
    "happened": "2026-09-20T18:30",
    "attachments": [{"id": text(bytes(16)), "name": "the sea.jpg", "alt": "Waves", "preview": text(b"p" * 16)}],
    "imported": {"app": "Another diary", "id": "7"},
}
_ANSWERS: tuple[Json, ...] = (
    {"form": "week", "appreciation": "You waited.", "feelings": ["calm"], "trust": 7},
    {"form": "review", "summary": "We talked.", "chosen": [{"entry": text(bytes(16)), "message": text(bytes(32))}]},
)


def body_case(random: Random, name: str, many: int) -> Json:
    """That many bodies, each with what is said of it when it is read and when it is written."""
    made = [_made(random) for _ in range(many)]
    bodies = [{"of": of, "body": body} for of, body in made]
    gives = [{"read": said(of, body, writing=False), "write": said(of, body, writing=True)} for of, body in made]
    return {"name": name, "kind": "bodies", "bodies": bodies, "gives": gives}


def said(of: str, body: Json, *, writing: bool) -> str | None:
    """Why a body of this kind is refused, or None. `of`: a kind, of the account journal behind `account/`."""
    try:
        parse_body(_adapter(of), body, writing=writing)
    except MalformedData as error:
        return str(error)
    return None


def _adapter(of: str) -> TypeAdapter[Any]:
    if of == "check_in_answer":
        return ANSWER
    place, _, name = of.rpartition("/")
    return ACCOUNT_KINDS[name].body if place else KINDS[name].body


def _made(random: Random) -> tuple[str, Json]:
    of = random.choice([*_MAKERS])
    body = _MAKERS[of](random)
    for _ in range(random.choice((0, 1, 1, 1, 2))):
        body = damaged(random, body)
    return of, body


def _place(random: Random) -> Place:
    named = {"entry": text(bytes(16)), "message": text(bytes(32))}
    return Place(random, random.choice((ADA, SAM)), START, named)


def _step(kind: str) -> Callable[[Random], Json]:
    def made(random: Random) -> Json:
        step = random.choice([*STEPS[kind]])
        return {"step": step} | STEPS[kind][step](_place(random))

    return made


def _plain(kind: str) -> Callable[[Random], Json]:
    return lambda random: PLAIN[kind](_place(random))


def _account(kind: str) -> Callable[[Random], Json]:
    return lambda random: BODIES[kind](Of(random))


_MAKERS: Mapping[str, Callable[[Random], Json]] = {
    **{kind: _step(kind) for kind in STEPS},
    **{kind: _plain(kind) for kind in PLAIN if kind in KINDS},
    **{f"account/{kind}": _account(kind) for kind in BODIES},
    "check_in_answer": lambda random: random.choice(_ANSWERS),
    "note": lambda _: _NOTE,
}
