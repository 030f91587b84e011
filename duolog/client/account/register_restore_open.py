"""How a home gets its account: registering, restoring from words, and opening the home again.

Rules
- A registration is one request. It is durable before it is sent, and sent again byte for byte until the server answers.
- The caller gets the 24 words once; afterwards the home does not hold them. They are unproven until somebody has
  shown them again.
- Restoring verifies in this order: anchor, chain, package, sets, salt, then the account journal.
- A restored home is unconfirmed until its owner compares words that a member, or another own device, reads out.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from duolog.api.accounts import Registration
from duolog.api.common import AccountStatementModel, JournalStatementModel
from duolog.client.account.keyholder_requests import make_anchor, make_packages, sign_set
from duolog.client.home.begun import ENROLLING, PENDING, PendingRegistration
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home, has_keystore
from duolog.client.home.identity import Identity, keep_anchors, load_identity, open_account, save_identity
from duolog.client.home.item_rows import load_heads
from duolog.client.home.keystore import Unlock
from duolog.client.home.records import ACCOUNT, RECEIPT_KEYS, SERVER, UNCONFIRMED, UNPROVEN_SHEET
from duolog.client.log.context import Clock, Context
from duolog.client.log.own_account import fetch_account
from duolog.client.log.statements import make_genesis
from duolog.client.server.http import to_transport
from duolog.client.server.invite_codes import clean_invite_code
from duolog.client.server.login import Network
from duolog.client.server.transport import Transport
from duolog.errors import HomeError, NotAllowed, PinMismatch, ServerRefused
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement, encode_genesis, verify_chain
from duolog.protocol.keyholder_sets import KeyholderSet, set_commitment, verify_sets
from duolog.protocol.statements import statement_hash
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from duolog.seal.words import Words, eight_words, encode_words, parse_words


@contextmanager
def closed_on_error(home: Home) -> Iterator[Home]:
    """Close the home when the block raises."""
    try:
        yield home
    except BaseException:
        home.close()
        raise


def open_or_new(folder: Path | None, unlock: Unlock) -> Home:
    """The home in `folder`, or a new home of a device. `folder` None: in memory. Raises: as `Home`."""
    if folder is not None and has_keystore(folder):
        return Home.open_old(folder, unlock)
    return Home.open_new(folder, KeyholderSecret.new("device"), unlock)


async def register(
    transport: Transport, folder: Path | None, unlock: Unlock, invite_code: str | None, clock: Clock
) -> tuple[Context, Words]:
    """A new account, or the one whose registration began in this home; with its 24 words.

    Raises:
        NotAllowed: the home has an account already.
        HomeError, KeystoreLocked: the home can't be made or opened.
        TransportError, ServerRefused, MalformedData: the server did not accept it; register again to go on.
        WrongAccount: the server answered for another account.
    """
    code = clean_invite_code(invite_code)
    with closed_on_error(open_or_new(folder, unlock)) as home:
        if ACCOUNT.is_set(home.store):
            raise NotAllowed("This home already has an account. Name another home for a second one.")
        pending = PENDING.load(home) or _new_pending(home.keyholder)
        pending = replace(pending, request=pending.request.model_copy(update={"invite_code": code}))
        with home.store.transaction():
            PENDING.save(home, pending)
            if SERVER.load(home.store) != transport.origin:
                RECEIPT_KEYS.clear(home.store)
            SERVER.save(home.store, transport.origin)
        network = Network(transport, home)
        await network.pin_server()
        registered = await transport.register(pending.request)
        chains = Chains(home.store)
        chain = chains.pin(registered.account, [pending.request.genesis.signed()])
        sets = [item.signed() for item in pending.request.sets]
        identity = Identity(chain.account, {1: GenerationSecret(pending.seed, 1)}, verify_sets(chain, sets))
        with home.store.transaction():
            save_identity(home, identity, sets)
            keep_anchors(home.store, pending.request.anchors)
            UNPROVEN_SHEET.save(home.store, KeyholderSecret(pending.entropy, "recovery_sheet").id)
            PENDING.clear(home)
        return Context(home, network, chains, identity, clock), encode_words(pending.entropy)


def _new_pending(device: KeyholderSecret) -> PendingRegistration:
    sheet, secret = KeyholderSecret.new("recovery_sheet"), GenerationSecret.new(1)
    keyholders = tuple(sorted((device.public, sheet.public), key=lambda item: item.id))
    first = KeyholderSet(1, None, 1, device.id, None, None, keyholders)
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
    second = KeyholderSet(2, statement_hash(first.encode()), 1, device.id, made.roster.journal, None, keyholders)
    request = Registration(
        genesis=AccountStatementModel.of(signed),
        sets=[sign_set(secret, first), sign_set(secret, second)],
        account_journal=JournalStatementModel.of(made.signed, dict(made.grants)),
        packages=make_packages(secret, chain, keyholders),
        anchors=[make_anchor(sheet, chain.account)],
        invite_code=None,
    )
    return PendingRegistration(secret.seed, sheet.seed, request)


def parse_sheet(words: str) -> KeyholderSecret:
    """The recovery sheet of 24 words. Raises: MalformedData when a word is wrong."""
    return KeyholderSecret(parse_words(words), "recovery_sheet")


async def restore(
    transport: Transport, keyholder: KeyholderSecret, folder: Path | None, unlock: Unlock, clock: Clock
) -> Context:
    """The account of a sheet or a passkey in a new home, unconfirmed. Nothing is stored before all of it is verified.

    Raises:
        HomeError: the home already has an account, or can't be written.
        ServerRefused, TransportError: the server knows no such keyholder, or can't be reached.
        WrongAccount, VerificationError, MalformedData: the server's answer is not an account of this keyholder.
    """
    begun = None if folder is None or not has_keystore(folder) else _begun(folder, keyholder, unlock)
    with nullcontext() if begun is None else closed_on_error(begun):
        trial = await _restore(Home.open_new(None, keyholder, unlock), transport, clock)
    if folder is None:
        return trial
    with closed_on_error(begun or Home.open_new(folder, keyholder, unlock)) as home:
        return await _restore(home, transport, clock)


def _begun(folder: Path, keyholder: KeyholderSecret, unlock: Unlock) -> Home:
    """The home in which restoring this keyholder was cut off. Raises: HomeError when it has anything else."""
    with closed_on_error(Home.open_old(folder, unlock)) as home:
        taken = ACCOUNT.is_set(home.store) or PENDING.is_set(home) or ENROLLING.is_set(home)
        if taken or home.keyholder.id != keyholder.id:
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


def check_words(context: Context, words: str) -> None:
    """Check that these are the words of a sheet of this account. Raises: NotAllowed; MalformedData as `parse_sheet`."""
    sheet = parse_sheet(words).id
    if context.identity.newest_set.find(sheet) is None:  # check: client.sheet
        raise NotAllowed("These words are valid, but not of this account's sheet. Look for the right sheet.")
    if UNPROVEN_SHEET.load(context.store) == sheet and not context.store.read_only:
        UNPROVEN_SHEET.clear(context.store)


def confirm(context: Context, chain_head: Words, heads: Mapping[bytes, Words]) -> None:
    """Confirm a restored home: check the words of the own chain head, and of at least one journal's head.

    Raises:
        PinMismatch: this home has other words. It stays unconfirmed.
        NotAllowed: no journal was compared.
    Spec: §4.9.
    """
    if not heads:
        raise NotAllowed("Compare the words of at least one journal too.")
    sentence = "The words differ: the server may have shown this home an old or another state. Do not go on."
    newest = eight_words(context.chains[context.account].newest.statement_hash)
    if chain_head != newest:  # check: client.confirm_account
        raise PinMismatch(sentence, check="client.confirm_account")
    for journal, words in heads.items():
        known = {eight_words(head) for head in load_heads(context.store, journal)}
        if words not in known:  # check: client.confirm_head
            raise PinMismatch(sentence, check="client.confirm_head")
    UNCONFIRMED.clear(context.store)


def open_home(folder: Path, unlock: Unlock, server: Transport | None, clock: Clock) -> Context:
    """The account of a home, without the network. `server` replaces the transport to the server of the home.

    Raises:
        HomeError, KeystoreLocked, MalformedData: as `Home.open_old`.
        NotAllowed: the home's registration is not finished, or `server` has another origin.
    """
    with closed_on_error(Home.open_old(folder, unlock)) as home:
        if ENROLLING.is_set(home):
            raise NotAllowed("This device was not let in yet. Go on with `duolog device join`, or choose another home.")
        identity, origin = load_identity(home), SERVER.load(home.store)
        if identity is None or origin is None:
            raise NotAllowed(
                "This home's registration is not finished. Run `duolog register` again; it goes on where it stopped."
            )
        transport = server or to_transport(origin)
        if transport.origin != origin:
            raise NotAllowed(f"This home belongs to {origin}, not to {transport.origin}.")
        return Context(home, Network(transport, home), Chains(home.store), identity, clock)
