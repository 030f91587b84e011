"""A restored home becomes a device: it gets a keyholder of its own, and the words or the passkey open it no more.

Rules
- The new secret is durable before the server hears of it, and the home changes its keyholder after the set has it.
- Repeated after a crash, it goes on with the same secret.
- The home's own key stays, so nothing that rests in the home is sealed anew.

Spec: §4.11
"""

from contextlib import suppress

from duolog.client.account.keyholder_list import add
from duolog.client.home.begun import OWN_DEVICE
from duolog.client.home.keystore import Unlock
from duolog.client.log.context import Context
from duolog.errors import ServerRefused, TransportError
from duolog.seal.keys import KeyholderSecret


async def become_device(context: Context, unlock: Unlock) -> None:
    """Let this home have a keyholder of its own. A device, and a home in memory, stays as it is.

    Raises:
        NotAllowed: the home isn't confirmed, or the account has too many keyholders.
        KeystoreLocked, HomeError: the new secret can't be stored; the words open the home as before.
        TransportError, ServerRefused: not now; doing it again goes on.
    """
    home = context.home
    if home.keyholder.kind == "device" or not home.on_disk:
        OWN_DEVICE.clear(home)
        return
    context.require_confirmed()
    seed = OWN_DEVICE.load(home)
    if seed is None:
        seed = KeyholderSecret.new("device").seed
        OWN_DEVICE.save(home, seed)
    secret = KeyholderSecret(seed, "device")
    await add(context, secret.public)
    # The session that the words opened gives the words' package, which the device can't open. So it ends first.
    with suppress(TransportError, ServerRefused):
        await context.network.log_out()
    home.change_keyholder(secret, unlock)
    OWN_DEVICE.clear(home)
