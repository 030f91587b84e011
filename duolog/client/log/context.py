"""The context of an open client: home, server, pins, the own account, and the folded state of each journal."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from duolog.client.attachments.sealing import Progress
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home
from duolog.client.home.identity import Identity, load_identity
from duolog.client.home.item_rows import heads_at, places_of
from duolog.client.home.keystore import NO_ACCOUNT
from duolog.client.home.log_rows import load_epochs
from duolog.client.home.outbox_rows import load_acknowledged
from duolog.client.home.receipt_keys import load_earlier
from duolog.client.home.records import SERVER, UNCONFIRMED
from duolog.client.home.store import Store
from duolog.client.log.problems import Collector
from duolog.client.log.standing import Standing, standing
from duolog.client.log.verify import Known
from duolog.client.server.http import to_transport
from duolog.client.server.login import Network
from duolog.client.server.transport import Transport
from duolog.documents.account_state import AccountState
from duolog.documents.journal_state import JournalState
from duolog.documents.timeline import Items
from duolog.errors import HomeError, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.receipts import Receipt, signer_of
from duolog.seal.keys import EpochKey

Clock = Callable[[], int]  # Unix seconds


def ignore(done: int, total: int) -> None:
    """Progress that nobody watches."""


def now() -> int:
    """The time by this computer's clock, Unix seconds."""
    return int(time.time())


@dataclass(slots=True)
class Context:
    """One open home and its server. `checked`: the own account was checked since opening. `clock_apart`: how far the
    server's clock was ahead of this computer's at the newest own push, in seconds.

    `states`, `pages`: what was folded, and pages of timelines that were read lately.
    `connect`: opens a transport to another server by its origin, when the home moves. `heal`: brings the server forward
    when it has gone back to an older state. `progress`: hears how many bytes
    of an attachment are sealed, sent or fetched, and of how many. `fetched`: hears the same of a journal's items.
    """

    home: Home
    network: Network
    chains: Chains
    identity: Identity
    clock: Clock
    states: dict[bytes, JournalState] = field(default_factory=dict)
    pages: dict[tuple[bytes, bytes], Items] = field(default_factory=dict)
    account_state: AccountState | None = None
    checked: bool = False
    clock_apart: int = 0
    connect: Callable[[str], Transport] = to_transport
    heal: Callable[["Context"], Awaitable[None]] | None = None
    problems: Collector = field(default_factory=Collector)
    progress: Progress = ignore
    fetched: Progress = ignore

    @contextmanager
    def telling(self, progress: Progress | None, fetched: Progress | None = None) -> Iterator[None]:
        """Tell `progress` of attachments meanwhile, and `fetched` of the journals' items."""
        self.progress, self.fetched = progress or ignore, fetched or ignore
        try:
            yield
        finally:
            self.progress = self.fetched = ignore

    async def read_anew(self) -> None:
        """Forget what was read, because another program has written into the home meanwhile.

        Raises: HomeError when the home has no account any more.
        """
        identity, origin = load_identity(self.home), SERVER.load(self.home.store)
        if identity is None or origin is None:
            raise HomeError(NO_ACCOUNT)
        transport = self.network.transport
        if transport.origin != origin:  # it has moved
            await transport.close()
            transport = self.connect(origin)
        self.identity, self.network, self.chains = identity, Network(transport, self.home), Chains(self.home.store)
        self.account_state, self.checked = None, False
        self.states.clear()
        self.pages.clear()

    def server_clock(self) -> int:
        """The server's time, as far as this session has learned that this computer's clock is ahead; else our own."""
        ahead = -self.clock_apart
        return self.clock() - (ahead if ahead > sizes.CLOCK_TOLERANCE else 0)

    @property
    def store(self) -> Store:
        return self.home.store

    @property
    def account(self) -> bytes:
        return self.identity.account

    @property
    def unconfirmed(self) -> bool:
        """Whether this home was restored from words, and no words were compared since."""
        return UNCONFIRMED.is_set(self.store)

    def require_confirmed(self) -> None:
        """Check that this home isn't unconfirmed. Raises: NotAllowed. Spec: §4."""
        if self.unconfirmed:  # check: client.unconfirmed
            raise NotAllowed(
                "This home was restored from words and is not confirmed yet. Compare the words of `heads` with your "
                "partner or another device of yours first."
            )

    def receipt_keys(self) -> Sequence[bytes]:
        """The server's pinned receipt keys, oldest first. Raises: NotAllowed before the first contact."""
        keys = self.network.receipt_keys
        if not keys:
            raise NotAllowed("This home has not reached its server yet. Sync first.")
        return keys

    def receipt_key(self) -> bytes:
        """The newest of the server's pinned receipt keys. Raises: as `receipt_keys`."""
        return self.receipt_keys()[-1]

    async def learn_receipt_key(self, receipt: Receipt, journal: bytes) -> None:
        """Ask the server for newer keys of its own where no pinned one signed a receipt. Raises: as `pin_server`."""
        if signer_of(receipt, journal, self.receipt_keys()) is None:
            await self.network.pin_server()

    def standing(self, journal: bytes) -> Standing:
        """Where a journal stands for me now: may it be read, written, changed?"""
        return standing(self.store, journal, self.account, self.clock())

    def known(self, journal: bytes) -> Known:
        """The home's knowledge of a journal, to verify its next page."""
        store = self.store

        def entries(ids: Sequence[bytes]) -> dict[bytes, tuple[int, bytes]]:
            return {place.entry: (place.seq, place.author) for place in places_of(store, journal, ids)}

        return Known(
            origin=self.network.transport.origin,
            receipt_keys=self.receipt_keys(),
            chains=self.chains,
            epochs=self.epochs(journal),
            acknowledged=load_acknowledged(store, journal),
            heads=partial(heads_at, store, journal),
            entries=entries,
            earlier=load_earlier(store, journal),
        )

    def epochs(self, journal: bytes) -> dict[int, EpochKey | None]:
        """Every epoch key of a journal; None where the grant was bad."""
        return {
            epoch: None if sealed is None else EpochKey(self.home.open("epoch", sealed), epoch)
            for epoch, sealed in load_epochs(self.store, journal).items()
        }
