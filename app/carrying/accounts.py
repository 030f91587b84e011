"""Accounts that come from another server.

Rules (spec §13.2)
- The owner logs in with the account: one of its keyholders signs for this server and this challenge. So no host, thief
  or partner can store an account here with packages that open for nobody.
- The server verifies chain and sets as a client would, except the salted commitments.
- There is one package for each keyholder of the newest set, an anchor for each sheet and passkey, and the earlier seed
  of every generation but the newest.
- The server admits a new account like a registration, and one that it accepted before it went back without a code.
- An account that is here already may only grow: the stored part is the beginning of the carried one. A newer set brings
  its packages.
- A keyholder outside the newest set is revoked here too. A keyholder that is revoked here can't log in, even if a set
  names it: a closing may have revoked it before its owner rotates.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.accounts import repository
from app.accounts.changing import anchored, require_unknown
from app.accounts.repository import StoredAccount, lock_keyholder
from app.accounts.service import admit
from app.chains.repository import Statements, add_statement, load_statements, sent_bytes
from app.journals.append import refuse
from app.problems import AccountExists, RuleBroken, SetMoved
from app.receipts.service import ReceiptSigner
from app.sessions import repository as session_rows
from app.sessions import service as sessions
from app.sessions.service import Answer, Opened
from app.settings import Settings
from duolog.api.carrying import CarriedAccount
from duolog.errors import MalformedData, VerificationError
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, verify_chain
from duolog.protocol.codec import sha256
from duolog.protocol.keyholder_sets import Keyholder, KeyholderSet, verify_sets
from duolog.protocol.log import StatementItem, append_item, empty_log
from duolog.protocol.receipts import signer_of


@dataclass(frozen=True, slots=True)
class VerifiedAccount:
    """A carried account that holds to the rules which need no database."""

    request: CarriedAccount
    statements: list[SignedAccountStatement]
    signed_sets: list[SignedAccountStatement]
    chain: AccountChain
    sets: tuple[KeyholderSet, ...]

    @property
    def newest(self) -> KeyholderSet:
        return self.sets[-1]

    def stored(self) -> StoredAccount:
        """The stored row. A registration of the same account never matches it."""
        fingerprint = sha256(b"duolog-server/carried-account\x00", self.chain.account)
        return StoredAccount(self.newest.account_journal or b"", fingerprint)


def verify_account(request: CarriedAccount) -> VerifiedAccount:
    """The rules that need no database. Raises: Malformed, RuleBroken."""
    statements = [item.signed() for item in request.chain]
    signed_sets = [item.signed() for item in request.sets]
    try:
        chain = verify_chain(statements)
        sets = verify_sets(chain, signed_sets)
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error
    account = VerifiedAccount(request, statements, signed_sets, chain, sets)
    newest = account.newest
    if newest.generation != chain.newest.generation:  # check: server.carried_set
        raise RuleBroken
    if sorted(item.keyholder for item in request.packages) != [
        item.id for item in newest.keyholders
    ]:  # check: server.carried_packages
        raise RuleBroken
    if sorted(item.keyholder for item in request.anchors) != anchored(
        newest.keyholders
    ):  # check: server.carried_anchors
        raise RuleBroken
    if sorted(item.generation for item in request.earlier_seeds) != list(
        range(1, newest.generation)
    ):  # check: server.carried_seeds
        raise RuleBroken
    return account


def carry_account(
    connection: Connection, account: VerifiedAccount, settings: Settings, signer: ReceiptSigner, now: int
) -> Opened | None:
    """Store a carried account, or its newer part; returns a session, or None when the log-in is refused.

    Raises:
        RegistrationClosed, InviteCodeRefused: by the server's settings.
        AccountExists: one of its keyholders is another account's, or the account is here with another history.
        SetMoved: the account is here already, and has come further.
    """
    given = account.request.log_in
    keyholder = account.newest.find(given.keyholder)
    sign_key = account.newest.keyholders[0].sign_key if keyholder is None else keyholder.sign_key
    answer = Answer(given.keyholder, given.challenge, given.signature)
    if not sessions.answers(connection, answer, sign_key, settings, now):  # check: server.carried_login
        return None
    if keyholder is None:  # check: server.carried_keyholder
        return None
    known = lock_keyholder(connection, given.keyholder)
    if known is not None and known.ended is not None:  # check: server.carried_ended
        return None
    existing = repository.find_account(connection, account.chain.account)
    if existing is None:
        if not _was_here(account, signer):
            admit(connection, account.request.invite_code, settings, now)
        _add(connection, account, now)
    else:
        _go_on(connection, account, now)
    return sessions.open_session(connection, account.chain.account, given.keyholder, settings, now)


def _was_here(account: VerifiedAccount, signer: ReceiptSigner) -> bool:
    """Whether this server had accepted the account's own journal. Raises: RuleBroken, Malformed."""
    given, journal = account.request.accepted, account.newest.account_journal
    if given is None or journal is None:
        return False
    try:
        state = append_item(
            empty_log(journal), 1, StatementItem(given.genesis.signed()), {account.chain.account: account.chain}
        )
        receipt = given.receipt.receipt()
        if (receipt.seq, receipt.head) != (state.seq, state.head):  # check: server.accepted_head
            raise RuleBroken
        if signer_of(receipt, journal, [known.key for known in signer.keys]) is None:  # check: server.accepted_receipt
            raise RuleBroken
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error
    return True


