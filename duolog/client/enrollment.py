"""`Enrollment`: adding a new device, as programs on the new device use it. Its result is the open account."""

from pathlib import Path
from typing import Self

from duolog.client.account.adding_device import JoiningDevice
from duolog.client.duolog import Duolog
from duolog.client.home.keystore import Unlock
from duolog.client.home.store import errors
from duolog.client.home.words import Words
from duolog.client.log.context import Clock, now
from duolog.client.server.transport import Transport


class Enrollment:
    """A new device that waits to be added. `code`: 46 characters to type on the old device; `uri`: the same for a QR.

    Both hold a secret: show them to nobody else.
    """

    def __init__(self, joining: JoiningDevice) -> None:
        self._joining = joining

    def __repr__(self) -> str:
        return f"Enrollment(server={self._joining.server!r}, code=<secret>)"

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
        with errors():
            return cls(await JoiningDevice.begin(server, home, unlock or Unlock(), clock))

    @property
    def code(self) -> str:
        """To type or paste on the old device."""
        return self._joining.code

    @property
    def uri(self) -> str:
        """To scan with the old device."""
        return self._joining.uri

    async def words(self) -> Words | None:
        """The eight words of the account that answered, to compare on both devices; None before an answer.

        Raises:
            VerificationError, MalformedData, OpenError: the answer is no account, or not one at this server.
            TransportError, ServerRefused: not now.
        Spec: §4.11.
        """
        with errors():
            return await self._joining.words()

    async def finish(self) -> Duolog | None:
        """The open account, once the person has confirmed on the old device; None before.

        Raises:
            VerificationError: the server shows another account, or an older state of it, than the old device did.
            TransportError, ServerRefused: not now; try again.
        Spec: §4.11.
        """
        with errors():
            context = await self._joining.open_account()
        return None if context is None else Duolog(context)

    async def close(self) -> None:
        """Stop for now. `begin` in the same home goes on."""
        with errors():
            await self._joining.close()
