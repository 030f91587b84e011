"""What holds for every address: problem details, headers, limits, logs that say nothing of people."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import structlog

from app.addresses import MIB, find
from app.logs import TOGETHER_SECONDS, configure_logs
from app.settings import Settings
from duolog.api.common import REQUEST_HEADER
from duolog.protocol.codec import encode_b64
from tests.conftest import http_client, running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRET = "s3cret-token-that-no-log-may-hold"


async def test_unknown_addresses_and_methods_are_problems_that_repeat_nothing(http: httpx2.AsyncClient) -> None:
    missing = await http.get(f"/v1/{SECRET}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert missing.headers["content-type"] == "application/problem+json"
    assert SECRET not in missing.text
    wrong = await http.delete("/health")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "method_not_allowed", "GET, HEAD")


@pytest.mark.parametrize("path", ["/health", f"/v1/{SECRET}", "/join"])
async def test_an_answer_repeats_the_id_of_its_request(http: httpx2.AsyncClient, path: str) -> None:
    named = encode_b64(bytes(16))
    assert (await http.get(path, headers={REQUEST_HEADER: named})).headers[REQUEST_HEADER] == named
    for other in (None, "", SECRET, named + "A", named[:-1] + "=", named[:-1] + " "):
        answer = await http.get(path, headers={} if other is None else {REQUEST_HEADER: other})
        assert REQUEST_HEADER not in answer.headers, "nothing but an id is repeated"


async def test_a_refused_method_is_told_every_method_of_the_address(http: httpx2.AsyncClient) -> None:
    answer = await http.patch("/v1/journals")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE"])
@pytest.mark.parametrize("size", [0, 2, 5 * MIB])
async def test_a_method_that_an_address_lacks_is_refused_as_such_with_a_body_too(
    http: httpx2.AsyncClient, method: str, size: int
) -> None:
    answer = await http.request(method, "/v1/journals", content=bytes(size))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_a_body_where_none_belongs_is_refused_by_its_size(http: httpx2.AsyncClient) -> None:
    for method, path in (("GET", "/v1/journals"), ("POST", f"/v1/{SECRET}")):
        assert (await http.request(method, path, content=b"{}")).status_code == 413


async def test_a_malformed_request_is_told_where_but_not_what_it_sent(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/v1/challenges", json={"keyholder": SECRET, SECRET: 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert "body.keyholder" in answer.json()["detail"]
    assert SECRET not in answer.text
    answer = await http.post(
        "/v1/challenges", content=b'{"' + SECRET.encode(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert SECRET not in answer.text


async def test_a_body_announced_as_too_large_is_refused_unread(http: httpx2.AsyncClient) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1600):
            sent += 65_536
            yield bytes(65_536)

    headers = {"content-length": str(1600 * 65_536), "content-type": "application/json"}
    answer = await http.post("/v1/challenges", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sent <= 65_536


async def test_a_body_without_a_length_is_refused_once_it_is_too_large(http: httpx2.AsyncClient) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1600):
            sent += 65_536
            yield bytes(65_536)

    answer = await http.post("/v1/challenges", content=body(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    limit = find("POST", "/v1/challenges").body
    assert limit < sent <= limit + 2 * 65_536


@pytest.fixture
def strict(settings: Settings) -> Settings:
    return settings.model_copy(update={"rate_anonymous": "5/minute"})


async def test_anonymous_callers_are_slowed_down_by_network(strict: Settings) -> None:
    async with running(strict) as app, http_client(app, "192.0.2.1") as ada, http_client(app, "192.0.2.2") as sam:
        for _ in range(5):
            assert (await ada.get("/health")).status_code == 200
        refused = await ada.get("/health")
        assert (refused.status_code, refused.json()["code"]) == (429, "slow_down")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert (await ada.get("/v1/nothing")).status_code == 429
        assert (await sam.get("/health")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health"),
        ("GET", "/docs"),
        ("GET", "/health%0A"),
        ("GET", "/nothing"),
        ("GET", "/v1/nothing"),
        ("DELETE", "/v1/journals"),
        ("POST", "/v1/accounts"),
        ("POST", "/v1/challenges"),
        ("POST", "/v1/sessions"),
        ("POST", "/v1/carried/accounts"),
        ("GET", f"/v1/rendezvous/{'A' * 22}/new/1"),
    ],
)
async def test_a_header_that_nobody_looks_at_gets_around_no_limit(strict: Settings, method: str, path: str) -> None:
    async with (
        running(strict) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://duolog.test") as client,
    ):
        headers = {"authorization": f"Bearer {'A' * 43}"}
        statuses = [(await client.request(method, path, headers=headers)).status_code for _ in range(6)]
        assert 429 not in statuses[:5]
        assert statuses[5] == 429


async def test_a_body_with_a_bad_session_is_not_read_once_there_were_too_many(settings: Settings) -> None:
    async with running(settings.model_copy(update={"rate_bad_token": "1/minute"})) as app, http_client(app) as client:
        read = 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal read
            for _ in range(16):
                read += 1
                yield b" " * 65_536

        headers = {"authorization": f"Bearer {'A' * 43}", "content-type": "application/json"}
        assert (await client.post("/v1/journals", content=b"{}", headers=headers)).status_code == 401
        assert (await client.post("/v1/journals", content=body(), headers=headers)).status_code == 429
        assert read <= 1


async def test_ipv4_clients_count_apart_on_a_socket_for_both_kinds(strict: Settings) -> None:
    async with running(strict) as app, http_client(app, "::ffff:192.0.2.1") as ada:
        statuses = [(await ada.get("/health")).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]
        async with http_client(app, "::ffff:192.0.2.2") as sam, http_client(app, "192.0.2.1") as same:
            assert (await sam.get("/health")).status_code == 200
            assert (await same.get("/health")).status_code == 429


async def test_an_ipv6_network_counts_as_one_client(strict: Settings) -> None:
    async with running(strict) as app:
        statuses = []
        for number in range(6):
            async with http_client(app, f"2001:db8::{number}") as client:
                statuses.append((await client.get("/health")).status_code)
        assert statuses == [200] * 5 + [429]
        async with http_client(app, "2001:db8:0:1::1") as other:
            assert (await other.get("/health")).status_code == 200


@pytest.fixture
def default_logs() -> Iterator[None]:
    yield
    structlog.reset_defaults()


async def test_no_address_is_told_to_a_collector_that_the_environment_names(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The framework would send a span of each request, with its address, wherever these variables say."""
    told: list[str] = []

    class Collector:
        def __getattr__(self, name: str) -> Callable[..., object]:
            told.append(name)
            raise AssertionError(name)

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    for signal in ("trace.get_tracer_provider", "metrics.get_meter_provider", "_logs.get_logger_provider"):
        monkeypatch.setattr(f"opentelemetry.{signal}", Collector)
    async with running(settings) as app, http_client(app) as client:
        assert (await client.get("/health")).status_code == 200
    assert told == []


