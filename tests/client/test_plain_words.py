"""What a server or a model finds wrong with a request or a document is said in plain words, never by places in it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from app.problems import Malformed
from duolog.api.problems import MEDIA_TYPE
from duolog.client import Duolog, HttpTransport, parse_link
from duolog.client.server.invite_codes import clean_invite_code
from duolog.documents.bodies import parse_body
from duolog.documents.registry import KINDS
from duolog.errors import MalformedData, ServerRefused
from duolog.seal.links import Link
from tests.client.couple import UNLOCK
from tests.conftest import ORIGIN

FAULTS = [{"loc": ("body", "packages", 0, "keyholder"), "type": "string_too_long"}]
WORDING = {"topic": "time", "text": "No phones in bed.", "binds": "both"}


async def test_a_request_that_the_server_does_not_understand_is_no_list_of_places() -> None:
    body = Malformed.at(FAULTS).document().model_dump()

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(422, json=body, headers={"Content-Type": MEDIA_TYPE})

    transport = HttpTransport(ORIGIN, network=httpx2.MockTransport(answer))
    with pytest.raises(ServerRefused, match="bring this program up to date") as caught:
        await transport.server_info()
    assert (caught.value.code, caught.value.status) == ("malformed", 422)
    for part in ("packages", "keyholder", "string_too_long", "/docs"):
        assert part in body["detail"]
        assert part not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("note", {}, "text: it is needed, and isn't there"),
        ("note", {"text": 5}, "text: it isn't of the right kind"),
        ("note", {"text": "x" * 50_000}, r"text: it is too long: \d+ fit"),
        (
            "boundary",
            {"step": "propose", "wording": {**WORDING, "topic": "topics"}},
            "topic: it must be 'communication', .* or 'other'",
        ),
        ("boundary", {"step": "proposed"}, "the whole: it has no step that is known here"),
    ],
)
def test_a_field_that_cannot_be_written_is_named_in_plain_words(kind: str, body: dict[str, Any], words: str) -> None:
    with pytest.raises(MalformedData) as caught:
        parse_body(KINDS[kind].body, body, writing=True)
    said = str(caught.value)
    assert re.fullmatch(rf"This can't be written: {words}\.", said)
    assert "Input should" not in said
    assert "Field required" not in said


async def test_an_invite_code_that_is_none_is_refused_here(tmp_path: Path) -> None:
    with pytest.raises(MalformedData, match="This is no invite code"):
        await Duolog.register("http://127.0.0.1:9", home=tmp_path / "home", unlock=UNLOCK, invite_code="x" * 65)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("typed", "code"), [(None, None), ("", None), ("  ab-cd \n", "ab-cd"), ("x" * 64, "x" * 64)])
def test_a_typed_invite_code_loses_the_spaces_around_it(typed: str | None, code: str | None) -> None:
    assert clean_invite_code(typed) == code


@pytest.mark.parametrize("form", ["url", "uri"])
def test_a_link_that_is_pasted_as_an_invite_code_keeps_its_secret_here(form: str) -> None:
    link = Link("https://journal.example", bytes(range(16)))
    code = clean_invite_code(f" {getattr(link, form)}\n")
    assert code == parse_link(link.url).invite_code
    assert link.url.partition("#")[2] not in str(code)


@pytest.mark.parametrize("wrap", [lambda url: url.partition("#")[2], lambda url: quote(url, safe=""), "see {}.".format])
def test_no_part_of_a_pasted_link_goes_out_as_an_invite_code(wrap: Callable[[str], str]) -> None:
    """Also the end of a link alone, and a percent-encoded one, which look like codes."""
    link = Link("https://a.bc", bytes(range(16)))
    assert clean_invite_code(wrap(link.url)) == parse_link(link.url).invite_code


def test_half_a_link_is_no_invite_code() -> None:
    with pytest.raises(MalformedData, match="link"):
        clean_invite_code("https://journal.example/join#AAAA")
