"""Closings that wait at the server until they are due.

Rules (spec §5.6)
- A closing's `timing` opens to the time that it waits for, and its author's account has signed it, with the roster's
  generation or its newest one.
- It is its author's alone: nobody else is answered anything else because it waits.
- A rotation signs anew what waits. The old signature stays beside the new one, since the roster may still name the
  old generation; what the rotation leaves out is cancelled.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from app.chains.repository import load_chains
from app.journals.append import refuse
from app.leaving import repository
from app.problems import RuleBroken
from duolog.api.accounts import JournalClosing
from duolog.api.leaving import ClosingRequest
from duolog.errors import MalformedData, VerificationError
from duolog.protocol.accounts import AccountChain
from duolog.protocol.roster_statements import Close, close_timing, parse_close
from duolog.protocol.statements import verify_statement


def renew(connection: Connection, account: bytes, generation: int, closings: Sequence[JournalClosing]) -> None:
    """Keep what a rotation signed anew, and cancel what it left out. The rotation itself is stored already.

    A closing that nothing waits for any more is left out: it was cancelled or carried out a moment ago.

    Raises:
        Malformed, RuleBroken: one of them is not a closing of the account, signed with this generation.
    """
    chain = load_chains(connection, [account])[account]
    renewed = {}
    for closing in closings:
        verify_closing(closing, chain, closing.journal, [generation])
        renewed[closing.journal] = closing
    waiting = repository.waiting_journals(connection, account)
    repository.drop_closings(connection, account, waiting - renewed.keys())
    repository.drop_generation(connection, account, generation)
    kept = [(journal, closing) for journal, closing in renewed.items() if journal in waiting]
    repository.add_closings(connection, account, generation, kept)


def verify_closing(request: ClosingRequest, chain: AccountChain, journal: bytes, generations: Collection[int]) -> Close:
    """A closing of this journal by this account, signed with one of these generations of it.

    Raises: Malformed, RuleBroken.
    """
    try:
        close = parse_close(request.statement)
        if (close.account, close.journal) != (chain.account, journal):  # check: server.closing_author
            raise RuleBroken
        if close.timing != close_timing(request.salt, request.not_before):  # check: server.closing_timing
            raise RuleBroken
        if close.generation not in generations:  # check: server.closing_generation
            raise RuleBroken
        sign_key = chain.generation(close.generation).sign_key
        verify_statement(sign_key, request.statement, request.signature)  # check: server.closing_signature
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error
    return close
