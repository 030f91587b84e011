"""Made-up histories: the whole log as one list, whatever form it travels in, and how to make a lie hang together.

A log attack edits the true log. `relink` then numbers it anew, recomputes every head and signs every receipt, so that
nothing but what
the attack did is wrong. Without it the edit is shown raw.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.receipts.service import ReceiptSigner
from duolog.api.common import JournalStatementModel, ReceiptModel
from duolog.api.entries import Page, PageEntry, PageStatement
from duolog.api.journals import JournalList
from duolog.api.pages import (
    MEDIA_TYPE,
    Placed,
    PulledPage,
    PulledPush,
    encode_end,
    encode_push,
    encode_receipt,
    parse_page,
)
from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import Header, parse_header
from duolog.protocol.log import EntryItem, Item, StatementItem, entry_item, first_head, next_head
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster_statements import parse_roster
from hostile.liar import JOURNALS, PULL, Answer, Attack, Call, Liar

Log = list[PulledPush]


class LogAttack(Attack):
    """Edits the log of every journal that it is shown.

    `consistent`: relink what `edit` leaves. `shared`: journals of two alone.
    """

    consistent = True
    shared = True

    def __init_subclass__(cls) -> None:
        cls.signs = cls.consistent

    def edit(self, journal: bytes, log: Log) -> Log:
        """The false log. The base leaves it as it is."""
        return log

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in pulls, and in the poll, so that both tell the same."""
        journal = call.journal("GET", PULL)
        if journal is not None:
            answer = await server.ask(call)
            return answer if answer.status != 200 else await self._page(call, server, journal, answer)
        answer = await server.ask(call)
        if call.journal("GET", JOURNALS) is not None and answer.status == 200:
            return await self._poll(call, server, answer)
        return answer

    async def _page(self, call: Call, server: Liar, journal: bytes, answer: Answer) -> Answer:
        log = await self._false_log(call, server, journal)
        found = re.search(rb"since=(\d+)", call.query)
        since = int(found[1]) if found else 0
        pushes = tuple(
            replace(push, items=tuple(item for item in push.items if item.seq > since))
            for push in log
            if push.receipt.seq > since
        )
        page = PulledPage(tuple(push for push in pushes if push.items), log[-1].receipt.seq if log else 0)
        binary = (b"content-type", MEDIA_TYPE.encode()) in answer.headers
        return answer.with_body(encode_page(page) if binary else encode_json_page(page))

    async def _poll(self, call: Call, server: Liar, answer: Answer) -> Answer:
        listed = JournalList.model_validate_json(answer.body)
        journals = []
        for state in listed.journals:
            log = await self._false_log(call, server, state.journal)
            journals.append(state.model_copy(update={"seq": log[-1].receipt.seq if log else 0}))
        return answer.with_model(listed.model_copy(update={"journals": journals}))

    async def _false_log(self, call: Call, server: Liar, journal: bytes) -> Log:
        log = await true_log(call, server, journal)
        if self.shared and not is_shared(log):
            return log
        log = self.edit(journal, log)
        return relink(journal, log, server.receipts) if self.consistent else log


async def true_log(call: Call, server: Liar, journal: bytes) -> Log:
    """The whole log as the real server shows it to this caller."""
    log: Log = []
    while True:
        since = log[-1].receipt.seq if log else 0
        asked = replace(call, method="GET", path=f"/v1/journals/{encode_b64(journal)}/entries", body=b"")
        asked = replace(asked.with_header(b"accept", MEDIA_TYPE.encode()), query=f"since={since}".encode())
        answer = await server.ask(asked)
        if answer.status != 200:
            return log
        page = parse_page(answer.body)
        log += page.pushes
        if not page.pushes or log[-1].receipt.seq >= page.seq:
            return log


def relink(journal: bytes, log: Log, receipts: ReceiptSigner) -> Log:
    """The same items, numbered, chained and signed as if they had been accepted like this."""
    seq, head, linked = 0, first_head(journal), []
    for push in log:
        items = []
        for placed in push.items:
            seq, head = seq + 1, next_head(head, placed.item.digest)
            items.append(replace(placed, seq=seq))
        if items:
            linked.append(PulledPush(tuple(items), receipts.sign(journal, seq, head, push.receipt.time)))
    return linked


def encode_page(page: PulledPage) -> bytes:
    """A page in the binary form."""
    pushes = [encode_push(push.items) + encode_receipt(push.receipt) for push in page.pushes]
    return b"".join(pushes) + encode_end(page.seq)


def encode_json_page(page: PulledPage) -> bytes:
    """A page as JSON."""
    items: list[PageStatement | PageEntry] = []
    for placed in (placed for push in page.pushes for placed in push.items):
        item = placed.item
        if isinstance(item, StatementItem):
            model = JournalStatementModel.of(item.signed, dict(placed.grants)).model_dump()
            items.append(PageStatement.model_validate(model | {"kind": "statement", "seq": placed.seq}))
        else:
            fields = {"header": item.header, "blob": item.blob, "blob_hash": item.hash_of_blob}
            items.append(PageEntry.model_validate(fields | {"kind": "entry", "seq": placed.seq}))
    receipts = [_receipt_model(push.receipt) for push in page.pushes]
    return Page(items=items, receipts=receipts, seq=page.seq).model_dump_json().encode()


def _receipt_model(receipt: Receipt) -> ReceiptModel:
    """A receipt as JSON, whatever is wrong with it."""
    seq, head, time = receipt.seq, receipt.head, receipt.time
    return ReceiptModel.model_construct(seq=seq, head=head, time=time, signature=receipt.signature)


# --- small tools for edits ------------------------------------------------------------------------------------------


def is_shared(log: Sequence[PulledPush]) -> bool:
    """Some roster of this log has a second member."""
    return any(
        b'"type":"roster"' in item.signed.statement and len(parse_roster(item.signed.statement).members) > 1
        for item in items_of(log)
        if isinstance(item, StatementItem)
    )


def items_of(log: Sequence[PulledPush]) -> list[Item]:
    """Every item, in order."""
    return [placed.item for push in log for placed in push.items]


def entries_of(log: Sequence[PulledPush]) -> list[EntryItem]:
    """Every entry whose blob is there, in order."""
    return [item for item in items_of(log) if isinstance(item, EntryItem) and item.blob is not None]


def substitute(log: Sequence[PulledPush], changes: Mapping[Item, Item | None]) -> Log:
    """The log with items replaced, or left out where the replacement is None."""
    pushes = []
    for push in log:
        placed = [(item, changes.get(item.item, item.item)) for item in push.items]
        items = tuple(replace(item, item=other) for item, other in placed if other is not None)
        pushes.append(replace(push, items=items))
    return pushes


def append(log: Sequence[PulledPush], item: Item, grants: Mapping[bytes, bytes] | None = None) -> Log:
    """The log with one more push; `relink` gives it a place and a receipt."""
    last = log[-1].receipt
    return [*log, PulledPush((Placed(last.seq + 1, item, grants or {}),), replace(last, seq=last.seq + 1))]


def header_of(item: EntryItem) -> Header:
    """The parsed header of an entry."""
    return parse_header(item.header)


def with_blob(item: EntryItem, blob: bytes) -> EntryItem:
    """The same header with another blob."""
    return entry_item(item.header, blob)


def flip(data: bytes, at: int = 0) -> bytes:
    """The bytes with one bit changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
