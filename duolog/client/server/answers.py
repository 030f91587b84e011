"""Judging answers: the one place that tells the server's answers from those of something else in its place.

A captive portal, a proxy, a cache and another site speak HTTP too. None of them may seem to end a session, to say that
a journal is gone, or to have taken a text.

Rules
- Every request has an id of its own, and the server's answer repeats it. An answer with another id belongs to another
  request: it is dropped with its connection.
- A success has the media type that was asked for, and is then parsed. A success without a body repeats the id, because
  nothing else shows whose it is.
- JSON has one meaning, as in a request: an answer in which a key stands twice is none.
- A refusal is a problem document: its media type, its shape, and the HTTP status that it names itself.
- Everything else is no answer of the server: `TransportError`. Whatever waits here goes on waiting.
"""

import json
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from duolog.api.common import Model
from duolog.api.pages import PulledPage, parse_page
from duolog.api.problems import MEDIA_TYPE, Problem
from duolog.errors import DuologError, MalformedData, ServerRefused, TooLargeOnTheWay, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import parse_message_json

M = TypeVar("M", bound=Model)

MAX_VALUES = 64 * sizes.KIB  # of one JSON answer: its lists and objects, and the values inside
NOTHING = ""  # the media type of an answer without a body
_SENTENCE = 300  # characters of a problem's detail that are shown
_LATER = frozenset({408, 425, 429, *range(500, 600)}) - {511}  # a gateway that can't reach the server, or won't now
_NOT_UNDERSTOOD = (
    "The server doesn't understand what this program sent. The two may be of different versions: bring this program up "
    "to date, or ask whoever runs the server to do so there."
)
_ANOTHER_FORM = (
    "The answer is not what the protocol says. Perhaps it was cut off on the way, or the server isn't a Duolog server, "
    "or is of another version. Check the address, and try again."
)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One HTTP answer as it came.

    `media`: its type. `asked`: the type that was asked for. `repeats`: whether it repeats the request's id. `sent`:
    bytes of the request.
    """

    origin: str
    status: int
    media: str
    asked: str
    repeats: bool
    data: bytes
    sent: int = 0
    retry_after: str = ""


def judge(answer: HttpAnswer) -> bytes:
    """The body of a success. Raises: ServerRefused when the server refuses; TransportError when it isn't its answer."""
    if 200 <= answer.status < 300:
        if answer.asked == NOTHING:
            ours = answer.repeats and not answer.data
        else:
            ours = answer.media == answer.asked
        if not ours:  # check: client.answer_in_place
            raise _in_its_place(answer)
        return answer.data
    raise _refusal(answer)


def parse_model(model: type[M], data: bytes) -> M:
    """A JSON answer. Raises: TransportError when it isn't one of this operation; MalformedData when it is a flood."""
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:  # check: client.answer_values
        raise MalformedData("The server's answer holds more than such an answer can; it was not taken apart.")
    try:
        return _read(model, data)
    except (ValidationError, MalformedData) as error:
        raise TransportError(_ANOTHER_FORM) from error


def _read(model: type[M], data: bytes) -> M:
    """A JSON answer, from JSON that has one meaning. Raises: MalformedData, ValidationError."""
    return model.model_validate(parse_message_json(data, "The answer"), extra="ignore")  # a newer server may say more


def parse_pulled(data: bytes) -> PulledPage:
    """A page in the binary form. Raises: TransportError."""
    try:
        return parse_page(data)
    except MalformedData as error:
        raise TransportError(_ANOTHER_FORM) from error


def unread(origin: str, status: int) -> TransportError | None:
    """The error for a status that shows by itself that the server didn't answer; its body isn't read."""
    return _elsewhere(origin, status) if 300 <= status < 400 or status in (407, 511) or status < 200 else None


def _refusal(answer: HttpAnswer) -> DuologError:
    if answer.media != MEDIA_TYPE:  # check: client.refusal_type
        return _in_its_place(answer)
    try:
        problem = _read(Problem, answer.data)
    except (ValidationError, MalformedData):
        return _in_its_place(answer)
    if problem.status != answer.status:  # check: client.refusal_status
        return _in_its_place(answer)
    shown = problem.detail if _is_sentence(problem.detail) else "The server said no, without a readable reason."
    if problem.code == "malformed":  # its sentence names places in the request, which only programmers know
        shown = _NOT_UNDERSTOOD
    retry = answer.retry_after
    seconds = int(retry) if retry.isascii() and retry.isdigit() and len(retry) < 7 else None
    return ServerRefused(shown, code=problem.code, status=answer.status, retry_after=seconds)


def _is_sentence(text: str) -> bool:
    return 0 < len(text) <= _SENTENCE and text.isprintable() and json.dumps(text) == f'"{text}"'


def _in_its_place(answer: HttpAnswer) -> TransportError:
    """The error for an answer that something else gave."""
    origin, status = answer.origin, answer.status
    if status == 413:
        return TooLargeOnTheWay(
            f"Something in front of the server at {origin} takes no request of {max(1, answer.sent // 1024)} KiB. Ask "
            "whoever runs the server to let requests of 4 MiB through (in nginx: `client_max_body_size 4m`).",
            size=answer.sent,
        )
    if status in _LATER:
        return TransportError(
            f"Something in front of the server at {origin} answered {status}: the server can't be reached just now. "
            "Try again later, or ask who runs it."
        )
    return _elsewhere(origin, status)


def _elsewhere(origin: str, status: int) -> TransportError:
    if status == 407:
        return TransportError(
            f"A proxy on the way to the server at {origin} wants a log-in of its own. Check this computer's proxy "
            "settings, and try again."
        )
    return TransportError(
        f"Something else answered {status} in the place of the server at {origin}. Perhaps this network wants a log-in "
        "in a browser first, or the address is another site's. Check both, and try again."
    )
