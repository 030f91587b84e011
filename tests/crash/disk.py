"""A disk below SQLite that fails when it is told to, and that knows which bytes a power cut would leave.

SQLite reaches its files through a table of functions, the VFS. This one stands before SQLite's own: it passes calls on,
counts them, and lets the chosen one fail. It also keeps an image of each file as it is on the disk for sure: a write
is there after the next sync that worked. After a sync that failed, no later sync brings those bytes to the disk: Linux
drops them, and a later sync reports nothing (that is how databases came to lose data by "fsyncgate").
"""

from __future__ import annotations

import ctypes
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["read", "write", "short", "full", "sync", "truncate"]
CHANGES = ("write", "sync", "truncate")

_CODES: dict[Kind, int] = {  # SQLite's result codes
    "read": 266,
    "write": 778,
    "short": 778,
    "full": 13,
    "sync": 1034,
    "truncate": 1546,
}
_CALL: dict[Kind, str] = {"short": "write", "full": "write"}

_OPEN = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_MOVE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)  # xRead and xWrite
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(ctypes.Structure):
    _fields_ = [
        *((name, c_int) for name in ("version", "file_size", "longest_path")),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        *((name, c_void_p) for name in ("open", "delete")),
        ("others", c_void_p * 14),
    ]


class _Methods(ctypes.Structure):
    _fields_ = [
        ("version", c_int),
        *((name, c_void_p) for name in ("close", "read", "write", "truncate", "sync")),
        ("others", c_void_p * 13),
    ]


@dataclass
class _Image:
    """A file as it is on the disk for sure, and the writes since the last sync. A write without bytes truncates."""

    sure: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for offset, data in self.since:
            if data is None:
                del self.sure[offset:]
                continue
            if len(self.sure) < offset + len(data):
                self.sure.extend(bytes(offset + len(data) - len(self.sure)))
            self.sure[offset : offset + len(data)] = data
        self.since.clear()


