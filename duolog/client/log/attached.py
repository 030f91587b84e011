"""Attachments of entries: those that wait to be sent, and those that verified messages name.

Rules
- The message alone says which attachments an entry has, and how to open them. What waits in this home needs no list of
  its own: a sealed file that no waiting message names is removed.
- Nothing is named of an entry that was withdrawn or erased, unless I had kept it.
- A text whose attachments the server never takes can go without them. The message stays as it is once it was sent.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from duolog.api.attachments import AttachmentState
from duolog.api.pages import ENTRY, parse_push
from duolog.client.attachments.names import readable_size
from duolog.client.attachments.renewing import renew_attachment
from duolog.client.attachments.sending import send_attachment
from duolog.client.home.item_rows import ItemRow, items_of, readable_entries
from duolog.client.home.outbox_rows import (
    WaitingRow,
    journals_with_waiting,
    rename_waiting,
    save_message,
    waiting_entries,
    waiting_entry,
)
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state, stored_message
from duolog.client.log.links import name_anew
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, ServerRefused, TooLargeOnTheWay
from duolog.protocol import sizes
from duolog.protocol.attachments import stored_size
from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem
from duolog.protocol.messages import Attachment, Message, parse_message

_BATCH = 200  # entries that are read at a time
_NEVER = frozenset({"quota_reached", "attachment_too_large", "attachment_exists"})  # refusals that no waiting cures
NO_ENTRY = "There is no such entry here that can be read. `timeline` shows what there is."


def waiting_message(context: Context, waiting: WaitingRow) -> Message:
    """A message that waits."""
    return parse_message(context.home.open("outbox", waiting.sealed))


def follow_instead(context: Context, journal: bytes, entry: bytes, instead: bytes | None) -> None:
    """Let the waiting message that follows an entry, which the log will never have, follow another one or none."""
    for row in waiting_entries(context.store, journal):
        message = waiting_message(context, row)
        if message.follows == entry:
            moved = replace(message, follows=instead).encode()
            save_message(context.store, row.entry, context.home.seal("outbox", moved))
            name_anew(context, journal, row.entry, row.entry, moved)


async def with_attachments(context: Context, journal: bytes, batch: Sequence[WaitingRow]) -> Sequence[WaitingRow]:
    """The waiting entries that can be pushed now: those before the next one with attachments; or, where that is the
    first, all up to the one after it, once its attachments are at the server.

    Raises: as `send_attachment`; HomeError, ServerRefused also say how to go on without the attachment.
    """
    for place, waiting in enumerate(batch):
        attachments = waiting_message(context, waiting).attachments
        if attachments and place:
            return batch[:place]
        for named in attachments:
            await _send(context, journal, named)
    return batch


async def _send(context: Context, journal: bytes, named: Attachment) -> None:
    network, total = context.network, stored_size(named.size)
    begin = partial(network.call, Transport.begin_attachment, journal, named.id, total)

    async def send(number: int, part: bytes) -> AttachmentState:
        return await network.call(Transport.send_part, journal, named.id, number, part)

    try:
        await send_attachment(context.home.files, named, begin, send, context.progress)
    except TooLargeOnTheWay as error:
        raise TooLargeOnTheWay(
            f"{error} An attachment goes in parts of 1 MiB, and can't go in smaller ones. What was written after it "
            "waits too; or send the text without it: `duolog attachment drop`.",
            size=error.size,
        ) from error
    except ServerRefused as error:
        if error.code not in _NEVER:
            raise
        raise ServerRefused(
            f"An attachment ({named.type}, {readable_size(named.size)}) can't be sent, and what was written after it "
            f"waits too: {error} Send the text without it: `duolog attachment drop`.",
            code=error.code,
            status=error.status,
        ) from error


async def renew_taken(context: Context, journal: bytes, batch: Sequence[WaitingRow]) -> None:
    """Give the attachments of these entries new ids and keys where the server holds them whole, and takes them for no
    entry: an earlier form of the entry, which is quarantined, names them. The entries get new ids with them.

    Raises: as `renew_attachment` and `Transport.begin_attachment`.
    """
    for waiting in batch:
        message, new = waiting_message(context, waiting), dict[str, Attachment]()
        for named in message.attachments:
            size = stored_size(named.size)
            state = await context.network.call(Transport.begin_attachment, journal, named.id, size)
            if state.received == state.parts:
                home, network = context.home, context.network
                new[encode_b64(named.id)] = await renew_attachment(home, network, journal, named, context.progress)
        if new:
            renamed = _renamed(message, new).encode()
            entry = secrets.token_bytes(sizes.ENTRY_ID)
            with context.store.transaction():
                rename_waiting(context.store, waiting.entry, entry, context.home.seal("outbox", renamed))
                follow_instead(context, journal, waiting.entry, entry)
                name_anew(context, journal, waiting.entry, entry, renamed)


def _renamed(message: Message, new: Mapping[str, Attachment]) -> Message:
    """The message with other attachments, by the ids that they had, and a body that names them so."""

    def name(key: object) -> object:
        return encode_b64(new[key].id) if isinstance(key, str) and key in new else key

    items = [
        item | {field: name(item[field]) for field in ("id", "preview") if field in item}
        for item in named_items(message).values()
    ]
    body = {**message.document.body, "attachments": items} if items else message.document.body
    attachments = tuple(new.get(encode_b64(one.id), one) for one in message.attachments)
    return replace(message, document=replace(message.document, body=body), attachments=attachments)


def tidy_attachments(context: Context) -> None:
    """Remove the sealed files that no waiting message names, and downloads that were cut off a day ago."""
    store = context.store
    rows = [row for journal in journals_with_waiting(store) for row in waiting_entries(store, journal)]
    context.home.files.tidy({named.id for row in rows for named in waiting_message(context, row).attachments})


def drop_waiting(context: Context, journal: bytes, entry: bytes) -> Sequence[Attachment]:
    """Let a waiting text go without its attachments, which are removed here; those that it had.

    Raises: NotAllowed: it doesn't wait here, or was sent already: then it may be in the journal, as it is.
    """
    row = waiting_entry(context.store, entry)
    if row is None or row not in waiting_entries(context.store, journal):
        raise NotAllowed("No such text waits to be sent.")
    if row.digests:  # check: client.drop_sent
        raise NotAllowed("This text was sent already, with its attachments, and arrives or not as it is. Sync to see.")
    message = waiting_message(context, row)
    body = {name: value for name, value in message.document.body.items() if name != "attachments"}
    changed = replace(message, document=replace(message.document, body=body), attachments=()).encode()
    with context.store.transaction():
        save_message(context.store, entry, context.home.seal("outbox", changed))
        name_anew(context, journal, entry, entry, changed)
    tidy_attachments(context)
    return message.attachments


def message_of(context: Context, journal: bytes, entry: bytes) -> Message:
    """The message of an entry, waiting or verified. Raises: NotAllowed: it isn't here, or isn't to be shown."""
    row = waiting_entry(context.store, entry)
    if row is not None and row in waiting_entries(context.store, journal):
        return waiting_message(context, row)
    item = next(iter(items_of(context.store, journal, [entry])), None)
    own, state = account_state(context), journal_state(context, journal)
    if item is None or item.fault is not None or entry in own.erased.get(journal, ()):  # check: client.attached_erased
        raise NotAllowed(NO_ENTRY)
    withdrawn = state.withdrawn(entry, item.author or b"", item.seq, item.time)
    if withdrawn and entry not in own.kept.get(journal, ()):  # check: client.attached_withdrawn
        raise NotAllowed("This was withdrawn, with all that was attached to it.")
    message = stored_message(context, journal, item)
    if message is None:
        raise NotAllowed(NO_ENTRY)
    return message


def entries_with_attachments(context: Context, journal: bytes) -> Iterator[ItemRow]:
    """The readable entries of a journal whose header names attachments, in order."""
    after = 0
    while rows := readable_entries(context.store, journal, after, _BATCH):
        for row in rows:
            after = row.seq
            item = parse_push(row.frame)[0].item if row.frame[4] == ENTRY else None
            if isinstance(item, EntryItem) and parse_header(item.header).attachments:
                yield row


def named_items(message: Message) -> dict[str, dict[str, Any]]:
    """The items by which a note names its attachments, by their ids as JSON has them. Anything else is left out."""
    items = message.document.body.get("attachments") if message.document.kind == "note" else None
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {item["id"]: item for item in found if isinstance(item.get("id"), str)}
