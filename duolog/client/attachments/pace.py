"""How much of an attachment one request carries: more where the network is quick, so that a cut line loses little."""

from collections.abc import Iterator
from contextlib import contextmanager

import anyio

MOST = 4  # parts of one request
QUICK = 1.0  # seconds


class Pace:
    """One part at first, twice as many after each request that took less than a second, half after any other."""

    def __init__(self) -> None:
        self.parts, self._most = 1, MOST

    @contextmanager
    def measured(self) -> Iterator[None]:
        """One request, which says how many parts the next one carries."""
        begun = anyio.current_time()
        yield
        quick = anyio.current_time() - begun < QUICK
        self.parts = min(2 * self.parts, self._most) if quick else max(1, self.parts // 2)

    def narrow(self) -> bool:
        """Send single parts from now on. False where that is so already."""
        wide, self.parts, self._most = self.parts > 1, 1, 1
        return wide
