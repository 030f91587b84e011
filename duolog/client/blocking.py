"""The same library without `await`: for scripts and the command.

Each object has an event loop of its own on a thread of its own; a call waits for its answer.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from anyio.from_thread import BlockingPortal

from duolog.client import blocking_faces, enrollment
from duolog.client.blocking_faces import Boundaries, Drafts, Keyholders, Leaving, Members, Moving
from duolog.client.duolog import Duolog as AsyncDuolog
from duolog.client.home.keystore import Unlock
from duolog.client.home.words import Words
from duolog.client.portal import opening
from duolog.client.server.transport import Transport

Thread = AbstractContextManager[BlockingPortal]


class NewAccount:
    """A fresh account. `words`: the 24 words of the recovery sheet, shown once and stored nowhere."""

    def __init__(self, duolog: "Duolog", words: Words) -> None:
        self.duolog = duolog
        self.words = words

    def __repr__(self) -> str:
        return "NewAccount(words=<secret>)"


class Duolog(blocking_faces.Duolog):
    """`duolog.client.Duolog` without `await`. Close it, or use it as a context."""

    def __init__(self, inner: AsyncDuolog, portal: BlockingPortal, thread: Thread) -> None:
        super().__init__(inner, portal)
        self._thread = thread

    @classmethod
    def register(
        cls, server: str | Transport, *, home: Path | None, unlock: Unlock | None = None, invite_code: str | None = None
    ) -> NewAccount:
        """As `duolog.client.Duolog.register`."""
        with opening() as (portal, thread):
            new = portal.call(lambda: AsyncDuolog.register(server, home=home, unlock=unlock, invite_code=invite_code))
        return NewAccount(Duolog(new.duolog, portal, thread), new.words)

    @classmethod
    def restore(
        cls, server: str | Transport, words: str | Sequence[str], *, home: Path | None, unlock: Unlock | None = None
    ) -> Self:
        """As `duolog.client.Duolog.restore`."""
        with opening() as (portal, thread):
            inner = portal.call(lambda: AsyncDuolog.restore(server, words, home=home, unlock=unlock))
        return cls(inner, portal, thread)

    @classmethod
    def open(cls, *, home: Path, unlock: Unlock | None = None, server: Transport | None = None) -> Self:
        """As `duolog.client.Duolog.open`."""
        with opening() as (portal, thread):
            inner = portal.call(lambda: AsyncDuolog.open(home=home, unlock=unlock, server=server))
        return cls(inner, portal, thread)

    has_account = staticmethod(AsyncDuolog.has_account)

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


class Enrollment:
    """`duolog.client.Enrollment` without `await`. Close it, unless `finish` gave the account."""

    def __init__(self, inner: enrollment.Enrollment, portal: BlockingPortal, thread: Thread) -> None:
        self._inner, self._portal, self._thread = inner, portal, thread

    @classmethod
    def begin(cls, server: str | Transport, *, home: Path | None, unlock: Unlock | None = None) -> Self:
        """As `duolog.client.Enrollment.begin`."""
        with opening() as (portal, thread):
            inner = portal.call(lambda: enrollment.Enrollment.begin(server, home=home, unlock=unlock))
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


__all__ = ["Boundaries", "Drafts", "Duolog", "Enrollment", "Keyholders", "Leaving", "Members", "Moving", "NewAccount"]
