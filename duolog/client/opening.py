"""Opening an account: registering it, restoring it from words, or opening its home; and closing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Self, TypeVar

from duolog.client.account.register_restore_open import open_home, parse_sheet, register, restore
from duolog.client.home.folder import has_keystore
from duolog.client.home.keystore import Unlock
from duolog.client.home.store import errors
from duolog.client.log.context import Clock, Context, now
from duolog.client.log.session import Session
from duolog.client.moving.healing import heal
from duolog.client.server.http import to_transport
from duolog.client.server.transport import Transport
from duolog.seal.words import Words

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class NewAccount(Generic[A]):
    """A fresh account. `words`: the 24 words of the recovery sheet, shown once and stored nowhere."""

    duolog: A
    words: Words

    def __repr__(self) -> str:
        return "NewAccount(words=<secret>)"


class OpenAccount:
    """The part of `Duolog` that opens and closes an account."""

    def __init__(self, context: Context) -> None:
        context.heal = heal
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
        """Register an account at `server`, or finish a registration that began in this home. `home` None: memory alone.

        Raises: NotAllowed where the address is not safe; as `register_restore_open.register`.
        Spec: §4.
        """
        with errors():
            transport = to_transport(server)
            context, words = await register(transport, home, unlock or Unlock(), invite_code, clock)
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
        """Restore the account of 24 words into a new home, which is unconfirmed until `confirm_restored`.

        Raises: NotAllowed where the address is not safe; as `register_restore_open.restore`, `parse_sheet`.
        Spec: §4.
        """
        with errors():
            transport = to_transport(server)
            keyholder = parse_sheet(as_text(words))
            return cls(await restore(transport, keyholder, home, unlock or Unlock(), clock))

    @classmethod
    async def open(
        cls, *, home: Path, unlock: Unlock | None = None, server: Transport | None = None, clock: Clock = now
    ) -> Self:
        """Open an existing home, without the network. Raises: as `register_restore_open.open_home`.

        `server` replaces the transport to the server that the home names.
        """
        with errors():
            return cls(open_home(home, unlock or Unlock(), server, clock))

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

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def as_text(words: str | Sequence[str]) -> str:
    """Words as they were typed in one line, or one by one."""
    return words if isinstance(words, str) else " ".join(words)
