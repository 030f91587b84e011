"""Sending attachments, and finding the ones that a member may fetch.

Rules (spec §11.10)
- A member with the right to write begins an attachment, in an open journal, and names its size. The same account may
  ask again with the same size: the answer tells which part comes next. Beginning spends the account's quota for good.
- Parts come in order. The store has the bytes before the row counts them, so a crash between the two costs a retry.
- The account that began an attachment sends its parts and gives it up. Everybody else gets 404.
- A partner may bring an attachment that an entry of an earlier server names (spec §13.3), also into a closed journal.
  The server gives the attachment to that entry once it is whole.
- A holder of the entry fetches its attachments. Everybody else gets the 404 of an attachment that doesn't exist.
"""

import secrets
from collections.abc import AsyncIterator

from sqlalchemy import Connection

from app.access.repository import JournalMember
from app.attachments import repository
from app.attachments.repository import Upload
from app.leaving.repository import empty_unheld, lock_journals
from app.objects import repository as objects
from app.objects.serving import Held
from app.problems import (
    AttachmentExists,
    AttachmentOrder,
    AttachmentTooLarge,
    JournalClosed,
    Malformed,
    NotFound,
    RuleBroken,
)
from app.quotas.service import Quotas
from app.state import State
from duolog.api.attachments import AttachmentRequest, AttachmentState
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.entries import parse_header

PART = sizes.ATTACHMENT_PART
PLACE = 16  # bytes of a place in the store, random


def begin(
    connection: Connection,
    member: JournalMember,
    attachment: bytes,
    request: AttachmentRequest,
    most: int,
    quotas: Quotas,
    now: int,
) -> AttachmentState:
    """Begin an attachment, or tell how far the caller's own one is. `most`: the largest size, in bytes.

    Raises:
        RuleBroken: the caller may not write; or the entry that it is brought for is not one that names it.
        AttachmentExists, AttachmentTooLarge, JournalClosed: as they say.
        QuotaReached, DailyLimit: the account has sent as much as it may.
    """
    account, journal = member.account, member.journal
    upload = repository.find(connection, journal, attachment)
    if upload is not None:
        if (upload.account, upload.size) != (account, request.size):  # check: server.attachment_own
            raise AttachmentExists
        return _state(upload.size, upload.received)
    if request.size > most:  # check: server.attachment_size
        raise AttachmentTooLarge
    brings = None if request.entry is None else _brought_for(connection, member, attachment, request.entry)
    if brings is None:
        if member.rights != "write":  # check: server.attachment_rights
            raise RuleBroken
        if repository.is_closed(connection, journal):  # check: server.attachment_open
            raise JournalClosed
    place = secrets.token_bytes(PLACE)
    repository.add(connection, journal, attachment, account, request.size, place, now, brings)
    quotas.spend(connection, account, "attachments" if brings is None else "carried", now, size=request.size)
    return _state(request.size, 0)


def _brought_for(connection: Connection, member: JournalMember, attachment: bytes, entry: bytes) -> int:
    """Find the entry that names the attachment; returns its seq. Raises: RuleBroken.

    Another server accepted that entry: this one takes none whose attachments it doesn't have, and keeps their rows.
    """
    row = repository.find_entry(connection, member.journal, member.account, entry)
    if row is None or member.role != "partner":  # check: server.attachment_carrier
        raise RuleBroken
    try:
        named = parse_header(row.header).attachments
    except MalformedData:  # its author's fault, which was carried like any other
        named = ()
    if attachment not in named:  # check: server.attachment_brought
        raise RuleBroken
    seq: int = row.seq
    return seq


async def store_parts(
    server: State, member: JournalMember, attachment: bytes, first: int, parts: AsyncIterator[bytes]
) -> AttachmentState:
    """Store the next parts as they come, and count them. Those that are stored already get the same answer.

    Raises:
        NotFound: the caller has begun no such attachment.
        Malformed: a part has another length.
        AttachmentOrder: another part is the next one.
        JournalClosed: the journal was closed meanwhile, so no entry can name the attachment.
        StorageFull, Unavailable: the store failed.
        TooLarge, Busy, TooSlow: as the parts, while they come.
    """
    upload = await server.database.read(_own_upload, member, attachment)
    end = first
    async for part in parts:
        if len(part) != _length(upload.size, end):  # check: server.attachment_length
            raise _other_length()
        if end >= upload.received:
            if first > upload.received or upload.place is None:  # check: server.attachment_order
                raise AttachmentOrder(upload.received)
            await server.store.put(upload.place, end, part)
        end += 1
        del part  # its memory counts for the next one
    if end == first:
        raise _other_length()
    if end <= upload.received or upload.place is None:
        return _state(upload.size, upload.received)
    return await server.database.write(_count, member, attachment, upload.place, (first, end))


def _other_length() -> Malformed:
    return Malformed(sentence="This part of the attachment has another length than belongs there. Send it whole.")


def _own_upload(connection: Connection, member: JournalMember, attachment: bytes) -> Upload:
    upload = repository.find(connection, member.journal, attachment)
    if upload is None or upload.account != member.account:  # check: server.attachment_uploader
        raise NotFound
    waits = upload.seq is None and upload.brings is None
    if waits and repository.is_closed(connection, member.journal):  # check: server.attachment_closed
        raise JournalClosed
    return upload


def _count(
    connection: Connection, member: JournalMember, attachment: bytes, place: bytes, numbers: tuple[int, int]
) -> AttachmentState:
    journal = member.journal
    lock_journals(connection, [journal])
    repository.count_parts(connection, journal, attachment, place, numbers)
    upload = repository.find(connection, journal, attachment)
    if upload is None or upload.place != place:  # it ended meanwhile, and the place will be cleared
        raise NotFound
    if upload.brings is not None:
        repository.give_to(connection, journal, attachment, upload.brings)
        empty_unheld(connection, [journal], [upload.brings])  # the entry may have gone meanwhile
    return _state(upload.size, upload.received)


def give_up(connection: Connection, member: JournalMember, attachment: bytes) -> None:
    """End an own attachment that no entry names. Raises: NotFound."""
    lock_journals(connection, [member.journal])
    upload = repository.find(connection, member.journal, attachment)
    if upload is None or upload.account != member.account:  # check: server.attachment_given_up
        raise NotFound
    if upload.seq is not None:  # check: server.attachment_kept
        raise NotFound
    objects.doom_one(connection, member.journal, attachment)


def find_held(connection: Connection, member: JournalMember, attachment: bytes) -> Held:
    """An attachment whose entry this member holds. Raises: NotFound."""
    row = repository.find_held(connection, member.journal, member.account, attachment)
    if row is None:  # check: server.attachment_held
        raise NotFound
    return Held(row.place, row.size)


def _length(size: int, number: int) -> int:
    """How many bytes the part of this number has; 0 behind the last."""
    return max(0, min(PART, size - number * PART))


def _state(size: int, received: int) -> AttachmentState:
    return AttachmentState(parts=-(-size // PART), received=received)
