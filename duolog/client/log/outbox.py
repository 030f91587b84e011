"""The outbox: a document is stored here before it is sent, and leaves only when it came back verified.

Rules
- The message is fixed when it is written, with the receipt that its author had seen. It is sealed at sending, and again
  when keys have moved. The id stays, so the server takes it once.
- An entry's attachments are sealed before the entry is stored, and sent before the entry is pushed. The entries before
  it don't wait for that. Those behind it do, because order is kept: an attachment that the server refuses holds them
  up, until it is dropped.
- Order is kept. A push is `[rotate, entries...]` when the epoch is stale, or the roster names older keys of mine.
- Words and the step that names them are stored together, and go in one push. Words that get another message or id are
  named anew.
- Where something on the way takes no push of this size, the next one is half as large, down to one entry.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from duolog.api.leaving import WithdrawalRequest
from duolog.api.pages import Placed, encode_push
from duolog.client.home.item_rows import refused_since
from duolog.client.home.marks import JournalMark, has_mark
from duolog.client.home.outbox_rows import (
    WaitingRow,
    forget_waiting,
    last_waiting,
    save_digests,
    save_waiting,
    waiting_entries,
)
from duolog.client.log.attached import follow_instead, renew_taken, tidy_attachments, waiting_message, with_attachments
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state, membership
from duolog.client.log.links import link_to, names
from duolog.client.log.settle import MOVED, acknowledge, push_items, push_statement, until_settled
from duolog.client.log.statements import is_behind, make_bad_grant, make_endings, make_rotate
from duolog.client.log.stored_logs import newest_receipt
from duolog.client.server.login import WENT_BACK
from duolog.client.server.transport import Transport, ignoring
from duolog.documents.applied import expected_receipt
from duolog.documents.journal import last_of, require_allowed
from duolog.errors import NotAllowed, ServerRefused, ServerWentBack, TooLargeOnTheWay, TransportError
from duolog.protocol import sizes
from duolog.protocol.codec import parse_b64
from duolog.protocol.entries import Header
from duolog.protocol.log import StatementItem, entry_item
from duolog.protocol.messages import Attachment, Document, Message, parse_message
from duolog.protocol.roster_changes import Roster
from duolog.seal.entries import readers_of, seal_entry
from duolog.seal.keys import EpochKey

_PUSH_BYTES = sizes.MAX_PUSH_BYTES - sizes.MAX_BLOB


def post(context: Context, journal: bytes, document: Document, attachments: Sequence[Attachment] = ()) -> bytes:
    """Put a document into the outbox, durably; its entry id, 16 bytes. `attachments`: sealed into this home already.

    Raises:
        NotAllowed: the rules forbid this document now, or the journal can't be written. Nothing was stored.
        JournalFrozen: the journal is read-only.
        MalformedData: the document is too long, or doesn't fit its kind.
    """
    return _post(context, journal, document, attachments)[0]


def post_with_words(context: Context, journal: bytes, words: Document, step: Document, field: str) -> bytes:
    """Put words and the step whose `field` names them into the outbox, both or neither; the step's entry, 16 bytes.

    Raises: as `post`, for either. Spec: documents
    """
    with context.store.transaction():
        link = link_to(*_post(context, journal, words))
        return post(context, journal, replace(step, body={**step.body, field: link}))


def _post(
    context: Context, journal: bytes, document: Document, attachments: Sequence[Attachment] = ()
) -> tuple[bytes, bytes]:
    """Put a document into the outbox; its entry id and its message. Raises: as `post`."""
    roster = require_writable(context, journal)
    seen = newest_receipt(context.store, journal)
    if seen is None:
        raise NotAllowed("This journal has not been fetched yet. Sync first.")
    if journal != context.identity.account_journal:
        state = journal_state(context, journal)
        received = expected_receipt(context.clock(), seen.time, last_of(state, context.account))
        require_allowed(state, document, context.account, membership(roster), received)  # check: client.allowed
    follows = last_waiting(context.store, journal)
    refused = refused_since(context.store, journal, context.account)
    message = Message(document, seen, follows, refused, tuple(attachments)).encode()
    entry = secrets.token_bytes(sizes.ENTRY_ID)
    save_waiting(context.store, journal, entry, context.home.seal("outbox", message))
    return entry, message


def require_writable(context: Context, journal: bytes) -> Roster:
    """The roster of a journal that I can write in now. Raises: NotAllowed, JournalFrozen as `post`."""
    context.network.require_account()
    here = context.standing(journal)
    roster = here.require_open()
    here.require_member()
    if not here.may_write:  # check: client.may_write
        raise NotAllowed("You may read this journal, but not write in it.")
    return roster


def waiting_as(context: Context, journal: bytes, kind: str, body: Mapping[str, Any]) -> bytes | None:
    """The entry id of a document that waits, or None."""
    for row in waiting_entries(context.store, journal):
        document = waiting_message(context, row).document
        if (document.kind, document.body) == (kind, body):
            return row.entry
    return None


def waiting_documents(context: Context, journal: bytes) -> Iterator[Document]:
    """Every document that waits for a journal, in the order in which they were written."""
    return (waiting_message(context, row).document for row in waiting_entries(context.store, journal))


async def deliver(context: Context, journal: bytes) -> int:
    """Send the waiting entries in order, and fetch them back; how many were delivered.

    Raises:
        ServerWentBack: the server takes nothing new in this journal yet; every entry stays in the outbox.
        TransportError, ServerRefused: not now; the same.
        VerificationError: the server broke the rules; the journal is frozen.
        JournalFrozen, NotAllowed: the journal can't be written any more.
    """
    delivered, sent = 0, frozenset[bytes]()
    if has_mark(context.store, journal, JournalMark.RESTORING) and waiting_entries(context.store, journal, 1):
        raise ServerWentBack(WENT_BACK)

    async def attempt() -> bool:
        nonlocal delivered, sent
        batch = waiting_entries(context.store, journal, sizes.MAX_PUSH_ITEMS + 1)
        left = {item.entry for item in batch}
        if sent and sent <= left:
            raise TransportError("The server took your entries and does not show them yet. They stay here. Sync again.")
        delivered, sent = delivered + len(sent - left), frozenset()
        if not batch:
            return False
        ready = await with_attachments(context, journal, batch)
        try:
            pushed = await _push_entries(context, journal, ready)
        except TooLargeOnTheWay as error:
            if not context.network.transport.narrow(error):
                raise
            return await attempt()
        except ServerRefused as error:
            if error.code == "attachment_missing":
                await renew_taken(context, journal, ready)
            raise
        if pushed > 0:  # a rotation before a withdrawal goes alone
            sent = frozenset(left)
        return True

    await until_settled(context, journal, attempt, MOVED | {"attachment_missing"})
    tidy_attachments(context)
    return delivered


async def deliver_what_may_go(context: Context, journal: bytes) -> None:
    """Deliver before a step that ends or protects something. At a quota the rest stays here, and the step goes on.

    Raises: as `deliver`, except for a quota.
    """
    with ignoring("daily_limit", "quota_reached"):
        await deliver(context, journal)


async def _push_entries(context: Context, journal: bytes, batch: Sequence[WaitingRow]) -> int:
    """Seal and send as many entries as one push takes, behind a rotation when one is due; how many."""
    roster = context.standing(journal).require_open()
    epochs = context.epochs(journal)
    if not roster.stale and not is_behind(context, roster) and epochs.get(roster.epoch) is None:
        made = make_bad_grant(context, roster)
        await push_statement(context, journal, made)
        roster = made.roster
    batch, withdrawn = _until_withdrawal(context, batch)
    changes = make_endings(context, roster)
    newest = changes[-1].roster if changes else roster
    if newest.stale or is_behind(context, newest):
        changes.append(make_rotate(context, newest))
    key = epochs.get(roster.epoch)
    if changes:
        roster, key = changes[-1].roster, changes[-1].key
    if key is None:
        raise NotAllowed("This journal's key is not here. Sync, and try again.")
    if withdrawn is not None and not changes:
        await _withdraw(context, journal, *_seal(context, roster, key, batch[0]), batch[0], withdrawn)
        return 1
    items = [Placed(0, StatementItem(made.signed), made.grants) for made in changes]
    digests, size, sent = [placed.item.digest for placed in items], len(encode_push(items)), list[tuple[bytes, bytes]]()
    most = min(_PUSH_BYTES, context.network.transport.let_through)
    for entry in batch if withdrawn is None else ():
        placed = Placed(0, entry_item(*_seal(context, roster, key, entry)))
        size += len(encode_push([placed]))
        if items and (size > most or len(items) == sizes.MAX_PUSH_ITEMS):
            break
        items.append(placed)
        sent.append((entry.digests + placed.item.digest, entry.entry))
    if _divides(context, batch, len(sent)):
        items.pop()
        sent.pop()
    with context.store.transaction():  # durable before the push, so the home knows every digest that is accepted
        save_digests(context.store, sent)
    await push_items(context, journal, items, digests + [joined for joined, _ in sent])
    return len(sent)


def _divides(context: Context, batch: Sequence[WaitingRow], sent: int) -> bool:
    """Whether a push of the first `sent` entries would end between words and the step that names them."""
    if not 1 < sent < len(batch):
        return False
    words, step = batch[sent - 1], batch[sent]
    return names(waiting_message(context, step).document.body, words.entry)


def _until_withdrawal(context: Context, batch: Sequence[WaitingRow]) -> tuple[Sequence[WaitingRow], bytes | None]:
    """The entries before the first withdrawal; or a withdrawal alone, with the entry that it takes back. Spec: §9."""
    for place, waiting in enumerate(batch):
        document = waiting_message(context, waiting).document
        if document.kind == "withdrawn":
            named = parse_b64(document.body["answers"]["entry"], sizes.ENTRY_ID)
            return (batch[:place], None) if place else (batch[:1], named)
    return batch, None


async def _withdraw(
    context: Context, journal: bytes, header: bytes, blob: bytes, waiting: WaitingRow, named: bytes
) -> None:
    """Send one withdrawal. When the server says that the withdrawal comes too late, it is given up."""
    digests = waiting.digests + entry_item(header, blob).digest
    save_digests(context.store, [(digests, waiting.entry)])
    request = WithdrawalRequest(entry=named, header=header, blob=blob)
    try:
        pushed = await context.network.call(Transport.withdraw, journal, request)
    except ServerRefused as error:
        if error.code == "withdrawal_late":
            _give_up(context, journal, waiting)
        raise
    if pushed.receipt is not None:
        await context.learn_receipt_key(pushed.receipt.receipt(), journal)
    acknowledge(context, journal, pushed, [digests])


def _give_up(context: Context, journal: bytes, waiting: WaitingRow) -> None:
    """Take out an entry that the log will never have. The message that follows it follows the one before instead."""
    store, before = context.store, waiting_message(context, waiting).follows
    with store.transaction():
        forget_waiting(store, waiting.entry)
        follow_instead(context, journal, waiting.entry, before)


def _seal(context: Context, roster: Roster, key: EpochKey, waiting: WaitingRow) -> tuple[bytes, bytes]:
    """The header and the blob of a waiting entry."""
    member = roster.find(context.account)
    if member is None:
        raise NotAllowed("You are not a member of this journal any more.")
    secret, message = context.identity.secrets[member.generation], context.home.open("outbox", waiting.sealed)
    ids = tuple(named.id for named in parse_message(message).attachments)
    header = Header(roster.journal, waiting.entry, roster.epoch, context.account, member.generation, ids)
    return header.encode(), seal_entry(header, message, key, secret, readers_of(roster, context.chains))
