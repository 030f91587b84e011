"""The same library without `await`: a thin face for scripts and the command.

Each object has an event loop of its own on a thread of its own; a call waits for its answer.
"""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from duolog.client import duolog as _duolog
from duolog.client import enrollment as _enrollment
from duolog.client.account import keyholders as _keyholders
from duolog.client.home.keystore import Unlock
from duolog.client.home.words import Words
from duolog.client.journals import boundaries as _boundaries
from duolog.client.journals import drafts as _drafts
from duolog.client.leaving import leaving as _leaving
from duolog.client.moving import moving as _moves
from duolog.client.pairing import members as _members
from duolog.client.server.transport import Transport

P = ParamSpec("P")
R = TypeVar("R")


class _Face:
    """What stands on one object of the library: its methods wait on the portal for their answers."""

    def __init__(self, inner: Any, portal: BlockingPortal) -> None:
        self._inner, self._portal = inner, portal


def _waits(method: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> Callable[Concatenate[_Face, P], R]:
    """The same method without `await`."""

    def call(self: _Face, /, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self._portal.call(lambda: method(self._inner, *args, **kwargs))
        return result

    call.__doc__, call.__name__ = method.__doc__, method.__name__
    return call


class Boundaries(_Face):
    """`duolog.client.Boundaries` without `await`."""

    propose = _waits(_boundaries.Boundaries.propose)
    counter = _waits(_boundaries.Boundaries.counter)
    accept = _waits(_boundaries.Boundaries.accept)
    decline = _waits(_boundaries.Boundaries.decline)
    take_back = _waits(_boundaries.Boundaries.take_back)
    contest = _waits(_boundaries.Boundaries.contest)
    amend = _waits(_boundaries.Boundaries.amend)
    retire = _waits(_boundaries.Boundaries.retire)
    show = _waits(_boundaries.Boundaries.show)
    list = _waits(_boundaries.Boundaries.list)


class Members(_Face):
    """`duolog.client.Members` without `await`."""

    invite = _waits(_members.Members.invite)
    admissions = _waits(_members.Members.admissions)
    confirm = _waits(_members.Members.confirm)
    proposals = _waits(_members.Members.proposals)
    sign = _waits(_members.Members.sign)
    decline = _waits(_members.Members.decline)
    extend = _waits(_members.Members.extend)
    rights = _waits(_members.Members.rights)
    shorten = _waits(_members.Members.shorten)
    remove = _waits(_members.Members.remove)
    remove_partner = _waits(_members.Members.remove_partner)
    leave = _waits(_members.Members.leave)
    list = _waits(_members.Members.list)


class Leaving(_Face):
    """`duolog.client.Leaving` without `await`."""

    close = _waits(_leaving.Leaving.close)
    schedule = _waits(_leaving.Leaving.schedule)
    waiting = _waits(_leaving.Leaving.waiting)
    other_devices = _waits(_leaving.Leaving.other_devices)
    cancel = _waits(_leaving.Leaving.cancel)
    may_still_happen = _waits(_leaving.Leaving.may_still_happen)
    let_go = _waits(_leaving.Leaving.let_go)
    withdraw = _waits(_leaving.Leaving.withdraw)
    keep = _waits(_leaving.Leaving.keep)
    erase = _waits(_leaving.Leaving.erase)


class Drafts(_Face):
    """`duolog.client.Drafts` without `await`."""

    keep = _waits(_drafts.Drafts.keep)
    drop = _waits(_drafts.Drafts.drop)
    send = _waits(_drafts.Drafts.send)
    list = _waits(_drafts.Drafts.list)
    rescue = _waits(_drafts.Drafts.rescue)
    rescued = _waits(_drafts.Drafts.rescued)
    drop_rescued = _waits(_drafts.Drafts.drop_rescued)


class Keyholders(_Face):
    """`duolog.client.Keyholders` without `await`."""

    list = _waits(_keyholders.Keyholders.list)
    name = _waits(_keyholders.Keyholders.name)
    begin_adding = _waits(_keyholders.Keyholders.begin_adding)
    confirm_adding = _waits(_keyholders.Keyholders.confirm_adding)
    give_up_adding = _waits(_keyholders.Keyholders.give_up_adding)
    add_passkey = _waits(_keyholders.Keyholders.add_passkey)
    revoke = _waits(_keyholders.Keyholders.revoke)
    new_sheet = _waits(_keyholders.Keyholders.new_sheet)
    replace_sheet = _waits(_keyholders.Keyholders.replace_sheet)
    review = _waits(_keyholders.Keyholders.review)
    sessions = _waits(_keyholders.Keyholders.sessions)
    end_session = _waits(_keyholders.Keyholders.end_session)
    end_other_sessions = _waits(_keyholders.Keyholders.end_other_sessions)
    forks = _waits(_keyholders.Keyholders.forks)
    choose_branch = _waits(_keyholders.Keyholders.choose_branch)


class Moving(_Face):
    """`duolog.client.Moving` without `await`."""

    to = _waits(_moves.Moving.to)
    follow = _waits(_moves.Moving.follow)
    seen = _waits(_moves.Moving.seen)


class NewAccount:
    """A fresh account. `words`: the 24 words of the recovery sheet, shown once and stored nowhere."""

    def __init__(self, duolog: "Duolog", words: Words) -> None:
        self.duolog = duolog
        self.words = words

    def __repr__(self) -> str:
        return "NewAccount(words=<secret>)"


class Duolog(_Face):
    """`duolog.client.Duolog` without `await`. Close it, or use it as a context."""

    def __init__(
        self, inner: _duolog.Duolog, portal: BlockingPortal, thread: AbstractContextManager[BlockingPortal]
    ) -> None:
        super().__init__(inner, portal)
        self._duolog, self._thread = inner, thread

    @classmethod
    def register(
        cls, server: str | Transport, *, home: Path | None, unlock: Unlock | None = None, invite_code: str | None = None
    ) -> NewAccount:
        """As `duolog.client.Duolog.register`."""
        with _portal() as (portal, thread):
            new = portal.call(
                lambda: _duolog.Duolog.register(server, home=home, unlock=unlock, invite_code=invite_code)
            )
        return NewAccount(Duolog(new.duolog, portal, thread), new.words)

    @classmethod
    def restore(
        cls, server: str | Transport, words: str | Sequence[str], *, home: Path | None, unlock: Unlock | None = None
    ) -> Self:
        """As `duolog.client.Duolog.restore`."""
        with _portal() as (portal, thread):
            inner = portal.call(lambda: _duolog.Duolog.restore(server, words, home=home, unlock=unlock))
        return cls(inner, portal, thread)

    @classmethod
    def open(cls, *, home: Path, unlock: Unlock | None = None, server: Transport | None = None) -> Self:
        """As `duolog.client.Duolog.open`."""
        with _portal() as (portal, thread):
            inner = portal.call(lambda: _duolog.Duolog.open(home=home, unlock=unlock, server=server))
        return cls(inner, portal, thread)

    has_account = staticmethod(_duolog.Duolog.has_account)

    def close(self) -> None:
        """Close the connections, leave the home to others, end the thread."""
        try:
            self._portal.call(self._inner.close)
        finally:
            self._thread.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def account(self) -> bytes:
        """The account's id, 32 bytes."""
        return self._duolog.account

    @property
    def server(self) -> str:
        """The server's origin."""
        return self._duolog.server

    status = _waits(_duolog.Duolog.status)
    heads = _waits(_duolog.Duolog.heads)
    account_state = _waits(_duolog.Duolog.account_state)
    check_recovery_words = _waits(_duolog.Duolog.check_recovery_words)
    confirm_restored = _waits(_duolog.Duolog.confirm_restored)
    log_out = _waits(_duolog.Duolog.log_out)
    create_journal = _waits(_duolog.Duolog.create_journal)
    journals = _waits(_duolog.Duolog.journals)
    journal = _waits(_duolog.Duolog.journal)
    invite = _waits(_duolog.Duolog.invite)
    revoke_invitation = _waits(_duolog.Duolog.revoke_invitation)
    join = _waits(_duolog.Duolog.join)
    pairing = _waits(_duolog.Duolog.pairing)
    verify = _waits(_duolog.Duolog.verify)
    sync = _waits(_duolog.Duolog.sync)
    write = _waits(_duolog.Duolog.write)
    timeline = _waits(_duolog.Duolog.timeline)
    profiles = _waits(_duolog.Duolog.profiles)
    state = _waits(_duolog.Duolog.state)
    export = _waits(_duolog.Duolog.export)
    delete_account = _waits(_duolog.Duolog.delete_account)
    is_deleted = _waits(_duolog.Duolog.is_deleted)
    copy = _waits(_duolog.Duolog.copy)

    @property
    def moving(self) -> Moving:
        """How to leave this server for another one, and how to follow."""
        return Moving(self._duolog.moving, self._portal)

    @property
    def keyholders(self) -> Keyholders:
        """The ways into this account, its sessions, and forks."""
        return Keyholders(self._duolog.keyholders, self._portal)

    def boundaries(self, journal: bytes) -> Boundaries:
        """The boundaries of one journal."""
        return Boundaries(self._inner.boundaries(journal), self._portal)

    def members(self, journal: bytes) -> Members:
        """Who may read and write in one journal."""
        return Members(self._inner.members(journal), self._portal)

    def leaving(self, journal: bytes) -> Leaving:
        """How to leave a journal, and how to take back, keep or erase a text of it."""
        return Leaving(self._inner.leaving(journal), self._portal)

    def drafts(self) -> Drafts:
        """What is kept for oneself until it is sent."""
        return Drafts(self._inner.drafts(), self._portal)


class Enrollment:
    """`duolog.client.Enrollment` without `await`. Close it, unless `finish` gave the account."""

    def __init__(
        self, inner: _enrollment.Enrollment, portal: BlockingPortal, thread: AbstractContextManager[BlockingPortal]
    ) -> None:
        self._inner, self._portal, self._thread = inner, portal, thread

    @classmethod
    def begin(cls, server: str | Transport, *, home: Path | None, unlock: Unlock | None = None) -> Self:
        """As `duolog.client.Enrollment.begin`."""
        with _portal() as (portal, thread):
            inner = portal.call(lambda: _enrollment.Enrollment.begin(server, home=home, unlock=unlock))
        return cls(inner, portal, thread)

    @property
    def code(self) -> str:
        """To type or paste on the old device."""
        return self._inner.code

    @property
    def uri(self) -> str:
        """To scan with the old device."""
        return self._inner.uri

    def words(self) -> Words | None:
        """As `duolog.client.Enrollment.words`."""
        return self._portal.call(self._inner.words)

    def finish(self) -> Duolog | None:
        """As `duolog.client.Enrollment.finish`."""
        inner = self._portal.call(self._inner.finish)
        return None if inner is None else Duolog(inner, self._portal, self._thread)

    def close(self) -> None:
        """As `duolog.client.Enrollment.close`."""
        try:
            self._portal.call(self._inner.close)
        finally:
            self._thread.__exit__(None, None, None)


@contextmanager
def _portal() -> Iterator[tuple[BlockingPortal, AbstractContextManager[BlockingPortal]]]:
    """A thread with an event loop; it ends here only when opening fails."""
    thread = start_blocking_portal()
    portal = thread.__enter__()
    try:
        yield portal, thread
    except BaseException:
        thread.__exit__(None, None, None)
        raise


__all__ = ["Boundaries", "Drafts", "Duolog", "Enrollment", "Keyholders", "Leaving", "Members", "Moving", "NewAccount"]
