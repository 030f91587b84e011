"""Registering, and restoring from words.

Rules
- A registration is one request, kept durably before it is sent and repeated byte for byte until it was acknowledged.
- The 24 words are handed out once; afterwards the home does not hold them.
- Restoring believes nothing: anchor, chain, package, sets, salt, then the account journal. What comes of it is
  unconfirmed.
"""

import secrets
from dataclasses import replace
from pathlib import Path

from duolog.api.accounts import AnchorModel, PackageModel, Registration
from duolog.api.common import AccountStatementModel, JournalStatementModel
from duolog.client.home.begun import ENROLLING, PENDING, PendingRegistration
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home, has_keystore
from duolog.client.home.identity import Identity, keep_anchors, load_identity, open_account, save_identity
from duolog.client.home.keystore import Unlock
from duolog.client.home.records import ACCOUNT, RECEIPT_KEY, SERVER, UNCONFIRMED
from duolog.client.log.clocks import Clock
from duolog.client.log.context import Context
from duolog.client.log.own_pages import fetch_account
from duolog.client.log.statements import make_genesis
from duolog.client.server.http import to_transport
from duolog.client.server.login import Network
from duolog.client.server.transport import Transport
from duolog.errors import HomeError, NotAllowed, ServerRefused
from duolog.protocol import sizes
from duolog.protocol.accounts import (
    Keyholder,
    KeyholderSet,
    SignedAccountStatement,
    encode_genesis,
    set_commitment,
    verify_chain,
    verify_sets,
)
from duolog.protocol.statements import statement_hash
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from duolog.seal.packages import wrap_package
from duolog.seal.words import encode_words, parse_words


async def register(
    transport: Transport, folder: Path | None, unlock: Unlock, invite_code: str | None, clock: Clock
) -> tuple[Context, tuple[str, ...]]:
    """A new account, or the one whose registration began in this home; with its 24 words.

    Raises:
        NotAllowed: the home has an account already.
        HomeError, KeystoreLocked: the home can't be made or opened.
        TransportError, ServerRefused, MalformedData: the server did not take it; register again to go on.
        WrongAccount: the server answered for another account.
    """
    if folder is not None and has_keystore(folder):
        home = Home.open_old(folder, unlock)
    else:
        home = Home.open_new(folder, KeyholderSecret.new("device"), unlock)
    try:
        return await _register(home, transport, invite_code, clock)
    except BaseException:
        home.close()
        raise


async def _register(
    home: Home, transport: Transport, invite_code: str | None, clock: Clock
) -> tuple[Context, tuple[str, ...]]:
    if ACCOUNT.is_set(home.store):
        raise NotAllowed("This home already has an account. Name another home for a second one.")
    pending = PENDING.load(home) or _new_pending(home.keyholder)
    pending = replace(pending, request=pending.request.model_copy(update={"invite_code": invite_code}))
    with home.store.transaction():
        PENDING.save(home, pending)
        if SERVER.load(home.store) != transport.origin:
            RECEIPT_KEY.clear(home.store)
        SERVER.save(home.store, transport.origin)
    network = Network(transport, home)
    await network.pin_server()
    registered = await transport.register(pending.request)
    statements = [pending.request.genesis.signed()]
    chains = Chains(home.store)
    chain = chains.pin(registered.account, statements)
    sets = [item.signed() for item in pending.request.sets]
    identity = Identity(chain.account, {1: GenerationSecret(pending.seed, 1)}, verify_sets(chain, sets))
    with home.store.transaction():
        save_identity(home, identity, sets)
        keep_anchors(home.store, pending.request.anchors)
        PENDING.clear(home)
    return Context(home, network, chains, identity, clock), encode_words(pending.entropy)


def _new_pending(device: KeyholderSecret) -> PendingRegistration:
    sheet = KeyholderSecret.new("recovery_sheet")
    secret = GenerationSecret.new(1)
    first = KeyholderSet(1, None, 1, device.id, None, None, _ascending(device, sheet))
    genesis = encode_genesis(
        sign_key=secret.sign_key,
        box_key=secret.box_key,
        kem_key=secret.kem_key,
        keyholders=set_commitment(secret.salt, first.encode()),
        nonce=secrets.token_bytes(sizes.NONCE),
    )
    signed = SignedAccountStatement(genesis, (secret.sign(genesis),))
    chain = verify_chain([signed])
    made = make_genesis(chain, secret)
    journal = made.roster.journal
    second = KeyholderSet(2, statement_hash(first.encode()), 1, device.id, journal, None, first.keyholders)
    request = Registration(
        genesis=AccountStatementModel.of(signed),
        sets=[AccountStatementModel.of(_sign_set(secret, item)) for item in (first, second)],
        account_journal=JournalStatementModel.of(made.signed, dict(made.grants)),
        packages=[
            PackageModel(keyholder=item.id, package=wrap_package(secret, chain.account, chain.newest, item))
            for item in first.keyholders
        ],
        anchors=[AnchorModel(keyholder=sheet.id, mac=sheet.anchor(chain.account))],
        invite_code=None,
    )
    return PendingRegistration(secret.seed, sheet.seed, request)


