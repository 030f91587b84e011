"""Reads and writes account chains."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from app.chains.table import account_statements
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, verify_chain

Statements = Mapping[bytes, list[SignedAccountStatement]]


def split_signatures(joined: bytes) -> tuple[bytes, ...]:
    """Signatures as stored: 64 bytes each, one after the other."""
    return tuple(joined[at : at + sizes.SIGNATURE] for at in range(0, len(joined), sizes.SIGNATURE))


def sent_bytes(signed: SignedAccountStatement) -> int:
    """How many bytes of a statement were sent."""
    return len(signed.statement) + sum(len(signature) for signature in signed.signatures)


def add_statement(connection: Connection, account: bytes, generation: int, signed: SignedAccountStatement) -> None:
    """Store one link of a chain."""
    row = {"account": account, "generation": generation, "statement": signed.statement}
    connection.execute(insert(account_statements).values(row | {"signatures": b"".join(signed.signatures)}))


def load_statements(connection: Connection, accounts: Iterable[bytes] | Select[tuple[bytes]]) -> Statements:
    """The statements of these accounts, genesis first, by account in ascending order. One query."""
    wanted = accounts if isinstance(accounts, Select) else list(accounts)
    rows = connection.execute(
        select(account_statements)
        .where(account_statements.c.account.in_(wanted))
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
        query = query.where(account_statements.c.account == account, account_statements.c.generation > after)
    order = account_statements.c.account, account_statements.c.generation
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    return _by_account(rows[:limit]), len(rows) > limit


def load_chains(connection: Connection, accounts: Iterable[bytes]) -> dict[bytes, AccountChain]:
    """The verified chains of those of these accounts that exist. One query."""
    return {account: verify_chain(chain) for account, chain in load_statements(connection, accounts).items()}
