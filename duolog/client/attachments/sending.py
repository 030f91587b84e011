"""Sending an attachment's stored bytes, part by part, before the entry that names them.

Rules
- A request carries a few parts where the network is quick, and single ones where something takes no more.
- The server says how many parts it holds. Sending goes on there, after a crash, a lost connection or a busy server.
- The bytes are verified before they leave: a file that was damaged here would reach nobody whole.
- A server that doesn't count a part, or counts other parts than there are, gets no more.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import BinaryIO, TypeVar

import anyio

from duolog.api.attachments import AttachmentState
from duolog.client.attachments.pace import Pace
from duolog.client.attachments.sealing import Progress
from duolog.client.home.attachment_files import AttachmentFiles, Way
from duolog.errors import AttachmentFault, HomeError, MalformedData, ServerRefused, TooLargeOnTheWay
from duolog.protocol import sizes
from duolog.protocol.attachments import stored_size
from duolog.protocol.messages import Attachment
from duolog.seal.attachments import verify_stored

T = TypeVar("T")
Begin = Callable[[], Awaitable[AttachmentState]]
SendParts = Callable[[int, bytes], Awaitable[AttachmentState]]

PATIENCE = 8  # times that one request waits for a busy server
LONGEST_PAUSE = 120  # seconds
BEGINNINGS = 3  # times that an attachment is begun, when the server has lost parts of it
_LOST = frozenset({"attachment_order", "not_found"})  # of a part: the server doesn't hold those before it
_DAMAGED = (
    "The sealed file of an attachment that waits here is damaged or gone. Send the text without it: `duolog attachment "
    "drop`, and attach the file again."
)


async def send_attachment(
    files: AttachmentFiles, named: Attachment, begin: Begin, send: SendParts, progress: Progress, *, way: Way = "out"
) -> None:
    """Send what the server doesn't hold yet of an attachment. Sent again it changes nothing.

    `begin`, `send`: ask the server, as `Transport.begin_attachment` and `Transport.send_parts` do for this attachment.
    `way`: of the file that is sent.

    Raises:
        HomeError: the file isn't here, or was damaged.
        ServerRefused: `quota_reached`, `attachment_too_large` and the like: it can't be sent now, or never.
        TransportError, MalformedData: not now.
    Spec: §11.10.
    """
    total = stored_size(named.size)
    verified = False
    for _ in range(BEGINNINGS):
        state = await patient(begin)
        _require_parts(state, total)
        if state.received == state.parts:
            return
        with files.open(named.id, way) as file:
            if not verified:
                verified = _verified(file, named)
            try:
                await _send_parts(file, state, send, progress)
                return
            except ServerRefused as error:
                if error.code not in _LOST:
                    raise
    raise MalformedData("The server loses what it is sent of an attachment. It stays here; ask who runs the server.")


async def _send_parts(file: BinaryIO, state: AttachmentState, send: SendParts, progress: Progress) -> None:
    total, number, pace = file.seek(0, 2), state.received, Pace()
    while number < state.parts:
        file.seek(number * sizes.ATTACHMENT_PART)
        parts = file.read(pace.parts * sizes.ATTACHMENT_PART)
        try:
            with pace.measured():
                answer = await patient(partial(send, number, parts))
        except (TooLargeOnTheWay, ServerRefused) as error:
            too_large = isinstance(error, TooLargeOnTheWay) or error.code == "too_large"  # of an earlier server
            if not too_large or not pace.narrow():
                raise
            continue
        _require_parts(answer, total)
        if answer.received <= number:  # check: client.parts_counted
            raise MalformedData("The server doesn't count what it is sent of an attachment.")
        number = answer.received
        progress(min(number * sizes.ATTACHMENT_PART, total), total)


def _require_parts(state: AttachmentState, total: int) -> None:
    parts = -(-total // sizes.ATTACHMENT_PART)
    if state.parts != parts or state.received > parts:  # check: client.parts
        raise MalformedData("The server counts other parts of an attachment than it has.")


def _verified(file: BinaryIO, named: Attachment) -> bool:
    """Check the file that is to be sent. Raises: HomeError."""
    try:
        verify_stored(file, named)
    except AttachmentFault as error:
        raise HomeError(_DAMAGED) from error
    return True


async def patient(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask, and wait where the server asks for a moment. Raises: as `ask`."""
    for _ in range(PATIENCE):
        try:
            return await ask()
        except ServerRefused as error:
            pause = error.retry_after if error.code in ("slow_down", "busy") else None
            if pause is None or pause > LONGEST_PAUSE:
                raise
            await anyio.sleep(pause)
    return await ask()
