"""The process that holds the key of one home's keystore, in memory alone.

It is started as a program of its own, by `python -I -S`, so that it has nothing in memory but Python and this file: no
passphrase, no text, no library. `duolog.client.home.agent.asking` starts it and talks to it.

Rules
- It gives the key to processes of its own user alone, through a socket that nobody else can reach.
- It ends when nobody has asked for the key for the idle time, at a fixed time after its start, when it is told to, at a
  signal, and when the log-in session or the socket is gone, or the keystore changed. It looks once a second.
- Sleep counts: the clock goes on while the machine is suspended, and is read again before each answer.
- A request has one line of at most `MAX_REQUEST` bytes, and `PATIENCE` seconds.
- The key stays in one page, out of swap, core images and other processes' reach where the system offers that.
"""

import json
import mmap
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any, Final, NoReturn

KEY_SIZE: Final = 32  # bytes
KEY, LEFT, LOCK = b"key\n", b"left\n", b"lock\n"  # what may be asked: the key, the seconds until it ends, to end
MAX_REQUEST: Final = 16  # bytes
PATIENCE: Final = 2.0  # seconds for one request, and for its answer
LOOK: Final = 1.0  # seconds between two looks at what it lives by
READY: Final = b"ready\n"
MAX_ORDERS: Final = 16_384  # bytes

_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # on macOS the latter counts sleep too
_SET_DUMPABLE, _DENY_ATTACH = 4, 31  # of prctl on Linux, of ptrace on macOS


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders that an agent gets at its start. `idle` and `most`: seconds.

    `session`: the log-in manager's file about this session, or empty; then `leader` is the process that leads it.
    """

    socket: str
    keystore: str
    idle: float
    most: float
    session: str
    leader: int

    def encode(self) -> bytes:
        """The orders as the agent reads them."""
        return json.dumps(asdict(self)).encode()


class Holder:
    """One key, until a reason to end comes."""

    def __init__(self, orders: Orders, page: mmap.mmap) -> None:
        self._orders, self._page = orders, page
        self._started = self._used = _now()
        self._keystore = _mark(orders.keystore)
        if self._keystore is None:
            raise FileNotFoundError("the keystore is gone")
        self._leader = watch(orders.leader) if leads(orders.leader) else -1
        self._last: socket.socket | None = None
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(orders.socket)
        self._listening.listen(8)
        self._listening.setblocking(False)  # one that asked and went away again holds nothing up
        self._socket = _mark(orders.socket)

    def __repr__(self) -> str:
        return "Holder(<secret>)"

    def serve(self) -> None:
        """Answer until a reason to end comes."""
        while (left := self._left()) > 0:
            ready, _, _ = select.select([self._listening], [], [], min(LOOK, left))
            if ready:
                with suppress(OSError):
                    self._answer()

    def end(self) -> None:
        """Forget the key, and take the socket away. A process that asked for this sees the connection end at exit."""
        self._page[:KEY_SIZE] = bytes(KEY_SIZE)
        if self._socket is not None and _mark(self._orders.socket) == self._socket:
            os.unlink(self._orders.socket)  # noqa: PTH108 - this process loads little

    def _left(self) -> float:
        """Seconds until it ends; 0 for a reason to end now."""
        gone = (
            self._last is not None
            or _mark(self._orders.keystore) != self._keystore
            or _mark(self._orders.socket) != self._socket
            or not self._logged_in()
        )
        idle, most = self._used + self._orders.idle, self._started + self._orders.most
        return 0 if gone else max(min(idle, most) - _now(), 0)

    def _logged_in(self) -> bool:
        if self._orders.session:
            return session_goes_on(self._orders.session)
        if self._leader >= 0:
            return not select.select([self._leader], [], [], 0)[0]
        return leads(self._orders.leader)

    def _answer(self) -> None:
        connection, _ = self._listening.accept()
        connection.settimeout(PATIENCE)
        request = connection.recv(MAX_REQUEST) if peer(connection)[1] == os.geteuid() else b""
        left = self._left()
        if request == LOCK:
            self._last = connection
            return
        with connection:
            if request == KEY and left > 0:
                self._used = _now()
                connection.sendall(memoryview(self._page)[:KEY_SIZE])
            elif request == LEFT:
                connection.sendall(str(int(left)).encode())


def peer(connection: socket.socket) -> tuple[int, int]:
    """The ids of the process at the other end and of its user, by the system's word. Raises: OSError.

    The process is 0 where the system doesn't say.
    """
    if hasattr(socket, "SO_PEERCRED"):
        process, user, _ = struct.unpack("iII", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return process, user
    return 0, struct.unpack_from("=II", connection.getsockopt(0, 1, 76))[1]  # LOCAL_PEERCRED of macOS and BSD


def session_goes_on(file: str) -> bool:
    """Whether the log-in manager's file says that the session goes on.

    The manager keeps the file of a session that was left, as `closing`, while any process of the session runs: so also
    while the agent does.
    """
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123 - this process loads little
            return "STATE=closing" not in lines.read().split("\n")
    except OSError:
        return False


def leads(process: int) -> bool:
    """Whether this process leads a session."""
    try:
        return process > 0 and os.getsid(process) == process
    except OSError:
        return False


def watch(process: int) -> int:
    """A descriptor that is readable once the process has ended; -1 where the system has none."""
    if sys.platform == "linux" and process > 0:
        with suppress(OSError):
            return os.pidfd_open(process)
    return -1


def _now() -> float:
    return time.clock_gettime(_CLOCK)


def _mark(path: str) -> tuple[int, ...] | None:
    """The marks of a file that change when it is replaced or written; None for no file."""
    try:
        found = os.stat(path, follow_symlinks=False)  # noqa: PTH116 - this process loads little
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _close_to_others(page: mmap.mmap) -> None:
    """No core image, no debugger, no swap. Where the system doesn't offer one of these, the others hold."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError, ValueError):
        page.madvise(mmap.MADV_DONTDUMP)
    try:
        import ctypes

        system: Any = ctypes.CDLL(None)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        system.mlock(ctypes.c_void_p(address), ctypes.c_size_t(mmap.PAGESIZE))
        if sys.platform == "linux":
            system.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        elif sys.platform == "darwin":
            system.ptrace(_DENY_ATTACH, 0, None, 0)
    except (ImportError, OSError, AttributeError):
        return


def _on_signal(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _read_orders() -> bytes:
    """Standard input to its end; a pipe gives it in parts."""
    data = b""
    while len(data) <= MAX_ORDERS and (part := os.read(0, MAX_ORDERS)):
        data += part
    return data


def _say(answer: bytes) -> None:
    """Answer the program that started this one, and let go of its descriptors."""
    os.write(1, answer)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)


def main() -> None:
    """Read the key and the orders from standard input, say whether all is ready, and serve in a process of its own."""
    if os.fork():
        os._exit(0)
    os.umask(0o177)
    os.chdir("/")
    page = mmap.mmap(-1, mmap.PAGESIZE)
    _close_to_others(page)
    if os.readv(0, [memoryview(page)[:KEY_SIZE]]) != KEY_SIZE:
        raise SystemExit(1)
    orders = Orders(**json.loads(_read_orders()))
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    try:
        holder = Holder(orders, page)
    except OSError as error:
        _say((error.strerror or str(error)).encode())
        raise SystemExit(1) from error
    try:
        _say(READY)
        holder.serve()
    finally:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        holder.end()


if __name__ == "__main__":
    main()
