"""`python -m hostile`: any client can be driven against it, and any server can stand behind it."""

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx2
import pytest

from hostile.__main__ import main
from hostile.catalogue import CATALOGUE
from tests.app.people import Diary, Person

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """A lying server in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", address: str) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.address = address
        self._stdin: IO[str] = process.stdin
        self._stdout: IO[str] = process.stdout
        self.first = json.loads(self._stdout.readline())

    def say(self, line: str) -> dict[str, str]:
        """Say a line on its standard input; the answer."""
        self._stdin.write(line + "\n")
        self._stdin.flush()
        answer: dict[str, str] = json.loads(self._stdout.readline())
        return answer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "hostile", "--json", "--port", str(port), "--data", str(tmp_path / "data")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Server(process, f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


async def test_a_served_attack_is_committed_and_stopped_on_demand_and_lies_in_both_forms(server: Server) -> None:
    assert server.first["attack"] == "honest"
    address = server.address
    async with httpx2.AsyncClient(base_url=address, timeout=60) as http:
        ada, sam = Person(http), Person(http)
        for person in (ada, sam):
            assert (await http.post("/v1/accounts", json=person.registration())).status_code == 201
            assert (await person.log_in(origin=address)).status_code == 201
        couple = await (await Diary(ada).create()).make_couple(sam)
        assert (await couple.push(ada, couple.entry(ada, secrets.token_hex(8)))).status_code == 201
        true = (await couple.pull(sam)).seq
        assert server.say("commit roll-back")["attack"] == "roll-back"
        assert (await couple.pull(sam)).seq == true - 1
        assert (await sam.get(f"{couple.path}/entries")).json()["seq"] == true - 1
        listed = (await sam.get("/v1/journals")).json()["journals"]
        assert true - 1 in {item["seq"] for item in listed}
        assert "error" in server.say("commit no-such-thing")
        assert server.say("stop")["attack"] == "honest"
        assert (await couple.pull(sam)).seq == true


def test_the_list_says_what_a_client_must_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed and item.client_must in listed for name, item in CATALOGUE.items())
    assert main(["--list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["attack"] for row in rows] == list(CATALOGUE)
    assert all(row["does"] and row["rule"] and row["right"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--attack", "no-such-thing", "--port", "0"], "--list"),
        (["--attack", "roll-back", "--in-front-of", "http://127.0.0.1:9", "--receipt-key", "nowhere"], "nowhere"),
        (["--attack", "forge-entry", "--in-front-of", "http://127.0.0.1:9", "--port", "0"], "--receipt-key"),
        (["run"], "behind `--`"),
        (["run", "--only", "no-such-thing", "--", "true"], "No attack"),
        (["run", "--only", "honest", "--", "/no/such/program"], "can't be started"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert says in capsys.readouterr().err
