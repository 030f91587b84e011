"""Proposals: roster statements that wait for another member's signature.

A proposal keeps the rules of its statement, except the missing signatures. The co-signer fetches, signs and pushes it.
It expires when the roster moves, or after some days.
"""

from sqlalchemy import Connection

from app.access.repository import JournalMember
from app.journals import proposal_repository as repository
from app.journals.append import lock_journal, named_generations, refuse
from app.journals.proposal_repository import NewProposal
from app.problems import JournalClosed, NotFound, ProposalLimit
from app.quotas.service import Quotas
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.roster import check_grants, check_proposal
from duolog.protocol.roster_statements import parse_roster
from duolog.protocol.statements import statement_hash


def propose(
    connection: Connection,
    member: JournalMember,
    proposal: NewProposal,
    quotas: Quotas,
    now: int,
    proposed_before: int,
) -> bytes:
    """Store a proposal; the same one again changes nothing. Returns its id, the hash of its statement.

    Raises:
        NotFound, JournalClosed, RosterMoved, RuleBroken, Malformed, ClosingDue: as for an append.
        ProposalLimit: too many of the member's wait already, or too large ones.
        DailyLimit: the member has proposed as much as they may.
    """
    locked = lock_journal(connection, member.journal, now)
    state = None if locked is None else locked[0]
    if state is None or state.roster is None:
        raise NotFound
    if state.closed:  # check: server.propose_closed
        raise JournalClosed
    repository.drop_all(connection, member.journal, proposed_before)
    signed = proposal.signed
    try:
        parsed = parse_roster(signed.statement)
        proposed = check_proposal(state.roster, signed, named_generations(connection, state.roster, parsed))
        if parsed.grants is not None:
            check_grants(proposed, proposal.grants)
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error
    if repository.add(connection, member, proposal, now):
        _require_room(connection, member)
        quotas.spend(connection, member.account, "proposals", now)
    return statement_hash(signed.statement)


def _require_room(connection: Connection, member: JournalMember) -> None:
    """Check that this member's waiting proposals, the new one included, keep their limits. Others' don't count."""
    count, total = repository.measure_own(connection, member)
    if count > sizes.MAX_PROPOSALS:  # check: server.proposal_limit
        raise ProposalLimit
    if total > sizes.MAX_PROPOSED_BYTES:  # check: server.proposal_bytes
        raise ProposalLimit


def drop_proposal(connection: Connection, member: JournalMember, proposal: bytes) -> None:
    """Drop a proposal: a partner declines or withdraws any. Raises: NotFound."""
    if not repository.drop(connection, member.journal, proposal):
        raise NotFound
