"""The edge to the network, and the rule that only our own errors leave the library."""

import json
import random
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

import duolog.client
from duolog.client import Duolog, HttpTransport, blocking
from duolog.client.server.transport import MAX_ANSWER
from duolog.errors import DuologError, MalformedData, NotAllowed, ServerRefused, TransportError
from tests.client.couple import UNLOCK, Tampered, register
from tests.conftest import ORIGIN
from tools import blocking_faces

PROBLEM = {"Content-Type": "application/problem+json"}
ROOT = Path(__file__).resolve().parents[2]


def answering(make: Any) -> HttpTransport:
    return HttpTransport(ORIGIN, network=httpx2.MockTransport(make))


@pytest.mark.parametrize("address", ["http://journal.example", "http://192.168.1.5:8000"])
def test_an_address_without_encryption_is_refused(address: str) -> None:
    with pytest.raises(NotAllowed, match="not encrypted"):
        HttpTransport(address)


@pytest.mark.parametrize("address", ["https://journal.example", "http://127.0.0.1:8330", "http://localhost:1"])
def test_encryption_or_this_machine_is_taken(address: str) -> None:
    assert HttpTransport(address).origin == address


@pytest.mark.parametrize("address", ["journal.example", "https://journal.example/path", "ftp://x", ""])
def test_what_is_no_address_gets_a_sentence(address: str) -> None:
    with pytest.raises(MalformedData, match="not the address"):
        HttpTransport(address)


async def test_an_answer_beyond_all_measure_is_not_read() -> None:
    transport = answering(lambda request: httpx2.Response(200, content=b" " * (MAX_ANSWER + 1)))
    with pytest.raises(TransportError, match="larger"):
        await transport.server_info()


async def test_a_problem_shows_its_sentence_only_when_that_is_plain_text() -> None:
    def problem(detail: str) -> HttpTransport:
        body = {"type": "about:blank", "title": "t", "status": 409, "code": "journal_closed", "detail": detail}
        return answering(lambda request: httpx2.Response(409, json=body, headers=PROBLEM | {"Retry-After": "7"}))

    with pytest.raises(ServerRefused, match=r"This journal is closed\.") as caught:
        await problem("This journal is closed.").server_info()
    assert (caught.value.code, caught.value.status, caught.value.retry_after) == ("journal_closed", 409, 7)
    for hidden in ("\x1b[2Jgone", "x" * 1000, "line\nline"):
        with pytest.raises(ServerRefused, match="without a readable reason"):
            await problem(hidden).server_info()


async def test_what_a_newer_server_says_besides_is_ignored_and_what_is_known_stays_strict() -> None:
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text())
    info: dict[str, Any] = document["components"]["examples"]["ServerInfo"]["value"]
    newer = info | {"new": [{"a": 1}], "limits": info["limits"] | {"new_bytes": 1}}
    assert await answering(lambda request: httpx2.Response(200, json=newer)).server_info() == (
        await answering(lambda request: httpx2.Response(200, json=info)).server_info()
    )
    coerced = info | {"suites": ["1"]}
    with pytest.raises(TransportError):
        await answering(lambda request: httpx2.Response(200, json=coerced)).server_info()
    refused = document["components"]["examples"]["journal_closed"]["value"] | {"instance": "/new"}
    with pytest.raises(ServerRefused, match="closed"):
        await answering(lambda request: httpx2.Response(409, json=refused, headers=PROBLEM)).server_info()


async def test_a_lost_connection_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duolog.client.server.http.PAUSE", 0.0)
    tries: list[int] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        tries.append(1)
        raise httpx2.ConnectError("refused")

    with pytest.raises(TransportError, match="can't be reached"):
        await answering(answer).server_info()
    assert len(tries) == 4


async def test_garbage_from_the_network_never_leaves_as_another_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duolog.client.server.http.PAUSE", 0.0)
    source = random.Random(7)

    def garbage(request: httpx2.Request) -> httpx2.Response:
        status = source.choice((200, 201, 204, 302, 404, 409, 500))
        content = source.choice(
            (b"", b"null", b"[]", b"{}", b"\xff\xfe", source.randbytes(50), b'{"origin": 5}', b"[" * 5000)
        )
        headers = {"content-encoding": source.choice(("identity", "gzip"))}
        return httpx2.Response(status, content=content, headers=headers)

    for _ in range(60):
        with pytest.raises(DuologError):
            await Duolog.register(answering(garbage), home=None, unlock=UNLOCK)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_garbage_after_opening_never_leaves_as_another_error(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duolog.client.server.http.PAUSE", 0.0)
    person, network, _ = await register(app)
    journal = await person.create_journal()
    source = random.Random(11)
    good = network._client._transport

    class Half(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            answer = await good.handle_async_request(request)
            body = bytearray(await answer.aread())
            if body and source.random() < 0.5:
                body[source.randrange(len(body))] ^= 1 << source.randrange(8)
            return httpx2.Response(answer.status_code, content=bytes(body), headers=answer.headers)

    network._client._transport = Half()
    for number in range(40):
        for operation in (
            person.sync(),
            person.write(journal, "note", {"text": str(number)}),
            person.join("http://duolog.test/join#AAAAAAAAAAAAAAAAAAAAAAAA"),
            person.pairing(journal),
            person.invite(journal),
        ):
            try:
                await operation
            except DuologError:
                continue
    assert isinstance(network, Tampered)
    await person.timeline(journal)


def test_the_public_names_are_these() -> None:
    assert sorted(duolog.client.__all__) == sorted(
        [
            *("AFTER_MOVING", "AccountWords", "Admission", "AdmissionStage", "AttachmentView", "Attachments"),
            *("BEFORE_ATTACHING", "BEFORE_CLOSING", "NewAttachment", "Reminder", "Reminders"),
            *("BEFORE_CONFIDING", "BEFORE_FIRST_SHARING", "BEFORE_SHARING_WITH_CONFIDANT", "Boundaries"),
            *("Branch", "COPIES_STAY", "Drafts", "Duolog", "Enrollment", "ForkView", "Heads", "HttpTransport"),
            *("InvitationLink", "JournalView", "JournalWords", "KeyholderView", "Keyholders", "Leaving"),
            *("ListedThing",),
            *("MemberView", "Members", "MoveReport", "MoveSeen", "Moving", "NewAccount", "NewInvitation"),
            *("PASSKEY_PRF_INPUT", "Pairing", "PairingStage", "ProposalView", "Review", "Revoked"),
            *("SessionView", "SignedSince", "Status", "SyncReport", "TimelineEntry", "Transport", "Unlock"),
            *("WaitingClosing", "Written", "default_home", "parse_link", "restore_with_passkey"),
            *("AnswerView", "Breaches", "CheckIns", "Disclosures", "ImportReport", "Importing", "OpenThing"),
            *("Pauses", "Promises", "SearchHit", "StepView", "ThingView", "TimelineFilter", "Today", "WordsOf"),
            "Watch",
            *(
                "JournalNews",
                "LONGEST_UNLOCKED",
                "Unlocked",
                "check_passphrase",
                "lock_home",
                "unlock_home",
                "unlocked_until",
            ),
        ]
    )


def test_the_blocking_face_has_the_same_methods() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    assert public(blocking.Duolog) == public(Duolog)
    for face in ("Attachments", "Boundaries", "Drafts", "Enrollment", "Keyholders", "Leaving", "Members"):
        assert public(getattr(blocking, face)) == public(getattr(duolog.client, face)), face


def test_the_blocking_faces_are_those_of_the_classes() -> None:
    assert blocking_faces.MODULE.read_text() == blocking_faces.module(), "run `make blocking-faces`"
