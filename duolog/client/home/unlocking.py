"""Keep a home unlocked for a time, by its agent. Nothing does this unless somebody asks for it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from duolog.client.home.agent.asking import hold_key
from duolog.client.home.keystore import FILE, Unlock, keystore_key
from duolog.errors import NotAllowed

IDLE: Final = 15 * 60  # seconds without a command, after which a home locks by itself
LONGEST_UNLOCKED: Final = 12 * 3600  # seconds, after which it locks in any case


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A home that its agent keeps unlocked: until `until` without use, and until `latest` in any case. Unix seconds."""

    idle: int
    until: int
    latest: int


def unlock_home(home: Path, unlock: Unlock, idle: int = IDLE) -> Unlocked | None:
    """Unlock a home until nobody has used it for `idle` seconds. None where the OS keyring has its secret.

    An agent that runs is replaced.

    Raises:
        NotAllowed: `idle` is not from 1 to `LONGEST_UNLOCKED`, or no log-in session is known that would end it.
        KeystoreLocked, MalformedData: as `load_keystore`.
        HomeError: the home has no account, or its agent can't be started.
    """
    if not 1 <= idle <= LONGEST_UNLOCKED:
        raise NotAllowed(f"A home stays unlocked for at most {LONGEST_UNLOCKED // 3600} hours.")
    key = keystore_key(home, unlock)
    if key is None:
        return None
    hold_key(home, home / FILE, key, idle, LONGEST_UNLOCKED)
    now = int(time.time())
    return Unlocked(idle, now + idle, now + LONGEST_UNLOCKED)
