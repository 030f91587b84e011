"""Adding a device, the new device's side, for programs: what comes of it is the open account."""

from duolog.client.account.joining_device import JoiningDevice
from duolog.client.duolog import Duolog


class Enrollment(JoiningDevice):
    """A new device that waits to be let in. `code`: 46 characters to type on the old one; `uri`: the same for a QR.

    Both hold a secret: show them to nobody else.
    """

    async def finish(self) -> Duolog | None:
        """The open account, once the person has confirmed on the old device; None before.

        Raises: as `open_account`.
        Spec: §4.11.
        """
        context = await self.open_account()
        return None if context is None else Duolog(context)
