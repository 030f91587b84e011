"""Log-in: bound to one server, one challenge, one keyholder."""

import pytest

from duolog.errors import BadSignature
from duolog.protocol.login import login_input, parse_origin, verify_login
from duolog.seal.keys import KeyholderSecret
from tests.protocol.refusals import malformed

DEVICE = KeyholderSecret(bytes(32), "device")
ORIGIN = "https://journal.example"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://Journal.Example/", "https://journal.example"),
        ("https://journal.example:443", "https://journal.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_an_origin_has_one_form(typed: str, origin: str) -> None:
    assert parse_origin(typed) == origin
    assert parse_origin(origin) == origin


@pytest.mark.parametrize(
    "text",
    ["", "journal.example", "ftp://a", "https://", "https://a/b", "https://u@a", "https://a?", "https://a#b",
     "https://a//", "https://a:0080", "https://a:99999", "https://ä.example", "https://" + "a" * 600],
)  # fmt: skip
def test_what_is_more_than_an_origin_is_refused(text: str) -> None:
    with malformed("address of a server"):
        parse_origin(text)


def test_a_log_in_relayed_to_another_host_is_refused() -> None:
    challenge = b"c" * 32
    signature = DEVICE.sign_login(ORIGIN, challenge)
    verify_login(DEVICE.public.sign_key, ORIGIN, challenge, signature)
    for origin, other in (("https://evil.example", challenge), (ORIGIN, b"d" * 32)):
        with pytest.raises(BadSignature):
            verify_login(DEVICE.public.sign_key, origin, other, signature)
    with pytest.raises(BadSignature):
        verify_login(KeyholderSecret.new("device").public.sign_key, ORIGIN, challenge, signature)


def test_a_challenge_of_another_size_is_not_signed() -> None:
    with malformed("challenge"):
        login_input(ORIGIN, b"short", DEVICE.id)
    with malformed("challenge"):
        DEVICE.sign_login(ORIGIN, b"c" * 33)
