"""An account as its owner's devices verify it: its chain, its keyholder sets, and the rows that were made from them."""

from sqlalchemy import Connection

from app.accounts.repository import find_account, load_sets
from app.auditing import repository
from app.auditing.faults import Report
from app.chains.repository import load_statements
from duolog.errors import MalformedData, VerificationError
from duolog.protocol.accounts import AccountChain, verify_chain
from duolog.protocol.keyholder_sets import KeyholderSet, verify_sets


def audit_account(connection: Connection, account: bytes, report: Report, *, went_back: bool) -> None:
    """Verify one account. `went_back`: the server may lack what only the account's own devices bring."""
    statements = load_statements(connection, [account]).get(account)
    if not statements:  # deleted since it was listed
        return
    report.accounts += 1
    try:
        chain = verify_chain(statements)
        if chain.account != account:
            report.add("account", account, "Its chain is another account's.")
            return
        stored = find_account(connection, account)
        if stored is None:  # deleted, and a journal still names it
            return
        sets = verify_sets(chain, load_sets(connection, account))
    except (MalformedData, VerificationError) as error:
        report.add("account", account, str(error))
        return
    newest = sets[-1]
    if newest.account_journal is not None and newest.account_journal != stored.account_journal:
        report.add("account", account, "Its newest keyholder set names another account journal.")
    _audit_keyholders(connection, chain, newest, report, went_back=went_back)


def _audit_keyholders(
    connection: Connection, chain: AccountChain, newest: KeyholderSet, report: Report, *, went_back: bool
) -> None:
    account = chain.account
    rows = repository.keyholders_of(connection, account)
    packages = repository.packages_of(connection, account)
    if newest.generation != chain.newest.generation and not went_back:
        report.add("account", account, "Its newest keys have no keyholder set.")
    for item in newest.keyholders:  # a closing may have revoked one that the set names
        row = rows.get(item.id)
        if row is None or (row.kind, row.sign_key) != (item.kind, item.sign_key):
            report.add("account", account, "A keyholder of its newest set can't log in.")
        if (item.id, newest.generation) not in packages and not went_back:
            report.add("account", account, "A keyholder of its newest set has no package of the newest keys.")
    current = {item.id for item in newest.keyholders}
    if any(row.ended is None and id_ not in current for id_, row in rows.items()):
        report.add("account", account, "A keyholder outside of its newest set can log in.")
