"""The listeners of one process, and what they have still to be told.

Rules
- A listener hears of journals of its own account alone: the id, and how far the log has come. `app/events/service.py`
  asks the database whose they are, and whether the session is valid, each time before anything is told.
- A journal waits at most once for a listener, with its newest seq. So a slow reader costs no more than its journals.
- The server writes to a listener once the reader has taken what came before, and ends the connection of one that
  doesn't read, as every other (`unread_seconds`). No task waits for either: the line says when to go on.
- A session has `SESSION_STREAMS` streams; the next one ends its oldest, which may be a connection that died unseen. An
  account has `listeners_account`, and a network half of its connections, so that nobody locks another out. All
  together have `listeners`, and at most half of the server's connections.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from app.lines import Line
from app.problems import Busy, SlowDown
from app.settings import Settings
from app.waking.notes import Notes
from duolog.api.events import BEAT, Wake, encode_events
from duolog.protocol.codec import encode_b64, sha256

SESSION_STREAMS = 2
STATE_BYTES = 16
AGAIN_SECONDS = 60  # when to ask again, where there is no room


@dataclass(slots=True)
class Told:
    """How far each journal of one account has come, as its listeners have been told. `state` names all of it."""

    listeners: list["Listener"] = field(default_factory=list)
    seqs: dict[bytes, int] = field(default_factory=dict)
    state: int = 0

    def note(self, journal: bytes, seq: int) -> bool:
        """Note how far a journal has come; whether that is new."""
        known = self.seqs.get(journal, 0)
        if seq <= known:
            return False
        if known:
            self.state ^= _place(journal, known)
        self.state ^= _place(journal, seq)
        self.seqs[journal] = seq
        return True


class Listener:
    """One open stream. It is told nothing before it has begun."""

    __slots__ = ("_begun", "_ended", "_hub", "_line", "_told", "_waiting", "account", "network", "session")

    def __init__(self, hub: "Hub", account: bytes, session: bytes, network: bytes) -> None:
        self.account, self.session, self.network = account, session, network
        self._hub = hub
        self._line: Line | None = None
        self._told = Told()
        self._waiting: set[bytes] | None = None  # the journals to be told; none is made for a listener at rest
        self._begun = self._ended = False

    def follow(self, told: Told) -> None:
        """Belong to the account's listeners."""
        self._told = told
        told.listeners.append(self)

    def connect(self, line: Line) -> None:
        """Speak over this line."""
        self._line = line
        if self._ended:
            line.end()

    def begin(self, last: str) -> None:
        """Send the first bytes: nothing new for a client that was told all of this already, else every journal."""
        self._waiting = None if last == encode_state(self._told.state) else set(self._told.seqs)
        self._begun = True
        self._write()

    def wake(self, journals: Iterable[bytes]) -> None:
        """Tell of these journals, as soon as the reader takes it."""
        self._waiting = (self._waiting or set()) | set(journals)
        self._write()

    def beat(self) -> None:
        """Show that the server is there."""
        self._write()

    def end(self) -> None:
        """End the stream."""
        if not self._ended:
            self._ended = True
            if self._line is not None:
                self._line.end()

    def taken(self) -> None:
        """Tell what came while the reader was slow."""
        if self._waiting:
            self._write()

    def left(self) -> None:
        """Be forgotten: the connection is closed."""
        self._ended = True
        self._hub.leave(self)

    def _write(self) -> None:
        if self._line is not None and self._begun and not self._ended and not self._line.waits:
            self._line.write(self._take())

    def _take(self) -> bytes:
        """The events that wait, or a beat. The last event carries the state, which holds for all of them."""
        waiting, self._waiting = self._waiting, None
        if not waiting:
            return BEAT
        seqs = self._told.seqs
        wakes = [Wake(journal=journal, seq=seqs[journal]) for journal in sorted(waiting)]
        return encode_events(wakes, encode_state(self._told.state))


