"""Queries of journals: the end of a log with its roster, its items, and the closings that are due."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Exists,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    update,
)

from app.access.repository import is_active
from app.access.table import memberships
from app.database import AnyRow, insert_new
from app.journals.table import acceptances, closings, held_journals, journal_accounts, journals, log, proposals
from app.journals.table import grants as grants_table
from app.origins.table import carried
from app.queries import Query
from app.waking.notes import note_moved
from duolog.protocol import sizes
from duolog.protocol.log import LogState
from duolog.protocol.receipts import Receipt, stored_receipt
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import parse_roster
from duolog.protocol.statements import Signature, SignedStatement, statement_hash

T = TypeVar("T")

STATEMENT, ENTRY = 1, 2  # the kinds of log rows
_SIGNED = sizes.ACCOUNT_ID + sizes.SIGNATURE

_parse_roster = lru_cache(maxsize=1024)(parse_roster)

# Whose receipt is the newest of a row of `journals`: another server's while nothing was accepted here.
_CARRIED_KEY = (
    select(carried.c.receipt_key)
    .where(carried.c.journal == journals.c.journal, carried.c.until == journals.c.seq)
    .correlate(journals)
    .scalar_subquery()
    .label("carried_key")
)

_ACCEPTANCES = Query(select(acceptances.c.acceptance).where(acceptances.c.journal == bindparam("journal")))
_IS_HELD = select(held_journals.c.journal).where(held_journals.c.journal == bindparam("journal"))


@dataclass(slots=True)  # made a hundred times for a push, which takes a third as long without `frozen`
class NewItem:
    """An item at its new place, ready to be stored. `header` is a statement's bytes or an entry's header."""

    seq: int
    kind: int
    digest: bytes
    header: bytes
    entry: bytes | None = None
    version: int | None = None
    signatures: bytes | None = None
    blob_hash: bytes | None = None
    blob: bytes | None = None
    grants: Mapping[bytes, bytes] | None = None

    @property
    def size(self) -> int:
        """How many bytes of it were sent."""
        sealed = sum(map(len, self.grants.values())) if self.grants else 0
        return len(self.header) + len(self.signatures or b"") + len(self.blob or b"") + sealed


@dataclass(slots=True)  # as above
class KnownItem:
    """The place of an item that was accepted before."""

    seq: int
    digest: bytes


def join_signatures(signatures: Iterable[Signature]) -> bytes:
    """A journal statement's signatures as stored: account 32 | signature 64 each."""
    return b"".join(item.account + item.signature for item in signatures)


def split_signatures(joined: bytes) -> tuple[Signature, ...]:
    """The reverse of `join_signatures`."""
    parts = (joined[at : at + _SIGNED] for at in range(0, len(joined), _SIGNED))
    return tuple(Signature(part[: sizes.ACCOUNT_ID], part[sizes.ACCOUNT_ID :]) for part in parts)


def load_log(connection: Connection, journal: bytes, *, lock: bool = False) -> LogState | None:
    """Load the end of a journal's log; with `lock`, nobody else appends to it until the transaction ends. Two queries.

    Its `key` is None where the newest receipt is this server's own.
    """
    query = select(*journals.c, _CARRIED_KEY).where(journals.c.journal == journal)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _state(connection, row)


def lock_log(
    connection: Connection, journal: bytes, now: int, *, for_statements: bool = True
) -> tuple[LogState, bool, bool] | None:
    """Load and lock the end of a journal's log. Two queries, or one without what only statements are judged by: the
    acceptances that the roster has used.

    With it: whether a closing of the journal is due, and whether the journal is held.
    """
    row = _LOCKED.one(connection, journal=journal, now=now)
    return None if row is None else (_state(connection, row, for_statements=for_statements), row.due, row.held)


def is_due(now: int | BindParameter[int]) -> Exists:
    """The condition that a closing of the row's open journal is due."""
    waits = _of_journal(journals.c.journal), waits_no_longer(now)
    return exists().where(*waits, journals.c.closed.is_(False)).correlate(journals)


def _of_journal(journal: Column[bytes] | bytes) -> ColumnElement[bool]:
    """The condition that a row of `closings` is of this journal. Its author is an account that the log has named.

    Closings lead with their author. Without it a query would read all that are due here, of any journal.
    """
    named = select(journal_accounts.c.account).where(journal_accounts.c.journal == journal)
    if not isinstance(journal, bytes):
        named = named.correlate(journal.table)
    return and_(closings.c.account.in_(named), closings.c.journal == journal)


