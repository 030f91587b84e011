"""Own entries of earlier generations: they count up to the place that the next rotation noted for each journal.

A device that was revoked can write with the old keys until the roster names the new ones. Every own device quarantines
the entries behind the noted place, whenever it fetches them. The device that wrote such an entry writes it again.
"""

import secrets
from collections.abc import Mapping, Sequence

from duolog.client.home.item_rows import items_of, refused_since, save_fault
from duolog.client.home.log_rows import verified_journals
from duolog.client.home.outbox_rows import save_waiting, was_written
from duolog.client.home.records import JUDGED
from duolog.client.home.snapshot_rows import forget_snapshot
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, opened, stored_message
from duolog.client.log.links import name_anew
from duolog.client.log.stored_logs import newest_receipt
from duolog.client.log.verify_authors import OWN_OLDER
from duolog.documents.applied import AppliedDocument
from duolog.protocol import sizes
from duolog.protocol.messages import Attachment, Message


def believed_until(context: Context, journal: bytes) -> Mapping[int, int]:
    """The last seq in this journal up to which entries of each earlier generation of mine count. Spec: §4."""
    if journal == context.identity.account_journal:
        heads = {item.generation: item.account_head for item in context.identity.sets}
        return {generation - 1: head.seq for generation, head in heads.items() if head is not None}
    rotated = account_state(context).rotated
    return {
        generation - 1: next((head.seq for head in item.heads if head.journal == journal), 0)
        for generation, item in rotated.items()
    }


def judge_again(context: Context) -> None:
    """Quarantine own entries that this home verified before it learnt of a rotation, and that stand behind the places
    that the rotation noted. Once for each rotation. Spec: §4.12.
    """
    newest = max(account_state(context).rotated, default=0)
    if newest <= (JUDGED.load(context.store) or 0):
        return
    with context.store.transaction():
        for journal in verified_journals(context.store):
            if journal != context.identity.account_journal:
                _judge(context, journal, believed_until(context, journal))
        JUDGED.save(context.store, newest)


def _judge(context: Context, journal: bytes, believed: Mapping[int, int]) -> None:
    late = [
        applied
        for applied, _ in opened(context, journal, min(believed.values(), default=0))
        if applied.author == context.account and applied.seq > believed.get(applied.generation, applied.seq)
    ]
    if not late:
        return
    store = context.store
    save_fault(store, journal, [item.seq for item in late], "\n".join(OWN_OLDER))
    forget_snapshot(store, journal)
    context.states.pop(journal, None)
    _write_again(context, journal, [applied for applied in late if was_written(store, journal, applied.entry)])


def _write_again(context: Context, journal: bytes, again: Sequence[AppliedDocument]) -> None:
    """Put documents into the outbox again, where they can be written. Each message names the first entry as refused."""
    here, seen = context.standing(journal), newest_receipt(context.store, journal)
    if here.log.closed or here.frozen is not None or here.me is None or seen is None:
        return
    refused = refused_since(context.store, journal, context.account)
    written = [
        (one.entry, secrets.token_bytes(sizes.ENTRY_ID), Message(one.document, seen, None, refused, files).encode())
        for one, files in [(one, _attachments(context, journal, one.entry)) for one in again]
    ]
    for _, new, message in written:
        save_waiting(context.store, journal, new, context.home.seal("outbox", message))
    for entry, new, message in written:
        name_anew(context, journal, entry, new, message)


def _attachments(context: Context, journal: bytes, entry: bytes) -> tuple[Attachment, ...]:
    """The attachments of a stored entry. The outbox renews them, since the first entry has their ids."""
    row = next(iter(items_of(context.store, journal, [entry])), None)
    message = None if row is None else stored_message(context, journal, row)
    return () if message is None else message.attachments
