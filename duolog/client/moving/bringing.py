"""Bringing the attachments of a journal's entries to another server, once the journal is there.

Rules
- Stored bytes come from the old server, are verified by the digest in the message, and go to the new one as they are.
- The new server says what it has. So a move that begins again, or a partner who moved first, brings nothing twice.
- What the old server doesn't hand out, and what the new one doesn't take, is counted as left, and stops nothing. A lost
  connection stops the move: begun again it goes on where it stopped.
"""

from contextlib import suppress
from functools import partial

from duolog.client.attachments.fetching import fetch_attachment, verify_fetched
from duolog.client.attachments.sending import patient, send_attachment
from duolog.client.home.item_rows import ItemRow
from duolog.client.log.attached import entries_with_attachments, message_of
from duolog.client.log.context import Context
from duolog.client.server.transport import Transport, ignoring
from duolog.errors import AttachmentFault, EntryFault, MalformedData, NotAllowed, OpenError, ServerRefused
from duolog.protocol.attachments import stored_size
from duolog.protocol.messages import Attachment


async def bring_attachments(context: Context, transport: Transport, journal: bytes, *, answers: bool) -> int:
    """Bring the attachments of a journal that another server has now; how many are left where they were.

    `answers`: whether the old server can be asked.

    Raises:
        TransportError: one of the servers can't be reached now. Begun again it goes on.
        HomeError: the disk refuses.
    Spec: §13.
    """
    left = 0
    for row in entries_with_attachments(context, journal):
        for named in _named(context, journal, row):
            try:
                left += not await _bring(context, transport, journal, row, named, answers=answers)
            except (ServerRefused, AttachmentFault, MalformedData):
                left += 1
    return left


def _named(context: Context, journal: bytes, row: ItemRow) -> tuple[Attachment, ...]:
    """The attachments of an entry that can be read here; others are for somebody else to bring."""
    with suppress(NotAllowed, EntryFault, MalformedData, OpenError):
        return message_of(context, journal, row.entry or b"").attachments
    return ()


async def _bring(
    context: Context, transport: Transport, journal: bytes, row: ItemRow, named: Attachment, *, answers: bool
) -> bool:
    """Bring one attachment; whether it is there, or another partner brings it."""
    with ignoring("not_found"):
        await patient(partial(transport.fetch_attachment, journal, named.id, (0, 0)))
        return True
    if not answers:
        return False
    begin = partial(transport.begin_attachment, journal, named.id, stored_size(named.size), row.entry)
    send = partial(transport.send_part, journal, named.id)
    with ignoring("attachment_exists"):
        await patient(begin)
        await fetch_attachment(context.home, context.network, journal, named, context.progress)
        verify_fetched(context.home, named)
        await send_attachment(context.home.files, named, begin, send, context.progress, way="in")
        context.home.files.remove(named.id, "in")
    return True
