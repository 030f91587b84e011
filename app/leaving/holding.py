"""Withdrawing an entry, keeping it, and erasing it for oneself.

Rules (spec §9.1)
- An entry is withdrawn by its author, within a day, together with a new entry that says so: one that was accepted
  before withdraws nothing else.
- What another server accepted is not withdrawn here: nobody knows how its clock stood to this one.
- Marks are one member's own. Keeping counts from before a withdrawal; erasing is for good.
- When nobody holds an entry any more, its blob is destroyed in the same transaction.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.access.repository import JournalMember
from app.journals.append import Appended, append_to_journal, parse_candidates
from app.leaving import repository
from app.origins.repository import load_origins
from app.problems import NotFound, RuleBroken, WithdrawalLate
from app.quotas.service import Quotas
from app.receipts.service import ReceiptSigner
from duolog.api.leaving import HoldingRequest, WithdrawalRequest
from duolog.api.pages import Placed
from duolog.protocol import sizes
from duolog.protocol.entries import parse_header
from duolog.protocol.log import entry_item
from duolog.protocol.receipts import is_signed


def withdraw(
    connection: Connection,
    member: JournalMember,
    request: WithdrawalRequest,
    signer: ReceiptSigner,
    quotas: Quotas,
    now: int,
) -> Appended:
    """Append the entry that announces a withdrawal, and withdraw the entry that the request names.

    Raises:
        NotFound: there is no such entry.
        RuleBroken: the named entry is somebody else's, or the appended one was accepted before.
        WithdrawalLate: more than a day lies between the two, or the named entry was accepted under another receipt key.
        As `append_to_journal`.
    """
    candidates = parse_candidates([Placed(0, entry_item(request.header, request.blob))])
    appended = append_to_journal(connection, member, candidates, signer, quotas, now, times=2)
    journal, said = member.journal, appended.places[0].seq
    found = repository.find_entries(connection, journal, [request.entry])
    if not found:
        raise NotFound
    named = found[0]
    if parse_header(named.header).author != member.account:  # check: server.withdrawal_author
        raise RuleBroken
    if named.withdrawn is not None:
        return appended
    if appended.receipt is None:  # check: server.withdrawal_new
        raise RuleBroken
    if named.seq <= load_origins(connection, journal).until:  # check: server.withdrawal_carried
        raise WithdrawalLate
    receipt = repository.receipt_over(connection, journal, named.seq)
    if not is_signed(receipt, journal, signer.keys[-1].key):  # check: server.withdrawal_key
        raise WithdrawalLate
    passed = appended.receipt.time - receipt.time
    if passed > sizes.WITHDRAW_WINDOW:  # check: server.withdrawal_window
        raise WithdrawalLate
    repository.mark_withdrawn(connection, journal, named.seq, said)
    repository.erase(connection, member.account, journal, [named.seq])
    repository.destroy_unheld(connection, [journal], now, [named.seq])
    return appended


def hold(connection: Connection, member: JournalMember, request: HoldingRequest, now: int) -> None:
    """Set private marks: all of them, or none. Raises: NotFound when one is no entry of the journal."""
    journal = member.journal
    repository.lock_journals(connection, [journal])
    found = repository.find_entries(connection, journal, request.entries)
    if len(found) != len(set(request.entries)):  # check: server.holding_entries
        raise NotFound
    if request.act == "keep":
        standing: Sequence[int] = [row.seq for row in found if row.withdrawn is None]
        repository.keep(connection, member.account, journal, standing)
        return
    seqs = [row.seq for row in found]
    repository.erase(connection, member.account, journal, seqs)
    repository.destroy_unheld(connection, [journal], now, seqs)