def waits_no_longer(now: int | BindParameter[int]) -> ColumnElement[bool]:
    """The condition that a row of `closings` is due: neither it nor its journal is held."""
    held = exists().where(held_journals.c.journal == closings.c.journal).correlate(closings)
    return and_(closings.c.not_before <= now, closings.c.held.is_(False), not_(held))


_LOCKED = Query(
    select(
        *(*journals.c, _CARRIED_KEY, is_due(bindparam("now")).label("due")),
        exists().where(held_journals.c.journal == journals.c.journal).correlate(journals).label("held"),
    )
    .where(journals.c.journal == bindparam("journal"))
    .with_for_update()
)


def is_held(connection: Connection, journal: bytes) -> bool:
    """Whether a journal takes nothing new, since this server has gone back to an older state of it."""
    return connection.execute(_IS_HELD, {"journal": journal}).first() is not None


def due_closings(connection: Connection, journal: bytes, now: int) -> Sequence[AnyRow]:
    """The journal's closings that are due, the earliest due first."""
    columns = closings.c
    return connection.execute(
        select(closings)
        .where(_of_journal(journal), waits_no_longer(now))
        .order_by(columns.not_before, columns.account, columns.generation)
    ).all()


def drop_closings(connection: Connection, journal: bytes, accounts: Collection[bytes]) -> None:
    """Drop the closings of this journal by these accounts."""
    if accounts:
        connection.execute(delete(closings).where(closings.c.journal == journal, closings.c.account.in_(accounts)))


def _state(connection: Connection, row: AnyRow, *, for_statements: bool = True) -> LogState:
    used = _ACCEPTANCES.all(connection, journal=row.journal) if for_statements else ()
    roster = _roster(row, frozenset(one.acceptance for one in used))
    return LogState(
        journal=row.journal,
        seq=row.seq,
        head=row.head,
        time=row.time,
        key=row.carried_key,
        roster=roster,
        closed=row.closed,
    )


def _roster(row: AnyRow, accepted: frozenset[bytes]) -> Roster:
    """The roster in force.

    The digests of a carried epoch's grants are not kept: only a fresh one's are ever compared.
    """
    parsed = _parse_roster(row.roster)
    return Roster(
        journal=row.journal,
        nonce=row.nonce,
        founder=row.founder,
        version=parsed.version,
        head=statement_hash(row.roster),
        members=parsed.members,
        provisional=parsed.provisional,
        epoch=parsed.epoch,
        epoch_commitment=parsed.epoch_commitment,
        stale=row.stale,
        grants=parsed.grants or {},
        accepted=accepted,
    )


def find_known(
    connection: Connection, journal: bytes, entries: Sequence[bytes], versions: Sequence[int]
) -> tuple[dict[bytes, KnownItem], dict[int, KnownItem]]:
    """The places of those of these entry ids and roster versions that were accepted before. One query for the ids and
    one for the versions: an OR of both would read the whole journal.
    """
    return _find_known(connection, journal, log.c.entry, entries), _find_known(
        connection, journal, log.c.version, versions
    )


def _find_known(connection: Connection, journal: bytes, name: Column[T], names: Sequence[T]) -> dict[T, KnownItem]:
    if not names:
        return {}
    query = _KNOWN_ENTRIES if name is log.c.entry else _KNOWN_VERSIONS
    rows = query.all(connection, journal=journal, names=names)
    return {row.name: KnownItem(row.seq, row.digest) for row in rows}


def _known(name: Column[Any]) -> Query:
    columns = name.label("name"), log.c.seq, log.c.digest
    names = bindparam("names", type_=name.type, expanding=True)
    return Query(select(*columns).where(log.c.journal == bindparam("journal"), name.in_(names)))


_KNOWN_ENTRIES, _KNOWN_VERSIONS = _known(log.c.entry), _known(log.c.version)


def digest_at(connection: Connection, journal: bytes, seq: int) -> bytes | None:
    """The digest of the item at `seq`."""
    return connection.execute(
        select(log.c.digest).where(log.c.journal == journal, log.c.seq == seq)
    ).scalar_one_or_none()


def receipt_at(connection: Connection, journal: bytes, seq: int) -> Receipt | None:
    """The receipt whose push ended at `seq`."""
    data = connection.execute(
        select(log.c.receipt).where(log.c.journal == journal, log.c.seq == seq)
    ).scalar_one_or_none()
    return None if data is None else stored_receipt(data)


def time_of_version(connection: Connection, journal: bytes, version: int) -> int | None:
    """The receipt time of the push with this roster version, Unix seconds; None when there is no such version."""
    place = select(log.c.seq).where(log.c.journal == journal, log.c.version == version).scalar_subquery()
    data = connection.execute(
        select(log.c.receipt)
        .where(log.c.journal == journal, log.c.seq >= place, log.c.receipt.is_not(None))
        .order_by(log.c.seq)
        .limit(1)
    ).scalar_one_or_none()
    return None if data is None else stored_receipt(data).time


