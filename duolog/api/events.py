"""Server-sent events: a journal has come so far. Spec: §11.

Only one form is written, and a reader takes the others that the standard allows too: other line ends, further fields,
`data` in several lines.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, ValidationError

from duolog.api.common import JournalId, Model
from duolog.errors import MalformedData
from duolog.protocol import sizes

MEDIA_TYPE = "text/event-stream"
LAST_EVENT_HEADER = "Last-Event-ID"
BEAT = b":\n\n"  # a comment, which a reader ignores
MAX_EVENT = 4 * sizes.KIB  # bytes of one event
MAX_ID = 64  # characters


class Wake(Model):
    """The `data` of one event: the log of one of the caller's journals has come to `seq`."""

    journal: JournalId
    seq: Annotated[int, Field(ge=1, le=sizes.MAX_INTEGER, examples=[12])]


def encode_events(wakes: Sequence[Wake], state: str) -> bytes:
    """Events in a row. The last one carries the id, which names the state after all of them."""
    texts = [f"data: {wake.model_dump_json()}\n\n" for wake in wakes]
    return f"{''.join(texts[:-1])}id: {state}\n{texts[-1]}".encode("ascii")


class EventReader:
    """Reads a stream as it comes, in pieces of any size. `last`: the newest id that the stream gave."""

    def __init__(self, last: str = "") -> None:
        self.last = last
        self._rest = b""
        self._data: list[bytes] = []
        self._id: str | None = None

    def read(self, data: bytes) -> Iterator[Wake]:
        """The events that end in these bytes. Raises: MalformedData."""
        *lines, self._rest = (self._rest + data).replace(b"\r\n", b"\n").split(b"\n")
        if len(self._rest) + sum(map(len, self._data)) > MAX_EVENT:  # check: api.event_size
            raise MalformedData("The server sent an event that is larger than any.")
        for line in lines:
            name, _, value = line.partition(b":")
            if not line:
                yield from self._end()
            elif name == b"data":
                self._data.append(value.removeprefix(b" "))
            elif name == b"id":
                self._id = _id(value.removeprefix(b" "))

    def _end(self) -> Iterator[Wake]:
        data, self._data = b"\n".join(self._data), []
        if data:
            try:
                yield Wake.model_validate_json(data, extra="ignore")
            except (ValidationError, RecursionError) as error:
                raise MalformedData("The server sent an event that is none of this protocol.") from error
        if self._id is not None:
            self.last, self._id = self._id, None


def _id(value: bytes) -> str:
    text = value.decode("ascii", "replace")
    if len(text) > MAX_ID or not text.isascii() or not text.isprintable():  # check: api.event_id
        raise MalformedData("The server gave an event an id that is none.")
    return text
