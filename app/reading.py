"""Request bodies as types of an endpoint's parameters: `Json[Model]`, a `JsonBody` that processes the model, or a
`BytesBody`.

Rules
- Who calls is known, and every rate was counted, before a body is read: an endpoint names its body last.
- JSON is strict: it has one meaning or none. A repeated key, NaN, half a character, a number that JSON can't carry
  exactly and deep nesting are refused, and so is what has more values than the address takes, before it is taken apart.
- A model's faults end at the first one in each list, and nothing of the request is repeated.
- Large bodies are parsed, validated and verified beside the loop, so that nobody waits for them. None is large that
  costs less to read than to hand over.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from fastapi import Depends
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from app.access.repository import Caller
from app.addresses import Takes, find
from app.bodies import Sender, is_large
from app.problems import Malformed, UnsupportedMediaType
from app.state import State, state_of
from duolog.errors import MalformedData
from duolog.protocol.codec import parse_message_json

JSON = "application/json"
BINARY = {"type": "string", "format": "binary", "description": "Frames, as §6 of the specification describes."}
BYTES = {"type": "string", "format": "binary", "description": "Sealed bytes."}
INLINE = 8 * 1024  # bytes; what is smaller is taken apart where it is
QUICK = 128 * 1024  # bytes; the same for what is quickly read: a millisecond, less than handing it over takes

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


def parse_json(model: type[M], values: int, body: bytes) -> M:
    """Parse the model in a request's JSON, within a number of values. Raises: Malformed."""
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > values:  # check: server.body_values
        raise Malformed(sentence="The request has more values than this address takes. Send less at once.")
    try:
        return model.model_validate(parse_message_json(body, "The request"))
    except MalformedData as error:
        raise Malformed(sentence=str(error)) from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise Malformed.at([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from None


def media_type(request: Request) -> str:
    """The media type that a request names for its body, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def caller_of(request: Request) -> Caller | None:
    """The caller, if a dependency has identified one."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller


def _counted(request: Request, server: State) -> tuple[Takes, int, Sender, AsyncExitStack]:
    """Count a request's rates; the limits of its address, the largest body, its sender, and the stack that holds the
    body's room until the answer begins (`app/edge.py`).

    Raises: TooLarge, SlowDown.
    """
    takes = find(request.method, request.scope["path"])
    rates, known = server.rates, caller_of(request)
    session = None if known is None else known.token_hash
    sender = Sender(rates.caller(request, session), rates.caller(request, None))
    limit = takes.limit(signed_in=known is not None)
    if takes.carried and known is not None:
        rates.count_account(rates.carried, "carried", known.account)
        rates.count(rates.carried_network, "carried_network", request)
    elif is_large(request, limit):
        rates.count_caller(rates.large, "large", sender.caller)
    request.state.held = held = AsyncExitStack()
    return takes, limit, sender, held


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """Another form of a body than JSON: what reads it, and which bodies it reads quickly."""

    read: Callable[[bytes], T]
    is_quick: Callable[[bytes], bool]


class JsonBody(Generic[M, T]):
    """A dependency: the model in the body, or what `then` makes of it; `others` are other forms, by media type.

    What reads is a function of a module, and what it gives can be pickled.
    """

    def __init__(
        self,
        model: type[M],
        then: Callable[[M], T] | None = None,
        others: Mapping[str, Form[T]] | None = None,
    ) -> None:
        self.model = model
        self.others = others or {}
        self._then = then

    async def __call__(self, request: Request) -> M | T:
        """Raises: UnsupportedMediaType, Malformed, TooLarge, Busy, TooSlow, SlowDown, and as the functions do."""
        server = await state_of(request)
        media = media_type(request)
        if media != JSON and media not in self.others:  # check: server.media_type
            raise UnsupportedMediaType
        takes, limit, sender, held = _counted(request, server)
        body = await server.bodies.read(request, limit, sender, held)
        read: Callable[[bytes], M | T]
        if media == JSON:
            read, most = partial(_read, self.model, self._then, takes.values), INLINE
        else:
            form = self.others[media]
            read, most = form.read, QUICK if form.is_quick(body) else INLINE
        return read(body) if len(body) <= most else await server.beside.run(read, body)


class BytesBody:
    """A dependency: the bytes of a body of one media type, in pieces of `size` bytes, as they come."""

    def __init__(self, media: str, size: int) -> None:
        self.media = media
        self._size = size

    async def __call__(self, request: Request) -> AsyncIterator[bytes]:
        """Raises: UnsupportedMediaType, Malformed, TooLarge, Busy, TooSlow, SlowDown."""
        server = await state_of(request)
        if media_type(request) != self.media:  # check: server.media_type_bytes
            raise UnsupportedMediaType
        _, limit, sender, held = _counted(request, server)
        return await held.enter_async_context(aclosing(server.bodies.pieces(request, limit, sender, self._size)))


def _read(model: type[M], then: Callable[[M], T] | None, values: int, body: bytes) -> M | T:
    parsed = parse_json(model, values, body)
    return parsed if then is None else then(parsed)


if TYPE_CHECKING:
    Json = Annotated[M, "the model in the body"]
else:

    class Json:
        """`Json[Model]`: an endpoint's parameter that is the model in the body."""

        def __class_getitem__(cls, model: type[BaseModel]) -> object:
            return Annotated[model, Depends(JsonBody(model))]
