"""This computer's clock beside the server's: nothing is refused for it, since either may be the wrong one.

An old receipt says nothing about clocks: perhaps nobody wrote lately. One in the future does, and so does the receipt
for what was sent just now.
"""

import time
from collections.abc import Callable

from duolog.client.home.log_rows import newest_time
from duolog.client.log.context import Context
from duolog.protocol import sizes

Clock = Callable[[], int]  # Unix seconds


def now() -> int:
    """The time by this computer's clock, Unix seconds."""
    return int(time.time())


def clock_apart(context: Context) -> int:
    """How far the server's clock is ahead of this one, in seconds; negative behind it, and 0 within a day. Spec: §6."""
    apart = context.clock_apart
    if abs(apart) <= sizes.CLOCK_TOLERANCE:
        apart = max(0, newest_time(context.store) - context.clock())
    return apart if abs(apart) > sizes.CLOCK_TOLERANCE else 0
