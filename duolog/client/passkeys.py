"""Passkeys: an account restored from the output of a WebAuthn PRF, as from recovery words.

The browser evaluates the passkey's PRF on `PASSKEY_PRF_INPUT`; its 32 bytes are the secret, and are kept nowhere but in
the home that is made from them. What was restored is unconfirmed until words are compared. Spec: §4.11
"""

from pathlib import Path

from duolog.client.account import registering
from duolog.client.duolog import Duolog
from duolog.client.home.keystore import Unlock
from duolog.client.log.clocks import Clock, now
from duolog.client.server.http import HttpTransport
from duolog.client.server.transport import Transport
from duolog.seal.devices import PASSKEY_PRF_INPUT
from duolog.seal.keys import KeyholderSecret

__all__ = ["PASSKEY_PRF_INPUT", "restore_with_passkey"]


async def restore_with_passkey(
    server: str | Transport,
    prf_output: bytes,
    *,
    home: Path | None,
    unlock: Unlock | None = None,
    clock: Clock = now,
) -> Duolog:
    """The account of a passkey, in a new home. `prf_output`: 32 bytes.

    Raises: as `Duolog.restore`.
    Spec: §4.11.
    """
    transport = HttpTransport(server) if isinstance(server, str) else server
    keyholder = KeyholderSecret(prf_output, "passkey")
    return Duolog(await registering.restore_keyholder(transport, keyholder, home, unlock or Unlock(), clock))
