"""The object store: where the parts of attachments are, in a folder or in an S3 bucket, through `obstore`.

Rules
- A part is one object, `<place in hex>/<number>`. A place is used for one upload alone.
- `put` returns after the part is on disk, or after the bucket has taken it.
- Nothing here blocks the event loop, and each call has one part in memory at most.
- Whatever goes wrong is `StorageFull` or `Unavailable`: the library's text, which may name the bucket, is left out.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from app.problems import Problem, StorageFull, Unavailable
from app.settings import Settings

REQUEST_SECONDS = 30  # of one request to a bucket
CONNECT_SECONDS = 5
RETRY_SECONDS = 60  # of all attempts of one request; SETTLE_SECONDS is longer
RETRIES = 3
_FULL = ("os error 28", "os error 122", "InsufficientStorage", "QuotaExceeded", "StorageFull")


class Store(Protocol):
    """The store, as the rest of the server sees it. Each method raises: StorageFull, Unavailable."""

    async def put(self, place: bytes, number: int, data: bytes) -> None:
        """Store a part, in place of one that is there."""

    async def get(self, place: bytes, number: int, start: int, end: int) -> bytes | None:
        """The bytes of a part from `start` to before `end`; None when they are not there."""

    async def clear(self, place: bytes) -> None:
        """Delete every part at a place. It may be repeated."""


class Folder:
    """A local folder. Implements `Store`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _plain():
            self._store = LocalStore(folder, mkdir=True)

    async def put(self, place: bytes, number: int, data: bytes) -> None:
        with _plain():
            await self._store.put_async(_path(place, number), data)
            await asyncio.to_thread(self._to_disk, place, number)

    async def get(self, place: bytes, number: int, start: int, end: int) -> bytes | None:
        return await _get(self._store, _path(place, number), start, end)

    async def clear(self, place: bytes) -> None:
        with _plain():
            await asyncio.to_thread(self._remove, place)

    def _to_disk(self, place: bytes, number: int) -> None:
        """The library writes beside the name and renames; bytes, name and folder then go to disk."""
        for path in (self._folder / _path(place, number), self._folder / place.hex(), self._folder):
            _sync(path)

    def _remove(self, place: bytes) -> None:
        """All of a place, what an interrupted write left included: the library doesn't list that."""
        try:
            shutil.rmtree(self._folder / place.hex())
        except FileNotFoundError:
            return
        _sync(self._folder)


class Bucket:
    """An S3 bucket. Implements `Store`."""

    def __init__(self, settings: Settings) -> None:
        key_id, secret = read_credentials(settings.s3_credentials_file)
        with _plain():
            self._store = S3Store(
                settings.attachment_bucket,
                endpoint=settings.s3_endpoint or None,
                region=settings.s3_region,
                access_key_id=key_id,
                secret_access_key=secret,
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": settings.s3_endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                    "timeout": timedelta(seconds=REQUEST_SECONDS),
                },
                retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
            )

    async def put(self, place: bytes, number: int, data: bytes) -> None:
        with _plain():
            await self._store.put_async(_path(place, number), data)

    async def get(self, place: bytes, number: int, start: int, end: int) -> bytes | None:
        return await _get(self._store, _path(place, number), start, end)

    async def clear(self, place: bytes) -> None:
        with _plain():
            async for found in self._store.list(place.hex() + "/"):
                await self._store.delete_async([item["path"] for item in found])


def open_store(settings: Settings) -> Store:
    """The store that the settings name. A folder is made. Raises: StorageFull, Unavailable."""
    return Bucket(settings) if settings.attachment_bucket else Folder(settings.attachment_folder)


def read_credentials(path: Path | None) -> tuple[str | None, str | None]:
    """Access key id and secret access key, one a line; without a file, what the library finds by itself.

    Raises: Unavailable, when the file can't be read or has other lines.
    """
    if path is None:
        return None, None
    try:
        lines = path.read_text().split()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable from error
    if len(lines) != 2:
        raise Unavailable
    return lines[0], lines[1]


async def _get(store: ObjectStore, path: str, start: int, end: int) -> bytes | None:
    try:
        found = bytes(await store.get_range_async(path, start=start, end=end))
    except FileNotFoundError:
        return None
    except (BaseError, OSError) as error:
        raise Unavailable(retry_after=60) from error
    return found if len(found) == end - start else None


def _path(place: bytes, number: int) -> str:
    return f"{place.hex()}/{number}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _plain() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise _problem(error) from error


def _problem(error: Exception) -> Problem:
    full = any(mark in str(error) for mark in _FULL) or getattr(error, "errno", None) in (28, 122)
    return StorageFull() if full else Unavailable(retry_after=60)
