"""Opening an account: registered anew, restored from words, or from a home; and closing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from duolog.client.account import registering
from duolog.client.home.folder import has_keystore
from duolog.client.home.keystore import Unlock
from duolog.client.home.os_errors import errors
from duolog.client.home.words import Words
from duolog.client.log.clocks import Clock, now
from duolog.client.log.context import Context
from duolog.client.log.session import Session
from duolog.client.server.http import to_transport
from duolog.client.server.transport import Transport

A = TypeVar("A", bound="OpenAccount")


@dataclass(frozen=True, slots=True)
class NewAccount(Generic[A]):
    """A fresh account. `words`: the 24 words of the recovery sheet, shown once and stored nowhere."""

    duolog: A
    words: Words

    def __repr__(self) -> str:
        return "NewAccount(words=<secret>)"


class OpenAccount:
    """How an account is opened, and closed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = Session(context)

    @classmethod
    async def register(
        cls,
        server: str | Transport,
        *,
        home: Path | None,
        unlock: Unlock | None = None,
        invite_code: str | None = None,
        clock: Clock = now,
    ) -> NewAccount[Self]:
        """A new account at `server`; a registration that began in this home is finished. `home` None: memory alone.

        Raises: NotAllowed where the address is not safe; as `registering.register`.
        Spec: §4.
        """
        with errors():
            transport = to_transport(server)
            context, words = await registering.register(transport, home, unlock or Unlock(), invite_code, clock)
        return NewAccount(cls(context), words)

    @classmethod
    async def restore(
        cls,
        server: str | Transport,
        words: str | Sequence[str],
        *,
        home: Path | None,
        unlock: Unlock | None = None,
        clock: Clock = now,
    ) -> Self:
        """The account of 24 words, in a new home. It is unconfirmed until words were compared (`confirm_restored`).

        Raises: NotAllowed where the address is not safe; as `registering.restore`.
        Spec: §4.
        """
        with errors():
            transport = to_transport(server)
            return cls(await registering.restore(transport, as_text(words), home, unlock or Unlock(), clock))

    @classmethod
    async def open(
        cls, *, home: Path, unlock: Unlock | None = None, server: Transport | None = None, clock: Clock = now
    ) -> Self:
        """An existing home, without the network. `server` replaces the transport to the server that the home names.

        Raises: as `registering.open_home`.
        """
        with errors():
            return cls(registering.open_home(home, unlock or Unlock(), server, clock))

    @staticmethod
    def has_account(home: Path) -> bool:
        """Whether an account, or an unfinished registration, lives in this folder."""
        return has_keystore(home)

    async def close(self) -> None:
        """Close the connections and leave the home to others."""
        with errors():
            await self._context.network.transport.close()
            self._context.home.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def as_text(words: str | Sequence[str]) -> str:
    """Words as they were typed in one line, or one by one."""
    return words if isinstance(words, str) else " ".join(words)
