"""The agent that keeps a home unlocked: a real process, and each reason for it to end."""

import hashlib
import os
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import keyring
import pytest

from duolog.client import lock_home, unlock_home, unlocked_until
from duolog.client.home import keystore
from duolog.client.home.agent import asking, holder
from duolog.client.home.keystore import FILE, Unlock, keystore_key, load_keystore, save_keystore
from duolog.errors import HomeError, KeystoreLocked, NotAllowed
from duolog.seal.keys import KeyholderSecret
from tests.conftest import remembered_key

SECRET = KeyholderSecret(hashlib.sha256(b"a home that an agent keeps unlocked").digest(), "device")
PASSPHRASE = b"kitchen lamp river seven"
KNOWING = Unlock(passphrase=lambda new: PASSPHRASE, keyring=False)
NOBODY = Unlock(keyring=False)
SOON = 20.0  # seconds; a busy machine is slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(autouse=True)
def stretched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each home has a salt of its own here; its key is remembered in this process."""
    monkeypatch.setattr(keystore, "_stretch", remembered_key)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short path, wherever pytest has its own: the address of a socket holds about a hundred bytes."""
    with tempfile.TemporaryDirectory(prefix="duolog-", dir="/tmp") as folder:
        yield Path(folder).resolve()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A locked home, in a session that a log-in manager knows."""
    logged_in(tmp_path / "sessions", monkeypatch)
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    save_keystore(folder, SECRET, KNOWING)
    yield folder
    lock_home(folder)


def logged_in(sessions: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a session that goes on, whatever session the tests run in."""
    sessions.mkdir()
    (sessions / "c2").write_text("UID=1000\nACTIVE=1\nSTATE=active\n")
    monkeypatch.setattr(asking, "SESSIONS", sessions)
    monkeypatch.setenv("XDG_SESSION_ID", "c2")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return sessions / "c2"


def is_unlocked(home: Path) -> bool:
    """Whether the home opens without a passphrase."""
    try:
        return load_keystore(home, NOBODY).keyholder.seed == SECRET.seed
    except KeystoreLocked:
        return False


def connect(home: Path) -> socket.socket:
    connection = asking._connected(asking._sockets(home)[0])
    assert connection is not None
    return connection


def agent_of(home: Path) -> int:
    with connect(home) as connection:
        return holder.peer(connection)[0]


