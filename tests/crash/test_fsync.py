"""A trace of system calls: on SQLite, no push is acknowledged before what it wrote was synced to disk."""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.app.people import Diary, Person
from tools.local_server import LocalServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

PUSHES = 10
CALLS = "fsync,fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64"
LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<call>\w+)\((?P<fd>\d+)(?P<path><[^>]*>)?(?P<rest>.*)$")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(tmp_path / "server") as running:
        yield running


async def test_a_push_is_synced_before_it_is_acknowledged(server: LocalServer, tmp_path: Path) -> None:
    async with httpx2.AsyncClient(base_url=server.origin, timeout=30) as http:
        ada = Person(http)
        assert (await http.post("/v1/accounts", json=ada.registration())).status_code == 201
        assert (await ada.log_in(origin=server.origin)).status_code == 201
        diary = await Diary(ada).create()
        entries = [diary.entry(ada) for _ in range(PUSHES)]

        trace = tmp_path / "trace"
        tracer = attach(server, trace)
        for placed in entries:
            assert (await diary.push(ada, placed, follow=False)).status_code == 201
        tracer.send_signal(signal.SIGINT)
        tracer.wait(20)

    assert_synced_before_answered(trace.read_text(errors="replace"))


def attach(server: LocalServer, trace: Path) -> subprocess.Popen[str]:
    """strace on the running server, once it says that it is attached to every thread."""
    command = ["strace", "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(trace), "-p", str(server.pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    for line in tracer.stderr:
        if "attached" in line:
            return tracer
    pytest.skip("strace may not attach to a process here")


def assert_synced_before_answered(trace: str) -> None:
    """Between a push's arrival and its 201 stands a sync of the write-ahead log, after its last write."""
    answered = 0
    state = "idle"
    for kind in events(trace):
        if kind == "asked":
            state = "asked"
        elif kind == "wrote" and state in ("asked", "written", "synced"):
            state = "written"
        elif kind == "synced" and state == "written":
            state = "synced"
        elif kind == "answered":
            assert state == "synced", f"push {answered + 1} was acknowledged when it was only {state}"
            answered += 1
            state = "idle"
    assert answered == PUSHES


def events(trace: str) -> Iterator[str]:
    """What matters of a trace. A call that strace shows in two halves counts when it begins, a sync when it ends."""
    syncing: set[str] = set()
    for line in trace.splitlines():
        pid = line.split(maxsplit=1)[0]
        if "resumed>" in line and ("fsync" in line or "fdatasync" in line) and pid in syncing:
            syncing.discard(pid)
            yield "synced"
        elif "POST /v1/journals/" in line:
            yield "asked"
        elif "HTTP/1.1 201" in line:
            yield "answered"
        elif (found := LINE.match(line)) and "duolog.db-wal" in (found["path"] or ""):
            if found["call"] in ("fsync", "fdatasync"):
                if "unfinished" in line:
                    syncing.add(pid)
                else:
                    yield "synced"
            elif found["call"] in ("write", "pwrite64"):
                yield "wrote"


def test_an_answer_before_the_sync_would_be_noticed() -> None:
    wal = "5</srv/duolog.db-wal>"
    early = f'1 read(9, "POST /v1/journals/x\n1 pwrite64({wal}, "x"\n1 sendto(9, "HTTP/1.1 201 \n1 fdatasync({wal})'
    with pytest.raises(AssertionError, match="only written"):
        assert_synced_before_answered(early)
