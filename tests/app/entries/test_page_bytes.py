"""A page's bytes are written straight from its rows: they say the same as items that are encoded one by one."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.entries.repository import PageRows
from app.entries.service import binary_page, json_page
from app.journals.repository import ENTRY, STATEMENT, join_signatures
from duolog.api.common import GrantModel, ReceiptModel, SignatureModel
from duolog.api.entries import Page, PageEntry, PageStatement
from duolog.api.pages import Placed, PulledPage, PulledPush, encode_end, encode_push, encode_receipt, parse_page
from duolog.protocol import sizes
from duolog.protocol.log import EntryItem, StatementItem, entry_item
from duolog.protocol.receipts import Receipt
from duolog.protocol.statements import Signature, SignedStatement

ACCOUNT = b"a" * sizes.ACCOUNT_ID
Row = Sequence[Any]


def fixed(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def signatures() -> st.SearchStrategy[tuple[Signature, ...]]:
    one = st.builds(Signature, fixed(sizes.ACCOUNT_ID), fixed(sizes.SIGNATURE))
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def items() -> st.SearchStrategy[tuple[EntryItem | StatementItem, bytes | None]]:
    """An item with the reader's own grant."""
    header, blob = st.binary(min_size=91, max_size=123), st.binary(min_size=sizes.MIN_PLAINTEXT, max_size=600)
    gone = st.builds(EntryItem, header, fixed(sizes.HASH), st.none())
    statement = st.builds(SignedStatement, st.binary(min_size=2, max_size=300), signatures()).map(StatementItem)
    own = st.none() | fixed(sizes.SEALED_SEED)
    return st.tuples(st.builds(entry_item, header, blob) | gone, st.none()) | st.tuples(statement, own)


receipts = st.builds(
    Receipt,
    *(st.just(1), fixed(sizes.HASH), st.integers(sizes.EARLIEST_TIME, sizes.LATEST_TIME), fixed(sizes.SIGNATURE)),
)
pushes = st.lists(st.tuples(st.lists(items(), min_size=1, max_size=4), receipts), max_size=4)


def placed(given: Sequence[Any], since: int) -> list[PulledPush]:
    made, seq = [], since
    for members, receipt in given:
        whole = []
        for item, own in members:
            seq += 1
            whole.append(Placed(seq, item, {} if own is None else {ACCOUNT: own}))
        made.append(PulledPush(tuple(whole), Receipt(seq, receipt.head, receipt.time, receipt.signature)))
    return made


def rows_of(push: PulledPush, newest: int) -> list[Row]:
    rows = list[Row]()
    for one in push.items:
        receipt = push.receipt.encode() if one is push.items[-1] else None
        if isinstance(one.item, EntryItem):
            row: Row = (
                one.seq,
                ENTRY,
                one.item.header,
                None,
                one.item.hash_of_blob,
                one.item.blob,
                receipt,
                None,
                newest,
            )
        else:
            signed, own = one.item.signed, one.grants.get(ACCOUNT)
            joined = join_signatures(signed.signatures)
            row = (one.seq, STATEMENT, signed.statement, joined, None, None, receipt, own, newest)
        rows.append(row)
    return rows


def shown(one: Placed) -> PageEntry | PageStatement:
    if isinstance(one.item, EntryItem):
        item = one.item
        return PageEntry(kind="entry", seq=one.seq, header=item.header, blob=item.blob, blob_hash=item.hash_of_blob)
    signed = one.item.signed
    return PageStatement(
        kind="statement",
        seq=one.seq,
        statement=signed.statement,
        signatures=[SignatureModel(account=one.account, signature=one.signature) for one in signed.signatures],
        grants=[GrantModel(account=account, grant=grant) for account, grant in one.grants.items()],
    )


@given(pushes, st.integers(0, 2**53 - 100))
def test_both_forms_of_a_page_say_what_its_rows_say(made: Sequence[Any], since: int) -> None:
    whole = placed(made, since)
    newest = since + 50
    page = PageRows([row for push in whole for row in rows_of(push, newest)], newest)
    binary = binary_page(page, ACCOUNT)
    assert binary == b"".join(encode_push(push.items) + encode_receipt(push.receipt) for push in whole) + encode_end(
        newest
    )
    assert parse_page(binary) == PulledPage(tuple(whole), newest)
    written = Page.model_validate_json(json_page(page, ACCOUNT))
    assert written == Page(
        items=[shown(one) for push in whole for one in push.items],
        receipts=[ReceiptModel.of(push.receipt) for push in whole],
        seq=newest,
    )
