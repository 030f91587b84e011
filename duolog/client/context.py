"""What the parts of an open client share: home, server, pins, the own account, and the folded state of each journal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from duolog.client.earlier import load_earlier
from duolog.client.edge import to_transport
from duolog.client.home import Home
from duolog.client.identity import Chains, Identity
from duolog.client.network import Network
from duolog.client.store import Store, as_bytes, as_int
from duolog.client.transport import Transport
from duolog.client.verify import Known, Me
from duolog.documents.account import AccountState
from duolog.documents.state import JournalState
from duolog.errors import NotAllowed
from duolog.seal.keys import EpochKey


@dataclass(slots=True)
class Context:
    """One open home and its server. `clock`: Unix seconds. `checked`: the own account was checked since opening.
    `clock_apart`: how far the server's clock was ahead of this one at the newest own push, in seconds.

    `connect`: how another server is reached, by its origin, when the home moves.
    """

    home: Home
    network: Network
    chains: Chains
    identity: Identity
    clock: Callable[[], int]
    states: dict[bytes, JournalState] = field(default_factory=dict)
    account_state: AccountState | None = None
    checked: bool = False
    clock_apart: int = 0
    connect: Callable[[str], Transport] = to_transport

    @property
    def store(self) -> Store:
        return self.home.store

    @property
    def account(self) -> bytes:
        return self.identity.account

    @property
    def me(self) -> Me:
        return Me(self.identity.account, self.identity.secrets)

    @property
    def unconfirmed(self) -> bool:
        """Restored from words, and not compared with anybody yet."""
        return self.store.get("unconfirmed") is not None

    def require_confirmed(self) -> None:
        """Raises: NotAllowed while a restored state is unconfirmed. Spec: §4."""
        if self.unconfirmed:  # check: client.unconfirmed
            raise NotAllowed(
                "This home was restored from words and is not confirmed yet. Compare the words of `heads` with your "
                "partner or another device of yours first."
            )

    def receipt_key(self) -> bytes:
        """The pinned receipt key. Raises: NotAllowed before the first contact with the server."""
        key = self.network.receipt_key
        if key is None:
            raise NotAllowed("This home has not reached its server yet. Sync first.")
        return key

    def known(self, journal: bytes) -> Known:
        """What the home holds of a journal, for verifying what comes next."""
        store = self.store

        def heads(seqs: Sequence[int]) -> dict[int, tuple[bytes, int]]:
            rows = store.among("SELECT seq, head, time FROM item WHERE journal = ? AND seq IN ({keys})", journal, seqs)
            return {as_int(row[0]): (as_bytes(row[1]), as_int(row[2])) for row in rows}

        def entries(ids: Sequence[bytes]) -> dict[bytes, tuple[int, bytes]]:
            query = "SELECT entry, seq, author FROM item WHERE journal = ? AND entry IN ({keys})"
            rows = store.among(query, journal, ids)
            return {as_bytes(row[0]): (as_int(row[1]), as_bytes(row[2])) for row in rows}

        acknowledged = store.rows("SELECT seq, digest FROM acknowledged WHERE journal = ?", journal)
        return Known(
            receipt_key=self.receipt_key(),
            chains=self.chains,
            epochs=self.epochs(journal),
            acknowledged={as_int(row[0]): as_bytes(row[1]) for row in acknowledged},
            heads=heads,
            entries=entries,
            earlier=load_earlier(store, journal),
        )

    def epochs(self, journal: bytes) -> dict[int, EpochKey | None]:
        """Every epoch key of a journal; None where the grant was bad."""
        keys: dict[int, EpochKey | None] = {}
        for epoch, sealed in self.store.rows("SELECT epoch, sealed FROM epoch WHERE journal = ?", journal):
            number = as_int(epoch)
            keys[number] = None if sealed is None else EpochKey(self.home.open("epoch", as_bytes(sealed)), number)
        return keys