def add_journal(connection: Connection, state: LogState, roster: Roster, statement: bytes) -> None:
    """Store a new journal."""
    row = {"journal": state.journal, "founder": roster.founder, "nonce": roster.nonce}
    connection.execute(insert(journals).values(row | _end(state, roster) | {"roster": statement}))


def move_journal(connection: Connection, state: LogState, roster: Roster, statement: bytes | None) -> None:
    """Store the new end of a log, and `statement` as the roster in force unless it is None."""
    end = {"moved": state.journal, **_end(state, roster)}
    if statement is None:
        _MOVE.run(connection, end)
    else:
        _MOVE_WITH_ROSTER.run(connection, {**end, "roster": statement})


def _move(*columns: str) -> Query:
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    return Query(update(journals).where(journals.c.journal == bindparam("moved")).values(values))


_END = "seq", "head", "time", "closed", "stale"
_MOVE, _MOVE_WITH_ROSTER = _move(*_END), _move(*_END, "roster")


def close_journal(connection: Connection, journal: bytes, account: bytes, access_ends: int) -> None:
    """Store which account closed a journal, and until when it may fetch the journal."""
    connection.execute(update(journals).where(journals.c.journal == journal).values(closed_by=account))
    connection.execute(
        update(memberships)
        .where(memberships.c.account == account, memberships.c.journal == journal)
        .values(until=access_ends)
    )


def _end(state: LogState, roster: Roster) -> dict[str, object]:
    return {
        "seq": state.seq,
        "head": state.head,
        "time": state.time,
        "closed": state.closed,
        "stale": roster.stale,
    }


def add_items(
    connection: Connection, journal: bytes, items: Sequence[NewItem], receipts: Mapping[int, Receipt]
) -> None:
    """Store items in order, with the receipts at the ends of pushes, by seq. At most two statements."""
    note_moved(journal)
    rows = [
        {
            "journal": journal,
            "seq": item.seq,
            "kind": item.kind,
            "entry": item.entry,
            "version": item.version,
            "digest": item.digest,
            "header": item.header,
            "signatures": item.signatures,
            "blob_hash": item.blob_hash,
            "blob": item.blob,
            "receipt": receipts[item.seq].encode() if item.seq in receipts else None,
        }
        for item in items
    ]
    _ADD_ITEMS.run(connection, *rows)
    add_grants(connection, journal, {item.seq: item.grants for item in items if item.grants})


_ITEM = [column.name for column in log.c if column is not log.c.withdrawn]
_ADD_ITEMS = Query(insert(log).values({name: bindparam(name) for name in _ITEM}))


def add_grants(connection: Connection, journal: bytes, grants: Mapping[int, Mapping[bytes, bytes]]) -> None:
    """Store sealed grants by seq and account. A stored grant stays as it is."""
    sealed = [
        {"journal": journal, "account": account, "seq": seq, "sealed": grant}
        for seq, by_account in grants.items()
        for account, grant in by_account.items()
    ]
    if sealed:
        connection.execute(insert_new(connection, grants_table), sealed)


def list_journals(
    connection: Connection, account: bytes, after: bytes, limit: int, now: int, proposed_after: int
) -> Sequence[AnyRow]:
    """The journals of an account, ascending by id, after the id `after`.

    `due`: a closing is due. `proposals`: how many of others' wait for this partner; 0 for a confidant.
    """
    page = {"account": account, "after": after, "limit": limit}
    return _LISTED.all(connection, **page, now=now, proposed_after=proposed_after)


_WAITING = (
    select(func.count())
    .select_from(proposals)
    .where(
        proposals.c.journal == memberships.c.journal,
        proposals.c.author != bindparam("account"),
        proposals.c.proposed >= bindparam("proposed_after"),
        memberships.c.role == "partner",
    )
    .correlate(memberships)
    .scalar_subquery()
)
_LISTED = Query(
    select(
        *(journals.c.journal, journals.c.seq, journals.c.closed),
        *(is_due(bindparam("now")).label("due"), _WAITING.label("proposals")),
    )
    .join(memberships, memberships.c.journal == journals.c.journal)
    .where(
        memberships.c.account == bindparam("account"),
        memberships.c.journal > bindparam("after"),
        is_active(bindparam("now")),
    )
    .order_by(memberships.c.journal)
    .limit(bindparam("limit", type_=Integer))
)


def signed_statement(statement: bytes, signatures: bytes) -> SignedStatement:
    """A stored statement with its signatures."""
    return SignedStatement(statement, split_signatures(signatures))