class Disk:
    """The failing disk, for every SQLite file that this process opens inside of `installed()`."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}
        self.failed = 0
        self._kind: Kind | None = None
        self._at = 0
        self._read_only = False
        self._images: dict[str, _Image] = {}
        self._names: dict[int, str] = {}
        self._methods: dict[int, tuple[_Methods, Any]] = {}
        self._lock = threading.RLock()
        self._library = ctypes.CDLL(str(_sqlite()))
        self._library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self._kept: list[Any] = []  # functions and names that SQLite uses, for as long as this is there

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Inside, SQLite opens its files here."""
        real = self._library.sqlite3_vfs_find(None)
        mine = _Vfs.from_buffer_copy(real.contents)
        mine.name = b"failing"
        openly, delete = _OPEN(real.contents.open), _DELETE(real.contents.delete)
        replaced = (_OPEN(self._open(openly)), _DELETE(self._delete(delete)))
        mine.open, mine.delete = (ctypes.cast(one, c_void_p).value for one in replaced)
        self._kept += [mine, replaced, openly, delete]
        self._library.sqlite3_vfs_register(ctypes.byref(mine), 1)
        try:
            yield
        finally:
            self._library.sqlite3_vfs_register(real, 1)
            self._library.sqlite3_vfs_unregister(ctypes.byref(mine))

    def fail(self, kind: Kind, at: int) -> None:
        """Let the call of this kind with the number `at`, from 1, fail; `full` fails from there on."""
        with self._lock:
            self.calls, self.failed, self._kind, self._at = {}, 0, kind, at

    def refuse_changes(self) -> None:
        """Let every write, sync and truncation fail, as on a disk that the system has made read-only after an error."""
        with self._lock:
            self.failed, self._kind, self._read_only = 0, None, True

    def heal(self) -> None:
        """Let nothing fail any more."""
        with self._lock:
            self._kind, self._read_only = None, False

    def after_kill(self, folder: Path, copy: Path) -> None:
        """Copy a folder as another process finds it after `kill -9`: with all bytes that were written."""
        copy.mkdir()
        for path in folder.iterdir():
            if path.is_file() and not path.name.endswith("-shm"):
                shutil.copy(path, copy / path.name)
                with self._lock:
                    image = self._images.get(str(path))
                    if image is not None:
                        self._images[str(copy / path.name)] = _Image(bytearray(image.sure), list(image.since))

    def after_power_cut(self, folder: Path, copy: Path) -> None:
        """Copy a folder as it is after the power was gone: with the bytes that were synced."""
        copy.mkdir()
        for path in folder.iterdir():
            if path.is_file() and not path.name.endswith("-shm"):
                with self._lock:
                    image = self._images.get(str(path))
                    data = path.read_bytes() if image is None else bytes(image.sure)
                (copy / path.name).write_bytes(data)

    def _fails(self, call: str) -> Kind | None:
        """Count a call; the kind of its failure, if it is to fail."""
        self.calls[call] = number = self.calls.get(call, 0) + 1
        kind = self._kind
        if self._read_only and call in CHANGES:
            self.failed += 1
            return "sync" if call == "sync" else "truncate" if call == "truncate" else "write"
        if kind is None or _CALL.get(kind, kind) != call:
            return None
        if number != self._at and not (kind == "full" and number > self._at):
            return None
        self.failed += 1
        return kind

    def _open(self, real: Any) -> Any:
        def step(vfs: int, name: bytes | None, file: int, flags: int, out: int) -> int:
            self._kept.append(name)  # the file keeps the pointer to it
            code: int = real(vfs, name, file, flags, out)
            table = c_void_p.from_address(file)
            if code == 0 and name and table.value:
                path = name.decode()
                with self._lock:
                    self._names[file] = path
                    self._images.setdefault(path, _Image(bytearray(Path(path).read_bytes())))
                    table.value = self._patched(table.value)
            return code

        return step

    def _delete(self, real: Any) -> Any:
        def step(vfs: int, name: bytes, synced: int) -> int:
            code: int = real(vfs, name, synced)
            with self._lock:
                self._images.pop(name.decode(), None)
            return code

        return step

    def _patched(self, address: int) -> int:
        """A copy of a file's table of functions, with those of this disk in it."""
        if address not in self._methods:
            real = _Methods.from_address(address)
            mine = _Methods.from_buffer_copy(real)
            functions = (
                _MOVE(self._read(_MOVE(real.read))),
                _MOVE(self._write(_MOVE(real.write))),
                _TRUNCATE(self._truncate(_TRUNCATE(real.truncate))),
                _SYNC(self._sync(_SYNC(real.sync))),
            )
            mine.read, mine.write, mine.truncate, mine.sync = (ctypes.cast(one, c_void_p).value for one in functions)
            self._methods[address] = (mine, functions)
        return ctypes.addressof(self._methods[address][0])

    def _read(self, real: Any) -> Any:
        def step(file: int, into: int, size: int, offset: int) -> int:
            with self._lock:
                kind = self._fails("read")
            return _CODES[kind] if kind else real(file, into, size, offset)

        return step

    def _write(self, real: Any) -> Any:
        def step(file: int, data: int, size: int, offset: int) -> int:
            with self._lock:
                kind = self._fails("write")
                written = size // 2 if kind == "short" else 0 if kind else size
                code = real(file, data, written, offset) if written else 0
                if written and code == 0:
                    self._images[self._names[file]].since.append((offset, ctypes.string_at(data, written)))
            return _CODES[kind] if kind else code

        return step

    def _truncate(self, real: Any) -> Any:
        def step(file: int, size: int) -> int:
            with self._lock:
                if kind := self._fails("truncate"):
                    return _CODES[kind]
                code: int = real(file, size)
                if code == 0:
                    self._images[self._names[file]].since.append((size, None))
                return code

        return step

    def _sync(self, real: Any) -> Any:
        def step(file: int, flags: int) -> int:
            with self._lock:
                image = self._images[self._names[file]]
                if kind := self._fails("sync"):
                    image.since.clear()
                    return _CODES[kind]
                code: int = real(file, flags)
                if code == 0:
                    image.sync()
                return code

        return step


def _sqlite() -> Path:
    """The SQLite library of this process. Raises: LookupError when it has none of its own."""
    assert sqlite3.sqlite_version  # it is loaded
    for line in Path("/proc/self/maps").read_text().splitlines():
        if "libsqlite3" in line:
            return Path(line.split(maxsplit=5)[5])
    raise LookupError("SQLite is built into Python here, where nothing reaches its table of functions")
