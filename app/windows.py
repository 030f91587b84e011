"""Counts of requests in fixed windows of time, in this process's memory.

A key's window begins with its first request and lasts as long as its limit says. Windows that are over are dropped
whenever the number of windows has doubled, so that their memory follows the callers of the last window.
"""

import time
from dataclasses import dataclass

from limits import RateLimitItem

FEW = 1024  # windows that are not worth a look for those that are over


@dataclass(slots=True)
class _Window:
    end: float  # seconds of the monotonic clock
    count: int


class Windows:
    """The open windows by their keys. A key belongs to one limit alone."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}
        self._most = FEW

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, limit: RateLimitItem, key: str) -> bool:
        """Count one request; returns whether the limit had room for it."""
        now = time.monotonic()
        window = self._windows.get(key)
        if window is None or window.end <= now:
            self._drop(now)
            window = self._windows[key] = _Window(now + limit.get_expiry(), 0)
        window.count += 1
        return window.count <= limit.amount

    def has_room(self, limit: RateLimitItem, key: str) -> bool:
        """Whether the limit has room for one more request."""
        window = self._windows.get(key)
        return window is None or window.count < limit.amount or window.end <= time.monotonic()

    def seconds_left(self, key: str) -> float:
        """How long until the window is over, 0 where there is none."""
        window = self._windows.get(key)
        return 0 if window is None else max(0, window.end - time.monotonic())

    def _drop(self, now: float) -> None:
        """Drop what is over, if there is much to look at."""
        if len(self._windows) >= self._most:
            self._windows = {key: window for key, window in self._windows.items() if window.end > now}
            self._most = max(FEW, 2 * len(self._windows))
