"""Registering an account, and showing it to its owner.

Rules of a registration (spec §4):
- The genesis, both keyholder sets and the account journal's genesis hold to the protocol's rules; the account
  journal is the one that set 2 names, and its only member is the account, in generation 1.
- There is one package for each keyholder of set 2, and no other; anchors only for sheets and passkeys.
- A keyholder belongs to one account. The same registration again gets the same answer, since the first may have
  been lost.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.access.repository import Caller
from app.accounts import repository
from app.accounts.changing import require_unknown
from app.accounts.repository import OwnKeys, SealedEarlierSeed, StoredAccount
from app.chains.repository import add_statement, load_own_page, load_statements
from app.invitations.repository import use_for_registration
from app.journals.append import refuse
from app.journals.service import create_journal
from app.problems import AccountExists, InviteCodeRefused, NotFound, RegistrationClosed, RuleBroken
from app.receipts.service import ReceiptSigner
from app.settings import Settings
from duolog.api.accounts import Registration
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, verify_chain
from duolog.protocol.codec import parse_b64, sha256
from duolog.protocol.ids import journal_id
from duolog.protocol.keyholder_sets import KeyholderSet, verify_sets
from duolog.protocol.receipts import Receipt


@dataclass(frozen=True, slots=True)
class VerifiedRegistration:
    """A registration that keeps the rules. Creating its journal checks the journal's own rules."""

    request: Registration
    chain: AccountChain
    newest: KeyholderSet
    packages: dict[bytes, bytes]
    anchors: dict[bytes, bytes]

    @property
    def fingerprint(self) -> bytes:
        """The hash that recognises a repeated registration."""
        return sha256(self.request.model_dump_json(exclude={"invite_code"}).encode())


@dataclass(frozen=True, slots=True)
class Own:
    """An account as its owner sees it. `more`: its chain, sets or earlier seeds go on."""

    chain: list[SignedAccountStatement]
    sets: list[SignedAccountStatement]
    keys: OwnKeys
    earlier_seeds: list[SealedEarlierSeed]
    anchors: dict[bytes, bytes]
    more: bool


def verify_registration(request: Registration) -> VerifiedRegistration:
    """The rules that need no database. Raises: Malformed, RuleBroken."""
    try:
        chain = verify_chain([request.genesis.signed()])
        newest = verify_sets(chain, [item.signed() for item in request.sets])[-1]
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error
    packages = {item.keyholder: item.package for item in request.packages}
    anchors = {item.keyholder: item.mac for item in request.anchors}
    anchored = {item.id for item in newest.keyholders if item.kind != "device"}
    if newest.account_journal != journal_id(request.account_journal.statement):  # check: server.account_journal
        raise RuleBroken
    if sorted(item.keyholder for item in request.packages) != [
        item.id for item in newest.keyholders
    ]:  # check: server.packages
        raise RuleBroken
    if sorted(item.keyholder for item in request.anchors) != sorted(anchored):  # check: server.anchors
        raise RuleBroken
    return VerifiedRegistration(request, chain, newest, packages, anchors)


def register(
    connection: Connection, registration: VerifiedRegistration, settings: Settings, signer: ReceiptSigner, now: int
) -> Receipt:
    """Store a new account; returns the first receipt of its account journal.

    Raises:
        RegistrationClosed, InviteCodeRefused: by the server's settings.
        AccountExists: one of its keyholders is another account's, or the account was registered otherwise, or it was
            deleted and a journal still names it.
        RuleBroken, Malformed: the account journal's genesis is not a valid one.
    """
    account = registration.chain.account
    request = registration.request
    stored = StoredAccount(journal_id(request.account_journal.statement), registration.fingerprint)
    existing = repository.find_account(connection, account)
    if existing is None:
        if load_statements(connection, [account]):  # check: server.account_deleted
            raise AccountExists
        admit(connection, request.invite_code, settings, now)
        _add(connection, registration, stored)
    elif existing != stored:  # check: server.registered_otherwise
        raise AccountExists
    journal = request.account_journal
    return create_journal(connection, account, journal.signed(), journal.grants_by_account(), signer, None, now)


def admit(connection: Connection, code: str | None, settings: Settings, now: int) -> None:
    """Let a new account in. Raises: RegistrationClosed, InviteCodeRefused."""
    if settings.registration == "closed":  # check: server.registration_closed
        raise RegistrationClosed
    if settings.registration == "invite" and not _use_code(connection, code or "", now):  # check: server.invite_code
        raise InviteCodeRefused


def _use_code(connection: Connection, code: str, now: int) -> bool:
    """An operator's code, or the id of a journal's invitation that is still open: each admits one account."""
    if repository.use_code(connection, code, now):
        return True
    try:
        return use_for_registration(connection, parse_b64(code, sizes.INVITATION_ID), now)
    except MalformedData:
        return False


def _add(connection: Connection, registration: VerifiedRegistration, stored: StoredAccount) -> None:
    account = registration.chain.account
    require_unknown(connection, registration.newest.keyholders)
    repository.add_account(connection, account, stored)
    add_statement(connection, account, 1, registration.request.genesis.signed())
    repository.add_sets(connection, account, [item.signed() for item in registration.request.sets])
    newest = registration.newest
    repository.add_keyholders(connection, account, newest.keyholders, registration.anchors)
    repository.add_packages(connection, account, newest.generation, registration.packages)


def load_own(connection: Connection, caller: Caller, generation: int, version: int) -> Own:
    """The caller's account, with what the caller's keyholder needs to open it. Raises: NotFound.

    It holds a page each of the chain and seeds after a generation, and of the sets after a version.
    """
    keys = repository.load_own_keys(connection, caller.account, caller.keyholder)
    if keys is None:
        raise NotFound
    limit = sizes.MAX_OWN_PAGE
    chain, more = load_own_page(connection, caller.account, generation, limit)
    sets = repository.load_sets(connection, caller.account, version, limit + 1)
    earlier = repository.load_earlier_seeds(connection, caller.account, generation, limit)
    more = more or len(sets) > limit
    anchors = repository.load_anchors(connection, caller.account)
    return Own(chain, sets[:limit], keys, earlier, anchors, more)
