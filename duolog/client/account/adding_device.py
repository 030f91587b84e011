"""Adding a device: two steps on the old device, a person who compares words between them, and `JoiningDevice`.

Rules
- The code decides which keys are added: those at the rendezvous must be the keys of the code.
- Nothing is added before the person has seen the same eight words of the account on both devices.
- Each step is durable on both devices before it is sent. Repeated after a crash, it sends the same bytes.
- The server's chain, keyholder sets, receipt key and account journal must continue those that the old device showed.
- The new home is confirmed: another own device has vouched for it.
"""

from dataclasses import replace
from pathlib import Path
from typing import Self

from duolog.client.account.keyholder_list import add
from duolog.client.account.register_restore_open import closed_on_error, open_or_new
from duolog.client.home.begun import ADDING, ENROLLED, ENROLLING, PENDING, Adding, Enrolling
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home
from duolog.client.home.identity import open_account
from duolog.client.home.item_rows import head_at
from duolog.client.home.keystore import Unlock
from duolog.client.home.records import ACCOUNT, SERVER, SETS
from duolog.client.home.words import Words
from duolog.client.log.context import Clock, Context
from duolog.client.log.own_account import fetch_account
from duolog.client.log.pull import pull
from duolog.client.log.stored_logs import load_log
from duolog.client.server.http import to_transport
from duolog.client.server.login import Network
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, PinMismatch, Rollback, WrongAccount
from duolog.protocol.keyholder_sets import AccountHead
from duolog.seal.devices import (
    DeviceAccount,
    DeviceAdded,
    DeviceCode,
    DeviceKeys,
    parse_code,
    parse_device_account,
    parse_device_added,
    parse_device_keys,
    verify_device_account,
)
from duolog.seal.words import eight_words

# --- on the old device ------------------------------------------------------------------------------------------------


async def begin(context: Context, text: str) -> Words:
    """Show the account to the new device with this code; the eight words to compare on both devices.

    Raises:
        MalformedData: the code is invalid; the sentence says how.
        NotAllowed: a home that isn't confirmed, or nothing waits under this code.
        VerificationError: other keys wait than those of the code.
    Spec: §4.11.
    """
    context.require_confirmed()
    code = parse_code(text)
    waiting = await context.network.call(Transport.fetch_message, code.rendezvous, "new", 1)
    if waiting.sealed is None:
        raise NotAllowed(
            "Nothing waits under this code. Codes are good for ten minutes: begin again on the new device if it is "
            "older, and check that it names the same server."
        )
    keyholder = code.require_keys(parse_device_keys(code.open("new", 1, waiting.sealed)))
    adding = ADDING.load(context.home)
    if adding is None or adding.code != code.code:
        log = load_log(context.store, context.identity.account_journal)
        account = DeviceAccount(
            account=context.account,
            chain=tuple(context.chains.statements(context.account)),
            sets=tuple(SETS.load(context.store) or ()),
            salt=context.identity.secret.salt,
            account_head=AccountHead(log.seq, log.head),
            origin=context.network.transport.origin,
            receipt_key=context.receipt_key(),
        )
        shown = code.seal("old", 1, account.encode())
        adding = Adding(code.code, keyholder.sign_key, keyholder.kem_key, shown)
        ADDING.save(context.home, adding)
    await context.network.call(Transport.leave_message, code.rendezvous, "old", 1, adding.shown)
    return eight_words(context.account)


async def confirm(context: Context, words: Words) -> bytes:
    """Add the device that shows these words; its keyholder id, 32 bytes.

    Raises:
        NotAllowed: no device was shown the account here.
        PinMismatch: the words differ: another device answered in this one's place. Nothing was added.
        TransportError, ServerRefused: not now; confirming again goes on.
    Spec: §4.11.
    """
    adding = ADDING.load(context.home)
    if adding is None:
        raise NotAllowed("No new device waits to be let in. Begin with the code that it shows.")
    if tuple(words) != eight_words(context.account):  # check: client.device_words
        raise PinMismatch(
            "The words differ: somebody else may have seen the code and answered. Nothing was added. Close the new "
            "device's home, and begin again with a new code where nobody looks on.",
            check="client.device_words",
        )
    code = DeviceCode(adding.code)
    keyholder = code.require_keys(DeviceKeys(adding.sign_key, adding.kem_key))
    version = await add(context, keyholder)
    sealed = adding.added
    if sealed is None:
        sealed = code.seal("old", 2, DeviceAdded(version).encode())
        ADDING.save(context.home, replace(adding, added=sealed))
    await context.network.call(Transport.leave_message, code.rendezvous, "old", 2, sealed)
    ADDING.clear(context.home)
    return keyholder.id


def give_up(context: Context) -> None:
    """Forget the device that was shown the account. It is not added."""
    ADDING.clear(context.home)


