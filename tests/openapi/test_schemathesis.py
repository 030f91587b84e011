"""Generated requests against a real server: no failure inside, no answer that the document doesn't declare.

Left out: `positive_data_acceptance`, since no generator can sign a statement or guess an id, so that well-formed
requests are rightly refused.
"""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from duolog.protocol.codec import encode_b64
from tests.app.people import Diary, Person

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = "8"  # for each operation: some values are megabytes, and take their time

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@dataclass
class Running:
    """A server process, someone with a session, and a journal of theirs."""

    url: str
    headers: dict[str, str]
    journal: str


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    rates = {
        f"DUOLOG_RATE_{name}": "1000000/minute"
        for name in ("ANONYMOUS", "REGISTER", "LOGIN", "RENDEZVOUS", "BAD_TOKEN")
    }
    environment = os.environ | rates | {"DUOLOG_DATA": str(tmp_path), "DUOLOG_PORT": "0", "DUOLOG_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "app"]
    subprocess.run([*command, "migrate"], cwd=ROOT, env=environment, check=True)
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [*command, "serve"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            found = re.search(r"http://[\d.:]+", process.stdout.readline())
            assert found
            yield asyncio.run(prepare(found[0]))
        finally:
            process.kill()
    assert "failed" not in (tmp_path / "log").read_text()


async def prepare(url: str) -> Running:
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:  # the first body starts a process
        ada = Person(http)
        assert (await http.post("/v1/accounts", json=ada.registration())).status_code == 201
        assert (await ada.log_in(origin=url)).status_code == 201
        diary = await Diary(ada).create()
        return Running(url, ada.headers, encode_b64(diary.journal))


# A registration, a rotation or a carried account holds so many statements that covering every border of every field
# takes a quarter of an hour: they are thrown at with random ones alone.
LARGE = ("register", "rotate", "carry_account")
MOST = ("--phases", "coverage,fuzzing", *(part for name in LARGE for part in ("--exclude-operation-id", name)))
REGISTER, ROTATE, CARRY = (("--phases", "fuzzing", "--include-operation-id", name) for name in LARGE)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("who", "what"),
    [("anonymous", REGISTER), ("anonymous", CARRY), ("anonymous", MOST), ("a member", ROTATE), ("a member", MOST)],
)
def test_generated_requests_find_nothing(server: Running, tmp_path: Path, who: str, what: tuple[str, ...]) -> None:
    # Logging out and deleting the account are left out where a session is used: the run would end it.
    config = tmp_path / "schemathesis.toml"
    config.write_text(f'[parameters]\njournal = "{server.journal}"\n' if who == "a member" else "")
    session = [] if who == "anonymous" else ["--header", f"Authorization: {server.headers['authorization']}"]
    result = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"),
            "--config-file",
            str(config),
            "run",
            f"{server.url}/openapi.json",
            *what,
            "--exclude-checks",
            "positive_data_acceptance",
            "--suppress-health-check",
            "all",  # some statements are large, and slow to draw on a busy machine
            "--max-examples",
            EXAMPLES,
            "--seed",
            "1",
            "--no-color",
            *(["--exclude-operation-id", "log_out", "--exclude-operation-id", "delete_account"] if session else []),
            *session,
        ],
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.openapi.serializers", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-5_000:]