def _add(connection: Connection, account: VerifiedAccount, now: int) -> None:
    everybody = _everybody(account)
    require_unknown(connection, everybody)
    repository.add_account(connection, account.chain.account, account.stored())
    continue_chains(connection, {account.chain.account: account.statements})
    repository.add_sets(connection, account.chain.account, account.signed_sets)
    _store_keys(connection, account, everybody, (), now)


def _go_on(connection: Connection, account: VerifiedAccount, now: int) -> None:
    stored = repository.load_sets(connection, account.chain.account)
    continue_chains(connection, {account.chain.account: account.statements})
    if len(account.signed_sets) < len(stored):  # check: server.carried_set_behind
        raise SetMoved
    if [item.statement for item in account.signed_sets[: len(stored)]] != [
        item.statement for item in stored
    ]:  # check: server.carried_set_fork
        raise AccountExists
    further = account.signed_sets[len(stored) :]
    if not further:
        return
    before = {item.id for known in account.sets[: len(stored)] for item in known.keyholders}
    new = [item for item in _everybody(account) if item.id not in before]
    require_unknown(connection, new)
    repository.add_sets(connection, account.chain.account, further, len(stored) + 1)
    held = {item.generation for item in repository.load_earlier_seeds(connection, account.chain.account)}
    _store_keys(connection, account, new, held, now)


def _everybody(account: VerifiedAccount) -> list[Keyholder]:
    """Every keyholder of all sets, each as in the newest set that names it."""
    return list({item.id: item for known in account.sets for item in known.keyholders}.values())


def _store_keys(
    connection: Connection, account: VerifiedAccount, new: list[Keyholder], held: set[int] | tuple[()], now: int
) -> None:
    """Store new keyholders, revoke those outside the newest set, and store the newest generation's packages."""
    request, owner, newest = account.request, account.chain.account, account.newest
    kept = [item.id for item in newest.keyholders]
    repository.add_keyholders(connection, owner, new, {item.keyholder: item.mac for item in request.anchors})
    repository.end_keyholders_except(connection, owner, kept, now)
    packages = {item.keyholder: item.package for item in request.packages}
    repository.replace_packages(connection, owner, newest.generation, packages)
    session_rows.end_sessions_except(connection, owner, kept)
    for item in request.earlier_seeds:
        if item.generation not in held:
            repository.add_earlier_seed(connection, owner, item.generation, item.sealed)


def continue_chains(connection: Connection, chains: Statements) -> int:
    """Store the new links of verified chains, and skip chains that are longer here. Returns the stored bytes.

    Raises:
        AccountExists: one has another history here.
    """
    stored, size = load_statements(connection, chains), 0
    for account, statements in chains.items():
        known = stored.get(account, [])
        if [item.statement for item in statements[: len(known)]] != [
            item.statement for item in known[: len(statements)]
        ]:  # check: server.carried_fork
            raise AccountExists
        for generation, signed in enumerate(statements[len(known) :], start=len(known) + 1):
            add_statement(connection, account, generation, signed)
            size += sent_bytes(signed)
    return size
