"""The golden transcript: it can be made again, and both sides of it do as it says, byte for byte."""

import json
import sys
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest

from duolog.api.pages import MEDIA_TYPE
from duolog.client import HttpTransport
from tests.conftest import running
from vectors.transcript import compare
from vectors.transcript.__main__ import main
from vectors.transcript.beside import RealServer, ask_all, real_server
from vectors.transcript.drawing import Draws, drawing
from vectors.transcript.evening import ACTS
from vectors.transcript.lines import FILE, Act, acts_of, bytes_of, read
from vectors.transcript.opening import CLOSED, Opener
from vectors.transcript.player import Player
from vectors.transcript.playing import Played, line_to, play
from vectors.transcript.programs import OwnPrograms
from vectors.transcript.recording import record

Json = dict[str, Any]


@pytest.fixture(scope="module")
def lines() -> list[Json]:
    return read()


@pytest.fixture
def acts(lines: list[Json]) -> list[Act]:
    return list(acts_of(deepcopy(lines)))


@pytest.fixture
async def real(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[RealServer]:
    async with real_server(tmp_path / "server", template=sqlite_template, runner=running) as server:
        yield server


async def played(acts: list[Act], *, like: list[Act] | None = None) -> Played:
    """Our own client, told `acts`, before a player of the transcript (or of `like`)."""
    player = Player(like or acts)
    network = httpx2.ASGITransport(line_to(player))
    programs = OwnPrograms(lambda server: HttpTransport(server, network=network))
    with drawing(programs):
        try:
            return await play(programs.tell, player, acts)
        finally:
            await programs.close()


async def test_it_is_made_again_byte_for_byte(tmp_path: Path, sqlite_template: Path) -> None:
    made = await record(tmp_path / "server", template=sqlite_template, runner=running)
    assert made == FILE.read_text(encoding="utf-8"), "python -m vectors.transcript record"


async def test_our_client_sends_the_recorded_requests_and_gives_what_it_gave(acts: list[Act]) -> None:
    assert await played(acts) == Played(len(acts), len(acts))


async def test_our_server_gives_the_recorded_answers(acts: list[Act], real: RealServer) -> None:
    assert await ask_all(acts, real) == ""


# --- what is found, and what is free ----------------------------------------------------------------------------------


def act_where(acts: list[Act], verb: str) -> Act:
    return next(act for act in acts if act.line["verb"] == verb)


async def test_another_text_is_found_at_the_request_that_carries_it(acts: list[Act], lines: list[Json]) -> None:
    act_where(acts, "write").line["with"]["text"] = "Hello, Sam. – Eve"
    found = await played(acts, like=list(acts_of(lines)))
    assert found.acts == 9
    assert "act 10 (ada: write), POST /v1/journals/" in found.fault
    told = 'items[0].message.document.body.text: the transcript has "Hello, Sam. – Ada 🌻", not "Hello, Sam. – Eve"'
    assert told in found.fault


async def test_another_clock_is_found_in_the_document_that_bears_it(acts: list[Act], lines: list[Json]) -> None:
    act_where(acts, "invite").line["now"] += 1
    found = await played(acts, like=list(acts_of(lines)))
    assert found.acts == 2
    assert "act 3 (ada: invite)" in found.fault
    assert "items[0].message.document.at: the transcript has 1796151780, not 1796151781" in found.fault


async def test_a_field_inside_a_statement_is_named(acts: list[Act], lines: list[Json]) -> None:
    salt, nonce = (draw for draw in act_where(acts, "close").draws if draw.get("random") == "closing")
    nonce["bytes"] = salt["bytes"]
    found = await played(acts, like=list(acts_of(lines)))
    assert ": items[0].statement.nonce: the transcript has" in found.fault


@pytest.mark.parametrize(
    ("verb", "draw", "told"),
    [
        ("write", {"random": "entry_nonce"}, "items[0].nonce: the transcript has"),
        ("invite", {"random": "message_nonce", "of": "invitation"}, "nonce: the transcript has"),
        ("join", {"random": "acceptance_nonce"}, "items[0].message.document.body.acceptance.nonce: the transcript has"),
    ],
)
async def test_what_is_sealed_is_opened_to_name_the_difference(
    acts: list[Act], lines: list[Json], verb: str, draw: Json, told: str
) -> None:
    found = next(line for line in act_where(acts, verb).draws if draw.items() <= line.items())
    found["bytes"] = "A" * len(found["bytes"])
    assert told in (await played(acts, like=list(acts_of(lines)))).fault


def test_what_opens_with_no_key_is_said() -> None:
    entry = {"kind": "entry", "header": "e30", "blob": "A" * 200}
    assert Opener().shown({"items": [entry]})["items"][0]["message"] == CLOSED
    assert Opener().shown({"sealed": "AAAA", "other": 1}) == {"sealed": "AAAA", "other": 1}


async def test_a_draw_that_is_missing_is_the_clients_error(acts: list[Act]) -> None:
    del act_where(acts, "register").draws[0]
    assert (
        "act 1 (ada: register): the client says refused: The transcript has no 32 bytes" in (await played(acts)).fault
    )


async def test_a_request_that_is_not_sent_is_missed(acts: list[Act]) -> None:
    player, first = Player(acts), acts[0]

    async def idle(person: str, line: Json) -> Mapping[str, object]:
        return dict(first.gives)

    assert (await play(idle, player, acts)).fault == (
        "act 1 (ada: register) is over, and request 2 was not sent: POST /v1/accounts"
    )


async def test_what_a_program_gives_is_compared_where_it_gives_it(acts: list[Act]) -> None:
    answers: list[Json] = [{}, {"account": "mine", "more": 1}]
    acts = acts[:2]
    for act in acts:
        act.exchanges = []

    async def tell(person: str, line: Json) -> Mapping[str, object]:
        return answers.pop(0)

    found = await play(tell, Player(acts), acts)
    assert (found.acts, found.fault[:50]) == (1, "act 2 (sam: register) gives otherwise: account: th")


async def test_a_client_that_lacks_an_act_says_so(acts: list[Act]) -> None:
    async def tell(person: str, line: Json) -> Mapping[str, object]:
        return {"unsupported": True}

    found = await play(tell, Player(acts), acts)
    assert (found.fault, str(found)) == ("", f"0 of {len(acts)} acts; the client lacks act 1 (ada: register)")


def client_of(player: Player) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(line_to(player)), base_url="http://127.0.0.1:9470")


