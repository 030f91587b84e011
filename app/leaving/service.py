"""Closings that wait at the server until they are due.

Rules (spec §5.6)
- A closing's `timing` opens to the time that it waits for, and its author's account has signed it, with the roster's
  generation or its newest one.
- It closes the journal, and not one server's log of it: the log could refuse such a closing when it is due.
- Only its author sees it: no answer to another member changes because it waits.
- A rotation signs waiting closings anew. The old signature stays beside the new one, since the roster may still name
  the old generation. The rotation cancels the closings that it leaves out.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from app.access.repository import JournalMember, keyholders_of
from app.accounts.repository import find_account
from app.chains.repository import load_chains
from app.database import AnyRow
from app.journals.append import refuse
from app.journals.closings import carry_out
from app.journals.repository import digest_at, load_log
from app.leaving import repository
from app.problems import ClosingLimit, JournalClosed, NotFound, RuleBroken
from app.receipts.service import ReceiptSigner
from duolog.api.accounts import JournalClosing
from duolog.api.leaving import ClosingRequest
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain
from duolog.protocol.roster_statements import Close, close_timing, parse_close
from duolog.protocol.statements import Signature, SignedStatement, statement_digest, verify_statement


def schedule(
    connection: Connection, member: JournalMember, request: ClosingRequest, signer: ReceiptSigner, now: int
) -> None:
    """Store a closing until it is due, in place of the waiting one. A closing that is due is carried out at once.

    Raises:
        NotFound: the caller was removed a moment ago.
        JournalClosed: the journal is closed, and not by this very closing.
        RuleBroken, Malformed: it is not a closing that the caller could push, or would lock its owner out.
        ClosingLimit: too many wait already.
    """
    account, journal = member.account, member.journal
    own = find_account(connection, account)
    # The account's other changes wait for each other on the row of its own journal; so do its closings.
    if own is None or load_log(connection, own.account_journal, lock=True) is None:
        raise NotFound
    if journal == own.account_journal:  # check: server.closing_account_journal
        raise RuleBroken
    state = load_log(connection, journal, lock=True)
    named = None if state is None or state.roster is None else state.roster.find(account)
    if state is None or named is None or named.role != "partner":
        raise NotFound
    if state.closed:
        signed = SignedStatement(request.statement, (Signature(account, request.signature),))
        if digest_at(connection, journal, state.seq) != statement_digest(signed):  # check: server.closing_closed
            raise JournalClosed
        return
    chain = load_chains(connection, [account])[account]
    close = verify_closing(request, chain, journal, [named.generation, chain.newest.generation])
    every, live = keyholders_of(connection, account)
    if not every.issuperset(request.ends) or live.issubset(request.ends):  # check: server.closing_ends
        raise RuleBroken
    others = repository.waiting_journals(connection, account) - {journal}
    if len(others) >= sizes.MAX_CLOSINGS:  # check: server.closing_limit
        raise ClosingLimit
    repository.drop_closings(connection, account, [journal])
    repository.add_closings(connection, account, close.generation, [(journal, request)])
    if request.not_before <= now:
        carry_out(connection, journal, signer, now)


def own_closing(connection: Connection, member: JournalMember) -> AnyRow:
    """The member's own closing as it waits. Raises: NotFound."""
    row = repository.find_closing(connection, member.account, member.journal)
    if row is None:
        raise NotFound
    return row


def drop(connection: Connection, member: JournalMember) -> None:
    """Drop the member's own closing. Raises: NotFound."""
    if not repository.drop_closings(connection, member.account, [member.journal]):
        raise NotFound


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
        if close.receipt_key is not None:  # check: server.closing_key
            raise RuleBroken
        if close.generation not in generations:  # check: server.closing_generation
            raise RuleBroken
        sign_key = chain.generation(close.generation).sign_key
        verify_statement(sign_key, request.statement, request.signature)  # check: server.closing_signature
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error
    return close
