"""The object store: it keeps the parts of attachments in a folder or in an S3 bucket, through `obstore`.

Rules
- A part is one object, `<place in hex>/<number>`. One upload alone uses a place.
- `put` returns once the part is on disk, or once the bucket has taken it.
- No call blocks the event loop, and no call has more than one part in memory.
- A failure is `StorageFull` or `Unavailable`. The library's text may name the bucket, and no answer repeats it.
- A bucket that is gone is a failure, and says nothing about its parts.
"""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Protocol

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from app.faults import Faults
from app.problems import Unavailable
from app.settings import Settings

REQUEST_SECONDS = 30  # of one request to a bucket
CONNECT_SECONDS = 5
RETRIES = 3  # of one request: with all of them it ends long before `SETTLE_SECONDS`
_FULL = ("os error 28", "os error 122", "InsufficientStorage", "QuotaExceeded", "StorageFull")
_SHORT = ("InvalidRange", "Requested range was invalid")  # the part ends before the range begins


class Store(Protocol):
    """The store, as the rest of the server sees it. Its methods raise StorageFull and Unavailable."""

    faults: Faults

    async def put(self, place: bytes, number: int, data: bytes) -> None:
        """Store a part, in place of one that is there."""

    async def get(self, place: bytes, number: int, start: int, end: int) -> bytes | None:
        """The bytes of a part from `start` to before `end`; None when the store doesn't have all of them."""

    async def clear(self, place: bytes) -> None:
        """Delete every part at a place. It may be repeated."""


class Folder:
    """A local folder. Implements `Store`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.faults = folder, Faults("attachments")
        with self.faults.told(BaseError, OSError, is_full=_is_full):
            self._store = LocalStore(folder, mkdir=True)

    async def put(self, place: bytes, number: int, data: bytes) -> None:
        with self.faults.told(BaseError, OSError, is_full=_is_full):
            await asyncio.to_thread(self._put, place, number, data)

    async def get(self, place: bytes, number: int, start: int, end: int) -> bytes | None:
        return await _get(self._store, self.faults, _path(place, number), start, end)

    async def clear(self, place: bytes) -> None:
        with self.faults.told(BaseError, OSError, is_full=_is_full):
            await asyncio.to_thread(self._remove, place)

    def _put(self, place: bytes, number: int, data: bytes) -> None:
        """Write a part, and sync it with its folder: the library writes beside the name and renames, but syncs nothing.

        The first part of a place syncs the store too, which has the name of the folder.
        """
        self._store.put(_path(place, number), data)
        _sync(self._folder / _path(place, number))
        _sync(self._folder / place.hex())
        if number == 0:
            _sync(self._folder)

    def _remove(self, place: bytes) -> None:
        """Delete the folder of a place, with the files of interrupted writes, which the library doesn't list."""
        try:
            shutil.rmtree(self._folder / place.hex())
        except FileNotFoundError:
            return
        _sync(self._folder)


class Bucket:
    """An S3 bucket. Implements `Store`."""

    def __init__(self, settings: Settings) -> None:
        self.faults = Faults("attachments")
        key_id, secret = read_credentials(settings.s3_credentials_file)
        with self.faults.told(BaseError, OSError, is_full=_is_full):
            self._store = S3Store(
                settings.attachment_bucket,
                endpoint=settings.s3_endpoint or None,
                region=settings.s3_region,
                access_key_id=key_id,
                secret_access_key=secret,
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": settings.s3_endpoint.startswith("http://"),
                    "connect_timeout": f"{CONNECT_SECONDS}s",
                    "timeout": f"{REQUEST_SECONDS}s",
                },
                retry_config={"max_retries": RETRIES},
            )

    async def put(self, place: bytes, number: int, data: bytes) -> None:
        with self.faults.told(BaseError, OSError, is_full=_is_full):
            await self._store.put_async(_path(place, number), data)

    async def get(self, place: bytes, number: int, start: int, end: int) -> bytes | None:
        return await _get(self._store, self.faults, _path(place, number), start, end)

    async def clear(self, place: bytes) -> None:
        with self.faults.told(BaseError, OSError, is_full=_is_full):
            async for found in self._store.list(place.hex() + "/"):
                await self._store.delete_async([item["path"] for item in found])


def open_store(settings: Settings) -> Store:
    """The store that the settings name. A folder is made. Raises: StorageFull, Unavailable."""
    return Bucket(settings) if settings.attachment_bucket else Folder(settings.attachment_folder)


def read_credentials(path: Path | None) -> tuple[str | None, str | None]:
    """The access key id and the secret access key, one a line. Without a file the library looks for them itself.

    Raises: Unavailable when the file can't be read or has other lines.
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


async def _get(store: ObjectStore, faults: Faults, path: str, start: int, end: int) -> bytes | None:
    try:
        found = bytes(await store.get_range_async(path, start=start, end=end))
    except (BaseError, OSError) as error:
        if _lacks(error):
            return None
        raise faults.of_files(error, full=False) from error
    return found if len(found) == end - start else None


def _lacks(error: Exception) -> bool:
    """Whether the store says that it has no such part, or a shorter one."""
    if isinstance(error, FileNotFoundError):
        return "NoSuchBucket" not in str(error)
    return any(mark in str(error) for mark in _SHORT)


def _path(place: bytes, number: int) -> str:
    return f"{place.hex()}/{number}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_full(error: Exception) -> bool:
    return any(mark in str(error) for mark in _FULL) or getattr(error, "errno", None) in (28, 122)
