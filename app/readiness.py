"""Whether this server can take work: its database takes writes, and its tables are those of this version.

The check writes for real, so an answer is kept for some seconds: nobody can load the server by asking.
"""

import asyncio
import time

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.problems import Problem, Unavailable
from app.schema import newest_revision, touch

KEPT_SECONDS = 5


class Readiness:
    """The newest check of one server."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._refusal: Problem | None = None

    async def require(self) -> None:
        """Return when the server is ready. Raises: StorageFull, Unavailable."""
        async with self._lock:  # those who ask at once share one check
            if time.monotonic() >= self._until:
                self._refusal = await self._check()
                self._until = time.monotonic() + KEPT_SECONDS
        if self._refusal is not None:
            raise self._refusal

    async def _check(self) -> Problem | None:
        try:
            current = await self._database.write(touch, newest_revision())
        except Problem as problem:
            return problem
        except SQLAlchemyError:
            return Unavailable(retry_after=60)
        return None if current else Unavailable(retry_after=60)
