"""`Enrollment`: adding a new device, as programs on the new device use it. Its result is the open account.

Rules
- Nothing is added before the person has seen the same eight words of the account on both devices.
- Each step is durable before it is sent. Repeated after a crash, it sends the same bytes.
- The server's chain, keyholder sets, receipt key and account journal must continue those that the old device showed.
- The new home is confirmed: another own device has vouched for it.
"""

from pathlib import Path
from typing import Self

from duolog.client.account.register_restore_open import closed_on_error, open_or_new
from duolog.client.duolog import Duolog
from duolog.client.home.begun import ENROLLED, ENROLLING, PENDING, Enrolling
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home
from duolog.client.home.identity import open_account
from duolog.client.home.item_rows import head_at
from duolog.client.home.keystore import Unlock
from duolog.client.home.records import ACCOUNT, SERVER
from duolog.client.home.store import errors
from duolog.client.log.context import Clock, Context, now
from duolog.client.log.own_account import fetch_account
from duolog.client.log.pull import pull
from duolog.client.server.http import to_transport
from duolog.client.server.login import Network
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, PinMismatch, Rollback, WrongAccount
from duolog.seal.devices import (
    DeviceAccount,
    DeviceCode,
    DeviceKeys,
    parse_device_account,
    parse_device_added,
    verify_device_account,
)
from duolog.seal.words import Words, eight_words


class Enrollment:
    """A new device that waits to be added. `code`: 46 characters to type on the old device; `uri`: the same for a QR.

    Both hold a secret: show them to nobody else.
    """

    def __init__(self, home: Home, network: Network, code: DeviceCode, clock: Clock) -> None:
        self._home, self._network, self._code, self._clock = home, network, code, clock

    def __repr__(self) -> str:
        return f"Enrollment(server={self._network.transport.origin!r}, code=<secret>)"

    @classmethod
    async def begin(
        cls,
        server: str | Transport,
        *,
        home: Path | None,
        unlock: Unlock | None = None,
        clock: Clock = now,
    ) -> Self:
        """Make a home and a code, or go on with an enrollment that began in this home. `home` None: memory alone.

        Raises:
            NotAllowed: the home has an account already, or the address is not safe.
            KeystoreLocked, HomeError: the keys can't be kept there.
            TransportError, ServerRefused, MalformedData: not now; begin again to go on.
        Spec: §4.11.
        """
        transport = to_transport(server)
        with errors(), closed_on_error(open_or_new(home, unlock or Unlock())) as opened:
            if PENDING.is_set(opened) or (ACCOUNT.is_set(opened.store) and not ENROLLING.is_set(opened)):
                raise NotAllowed("This home already has an account. Name another home for a second one.")
            if SERVER.load(opened.store) not in (None, transport.origin):
                raise NotAllowed("This home was begun for another server. Name another home.")
            enrolling = ENROLLING.load(opened)
            if enrolling is None:
                public = opened.keyholder.public
                new = DeviceCode.new(public)
                keys = DeviceKeys(public.sign_key, public.kem_key)
                enrolling = Enrolling(new.code, new.seal("new", 1, keys.encode()))
            with opened.store.transaction():
                SERVER.save(opened.store, transport.origin)
                ENROLLING.save(opened, enrolling)
            network, code = Network(transport, opened), DeviceCode(enrolling.code)
            await network.pin_server()
            await transport.leave_message(code.rendezvous, "new", 1, enrolling.message)
            return cls(opened, network, code, clock)

    @property
    def code(self) -> str:
        """To type or paste on the old device."""
        return self._code.text

    @property
    def uri(self) -> str:
        """To scan with the old device."""
        return self._code.uri

    async def words(self) -> Words | None:
        """The eight words of the account that answered, to compare on both devices; None before an answer.

        Raises:
            VerificationError, MalformedData, OpenError: the answer is no account, or not one at this server.
            TransportError, ServerRefused: not now.
        Spec: §4.11.
        """
        with errors():
            shown = await self._shown()
        return None if shown is None else eight_words(shown.account)

    async def finish(self) -> Duolog | None:
        """The open account, once the person has confirmed on the old device; None before.

        Raises:
            VerificationError: the server shows another account, or an older state of it, than the old device did.
            TransportError, ServerRefused: not now; try again.
        Spec: §4.11.
        """
        with errors():
            shown = await self._shown()
            if shown is None:
                return None
            answer = await self._network.transport.fetch_message(self._code.rendezvous, "old", 2)
            if answer.sealed is None and not ACCOUNT.is_set(self._home.store):
                return None
            added = None if answer.sealed is None else parse_device_added(self._code.open("old", 2, answer.sealed))
            context = await self._log_in(shown, 0 if added is None else added.version)
            ENROLLING.clear(self._home)
            ENROLLED.clear(self._home)
        return Duolog(context)

    async def close(self) -> None:
        """Stop for now. `begin` in the same home goes on."""
        with errors():
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
        if shown.receipt_key not in self._network.receipt_keys:  # check: client.enrolled_receipt_key
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
