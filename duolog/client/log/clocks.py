"""This computer's clock beside the server's: nothing is refused for it, since either may be the wrong one.

An old receipt says nothing about clocks: perhaps nobody wrote lately. One in the future does, and so does the receipt
for what was sent just now.
"""

from duolog.client.home.store import as_int
from duolog.client.log.context import Context
from duolog.protocol import sizes


def clock_apart(context: Context) -> int:
    """How far the server's clock is ahead of this one, in seconds; negative behind it, and 0 within a day. Spec: §6."""
    apart = context.clock_apart
    if abs(apart) <= sizes.CLOCK_TOLERANCE:
        apart = max(0, _newest(context) - context.clock())
    return apart if abs(apart) > sizes.CLOCK_TOLERANCE else 0


def _newest(context: Context) -> int:
    """The latest time of a receipt by the server of today; 0 when there is none."""
    row = context.store.row(
        "SELECT coalesce(max(j.time), 0) FROM journal j WHERE j.time <= ? AND NOT EXISTS "
        "(SELECT 1 FROM earlier_key e WHERE e.journal = j.id AND e.until >= j.seq)",
        sizes.LATEST_TIME,
    )
    return 0 if row is None else as_int(row[0])
