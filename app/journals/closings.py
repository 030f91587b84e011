"""Carrying out closings that waited for their time.

Rules (spec §5.6)
- A due closing is appended like a push of its own, under the journal's lock: the signed form whose generation the
  roster names. While the roster names none of them, they wait.
- The server revokes the keyholders that the closing names and ends their sessions. It never revokes the last keyholder
  of an account, so nobody locks themself out.
- The server drops a closing if its account is no partner any more, the journal is closed, or the log refuses it. It
  revokes the closing's keyholders anyway. So no closing blocks the next one.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from app.access.repository import end_keyholders, end_sessions_of, keyholders_of
from app.database import AnyRow
from app.journals import repository
from app.journals.append import ClosingDue, append, find_due, parse_candidates
from app.problems import Problem
from app.receipts.service import ReceiptSigner
from app.state import State
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.log import LogState, StatementItem
from duolog.protocol.statements import Signature, SignedStatement

T = TypeVar("T")


async def write_to_journal(server: State, journal: bytes, work: Callable[[Connection], T], *, short: bool = False) -> T:
    """`database.write` for appending to a journal, or `write_short`. A due closing goes first, and stays even if the
    append fails.
    """
    write = server.database.write_short if short else server.database.write
    try:
        return await write(work)
    except ClosingDue:
        await server.database.write(carry_out, journal, server.receipts, server.now())
        return await write(work)


def carry_out(connection: Connection, journal: bytes, signer: ReceiptSigner, now: int) -> bool:
    """Carry out the due closing of one journal, if there is one. Returns whether that closed the journal."""
    state = repository.load_log(connection, journal, lock=True)
    rows = repository.due_closings(connection, journal, now)
    newest = {row.account: row for row in sorted(rows, key=lambda row: row.generation)}  # an account's last word
    for account, row in newest.items():
        _end_keyholders(connection, account, row.ends, now)
    if state is None or state.closed:
        repository.drop_closings(connection, journal, list(newest))
        return False
    while (fitting := find_due(connection, state, now)) is not None:
        try:
            _append(connection, state, fitting, signer, now)
        except Problem:
            repository.drop_closings(connection, journal, [fitting.account])
            continue
        repository.drop_closings(connection, journal, list(newest))
        return True
    partners = {member.account for member in (state.roster.partners if state.roster is not None else ())}
    repository.drop_closings(connection, journal, [account for account in newest if account not in partners])
    return False


def _append(connection: Connection, state: LogState, row: AnyRow, signer: ReceiptSigner, now: int) -> None:
    signed = SignedStatement(row.statement, (Signature(row.account, row.signature),))
    candidates = parse_candidates([Placed(0, StatementItem(signed))])
    append(connection, state, candidates, row.account, signer, now)


def _end_keyholders(connection: Connection, account: bytes, joined: bytes, now: int) -> None:
    """Revoke these keyholders of the account and end their sessions, unless no keyholder would be left."""
    ends = split_ends(joined)
    if not ends or keyholders_of(connection, account)[1].issubset(ends):
        return
    end_keyholders(connection, account, ends, now)
    end_sessions_of(connection, account, ends)


def split_ends(joined: bytes) -> list[bytes]:
    """Keyholder ids as stored with a closing, one after the other."""
    return [joined[at : at + sizes.KEYHOLDER_ID] for at in range(0, len(joined), sizes.KEYHOLDER_ID)]