def headers(request: Json, **other: str) -> dict[str, str]:
    token = {"Authorization": f"Bearer {request['token']}"} if "token" in request else {}
    media = {"Content-Type": request["media"]} if "media" in request else {}
    return {"Accept": request["accept"], **media, **token, **other}


async def send(client: httpx2.AsyncClient, request: Json, body: bytes | None = None) -> httpx2.Response:
    content = bytes_of(request) if body is None else body
    return await client.request(request["method"], request["target"], headers=headers(request), content=content)


async def test_the_order_of_keys_and_a_null_are_free_and_a_lost_answer_may_be_asked_for_again(acts: list[Act]) -> None:
    player = Player(acts)
    register = acts[0].exchanges[1].request
    body = {key: value for key, value in reversed(register["body"].items()) if value is not None}
    async with client_of(player) as client:
        first = await send(client, register, json.dumps(body, indent=3).encode())
        assert (first.status_code, player.fault) == (201, "")
        again = await send(client, register)
        assert (again.json(), player.fault) == (first.json(), "")
        changed = json.dumps({**body, "anchors": []}).encode()
        assert (await send(client, acts[1].exchanges[1].request, changed)).status_code == 422
        assert "request 4 of act 2 (sam: register), POST /v1/accounts: genesis" in player.fault
        assert (await send(client, register)).status_code == 422, "it has ended"


