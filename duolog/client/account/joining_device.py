"""Adding a device, the new device's side: a code to show, the account's words to compare, then the open account.

Rules
- The new home keeps its keys, its code and what it was shown before anything depends on them. Beginning again in the
  same home goes on with the same code.
- What the server shows must continue what the old device showed: chain, keyholder sets, receipt key, account journal.
- A home that was made in this way is confirmed: another own device vouched for it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Self

from duolog.client.home.begun import ENROLLED, ENROLLING, PENDING, Enrolling
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home, has_keystore
from duolog.client.home.identity import open_account
from duolog.client.home.item_rows import head_at
from duolog.client.home.keystore import Unlock
from duolog.client.home.records import ACCOUNT, SERVER
from duolog.client.home.words import Words
from duolog.client.log.context import Context
from duolog.client.log.own_account import fetch_account
from duolog.client.log.pull import pull
from duolog.client.server.http import HttpTransport
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
from duolog.seal.keys import KeyholderSecret
from duolog.seal.words import eight_words


class JoiningDevice:
    """A home that waits for its account, and the code that it shows the old device."""

    def __init__(self, home: Home, network: Network, code: DeviceCode, clock: Callable[[], int]) -> None:
        self._home, self._network, self._code, self._clock = home, network, code, clock

    def __repr__(self) -> str:
        return f"JoiningDevice(server={self.server!r}, code=<secret>)"

    @classmethod
    async def begin(cls, server: str | Transport, home: Path | None, unlock: Unlock, clock: Callable[[], int]) -> Self:
        """Make a home and a code, or go on with the one that was begun in this home. Raises: as `Enrollment.begin`."""
        transport = HttpTransport(server) if isinstance(server, str) else server
        if home is not None and has_keystore(home):
            opened = Home.open_old(home, unlock)
        else:
            opened = Home.open_new(home, KeyholderSecret.new("device"), unlock)
        try:
            return await cls._begin(opened, transport, clock)
        except BaseException:
            opened.close()
            raise

    @classmethod
    async def _begin(cls, home: Home, transport: Transport, clock: Callable[[], int]) -> Self:
        if PENDING.is_set(home) or (ACCOUNT.is_set(home.store) and not ENROLLING.is_set(home)):
            raise NotAllowed("This home already has an account. Name another home for a second one.")
        if SERVER.load(home.store) not in (None, transport.origin):
            raise NotAllowed("This home was begun for another server. Name another home.")
        enrolling = _kept(home)
        code = DeviceCode(enrolling.code)
        with home.store.transaction():
            SERVER.save(home.store, transport.origin)
            ENROLLING.save(home, enrolling)
        network = Network(transport, home)
        await network.pin_server()
        await transport.leave_message(code.rendezvous, "new", 1, enrolling.message)
        return cls(home, network, code, clock)

    @property
    def server(self) -> str:
        """The server's origin."""
        return self._network.transport.origin

    @property
    def code(self) -> str:
        """To type or paste on the old device."""
        return self._code.text

    @property
    def uri(self) -> str:
        """To scan with the old device."""
        return self._code.uri

    async def words(self) -> Words | None:
        """The eight words of the account that answered; None while none has. Raises: as `Enrollment.words`."""
        shown = await self._shown()
        return None if shown is None else eight_words(shown.account)

    async def open_account(self) -> Context | None:
        """The open home, once the person has confirmed on the old device; None before. Raises: as `Enrollment.finish`.

        Spec: §4.11.
        """
        shown = await self._shown()
        if shown is None:
            return None
        answer = await self._network.transport.fetch_message(self._code.rendezvous, "old", 2)
        if answer.sealed is None and not ACCOUNT.is_set(self._home.store):
            return None
        version = 0 if answer.sealed is None else parse_device_added(self._code.open("old", 2, answer.sealed)).version
        context = await self._open(shown, version)
        ENROLLING.clear(self._home)
        ENROLLED.clear(self._home)
        return context

    async def close(self) -> None:
        """Leave it for now: beginning again in this home goes on."""
        await self._network.transport.close()
        self._home.close()

    async def _shown(self) -> DeviceAccount | None:
        """What the old device showed: the first that was true in itself stays."""
        kept = ENROLLED.load(self._home)
        if kept is not None:
            return parse_device_account(kept)
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

    async def _open(self, shown: DeviceAccount, version: int) -> Context:
        """Log in, and believe what continues what the old device showed."""
        home, network, chains = self._home, self._network, Chains(self._home.store)
        account = await network.log_in()
        own = await fetch_account(network.transport.own_account)
        if [item.signed() for item in own.chain][: len(shown.chain)] != list(
            shown.chain
        ):  # check: client.enrolled_chain
            raise WrongAccount(
                "The server shows another account than your other device did.", check="client.enrolled_chain"
            )
        sets = [item.signed() for item in own.sets]
        if sets[: len(shown.sets)] != list(shown.sets) or len(sets) < version:  # check: client.enrolled_sets
            raise WrongAccount(
                "The server shows another list of devices than your other device did.", check="client.enrolled_sets"
            )
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


def _kept(home: Home) -> Enrolling:
    """The code of this home and the message that it leaves; made once."""
    kept = ENROLLING.load(home)
    if kept is not None:
        return kept
    public = home.keyholder.public
    code = DeviceCode.new(public)
    return Enrolling(code.code, code.seal("new", 1, DeviceKeys(public.sign_key, public.kem_key).encode()))
