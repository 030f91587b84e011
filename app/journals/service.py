"""Creating journals."""

from sqlalchemy import Connection

from app.journals import repository
from app.journals.append import append, parse_candidates
from app.problems import JournalExists, RuleBroken
from app.quotas.service import Quotas
from app.receipts.service import ReceiptSigner
from duolog.api.pages import Placed
from duolog.protocol.ids import journal_id
from duolog.protocol.log import StatementItem, empty_log
from duolog.protocol.receipts import Receipt, is_plausible
from duolog.protocol.statements import SignedStatement

IMPOSSIBLE_TIME = (
    "This journal exists already, and its first receipt bears an impossible time, so it isn't repeated: this server's "
    "clock was wrong when it was given. Fetch the journal instead. Whoever runs this server checks its clock."
)


def create_journal(
    connection: Connection,
    account: bytes,
    signed: SignedStatement,
    grants: dict[bytes, bytes],
    signer: ReceiptSigner,
    quotas: Quotas | None,
    now: int,
) -> Receipt:
    """Begin a journal with its genesis; the same genesis again gets its founder the first receipt, and nobody else.

    `quotas`: None for the account journal, which comes with the account.

    Raises:
        JournalExists: another statement or signature began it, or its first receipt bears an impossible time, from
            before times were bounded: no client believes it.
        RuleBroken, Malformed: the genesis is not a valid one, or not the caller's.
        QuotaReached, DailyLimit: the account has begun as many as it may.
    """
    journal = journal_id(signed.statement)
    candidates = parse_candidates([Placed(0, StatementItem(signed), grants)])
    named = candidates[0].roster
    if named is None or [member.account for member in named.members] != [account]:  # check: server.founder
        raise RuleBroken
    existing = repository.digest_at(connection, journal, 1)
    if existing is not None:
        first = repository.receipt_at(connection, journal, 1)
        if existing != candidates[0].digest:  # check: server.journal_exists
            raise JournalExists
        if first is None:  # a genesis is the whole first push, so it has a receipt
            raise JournalExists
        if not is_plausible(first.time):  # check: server.first_receipt
            raise JournalExists(sentence=IMPOSSIBLE_TIME)
        return first
    receipt = append(connection, empty_log(journal), candidates, account, signer, now).receipt
    if receipt is None:
        raise JournalExists
    if quotas is not None:
        quotas.spend(connection, account, "journals", now)
    return receipt
