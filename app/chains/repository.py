"""Queries of account chains. A chain is verified before it is stored, and not again when it is read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, insert, or_, select

from app.chains.table import account_statements
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, Generation, SignedAccountStatement
from duolog.protocol.stored_accounts import StoredGenerations, read_stored_chain, read_stored_generation

Statements = Mapping[bytes, list[SignedAccountStatement]]


def split_signatures(joined: bytes) -> tuple[bytes, ...]:
    """Split signatures as stored: 64 bytes each, one after the other."""
    return tuple(joined[at : at + sizes.SIGNATURE] for at in range(0, len(joined), sizes.SIGNATURE))


def sent_bytes(signed: SignedAccountStatement) -> int:
    """How many bytes of a statement were sent."""
    return len(signed.statement) + sum(len(signature) for signature in signed.signatures)


def add_statement(connection: Connection, account: bytes, generation: int, signed: SignedAccountStatement) -> None:
    """Store one link of a chain. The caller has verified it, since every reader believes a stored link."""
    row = {"account": account, "generation": generation, "statement": signed.statement}
    connection.execute(insert(account_statements).values(row | {"signatures": b"".join(signed.signatures)}))


def load_statements(connection: Connection, accounts: Iterable[bytes]) -> Statements:
    """The statements of these accounts, genesis first, by account in ascending order. One query."""
    rows = connection.execute(
        select(account_statements)
        .where(account_statements.c.account.in_(list(accounts)))
        .order_by(account_statements.c.account, account_statements.c.generation)
    )
    return _by_account(rows)


def _by_account(rows: Iterable[Row[Any]]) -> Statements:
    chains: dict[bytes, list[SignedAccountStatement]] = {}
    for row in rows:
        signed = SignedAccountStatement(row.statement, split_signatures(row.signatures))
        chains.setdefault(row.account, []).append(signed)
    return chains


def load_page(
    connection: Connection, accounts: Select[tuple[bytes]], account: bytes | None, after: int, limit: int
) -> tuple[Statements, bool]:
    """At most `limit` statements of these accounts, by account and generation, and whether there are more. One query.

    `account`: of this one of them alone, and only those of a generation after `after`.
    """
    query = select(account_statements).where(account_statements.c.account.in_(accounts))
    if account is not None:
        query = query.where(_later(account, after))
    return _page(connection, query, limit)


def load_own_page(
    connection: Connection, account: bytes, after: int, limit: int
) -> tuple[list[SignedAccountStatement], bool]:
    """At most `limit` statements of one account, of a generation after `after`, and whether there are more."""
    chains, more = _page(connection, select(account_statements).where(_later(account, after)), limit)
    return chains.get(account, []), more


def _later(account: bytes, after: int) -> ColumnElement[bool]:
    return and_(account_statements.c.account == account, account_statements.c.generation > after)


def _page(connection: Connection, query: Select[Any], limit: int) -> tuple[Statements, bool]:
    order = account_statements.c.account, account_statements.c.generation
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    return _by_account(rows[:limit]), len(rows) > limit


def load_chains(connection: Connection, accounts: Iterable[bytes]) -> dict[bytes, AccountChain]:
    """The whole chains of these accounts, where they exist. One query; `NamedGenerations` loads less than all."""
    stored = load_statements(connection, accounts)
    return {
        account: read_stored_chain(account, [item.statement for item in chain]) for account, chain in stored.items()
    }


class NamedGenerations(Mapping[bytes, StoredGenerations]):
    """The stored ones of these generations, given as account and number, by account.

    For a few generations: those that one statement names. One query loads them when a rule asks for the first, so a
    statement that breaks an earlier rule loads none.
    """

    def __init__(self, connection: Connection, named: Iterable[tuple[bytes, int]]) -> None:
        self._connection = connection
        self._named = sorted(set(named))
        self._loaded: dict[bytes, StoredGenerations] | None = None

    def __getitem__(self, account: bytes) -> StoredGenerations:
        return self._load()[account]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def _load(self) -> dict[bytes, StoredGenerations]:
        if self._loaded is None:
            columns, read = account_statements.c, dict[bytes, dict[int, Generation]]()
            # SQLite looks each of these up in the index, where it would scan the table for pairs in a list of pairs.
            terms = (and_(columns.account == account, columns.generation == number) for account, number in self._named)
            for row in self._connection.execute(select(account_statements).where(or_(false(), *terms))):
                generation = read_stored_generation(row.generation, row.statement)
                read.setdefault(row.account, {})[row.generation] = generation
            self._loaded = {account: StoredGenerations(generations) for account, generations in read.items()}
        return self._loaded
