"""The library without `await`: for scripts and the command.

Each object has an event loop of its own on a thread of its own; a call waits for its answer.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from anyio.from_thread import BlockingPortal

from duolog.client import blocking_faces
from duolog.client.blocking_faces import (
    Attachments,
    Boundaries,
    Breaches,
    CheckIns,
    Disclosures,
    Drafts,
    Importing,
    Keyholders,
    Leaving,
    Members,
    Moving,
    Pauses,
    Promises,
    Reminders,
    Watch,
)
from duolog.client.duolog import Duolog as AsyncDuolog
from duolog.client.enrollment import Enrollment as AsyncEnrollment
from duolog.client.home.keystore import Unlock
from duolog.client.opening import NewAccount
from duolog.client.portal import Face, Thread, opened, waits
from duolog.client.server.transport import Transport


class Duolog(blocking_faces.Duolog):
    """`duolog.client.Duolog` without `await`. Close it, or use it as a context."""

    def __init__(self, inner: AsyncDuolog, portal: BlockingPortal, thread: Thread) -> None:
        super().__init__(inner, portal)
        self._thread = thread

    @classmethod
    def register(
        cls, server: str | Transport, *, home: Path | None, unlock: Unlock | None = None, invite_code: str | None = None
    ) -> NewAccount[Self]:
        """As `duolog.client.Duolog.register`."""
        new, portal, thread = opened(
            lambda: AsyncDuolog.register(server, home=home, unlock=unlock, invite_code=invite_code)
        )
        return NewAccount(cls(new.duolog, portal, thread), new.words)

    @classmethod
    def restore(
        cls, server: str | Transport, words: str | Sequence[str], *, home: Path | None, unlock: Unlock | None = None
    ) -> Self:
        """As `duolog.client.Duolog.restore`."""
        return cls(*opened(lambda: AsyncDuolog.restore(server, words, home=home, unlock=unlock)))

    @classmethod
    def open(cls, *, home: Path, unlock: Unlock | None = None, server: Transport | None = None) -> Self:
        """As `duolog.client.Duolog.open`."""
        return cls(*opened(lambda: AsyncDuolog.open(home=home, unlock=unlock, server=server)))

    has_account = staticmethod(AsyncDuolog.has_account)

    def close(self) -> None:
        """Close the connections, leave the home to others, end the thread."""
        try:
            self._portal.call(self._inner.close)
        finally:
            self._thread.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Enrollment(Face[AsyncEnrollment]):
    """`duolog.client.Enrollment` without `await`. Close it, unless `finish` gave the account."""

    def __init__(self, inner: AsyncEnrollment, portal: BlockingPortal, thread: Thread) -> None:
        super().__init__(inner, portal)
        self._thread = thread

    words = waits(AsyncEnrollment.words)

    @classmethod
    def begin(cls, server: str | Transport, *, home: Path | None, unlock: Unlock | None = None) -> Self:
        """As `duolog.client.Enrollment.begin`."""
        return cls(*opened(lambda: AsyncEnrollment.begin(server, home=home, unlock=unlock)))

    @property
    def code(self) -> str:
        """To type or paste on the old device."""
        return self._inner.code

    @property
    def uri(self) -> str:
        """To scan with the old device."""
        return self._inner.uri

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


__all__ = [
    "Attachments",
    "Boundaries",
    "Breaches",
    "CheckIns",
    "Disclosures",
    "Drafts",
    "Duolog",
    "Enrollment",
    "Importing",
    "Keyholders",
    "Leaving",
    "Members",
    "Moving",
    "NewAccount",
    "Pauses",
    "Promises",
    "Reminders",
    "Watch",
]