async def test_a_push_may_take_the_form_of_json(acts: list[Act]) -> None:
    player = Player(acts)
    async with client_of(player) as client:
        for act in acts[:4]:
            for one in act.exchanges:
                request = one.request
                if request.get("media") == MEDIA_TYPE:
                    body = json.dumps(compare.body_of(request)).encode()
                    request = {**request, "media": "application/json"}
                    assert (await send(client, request, body)).status_code == 201, player.fault
                else:
                    await send(client, request)
    assert player.fault == ""


async def test_reading_is_free_where_a_real_server_stands_beside(acts: list[Act], real: RealServer) -> None:
    player = Player(acts, real.ask)
    unasked = {"method": "GET", "target": "/v1/sessions", "accept": "application/json"}
    async with client_of(player) as client:
        for one in (one for act in acts[:3] for one in act.exchanges if one.writes):
            answer = await send(client, one.request)
            assert answer.status_code == one.answer["status"], player.fault
            token = answer.json().get("token") if answer.content else None
            if token:
                assert len((await send(client, {**unasked, "token": token})).json()["sessions"]) == 1
    assert player.fault == ""


class LookingFirst(OwnPrograms):
    """Our client, with a habit: it syncs before it does anything. A real server in this process draws for itself."""

    def __init__(self, connect: Any, server: Draws) -> None:
        super().__init__(connect)
        self._server = server

    async def tell(self, person: str, line: Json) -> Mapping[str, object]:
        if person in self._clients and line["verb"] not in ("see_words", "finish"):
            await super().tell(person, {**line, "verb": "status"})
        return await super().tell(person, line)

    def draw(self, purpose: str, of: str, size: int, *, server: bool) -> bytes:
        if server:
            return self._server.draw(purpose, of, size, server=True)
        return super().draw(purpose, of, size, server=False)


async def test_a_client_that_looks_before_each_act_sends_the_same(acts: list[Act], real: RealServer) -> None:
    network = httpx2.ASGITransport(line_to(player := Player(acts, real.ask)))
    programs = LookingFirst(lambda server: HttpTransport(server, network=network), real.draws)
    with drawing(programs):
        try:
            assert await play(programs.tell, player, acts) == Played(len(acts), len(acts))
        finally:
            await programs.close()


async def test_reading_otherwise_is_said_where_only_the_transcript_answers(acts: list[Act]) -> None:
    player = Player(acts)
    async with client_of(player) as client:
        await send(client, {"method": "GET", "target": "/v1/sessions", "accept": "application/json"})
    assert player.fault == "GET /v1/sessions: the transcript's client reads no such thing here"


@pytest.mark.slow
def test_a_program_is_played_to_over_http(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", "--port", "0", "--", sys.executable, "-m", "vectors.transcript.programs"]) == 0
    assert "every request as it stands in the transcript" in capsys.readouterr().out


def test_a_command_without_a_client_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play"]) == 2
    assert "Name a client" in capsys.readouterr().err


# --- the other way round ----------------------------------------------------------------------------------------------


def turned(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    code = main(["turn", "--port", "0", "--", sys.executable, *command])
    return code, capsys.readouterr().out


def test_a_client_that_lacks_everything_has_recorded_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    lacks = "import sys\nfor line in sys.stdin: print('{\"unsupported\": true}', flush=True)"
    assert turned(capsys, "-c", lacks) == (
        0,
        "Recorded: 0 of 30 acts; the client lacks act 1 (ada: register).\n"
        "Our client sends each of these requests, and our server gives each answer.\n",
    )


def test_a_client_that_refuses_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    refuses = 'import sys\nfor line in sys.stdin: print(\'{"error": "refused"}\', flush=True)'
    code, said = turned(capsys, "-c", refuses)
    assert (code, said.splitlines()[1]) == (1, "act 1 (ada: register): the client says refused: ")


@pytest.mark.slow
def test_an_evening_of_our_own_with_fresh_randomness_is_a_transcript_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "evening.jsonl"
    command = [sys.executable, "-m", "vectors.transcript.programs"]
    assert main(["turn", "--port", "0", "--file", str(file), "--", *command]) == 0, capsys.readouterr().out
    assert len(list(acts_of(read(file)))) == ACTS
