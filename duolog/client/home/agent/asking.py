"""Talk to the agent of a home: start it, ask it for the key, and end it.

Rules
- The socket lies in a folder that is its owner's alone: the system's for this log-in, else the home itself.
- Only a process of the own user is believed to be the agent, and only such a process gets an answer from it.
- An agent that was killed leaves its socket. That counts as no agent: the passphrase is asked for.
- The key goes to a new agent through a pipe, never as an argument or in the environment.
"""

import hashlib
import os
import re
import select
import signal
import socket
import stat
import subprocess  # the agent alone
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from duolog.client.home.agent import holder
from duolog.errors import HomeError, NotAllowed

SESSIONS = Path("/run/systemd/sessions")  # where the log-in manager has its files
_IN_HOME: Final = "agent.socket"
_MAX_ADDRESS: Final = 103  # bytes in the path of a socket on macOS; Linux takes 107
_STARTING = 30.0  # seconds for an agent to be ready
_ENDING = 5.0  # seconds for an agent to be gone


def held_key(home: Path) -> bytes | None:
    """The key that the home's agent holds, or None without an agent."""
    for path in _sockets(home):
        answer = _ask(path, holder.KEY)
        if len(answer) == holder.KEY_SIZE:
            return answer
    return None


def unlocked_until(home: Path) -> int | None:
    """When the home locks by itself if it isn't used before, in Unix seconds; None when no agent holds its key."""
    for path in _sockets(home):
        answer = _ask(path, holder.LEFT)
        if answer.isdigit() and len(answer) < 8 and (left := int(answer)) > 0:
            return int(time.time()) + left
    return None


def lock_home(home: Path) -> bool:
    """End the home's agent, and wait until it is gone. Whether there was one. Raises: HomeError when it stays."""
    ended = [_end(path) for path in _places(home)]
    return any(ended)


def hold_key(home: Path, keystore: Path, key: bytes, idle: float, most: float) -> None:
    """Start an agent that holds this key; one that runs is ended before.

    `idle`, `most`: seconds.

    Raises:
        NotAllowed: no log-in session is known whose end would lock the home again.
        HomeError: the agent can't be started.
    """
    session, leader = _session()
    lock_home(home)
    places = _sockets(home)
    if not places:
        raise HomeError(f"Others can look into {home}, so no agent was started. Take their rights to that folder away.")
    path = next((path for path in places if len(os.fsencode(path)) <= _MAX_ADDRESS), places[0])
    orders = holder.Orders(str(path), str(keystore.resolve()), idle, most, session, leader).encode()
    if len(orders) > holder.MAX_ORDERS:
        raise HomeError("The path of this home is too long for an agent. Choose a shorter one.")
    answer = _start(key + orders)
    if answer != holder.READY:
        why = answer.decode(errors="replace").strip() or "it ended at once"
        raise HomeError(f"The agent can't be started: {why}. The home stays locked; each command asks.")


def _start(given: bytes) -> bytes:
    program = [sys.executable, "-I", "-S", holder.__file__]
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and a file of this package
            program,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,
            timeout=_STARTING,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b"it took too long"
    except OSError as error:
        return (error.strerror or "").encode()
    return done.stdout


def _session() -> tuple[str, int]:
    """The file of this log-in session, or the process that leads it. Raises: NotAllowed when neither is known."""
    name = os.environ.get("XDG_SESSION_ID", "")
    if re.fullmatch(r"[A-Za-z0-9]+", name) and holder.session_goes_on(str(SESSIONS / name)):
        return str(SESSIONS / name), 0
    leader = os.getsid(0)
    if leader == os.getpid() or not holder.leads(leader):
        raise NotAllowed(
            "No log-in session is known here whose end would lock the home again, so it stays locked. "
            "Unlock it from a shell in which you have logged in."
        )
    return "", leader


def _sockets(home: Path) -> list[Path]:
    """Where the home's agent may listen, in folders that are this user's alone; the likeliest place first."""
    return [path for path in _places(home) if _is_private(path.parent)]


def _places(home: Path) -> list[Path]:
    home = home.resolve()
    name = "duolog-" + hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    named = (os.environ.get("XDG_RUNTIME_DIR"), f"/run/user/{os.geteuid()}")
    runtime = dict.fromkeys(Path(folder) for folder in named if folder and Path(folder).is_absolute())
    return [*(folder / name for folder in runtime), home / _IN_HOME]


def _is_private(folder: Path) -> bool:
    """Whether a folder is this user's, and nobody else may look into it."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def _connected(path: Path) -> socket.socket | None:
    """A connection to the agent that listens there; None for no agent, or for another user's process."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(holder.PATIENCE)
        connection.connect(str(path))
        if holder.peer(connection)[1] != os.geteuid():  # check: client.agent_user
            raise PermissionError("another user's process listens there")
    except OSError:
        connection.close()
        return None
    return connection


def _ask(path: Path, request: bytes) -> bytes:
    """The agent's whole answer; nothing without an agent, or from one that doesn't answer."""
    connection = _connected(path)
    if connection is None:
        return b""
    with connection, suppress(OSError):
        connection.sendall(request)
        return connection.recv(2 * holder.KEY_SIZE, socket.MSG_WAITALL)
    return b""


def _end(path: Path) -> bool:
    connection = _connected(path)
    if connection is None:
        with suppress(OSError):
            if stat.S_ISSOCK(path.lstat().st_mode):
                path.unlink()  # an agent that was killed has left it
        return False
    process = holder.peer(connection)[0]
    watched = holder.watch(process)
    with connection:
        try:
            with suppress(OSError):
                connection.sendall(holder.LOCK)
            if not _is_gone(connection, watched):
                if process > 0:  # somebody has stopped it: it doesn't answer
                    with suppress(OSError):
                        os.kill(process, signal.SIGKILL)
                if not _is_gone(connection, watched):
                    raise HomeError("The agent of this home doesn't end. Log out: until then the home is unlocked.")
                path.unlink(missing_ok=True)
        finally:
            if watched >= 0:
                os.close(watched)
    return True


def _is_gone(connection: socket.socket, watched: int) -> bool:
    """Whether the agent has ended. Where no descriptor tells, its system has closed its end of the connection."""
    if watched >= 0:
        return bool(select.select([watched], [], [], _ENDING)[0])
    connection.settimeout(_ENDING)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
    except OSError:
        return False
