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
EXAMPLES = "8"  # for each operation, besides the borders of each field

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


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
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        ada = Person(http)
        registration = ada.registration()
        answer = await http.post("/v1/accounts", json=registration)
        for _ in range(30):  # the first body starts a process: on a busy machine the server asks to come back
            if answer.status_code != 503:
                break
            await asyncio.sleep(int(answer.headers["retry-after"]))
            answer = await http.post("/v1/accounts", json=registration)
        assert answer.status_code == 201
        assert (await ada.log_in(origin=url)).status_code == 201
        diary = await Diary(ada).create()
        return Running(url, ada.headers, encode_b64(diary.journal))


# These hold so many statements that each is a run of its own; the runs go beside each other (`make schemathesis`).
LARGE = ("register", "carry_account", "rotate", "carry_journal")
MOST = tuple(part for name in LARGE for part in ("--exclude-operation-id", name))
REGISTER, CARRY_ACCOUNT, ROTATE, CARRY_JOURNAL = (("--include-operation-id", name) for name in LARGE)

# A body beyond every size is refused as too large before anyone looks at its form.
REFUSALS = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
"""


@pytest.mark.parametrize(
    ("who", "what"),
    [
        ("anonymous", REGISTER),
        ("anonymous", CARRY_ACCOUNT),
        ("a member", ROTATE),
        ("a member", CARRY_JOURNAL),
        ("anonymous", MOST),
        ("a member", MOST),
    ],
)
def test_generated_requests_find_nothing(server: Running, tmp_path: Path, who: str, what: tuple[str, ...]) -> None:
    # Logging out and deleting the account are left out where a session is used: the run would end it.
    config = tmp_path / "schemathesis.toml"
    config.write_text((f'[parameters]\njournal = "{server.journal}"\n' if who == "a member" else "") + REFUSALS)
    session = [] if who == "anonymous" else ["--header", f"Authorization: {server.headers['authorization']}"]
    result = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"),
            "--config-file",
            str(config),
            "run",
            f"{server.url}/openapi.json",
            *what,
            "--phases",
            "coverage,fuzzing",
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
        timeout=480,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-5_000:]
