"""Whatever bytes and texts come in, only the project's own errors come out of what opens them."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duolog.errors import DuologError
from duolog.seal import devices, hpke, links, pairing, words
from duolog.seal.grants import unwrap_grant
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret
from duolog.seal.packages import unwrap_earlier_seed, unwrap_package, wrap_package
from tests.examples import examples
from tests.protocol.builders import couple
from tests.protocol.refusals import malformed
from vectors.check import load

ADA, SAM, JOURNAL = couple()
ADA.rotate()
FIRST, SECOND = ADA.chain.generations
SECRET = pairing.InvitationSecret(bytes(16))
CODE = devices.DeviceCode.new(ADA.device.public, bytes(16))
DEVICE_KEYS = devices.DeviceKeys(ADA.device.public.sign_key, ADA.device.public.kem_key)
PAIRING = load("pairing.json")["cases"][0]
REAL = [
    wrap_package(ADA.secret, ADA.account, SECOND, ADA.device.public),
    JOURNAL.grants[2][ADA.account],
    SECRET.seal("invitation", bytes(300)),
    PAIRING["invitation"].encode(),
    PAIRING["link"].encode(),
    CODE.text.encode(),
    CODE.seal("new", 1, DEVICE_KEYS.encode()),
    DEVICE_KEYS.encode(),
    " ".join(words.encode_words(bytes(32))).encode(),
]
OPENERS: list[Callable[[bytes], object]] = [
    lambda data: unwrap_package(data, ADA.account, SECOND, ADA.device),
    lambda data: unwrap_earlier_seed(data, ADA.account, FIRST, SECOND, ADA.secret),
    lambda data: unwrap_grant(data, JOURNAL.fresh_rosters[2], ADA.account, ADA.secrets[0]),
    lambda data: ADA.device.open(data, b"info"),
    lambda data: hpke.seal(data, b"plaintext", b"info"),
    lambda data: SECRET.open("invitation", data),
    lambda data: ADA.secret.agree(data),
    lambda data: ADA.sheet.require_anchor(ADA.account, data),
    lambda data: GenerationSecret(data, 1),
    lambda data: KeyholderSecret(data, "device"),
    lambda data: EpochKey(data, 1),
    lambda data: pairing.InvitationSecret(data),
    pairing.parse_invitation,
    pairing.parse_answer,
    pairing.parse_nonce,
    lambda data: CODE.open("new", 1, data),
    devices.DeviceCode,
    devices.parse_device_keys,
    devices.parse_device_account,
    devices.parse_device_added,
    lambda data: devices.parse_code(data.decode("utf-8", "replace")),
    words.eight_words,
    words.encode_words,
    lambda data: words.parse_words(data.decode("utf-8", "replace")),
    lambda data: links.parse_link(data.decode("utf-8", "replace")),
]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Real bytes with a piece cut out or replaced."""
    data: bytes = draw(st.sampled_from(REAL))
    at = draw(st.integers(0, len(data)))
    end = draw(st.integers(at, min(len(data), at + 40)))
    return data[:at] + draw(st.binary(max_size=20)) + data[end:]


@pytest.mark.parametrize("opener", OPENERS)
@settings(max_examples=examples(50), deadline=None)
@given(data=st.binary(max_size=60) | spoilt())
def test_an_opener_raises_nothing_else(opener: Callable[[bytes], object], data: bytes) -> None:
    with contextlib.suppress(DuologError):
        opener(data)


def test_the_openers_are_given_something_that_they_take() -> None:
    assert unwrap_package(REAL[0], ADA.account, SECOND, ADA.device).seed == ADA.secret.seed
    assert SECRET.open("invitation", REAL[2]) == bytes(300)
    with malformed("invitation link"):
        links.parse_link("")
    assert links.parse_link(PAIRING["link"]).origin == "https://journal.example"
