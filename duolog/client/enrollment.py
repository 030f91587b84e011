"""`Enrollment`: a new device as programs use it. What comes of it is the open account."""

from pathlib import Path
from typing import Self

from duolog.client.account.joining_device import JoiningDevice
from duolog.client.duolog import Duolog
from duolog.client.home.keystore import Unlock
from duolog.client.home.words import Words
from duolog.client.log.clocks import Clock, now
from duolog.client.server.transport import Transport


class Enrollment:
    """A new device that waits to be let in. `code`: 46 characters to type on the old one; `uri`: the same for a QR.

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
        """Make a home and a code, or go on with the one that was begun in this home. `home` None: memory alone.

        Raises:
            NotAllowed: the home has an account already, or the address is not safe.
            KeystoreLocked, HomeError: the keys can't be kept there.
            TransportError, ServerRefused, MalformedData: not now; begin again to go on.
        Spec: §4.11.
        """
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
        """The eight words of the account that answered; None while none has. Compare them on both devices.

        Raises:
            VerificationError, MalformedData, OpenError: what was shown is not an account, or not at this server.
            TransportError, ServerRefused: not now.
        Spec: §4.11.
        """
        return await self._joining.words()

    async def finish(self) -> Duolog | None:
        """The open account, once the person has confirmed on the old device; None before.

        Raises:
            VerificationError: the server shows another account, or an older state of it, than the old device did.
            TransportError, ServerRefused: not now; try again.
        Spec: §4.11.
        """
        context = await self._joining.open_account()
        return None if context is None else Duolog(context)

    async def close(self) -> None:
        """Leave it for now: beginning again in this home goes on."""
        await self._joining.close()
