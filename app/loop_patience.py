"""How long the loop waits for the disk by itself: a twentieth of the time at most."""

import time

SLOW_SECONDS = 0.05  # what takes the loop as long has waited for the disk
REST_SECONDS = 1.0  # how long threads do the loop's work then, at least
REST_TIMES = 20  # and this many times as long as the wait


class Patience:
    """Whether the loop asks the database by itself, or leaves it to threads for a while, since the disk is slow."""

    def __init__(self) -> None:
        self._rests_until = 0.0  # of the monotonic clock

    def is_left(self) -> bool:
        """Whether the loop may ask."""
        return time.monotonic() >= self._rests_until

    def note(self, started: float) -> None:
        """Note that the loop has been at it since then, on the monotonic clock."""
        waited = time.monotonic() - started
        if waited > SLOW_SECONDS:
            self._rest(started, REST_TIMES * waited)

    def rest(self) -> None:
        """Leave the database to threads."""
        self._rest(time.monotonic(), 0)

    def _rest(self, since: float, seconds: float) -> None:
        self._rests_until = max(self._rests_until, since + max(REST_SECONDS, seconds))
