"""Pushing and pulling: who may, and in which form."""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.access.repository import JournalMember
from app.entries import repository
from app.entries.repository import PageRows
from app.journals.append import Appended, Candidate, append_to_journal, parse_candidates
from app.journals.repository import STATEMENT, signed_statement, split_signatures
from app.problems import Malformed, TooLarge
from app.quotas.service import Quotas
from app.receipts.service import ReceiptSigner
from app.writing import receipt_json, write_json
from duolog.api import pages
from duolog.api.entries import Push, PushEntry
from duolog.api.pages import Placed
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.receipts import stored_receipt

SHORT = 128 * 1024  # bytes of a push that is written in a few milliseconds


def read_push(push: Push) -> tuple[Candidate, ...]:
    """The items of a JSON push, parsed. Raises: TooLarge, Malformed."""
    return _candidates(
        tuple(
            Placed(0, entry_item(item.header, item.blob))
            if isinstance(item, PushEntry)
            else Placed(0, StatementItem(item.signed()), item.grants_by_account())
            for item in push.items
        )
    )


def read_frames(body: bytes) -> tuple[Candidate, ...]:
    """The items of a push in the binary form, parsed. Raises: TooLarge, Malformed."""
    try:
        return _candidates(pages.parse_push(body))
    except MalformedData as error:
        raise Malformed(sentence=str(error)) from error


def push(
    connection: Connection,
    member: JournalMember,
    items: Sequence[Candidate],
    signer: ReceiptSigner,
    quotas: Quotas,
    now: int,
) -> Appended:
    """Append a push. Raises: as `append_to_journal`."""
    return append_to_journal(connection, member, items, signer, quotas, now, times=_times(items))


def is_short(items: Sequence[Candidate]) -> bool:
    """Whether a push is quickly written: entries alone, without a change of members, and not too large."""
    blobs = [one.item.blob or b"" for one in items if isinstance(one.item, EntryItem)]
    return len(blobs) == len(items) and sum(map(len, blobs)) <= SHORT


def answer(appended: Appended) -> bytes:
    """The JSON that answers a push, as `duolog.api.entries.Pushed` says."""
    places = [{"seq": place.seq, "digest": place.digest} for place in appended.places]
    receipt = None if appended.receipt is None else receipt_json(appended.receipt)
    return write_json({"places": places, "receipt": receipt})


def _times(candidates: Sequence[Candidate]) -> int | None:
    """How far beyond its author's quota a push goes: a closing always does, other changes without entries for long."""
    if any(candidate.header is not None for candidate in candidates):
        return 1
    return None if any(candidate.roster is None for candidate in candidates) else 2


def _candidates(items: Sequence[Placed]) -> tuple[Candidate, ...]:
    if sum(_size(placed) for placed in items) > sizes.MAX_PUSH_BYTES:  # check: server.push_bytes
        raise TooLarge
    return parse_candidates(items)


def _size(placed: Placed) -> int:
    item = placed.item
    if isinstance(item, EntryItem):
        return len(item.header) + len(item.blob or b"")
    return len(item.signed.statement) + sum(len(grant) for grant in placed.grants.values())


def pull(connection: Connection, member: JournalMember, since: int, limit: int, *, binary: bool) -> bytes:
    """A page after `since` as the bytes of its answer: rows become bytes, with no model between."""
    page = repository.load_page(connection, member.journal, member.account, since, limit)
    return binary_page(page, member.account) if binary else json_page(page, member.account)


def binary_page(page: PageRows, account: bytes) -> bytes:
    """The frames of a page for this account."""
    parts = list[bytes]()
    for seq, kind, header, signatures, hashed, blob, receipt, own, _ in page.rows:
        if kind == STATEMENT:
            grants = {} if own is None else {account: own}
            parts.append(pages.encode_statement(seq, signed_statement(header, signatures), grants))
        elif blob is None:
            parts.append(pages.encode_gone(seq, header, hashed))
        else:
            parts += pages.entry_parts(seq, header, blob)
        if receipt is not None:
            parts.append(pages.frame(pages.RECEIPT, seq, receipt))
    parts.append(pages.encode_end(page.seq))
    return b"".join(parts)


def json_page(page: PageRows, account: bytes) -> bytes:
    """The JSON of a page for this account, as `duolog.api.entries.Page` says."""
    items, receipts = list[JsonObject](), list[JsonObject]()
    for seq, kind, header, signatures, hashed, blob, receipt, own, _ in page.rows:
        if kind == STATEMENT:
            signed = [{"account": one.account, "signature": one.signature} for one in split_signatures(signatures)]
            grants = [] if own is None else [{"account": account, "grant": own}]
            items.append({"kind": "statement", "seq": seq, "statement": header, "signatures": signed, "grants": grants})
        else:
            items.append({"kind": "entry", "seq": seq, "header": header, "blob": blob, "blob_hash": hashed})
        if receipt is not None:
            receipts.append(receipt_json(stored_receipt(receipt)))
    return write_json({"items": items, "receipts": receipts, "seq": page.seq})
