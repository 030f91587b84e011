"""Proposals: roster statements that wait for another member's signature.

A proposal keeps the rules of its statement, except the missing signatures. The co-signer fetches, signs and pushes it.
It expires when the roster moves, or after some days.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, func, select

from app.access import JournalMember
from app.database import AnyRow, insert_new
from app.journals import repository
from app.journals.append import lock_journal, named_generations, refuse
from app.journals.table import proposals
from app.problems import JournalClosed, NotFound, ProposalLimit
from app.quotas.service import Quotas
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.roster import check_grants, check_proposal
from duolog.protocol.roster_statements import parse_roster
from duolog.protocol.statements import SignedStatement, statement_hash

_GRANT = sizes.ACCOUNT_ID + sizes.SEALED_SEED


@dataclass(frozen=True, slots=True)
class NewProposal:
    """A proposal as sent."""

    signed: SignedStatement
    grants: dict[bytes, bytes]
    context: bytes | None


def propose(
    connection: Connection,
    member: JournalMember,
    proposal: NewProposal,
    quotas: Quotas,
    now: int,
    proposed_before: int,
) -> bytes:
    """Keep a proposal; the same one again changes nothing. Its id: the hash of its statement.

    Raises:
        NotFound, JournalClosed, RosterMoved, RuleBroken, Malformed, ClosingDue: as for an append.
        ProposalLimit: too many of the member's wait already, or too large ones.
        DailyLimit: the member has proposed as much as they may.
    """
    state = lock_journal(connection, member.journal, now)
    if state is None or state.roster is None:
        raise NotFound
    if state.closed:  # check: server.propose_closed
        raise JournalClosed
    repository.drop_proposals(connection, member.journal, proposed_before)
    signed = proposal.signed
    try:
        parsed = parse_roster(signed.statement)
        proposed = check_proposal(state.roster, signed, named_generations(connection, state.roster, parsed))
        if parsed.grants is not None:
            check_grants(proposed, proposal.grants)
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error
    row = {
        "journal": member.journal,
        "proposal": statement_hash(signed.statement),
        "author": member.account,
        "proposed": now,
        "statement": signed.statement,
        "signatures": repository.join_signatures(signed.signatures),
        "grants": b"".join(account + grant for account, grant in sorted(proposal.grants.items())),
        "context": proposal.context,
    }
    if connection.execute(insert_new(connection, proposals).values(row)).rowcount:
        _require_room(connection, member)
        quotas.spend(connection, member.account, "proposals", now)
    return statement_hash(signed.statement)


def _require_room(connection: Connection, member: JournalMember) -> None:
    """Check that this member's waiting proposals, the new one included, keep their limits. Others' don't count."""
    columns = proposals.c
    parts = columns.statement, columns.signatures, columns.grants, columns.context
    size = sum((func.coalesce(func.length(part), 0) for part in parts[1:]), func.length(parts[0]))
    own = columns.journal == member.journal, columns.author == member.account
    count, total = connection.execute(select(func.count(), func.sum(size)).where(*own)).one()
    if count > sizes.MAX_PROPOSALS:  # check: server.proposal_limit
        raise ProposalLimit
    if total > sizes.MAX_PROPOSED_BYTES:  # check: server.proposal_bytes
        raise ProposalLimit


def list_proposals(connection: Connection, journal: bytes, proposed_after: int) -> Sequence[AnyRow]:
    """The proposals that wait in a journal, oldest first.

    A context that is over the limit, stored before there was one, is left out.
    """
    columns = proposals.c
    context = case((func.length(columns.context) <= sizes.MAX_CONTEXT, columns.context)).label("context")
    return connection.execute(
        select(columns.proposal, columns.proposed, columns.statement, columns.signatures, columns.grants, context)
        .where(columns.journal == journal, columns.proposed >= proposed_after)
        .order_by(columns.proposed, columns.proposal)
        .limit(sizes.MAX_PARTNERS * sizes.MAX_PROPOSALS)
    ).all()


def split_grants(joined: bytes) -> dict[bytes, bytes]:
    """Grants as stored with a proposal: account 32 | grant 1168 each."""
    parts = (joined[at : at + _GRANT] for at in range(0, len(joined), _GRANT))
    return {part[: sizes.ACCOUNT_ID]: part[sizes.ACCOUNT_ID :] for part in parts}


def drop_proposal(connection: Connection, member: JournalMember, proposal: bytes) -> None:
    """Drop one: a partner declines or withdraws any. Raises: NotFound."""
    query = delete(proposals).where(proposals.c.journal == member.journal, proposals.c.proposal == proposal)
    if connection.execute(query).rowcount == 0:
        raise NotFound