@pytest.mark.usefixtures("default_logs")
async def test_logs_hold_routes_and_counts_and_nothing_of_anyone(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(settings.model_copy(update={"log_format": "json"}))
    async with running(settings) as app:

        @app.get("/broken/{place}", status_code=204)
        async def broken(place: str) -> None:
            raise ValueError(f"cannot use {place}")

        transport = httpx2.ASGITransport(app, client=("198.51.100.7", 50_000))  # its address is in no document
        async with httpx2.AsyncClient(transport=transport, base_url="http://duolog.test") as client:
            headers = {"authorization": f"Bearer {SECRET}"}
            await client.get(f"/v1/account?{SECRET}=1", headers=headers)
            await client.post("/v1/challenges", json={"keyholder": SECRET})
            assert (await client.get(f"/broken/{SECRET}")).status_code == 500
        await asyncio.sleep(2 * TOGETHER_SECONDS)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in requests][-3:] == [
        ("/v1/account", 401),
        ("/v1/challenges", 422),
        ("/broken/{place}", 500),
    ]
    assert [line["error"] for line in lines if line["event"] == "failed"] == ["ValueError"]
    assert SECRET not in str(lines)
    assert "198.51.100" not in str(lines)


async def test_an_unexpected_failure_is_a_problem_without_its_text(settings: Settings) -> None:
    async with running(settings) as app:

        @app.get("/broken")
        async def broken() -> None:
            raise ValueError(SECRET)

        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://duolog.test") as client:
            answer = await client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert SECRET not in answer.text


@pytest.fixture
def missing_file(settings: Settings) -> Callable[[], None]:
    """Puts a folder in the place of the database's file, and at the next call puts the file back."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    away = path.with_suffix(".away")

    def swap() -> None:
        if away.exists():
            path.rmdir()
            away.rename(path)
        else:
            path.rename(away)
            path.mkdir()

    return swap


async def test_a_process_is_healthy_without_its_database(settings: Settings, missing_file: Callable[[], None]) -> None:
    async with running(settings) as app, http_client(app) as client:
        missing_file()
        assert (await client.get("/health")).json() == {"status": "ok"}
        missing_file()
