"""Pushing and pulling: who may, and in which form."""

from collections.abc import Sequence
from itertools import chain

from sqlalchemy import Connection

from app.access.repository import JournalMember
from app.database import AnyRow
from app.entries import repository
from app.entries.repository import PageRows
from app.journals.append import Appended, Candidate, append_to_journal, parse_candidates
from app.journals.repository import STATEMENT, signed_statement, split_signatures
from app.problems import Malformed, TooLarge
from app.quotas.service import Quotas
from app.receipts.service import ReceiptSigner
from duolog.api import pages
from duolog.api.entries import Push, PushEntry
from duolog.api.pages import Placed
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.receipts import Receipt, stored_receipt


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
    return _binary(page, member.account) if binary else _json(page, member.account)


def _binary(page: PageRows, account: bytes) -> bytes:
    frames = chain.from_iterable(_frames(row, account) for row in page.rows)
    return b"".join((*frames, pages.encode_end(page.seq)))


def _frames(row: AnyRow, account: bytes) -> list[bytes]:
    if row.kind == STATEMENT:
        own = {} if row.sealed is None else {account: row.sealed}
        frames = [pages.encode_statement(row.seq, signed_statement(row.header, row.signatures), own)]
    elif row.blob is None:
        frames = [pages.encode_gone(row.seq, row.header, row.blob_hash)]
    else:
        frames = [pages.encode_entry(row.seq, row.header, row.blob)]
    if row.receipt is not None:
        frames.append(pages.frame(pages.RECEIPT, row.seq, row.receipt))
    return frames


def _json(page: PageRows, account: bytes) -> bytes:
    """The JSON of `duolog.api.entries.Page`. All text between quotes is base64url, and needs no escaping."""
    items = ",".join(_json_item(row, account) for row in page.rows)
    receipts = ",".join(_json_receipt(stored_receipt(row.receipt)) for row in page.rows if row.receipt is not None)
    return f'{{"items":[{items}],"receipts":[{receipts}],"seq":{page.seq}}}'.encode("ascii")


def _json_item(row: AnyRow, account: bytes) -> str:
    header = encode_b64(row.header)
    if row.kind == STATEMENT:
        signatures = ",".join(
            _json_pair(item.account, "signature", item.signature) for item in split_signatures(row.signatures)
        )
        grants = "" if row.sealed is None else _json_pair(account, "grant", row.sealed)
        return (
            f'{{"kind":"statement","seq":{row.seq},"statement":"{header}",'
            f'"signatures":[{signatures}],"grants":[{grants}]}}'
        )
    blob = "null" if row.blob is None else f'"{encode_b64(row.blob)}"'
    return (
        f'{{"kind":"entry","seq":{row.seq},"header":"{header}","blob":{blob},'
        f'"blob_hash":"{encode_b64(row.blob_hash)}"}}'
    )


def _json_pair(account: bytes, name: str, value: bytes) -> str:
    return f'{{"account":"{encode_b64(account)}","{name}":"{encode_b64(value)}"}}'


def _json_receipt(receipt: Receipt) -> str:
    head, signature = encode_b64(receipt.head), encode_b64(receipt.signature)
    return f'{{"seq":{receipt.seq},"head":"{head}","time":{receipt.time},"signature":"{signature}"}}'
