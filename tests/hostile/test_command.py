"""`python -m hostile`: any client can be driven against it."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from hostile.__main__ import main
from hostile.catalogue import CATALOGUE
from tests.app.people import Diary, Person

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A lying server in a process of its own, honest until a file `lie` is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "hostile", "--attack", "roll-back", "--port", str(port)]
    command += ["--data", str(tmp_path / "data"), "--when", str(tmp_path / "lie")]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "roll-back" in process.stdout.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


async def test_a_served_attack_waits_for_its_file_and_then_lies_in_both_forms(address: str, tmp_path: Path) -> None:
    async with httpx2.AsyncClient(base_url=address, timeout=60) as http:
        for _ in range(200):
            try:
                assert (await http.get("/health")).status_code == 200
                break
            except httpx2.TransportError:
                time.sleep(0.05)  # noqa: ASYNC251  # nothing else waits in this test
        ada, sam = Person(http), Person(http)
        for person in (ada, sam):
            assert (await http.post("/v1/accounts", json=person.registration())).status_code == 201
            assert (await person.log_in(origin=address)).status_code == 201
        couple = await (await Diary(ada).create()).make_couple(sam)
        assert (await couple.push(ada, couple.entry(ada, secrets.token_hex(8)))).status_code == 201
        true = (await couple.pull(sam)).seq
        (tmp_path / "lie").touch()
        assert (await couple.pull(sam)).seq == true - 1
        assert (await sam.get(f"{couple.path}/entries")).json()["seq"] == true - 1
        listed = (await sam.get("/v1/journals")).json()["journals"]
        assert true - 1 in {item["seq"] for item in listed}


def test_the_list_says_what_a_client_must_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed and attack.client_must in listed for name, attack in CATALOGUE.items())


def test_an_unknown_name_gets_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--attack", "no-such-thing"]) == 2
    assert "--list" in capsys.readouterr().err