class Hub:
    """The listeners of this process, by account, and the notes that wait for the next round."""

    def __init__(self, settings: Settings) -> None:
        self._most = min(settings.listeners, settings.max_connections // 2)
        self._most_account, self._most_network = (
            settings.listeners_account,
            max(1, settings.max_connections_network // 2),
        )
        self._seconds = settings.event_seconds
        self._accounts: dict[bytes, Told] = {}
        self._networks: Counter[bytes] = Counter()
        self._beats: dict[Listener, float] = {}  # when the next beat of each is due, in order
        self._notes = Notes()
        self._all = False
        self._bell = asyncio.Event()
        self.stopping = False
        self.forward: Callable[[Notes], None] | None = None  # to the other processes

    def __len__(self) -> int:
        return len(self._beats)

    def admit(self, listener: Listener) -> None:
        """Take in a listener, if there is room. Raises: Busy, SlowDown."""
        if self.stopping:
            raise Busy(retry_after=1)
        told = self._accounts.get(listener.account)
        own = [] if told is None else told.listeners
        same = [one for one in own if one.session == listener.session]
        if len(same) >= SESSION_STREAMS:  # check: server.listeners_session
            self.leave(same[0])
            same[0].end()
        if len(own) >= self._most_account:  # check: server.listeners_account
            raise SlowDown(retry_after=AGAIN_SECONDS)
        if self._networks[listener.network] >= self._most_network:  # check: server.listeners_network
            raise SlowDown(retry_after=AGAIN_SECONDS)
        if len(self) >= self._most:  # check: server.listeners
            raise Busy(retry_after=AGAIN_SECONDS)
        listener.follow(self._accounts.setdefault(listener.account, Told()))
        self._networks[listener.network] += 1
        self._beats[listener] = asyncio.get_running_loop().time() + self._seconds

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        if listener not in self._beats:
            return
        del self._beats[listener]
        told = self._accounts[listener.account]
        told.listeners.remove(listener)
        if not told.listeners:
            del self._accounts[listener.account]
        self._networks[listener.network] -= 1
        if not self._networks[listener.network]:
            del self._networks[listener.network]

    def end(self) -> None:
        """End every stream, and take no more."""
        self.stopping = True
        for listener in list(self._beats):
            self.leave(listener)
            listener.end()

    # --- what a write moved -------------------------------------------------------------------------------------------

    def announce(self, notes: Notes) -> None:
        """Tell the listeners of this process and of others."""
        if self.forward is not None:
            self.forward(notes)
        self.hear(notes)

    def hear(self, notes: Notes) -> None:
        """Note what the next round tells the listeners of this process."""
        if self._beats:
            self._notes.add(notes)
            self._bell.set()

    def hear_all(self) -> None:
        """Let the next round look at everything: nobody knows what moved meanwhile."""
        self._all = True
        self._bell.set()

    async def next(self) -> tuple[Notes, bool]:
        """Wait for notes, and take them. Beside them: whether everything is to be looked at."""
        await self._bell.wait()
        self._bell.clear()
        notes, self._notes = self._notes, Notes()
        everything, self._all = self._all, False
        return notes, everything

    # --- who listens --------------------------------------------------------------------------------------------------

    def accounts(self, among: Iterable[bytes] | None = None) -> list[bytes]:
        """The accounts that listen here, of these or of all."""
        return list(self._accounts) if among is None else [one for one in among if one in self._accounts]

    def sessions(self, accounts: Iterable[bytes]) -> set[bytes]:
        """The sessions that listen for these accounts."""
        found = (self._accounts.get(account) for account in accounts)
        return {listener.session for told in found if told is not None for listener in told.listeners}

    def tell(
        self, accounts: Iterable[bytes], asked: set[bytes], valid: set[bytes], ends: Mapping[bytes, Mapping[bytes, int]]
    ) -> None:
        """Tell the accounts' listeners how far their journals have come; end those `asked` for and not `valid`."""
        for account in accounts:
            told = self._accounts.get(account)
            if told is None:
                continue
            for listener in [one for one in told.listeners if one.session in asked - valid]:
                self.leave(listener)
                listener.end()
            moved = [journal for journal, seq in ends.get(account, {}).items() if told.note(journal, seq)]
            for listener in told.listeners if moved else ():
                listener.wake(moved)

    def due(self) -> list[Listener]:
        """The listeners whose beat is due. The next one is due after `event_seconds`."""
        now = asyncio.get_running_loop().time()
        due = [listener for listener, _ in takewhile(lambda one: one[1] <= now, self._beats.items())]
        for listener in due:
            del self._beats[listener]
            self._beats[listener] = now + self._seconds
        return due


def encode_state(state: int) -> str:
    """The id of an event. It names the state of all journals that the stream has told, and is no secret."""
    return encode_b64(state.to_bytes(STATE_BYTES, "big"))


def _place(journal: bytes, seq: int) -> int:
    return int.from_bytes(sha256(journal, seq.to_bytes(8, "big"))[:STATE_BYTES], "big")