def is_running(process: int) -> bool:
    try:
        return not re.search(r"^State:\s+Z", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    except OSError:
        return False


def soon(happens: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while not happens():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def ends(home: Path) -> bool:
    """Whether the agent ends by itself, and takes its socket along. Asking how long is no use of the key."""
    return soon(lambda: unlocked_until(home) is None and not asking._sockets(home)[0].exists())


def test_a_home_is_locked_unless_somebody_unlocks_it(home: Path) -> None:
    assert not is_unlocked(home)
    assert unlocked_until(home) is None
    assert not lock_home(home)
    unlocked = unlock_home(home, KNOWING)
    assert unlocked is not None
    assert (unlocked.idle, unlocked.latest - unlocked.until) == (15 * 60, 12 * 3600 - 15 * 60)
    assert is_unlocked(home)
    assert is_unlocked(home)
    assert abs((unlocked_until(home) or 0) - time.time() - 15 * 60) < SOON
    assert lock_home(home)
    assert not is_unlocked(home)
    assert not lock_home(home)


def test_a_program_may_leave_the_agent_out(home: Path) -> None:
    unlock_home(home, KNOWING)
    with pytest.raises(KeystoreLocked):
        load_keystore(home, Unlock(keyring=False, agent=False))
    with pytest.raises(KeystoreLocked, match="does not open"):
        unlock_home(home, Unlock(passphrase=lambda new: b"another", keyring=False))
    assert is_unlocked(home), "a wrong passphrase ends no agent"


def test_it_ends_after_the_idle_time_and_each_use_begins_it_anew(home: Path) -> None:
    unlock_home(home, KNOWING, idle=3)
    for _ in range(3):
        time.sleep(1.5)
        assert is_unlocked(home)
    assert ends(home)
    assert not is_unlocked(home)


def test_it_ends_at_its_latest_time_however_often_it_is_used(home: Path) -> None:
    key = keystore_key(home, KNOWING)
    assert key is not None
    asking.hold_key(home, home / FILE, key, idle=100, most=2)
    assert (unlocked_until(home) or 0) <= time.time() + 2
    assert soon(lambda: not is_unlocked(home))
    assert ends(home)


@linux
def test_locking_waits_until_the_process_is_gone(home: Path) -> None:
    unlock_home(home, KNOWING)
    process = agent_of(home)
    assert lock_home(home)
    assert not is_running(process)
    assert [path.name for path in home.iterdir()] == [FILE]


def test_unlocking_again_replaces_the_agent(home: Path) -> None:
    unlock_home(home, KNOWING, idle=3600)
    unlock_home(home, KNOWING, idle=60)
    assert (unlocked_until(home) or 0) <= time.time() + 60
    assert lock_home(home)
    assert not is_unlocked(home)


@linux
def test_a_killed_agent_leaves_a_socket_that_counts_for_nothing(home: Path) -> None:
    unlock_home(home, KNOWING)
    os.kill(agent_of(home), signal.SIGKILL)
    path = asking._sockets(home)[0]
    assert soon(lambda: not is_unlocked(home))
    assert path.is_socket()
    assert load_keystore(home, KNOWING).keyholder.seed == SECRET.seed
    unlock_home(home, KNOWING)
    assert is_unlocked(home)
    os.kill(agent_of(home), signal.SIGKILL)
    assert soon(lambda: not is_unlocked(home))
    assert not lock_home(home)
    assert not path.exists()


@linux
def test_a_stopped_agent_is_waited_for_shortly_and_killed_by_locking(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holder, "PATIENCE", 0.3)
    monkeypatch.setattr(asking, "_ENDING", 0.5)
    unlock_home(home, KNOWING)
    process = agent_of(home)
    os.kill(process, signal.SIGSTOP)
    assert not is_unlocked(home)
    assert lock_home(home)
    assert soon(lambda: not is_running(process))
    assert not asking._sockets(home)[0].exists()


@linux
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(home: Path, number: int) -> None:
    unlock_home(home, KNOWING)
    os.kill(agent_of(home), number)
    assert ends(home)


@pytest.mark.parametrize("change", ["replaced", "written", "removed"])
def test_it_ends_when_the_keystore_is_no_longer_what_it_was(home: Path, change: str) -> None:
    unlock_home(home, KNOWING)
    if change == "replaced":
        save_keystore(home, SECRET, KNOWING)
    elif change == "written":
        (home / FILE).write_bytes((home / FILE).read_bytes() + b" ")
    else:
        (home / FILE).unlink()
    assert unlocked_until(home) is None
    assert ends(home)


@linux
def test_it_ends_when_its_socket_is_taken_away(home: Path) -> None:
    unlock_home(home, KNOWING)
    process = agent_of(home)
    asking._sockets(home)[0].unlink()
    assert soon(lambda: not is_running(process))


def test_a_key_that_does_not_open_the_keystore_counts_as_none(home: Path) -> None:
    asking.hold_key(home, home / FILE, bytes(32), idle=60, most=60)
    assert not is_unlocked(home)
    assert load_keystore(home, KNOWING).keyholder.seed == SECRET.seed


# --- the log-in session -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["removed", "closing"])
def test_it_ends_with_the_session_of_the_log_in_manager(home: Path, tmp_path: Path, end: str) -> None:
    session = tmp_path / "sessions" / "c2"
    unlock_home(home, KNOWING)
    time.sleep(2 * holder.LOOK)
    assert is_unlocked(home)
    if end == "removed":
        session.unlink()
    else:
        session.write_text("UID=1000\nACTIVE=0\nSTATE=closing\n")
    assert ends(home)


@pytest.mark.parametrize("name", ["../sessions/c2", "", "gone", "c3"])
def test_a_session_that_the_manager_does_not_know_is_the_leaders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    left = logged_in(tmp_path / "sessions", monkeypatch).with_name("c3")
    left.write_text("STATE=closing\n")
    monkeypatch.setenv("XDG_SESSION_ID", name)
    with subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE, start_new_session=True) as shell:
        assert soon(lambda: holder.leads(shell.pid))
        monkeypatch.setattr(os, "getsid", lambda process: shell.pid)
        assert asking._session() == ("", shell.pid)
        shell.kill()


UNLOCKING = f"""if True:
    import sys
    from pathlib import Path
    from duolog.client import Unlock, unlock_home
    unlock_home(Path(sys.argv[1]), Unlock(passphrase=lambda new: {PASSPHRASE!r}, keyring=False))
"""


def test_it_ends_when_the_shell_that_led_the_session_is_gone(home: Path) -> None:
    shell = subprocess.Popen(
        ["/bin/sh", "-c", '"$@"; echo done; read line', "sh", sys.executable, "-c", UNLOCKING, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert shell.stdin is not None
    assert shell.stdout is not None
    assert shell.stdout.readline() == b"done\n"
    time.sleep(2 * holder.LOOK)
    assert is_unlocked(home)
    shell.stdin.close()
    shell.stdout.close()
    # It isn't waited for: a session's leader that is dead and not yet reaped has ended too.
    assert ends(home)
    shell.wait()


def test_without_a_session_nothing_is_unlocked(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNLOCKING, str(home)],
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert "NotAllowed: No log-in session is known here" in done.stderr
    assert not is_unlocked(home)


# --- others -----------------------------------------------------------------------------------------------------------


@root
def test_another_user_gets_nothing_even_where_the_folder_is_open(home: Path) -> None:
    unlock_home(home, KNOWING)
    path = asking._sockets(home)[0]
    folders = [folder for folder in path.parents if folder.stat().st_mode & 0o005 != 0o005]
    before = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in folders}
    program = f"""if True:
        import os, socket
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        for request in (b"key", b"left", b"lock"):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect({str(path)!r})
            except PermissionError:
                print("refused")
                continue
            try:
                connection.send(request + b"\\n")
                print(connection.recv(64))
            except ConnectionError:
                print(b"")
    """
    tried = [sys.executable, "-I", "-S", "-c", program]
    assert subprocess.run(tried, capture_output=True, text=True, check=True).stdout.split() == ["refused"] * 3
    try:
        for folder in folders:
            folder.chmod(0o755)
        path.chmod(0o666)
        assert subprocess.run(tried, capture_output=True, text=True, check=True).stdout.split() == ["b''"] * 3
    finally:
        for folder, mode in before.items():
            folder.chmod(mode)
    assert is_unlocked(home)


def test_another_users_process_is_never_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlock_home(home, KNOWING)
    monkeypatch.setattr(holder, "peer", lambda connection: (1, os.geteuid() + 1))
    assert asking.held_key(home) is None
    assert unlocked_until(home) is None


def test_the_other_end_is_known_by_the_systems_word(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = socket.socketpair()
    with one, other:
        assert holder.peer(one)[1] == os.geteuid()

    class OnMac:
        def getsockopt(self, level: int, name: int, size: int) -> bytes:
            assert (level, name, size) == (0, 1, 76)
            return struct.pack("=IIhh16I", 0, 501, 1, 0, *range(16))

    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    assert holder.peer(OnMac()) == (0, 501)  # type: ignore[arg-type]


@pytest.mark.parametrize("request_line", [b"", b"key", b"KEY\n", b"key\nkey\n", b"x" * 4096], ids=repr)
def test_a_request_that_is_none_gets_nothing(home: Path, request_line: bytes) -> None:
    unlock_home(home, KNOWING)
    with connect(home) as connection:
        connection.sendall(request_line)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(SOON)
        with suppress(ConnectionResetError):
            assert connection.recv(64) == b""
    assert is_unlocked(home)


def test_somebody_who_asks_nothing_holds_it_up_for_a_moment_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlock_home(home, KNOWING)
    monkeypatch.setattr(holder, "PATIENCE", SOON)
    with connect(home) as silent:
        before = time.monotonic()
        assert is_unlocked(home)
        assert time.monotonic() - before < SOON
        assert silent.recv(1) == b""


# --- places and secrets -----------------------------------------------------------------------------------------------


def test_the_socket_is_the_one_thing_on_the_disk_and_its_owners_alone(home: Path) -> None:
    before = {path: path.read_bytes() for path in home.iterdir()}
    unlock_home(home, KNOWING)
    (new,) = set(home.iterdir()) - set(before)
    assert new.is_socket()
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert {path: path.read_bytes() for path in before} == before


def test_the_socket_is_in_the_log_ins_own_folder_where_there_is_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    unlock_home(home, KNOWING)
    assert [path.is_socket() for path in runtime.iterdir()] == [True]
    assert [path.name for path in home.iterdir()] == [FILE]
    (path,) = runtime.iterdir()
    path.unlink()
    runtime.rmdir()
    assert soon(lambda: not is_unlocked(home))


@pytest.mark.parametrize("fault", ["open to others", "a link", "relative", "gone"])
def test_a_folder_that_is_not_ones_own_alone_is_left_out(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    runtime, link = tmp_path / "runtime", tmp_path / "link"
    if fault != "gone":
        runtime.mkdir(mode=0o700)
    if fault == "open to others":
        runtime.chmod(0o750)
    link.symlink_to(runtime)
    named = {"a link": str(link), "relative": os.path.relpath(runtime)}.get(fault, str(runtime))
    monkeypatch.setenv("XDG_RUNTIME_DIR", named)
    assert runtime not in [path.parent for path in asking._sockets(home)]
    assert link not in [path.parent for path in asking._sockets(home)]


def test_a_home_that_others_can_look_into_is_not_unlocked(home: Path) -> None:
    home.chmod(0o755)
    with pytest.raises(HomeError, match="Others can look into"):
        unlock_home(home, KNOWING)
    home.chmod(0o700)


def test_locking_finds_an_agent_in_a_folder_that_was_opened_to_others(home: Path) -> None:
    unlock_home(home, KNOWING)
    home.chmod(0o755)
    assert asking.held_key(home) is None
    assert lock_home(home)
    home.chmod(0o700)
    assert not is_unlocked(home)


def test_a_path_that_is_too_long_for_a_socket_gets_a_sentence(home: Path, tmp_path: Path) -> None:
    far = tmp_path / ("long" * 30)
    far.mkdir(mode=0o700)
    save_keystore(far, SECRET, KNOWING)
    with pytest.raises(HomeError, match=r"can't be started: .*too long"):
        unlock_home(far, KNOWING)
    assert load_keystore(far, KNOWING).keyholder.seed == SECRET.seed


def test_a_home_far_down_is_unlocked_by_way_of_the_log_ins_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, far = tmp_path / "runtime", tmp_path.joinpath(*["far down" * 12] * 8)
    runtime.mkdir(mode=0o700)
    far.mkdir(mode=0o700, parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    save_keystore(far, SECRET, KNOWING)
    unlock_home(far, KNOWING)
    assert is_unlocked(far)
    assert lock_home(far)


def test_a_log_ins_folder_that_is_too_far_down_for_a_socket_is_left_out(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / ("long" * 30)
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    unlock_home(home, KNOWING)
    assert is_unlocked(home)
    assert list(runtime.iterdir()) == []
    assert lock_home(home)


def test_two_homes_have_two_agents(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime, other = tmp_path / "runtime", tmp_path / "other"
    for folder in (runtime, other):
        folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    save_keystore(other, SECRET, KNOWING)
    unlock_home(home, KNOWING)
    assert is_unlocked(home)
    assert not is_unlocked(other)


@linux
def test_nothing_secret_stands_where_other_processes_look(home: Path) -> None:
    unlock_home(home, KNOWING)
    process = Path(f"/proc/{agent_of(home)}")
    command = (process / "cmdline").read_bytes()
    assert PASSPHRASE not in command
    assert command.split(b"\0")[1:3] == [b"-I", b"-S"]
    assert (process / "environ").read_bytes() == b""
    assert re.search(r"^Max core file size +0 +0 ", (process / "limits").read_text(), re.MULTILINE)
    assert int(re.findall(r"^VmLck:\s+(\d+)", (process / "status").read_text(), re.MULTILINE)[0]) > 0
    assert not {str(one.readlink()) for one in (process / "fd").iterdir()} & {str(home / FILE), str(home / "lock")}


@linux
@root
def test_the_agents_memory_holds_the_key_alone_once_and_no_longer_than_it_runs(home: Path) -> None:
    key = keystore_key(home, KNOWING)
    assert key is not None
    unlock_home(home, KNOWING)
    assert is_unlocked(home)
    process = agent_of(home)
    held = b""
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            start, end = (int(one, 16) for one in line.split()[0].split("-"))
            if line.split()[1].startswith("rw"):
                memory.seek(start)
                held += memory.read(end - start)
    assert held.count(key) == 1
    assert SECRET.seed not in held
    assert PASSPHRASE not in held


@linux
def test_no_debugger_and_no_image_of_its_memory_is_allowed() -> None:
    program = """if True:
        import ctypes, mmap, resource
        from duolog.client.home.agent import holder
        print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
        holder._close_to_others(mmap.mmap(-1, mmap.PAGESIZE))
        print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0", "0", "0"]


def test_a_keyring_home_needs_no_agent(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "set_password", lambda service, name, text: kept.update({(service, name): text}))
    monkeypatch.setattr(keyring, "get_password", lambda service, name: kept.get((service, name)))
    save_keystore(home, SECRET, Unlock())
    assert unlock_home(home, Unlock()) is None
    assert [path.name for path in home.iterdir()] == [FILE]


@pytest.mark.parametrize("idle", [0, -1, 12 * 3600 + 1])
def test_an_idle_time_has_bounds(home: Path, idle: int) -> None:
    with pytest.raises(NotAllowed, match="at most 12 hours"):
        unlock_home(home, KNOWING, idle=idle)
    with pytest.raises(HomeError, match="no account"):
        unlock_home(home / "none", KNOWING)


def test_what_holds_a_key_shows_none(home: Path) -> None:
    unlocked = unlock_home(home, KNOWING)
    key = keystore_key(home, KNOWING)
    assert key is not None
    for shown in (repr(unlocked), repr(KNOWING)):
        assert repr(key) not in shown
        assert PASSPHRASE.decode() not in shown
