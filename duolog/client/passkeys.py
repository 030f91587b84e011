"""Passkeys: an account restored from the output of a WebAuthn PRF, as from recovery words.

The browser evaluates the passkey's PRF on `PASSKEY_PRF_INPUT`. Its 32 bytes of output are the secret, which only the
new home stores. The restored home is unconfirmed until words are compared. Spec: §4.11
"""

from pathlib import Path

from duolog.client.account.register_restore_open import restore
from duolog.client.duolog import Duolog
from duolog.client.home.keystore import Unlock
from duolog.client.home.store import errors
from duolog.client.log.context import Clock, now
from duolog.client.server.http import to_transport
from duolog.client.server.transport import Transport
from duolog.seal.keys import KeyholderSecret


async def restore_with_passkey(
    server: str | Transport,
    prf_output: bytes,
    *,
    home: Path | None,
    unlock: Unlock | None = None,
    clock: Clock = now,
) -> Duolog:
    """Restore the account of a passkey into a new home. `prf_output`: 32 bytes.

    Raises: as `Duolog.restore`. Spec: §4.11.
    """
    with errors():
        transport, keyholder = to_transport(server), KeyholderSecret(prf_output, "passkey")
        return Duolog(await restore(transport, keyholder, home, unlock or Unlock(), clock))
