"""Queries of proposals: roster statements that wait for another member's signature."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, func, select

from app.access.repository import JournalMember
from app.database import insert_new
from app.journals.repository import join_signatures, signed_statement
from app.journals.table import proposals
from duolog.protocol import sizes
from duolog.protocol.statements import SignedStatement, statement_hash

columns = proposals.c

_GRANT = sizes.ACCOUNT_ID + sizes.SEALED_SEED


@dataclass(frozen=True, slots=True)
class NewProposal:
    """A proposal as sent."""

    signed: SignedStatement
    grants: dict[bytes, bytes]
    context: bytes | None


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """A proposal that waits. `proposed`: when it was stored, Unix seconds."""

    id: bytes
    proposed: int
    signed: SignedStatement
    grants: dict[bytes, bytes]
    context: bytes | None


def add(connection: Connection, member: JournalMember, proposal: NewProposal, now: int) -> bool:
    """Store a proposal unless the journal has it already; returns whether it was stored."""
    signed = proposal.signed
    row = {
        "journal": member.journal,
        "proposal": statement_hash(signed.statement),
        "author": member.account,
        "proposed": now,
        "statement": signed.statement,
        "signatures": join_signatures(signed.signatures),
        "grants": _join_grants(proposal.grants),
        "context": proposal.context,
    }
    return connection.execute(insert_new(connection, proposals).values(row)).rowcount == 1


def measure_own(connection: Connection, member: JournalMember) -> tuple[int, int]:
    """How many proposals of this member wait in the journal, and how many bytes they have together."""
    parts = columns.statement, columns.signatures, columns.grants, columns.context
    size = sum((func.coalesce(func.length(part), 0) for part in parts[1:]), func.length(parts[0]))
    own = columns.journal == member.journal, columns.author == member.account
    count, total = connection.execute(select(func.count(), func.sum(size)).where(*own)).one()
    return count, total or 0


def list_waiting(connection: Connection, journal: bytes, proposed_after: int) -> list[StoredProposal]:
    """The proposals that wait in a journal, oldest first.

    A context that is over the limit, stored before there was one, is left out.
    """
    context = case((func.length(columns.context) <= sizes.MAX_CONTEXT, columns.context)).label("context")
    rows = connection.execute(
        select(columns.proposal, columns.proposed, columns.statement, columns.signatures, columns.grants, context)
        .where(columns.journal == journal, columns.proposed >= proposed_after)
        .order_by(columns.proposed, columns.proposal)
        .limit(sizes.MAX_PARTNERS * sizes.MAX_PROPOSALS)
    )
    return [
        StoredProposal(
            row.proposal,
            row.proposed,
            signed_statement(row.statement, row.signatures),
            _split_grants(row.grants),
            row.context,
        )
        for row in rows
    ]


def drop(connection: Connection, journal: bytes, proposal: bytes) -> bool:
    """Drop one proposal of a journal; returns whether there was one."""
    query = delete(proposals).where(columns.journal == journal, columns.proposal == proposal)
    return connection.execute(query).rowcount == 1


def drop_all(connection: Connection, journal: bytes, proposed_before: int | None = None) -> None:
    """Drop the proposals of a journal: all of them, or those made before a time."""
    query = delete(proposals).where(columns.journal == journal)
    connection.execute(query if proposed_before is None else query.where(columns.proposed < proposed_before))


def _join_grants(grants: Mapping[bytes, bytes]) -> bytes:
    """Grants as stored with a proposal: account 32 | grant 1168 each."""
    return b"".join(account + grant for account, grant in sorted(grants.items()))


def _split_grants(joined: bytes) -> dict[bytes, bytes]:
    """The reverse of `_join_grants`."""
    parts = (joined[at : at + _GRANT] for at in range(0, len(joined), _GRANT))
    return {part[: sizes.ACCOUNT_ID]: part[sizes.ACCOUNT_ID :] for part in parts}