def _ascending(*keyholders: KeyholderSecret) -> tuple[Keyholder, ...]:
    return tuple(sorted((item.public for item in keyholders), key=lambda item: item.id))


def _sign_set(secret: GenerationSecret, keyholders: KeyholderSet) -> SignedAccountStatement:
    statement = keyholders.encode()
    return SignedAccountStatement(statement, (secret.sign(statement),))


async def restore(transport: Transport, words: str, folder: Path | None, unlock: Unlock, clock: Clock) -> Context:
    """The account of 24 words in a new home, unconfirmed. Nothing is kept unless all of it is true.

    Raises:
        MalformedData: a word is wrong, or the server's answer is.
        HomeError: the home already has an account, or can't be written.
        ServerRefused, TransportError: the server knows no such words, or can't be reached.
        WrongAccount, VerificationError: the server answers with something else than this account.
    """
    return await restore_keyholder(
        transport, KeyholderSecret(parse_words(words), "recovery_sheet"), folder, unlock, clock
    )


async def restore_keyholder(
    transport: Transport, keyholder: KeyholderSecret, folder: Path | None, unlock: Unlock, clock: Clock
) -> Context:
    """The same for a recovery sheet or a passkey whose secret is known. Raises: as `restore`."""
    begun = None if folder is None or not has_keystore(folder) else _begun(folder, keyholder, unlock)
    try:
        trial = await _restore(Home.open_new(None, keyholder, unlock), transport, clock)
        if folder is None:
            return trial
    except BaseException:
        if begun is not None:
            begun.close()
        raise
    home = begun or Home.open_new(folder, keyholder, unlock)
    try:
        return await _restore(home, transport, clock)
    except BaseException:
        home.close()
        raise


def _begun(folder: Path, keyholder: KeyholderSecret, unlock: Unlock) -> Home:
    """The home in which restoring this very keyholder began and was cut off.

    Raises: HomeError when something else lives there; as `Home.open_old`.
    """
    home = Home.open_old(folder, unlock)
    taken = ACCOUNT.is_set(home.store) or PENDING.is_set(home) or ENROLLING.is_set(home)
    if taken or home.keyholder.id != keyholder.id:
        home.close()
        raise HomeError("This home already has an account. Name another home to restore into.")
    return home


async def _restore(home: Home, transport: Transport, clock: Clock) -> Context:
    network = Network(transport, home)
    await network.pin_server()
    try:
        account = await network.log_in()
    except ServerRefused as error:
        if error.code != "login_refused":
            raise
        sentence = "This server has no account for these words. Check the server's address, and the words one by one."
        raise ServerRefused(sentence, code=error.code, status=error.status) from error
    own = await fetch_account(transport.own_account)
    chains = Chains(home.store)
    with home.store.transaction():
        identity = open_account(home, chains, own, account)
        SERVER.save(home.store, transport.origin)
        UNCONFIRMED.set(home.store)
    return Context(home, network, chains, identity, clock)


def open_home(folder: Path, unlock: Unlock, server: Transport | None, clock: Clock) -> Context:
    """An open client on an existing home, without the network. `server` replaces the one that the home names.

    Raises:
        HomeError, KeystoreLocked, MalformedData: as `Home.open_old`.
        NotAllowed: its registration was never finished, or `server` is another one.
    """
    home = Home.open_old(folder, unlock)
    try:
        if ENROLLING.is_set(home):
            raise NotAllowed("This device was not let in yet. Go on with `duolog device join`, or choose another home.")
        identity, origin = load_identity(home), SERVER.load(home.store)
        if identity is None or origin is None:
            raise NotAllowed(
                "The registration in this home was not finished. Register again; it goes on where it stopped."
            )
        transport = server or to_transport(origin)
        if transport.origin != origin:
            raise NotAllowed(f"This home belongs to {origin}, not to {transport.origin}.")
        return Context(home, Network(transport, home), Chains(home.store), identity, clock)
    except BaseException:
        home.close()
        raise


def check_words(context: Context, words: str) -> None:
    """The typed words are a recovery sheet of this account; they are kept nowhere.

    Raises:
        MalformedData: a word is wrong.
        NotAllowed: they are some other sheet's.
    """
    sheet = KeyholderSecret(parse_words(words), "recovery_sheet")
    if context.identity.newest_set.find(sheet.id) is None:  # check: client.sheet
        raise NotAllowed("These words are valid, but not of this account's sheet. Look for the right sheet.")