# --- on the new device ----------------------------------------------------------------------------------------------


class JoiningDevice:
    """A home that waits for its account, and the code that it shows the old device."""

    def __init__(self, home: Home, network: Network, code: DeviceCode, clock: Clock) -> None:
        self._home, self._network, self._code, self._clock = home, network, code, clock

    @classmethod
    async def begin(cls, server: str | Transport, folder: Path | None, unlock: Unlock, clock: Clock) -> Self:
        """Make a home and a code, or go on with the code of this home. Raises: as `Enrollment.begin`."""
        transport = to_transport(server)
        with closed_on_error(open_or_new(folder, unlock)) as home:
            if PENDING.is_set(home) or (ACCOUNT.is_set(home.store) and not ENROLLING.is_set(home)):
                raise NotAllowed("This home already has an account. Name another home for a second one.")
            if SERVER.load(home.store) not in (None, transport.origin):
                raise NotAllowed("This home was begun for another server. Name another home.")
            enrolling = ENROLLING.load(home)
            if enrolling is None:
                public = home.keyholder.public
                new = DeviceCode.new(public)
                keys = DeviceKeys(public.sign_key, public.kem_key)
                enrolling = Enrolling(new.code, new.seal("new", 1, keys.encode()))
            with home.store.transaction():
                SERVER.save(home.store, transport.origin)
                ENROLLING.save(home, enrolling)
            network, code = Network(transport, home), DeviceCode(enrolling.code)
            await network.pin_server()
            await transport.leave_message(code.rendezvous, "new", 1, enrolling.message)
            return cls(home, network, code, clock)

    @property
    def server(self) -> str:
        """The server's origin."""
        return self._network.transport.origin

    @property
    def code(self) -> str:
        """The code to type or paste on the old device."""
        return self._code.text

    @property
    def uri(self) -> str:
        """The code to scan with the old device."""
        return self._code.uri

    async def words(self) -> Words | None:
        """The eight words of the old device's account; None before it answers. Raises: as `Enrollment.words`."""
        shown = await self._shown()
        return None if shown is None else eight_words(shown.account)

    async def open_account(self) -> Context | None:
        """The account; None before the person confirms on the old device. Raises: as `Enrollment.finish`."""
        shown = await self._shown()
        if shown is None:
            return None
        answer = await self._network.transport.fetch_message(self._code.rendezvous, "old", 2)
        if answer.sealed is None and not ACCOUNT.is_set(self._home.store):
            return None
        version = 0 if answer.sealed is None else parse_device_added(self._code.open("old", 2, answer.sealed)).version
        context = await self._log_in(shown, version)
        ENROLLING.clear(self._home)
        ENROLLED.clear(self._home)
        return context

    async def close(self) -> None:
        """Close the home. Beginning again in it goes on."""
        await self._network.transport.close()
        self._home.close()

    async def _shown(self) -> DeviceAccount | None:
        """The account as the old device showed it: the first valid message, which is stored."""
        stored = ENROLLED.load(self._home)
        if stored is not None:
            return parse_device_account(stored)
        answer = await self._network.transport.fetch_message(self._code.rendezvous, "old", 1)
        if answer.sealed is None:
            return None
        plaintext = self._code.open("old", 1, answer.sealed)
        shown = parse_device_account(plaintext)
        verify_device_account(shown, self._network.transport.origin)
        if shown.receipt_key != self._network.receipt_key:  # check: client.enrolled_receipt_key
            raise PinMismatch(
                "The server shows this device another receipt key than the old one knows. Stop, and ask who runs it.",
                check="client.enrolled_receipt_key",
            )
        ENROLLED.save(self._home, plaintext)
        return shown

    async def _log_in(self, shown: DeviceAccount, version: int) -> Context:
        """Log in, and check that the account continues the one that the old device showed."""
        home, network, chains = self._home, self._network, Chains(self._home.store)
        account = await network.log_in()
        own = await fetch_account(network.transport.own_account)
        chain = [item.signed() for item in own.chain]
        if chain[: len(shown.chain)] != list(shown.chain):  # check: client.enrolled_chain
            raise WrongAccount("The server shows another account than your old device.", check="client.enrolled_chain")
        sets = [item.signed() for item in own.sets]
        if sets[: len(shown.sets)] != list(shown.sets) or len(sets) < version:  # check: client.enrolled_sets
            raise WrongAccount("The server lists other devices than your old device.", check="client.enrolled_sets")
        identity = open_account(home, chains, own, account)
        context = Context(home, network, chains, identity, self._clock)
        await pull(context, identity.account_journal)
        head = shown.account_head
        if head_at(home.store, identity.account_journal, head.seq) != head.head:  # check: client.enrolled_head
            raise Rollback(
                "The server shows another state of your account's own journal than your other device did.",
                check="client.enrolled_head",
            )
        return context
