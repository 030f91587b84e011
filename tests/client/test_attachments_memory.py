"""A long file is sealed, sent, fetched, verified and saved by a program that never holds it: at a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.local_server import LocalServer

ROOT = Path(__file__).resolve().parents[2]
MB = 1_000_000

SCRIPT = r"""
import asyncio, re, sys
from pathlib import Path
from duolog.client import Duolog, NewAttachment, Unlock

async def main(server, folder):
    unlock = Unlock(passphrase=lambda new: b"a passphrase for tests", keyring=False)
    new = await Duolog.register(server, home=folder / "home", unlock=unlock)
    status = lambda name: int(re.search(name + r":\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
    async with new.duolog as ada:
        journal = await ada.create_journal()
        for name in ("small", "large"):
            files = [NewAttachment(folder / name)]
            written = await ada.write(journal, "note", {"text": name}, attachments=files)
            assert written.delivered, written.problem
            [view] = await ada.attachments(journal).list(written.entry)
            saved = await ada.attachments(journal).save(written.entry, view.id, folder / f"{name}.again")
            if name == "small":
                Path("/proc/self/clear_refs").write_text("5")  # forget the peak of opening the keystore
                before = status("VmRSS")
        print(status("VmHWM") - before)

asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells a peak anew")
@pytest.mark.parametrize(
    ("size", "most"), [(60, 32), pytest.param(200, 64, marks=pytest.mark.slow)], ids=["60 MB", "200 MB"]
)
def test_a_long_file_grows_the_process_by_much_less_than_its_size(tmp_path: Path, size: int, most: int) -> None:
    """`size`: MB of the file. `most`: MiB that the process may grow by."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        for _ in range(size):
            file.write(os.urandom(MB))
    (tmp_path / "small").write_bytes(b"\x00" * 1000)
    rates = dict.fromkeys(("rate_large", "rate_session", "rate_anonymous"), "100000/minute")
    with LocalServer(tmp_path / "server", **rates) as server:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, server.origin, str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert subprocess.run(["cmp", str(large), str(tmp_path / "large.again")], check=False).returncode == 0
    assert int(done.stdout) < most * 1024
    for path in (large, tmp_path / "large.again"):
        path.unlink()
