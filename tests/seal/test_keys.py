"""Keys: what derives from a seed, what each refuses, and what none of them shows."""

import copy
import hmac
import pickle

import pytest

from duolog.errors import MalformedData, NotAllowed, OpenError, WrongAccount
from duolog.protocol.statements import verify_statement
from duolog.seal import hpke
from duolog.seal.derive import MacKey, expand, hkdf
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret
from duolog.seal.links import Link
from duolog.seal.pairing import InvitationSecret
from tests.protocol.builders import Person
from tests.protocol.refusals import malformed, refused

ADA, SAM = Person("ada").rotate(), Person("sam")
SECRET = b"top secret 16 by"
LONG = SECRET * 2


def test_every_key_of_a_generation_is_another() -> None:
    one, two = GenerationSecret(LONG, 1), GenerationSecret(bytes(32), 1)
    assert len({one.sign_key, one.box_key, one.kem_key, one.salt, two.sign_key, two.box_key, two.kem_key}) == 7
    assert GenerationSecret(LONG, 2).sign_key == one.sign_key


def test_fresh_secrets_differ() -> None:
    assert GenerationSecret.new(1).seed != GenerationSecret.new(1).seed
    assert KeyholderSecret.new("device").id != KeyholderSecret.new("device").id
    assert EpochKey.new(1).key != EpochKey.new(1).key
    assert InvitationSecret.new().id != InvitationSecret.new().id


@pytest.mark.parametrize(
    "secret",
    [
        GenerationSecret(LONG, 1),
        MacKey(LONG),
        KeyholderSecret(LONG, "device"),
        EpochKey(LONG, 1),
        InvitationSecret(SECRET),
        hpke.KemSecret(LONG),
        Link("https://a", SECRET),
    ],
    ids=lambda secret: type(secret).__name__,
)
def test_a_secret_shows_nothing_when_printed(secret: object) -> None:
    for shown in (repr(secret), str(secret), f"{secret}", repr([secret])):
        assert "secret>" in shown
        assert "top secret" not in shown
        assert SECRET.hex() not in shown


@pytest.mark.parametrize("secret", [GenerationSecret(LONG, 1), EpochKey(LONG, 1), InvitationSecret(SECRET)])
def test_a_secret_is_not_pickled_or_copied(secret: object) -> None:
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(secret)


def test_a_secret_of_another_size_is_refused() -> None:
    for make in (
        lambda: GenerationSecret(b"short", 1),
        lambda: KeyholderSecret(b"", "device"),
        lambda: EpochKey(b"", 1),
    ):
        with malformed("32 belong"):
            make()


def test_a_generation_signs_for_its_account() -> None:
    verify_statement(ADA.newest.sign_key, b"statement", ADA.secret.sign(b"statement"))


def test_two_accounts_agree_and_zeros_are_refused() -> None:
    assert ADA.secret.agree(SAM.secret.box_key) == SAM.secret.agree(ADA.secret.box_key)
    assert ADA.secret.agree(ADA.secret.box_key) != ADA.secret.agree(SAM.secret.box_key)
    for bad in (bytes(32), b"\x01" + bytes(31), b"", bytes(31)):
        with pytest.raises(OpenError):
            ADA.secret.agree(bad)


def test_keys_of_another_account_or_generation_are_refused() -> None:
    ADA.secret.require_matches(ADA.newest)
    for generation in (SAM.newest, ADA.chain.generation(1)):
        with refused("seal.derived_keys", WrongAccount):
            ADA.secret.require_matches(generation)


def test_words_know_their_account_before_they_believe_a_server() -> None:
    anchor = ADA.sheet.anchor(ADA.account)
    ADA.sheet.require_anchor(ADA.account, anchor)
    for account, shown in ((SAM.account, anchor), (ADA.account, SAM.sheet.anchor(ADA.account)), (ADA.account, b"")):
        with refused("seal.anchor", WrongAccount):
            ADA.sheet.require_anchor(account, shown)


def test_a_device_has_no_anchor() -> None:
    with pytest.raises(NotAllowed, match="no anchor"):
        ADA.device.anchor(ADA.account)


def test_a_keyholder_shows_its_public_half() -> None:
    public = ADA.device.public
    assert (public.id, public.kind) == (ADA.device.id, "device")
    assert ADA.newest_set.find(public.id) == public


def test_hpke_opens_what_it_sealed_and_nothing_else() -> None:
    key, other = hpke.KemSecret(LONG), hpke.KemSecret(bytes(32))
    sealed = hpke.seal(key.kem_key, b"plaintext", b"info")
    assert len(sealed) == 1120 + len(b"plaintext") + 16
    assert key.open(sealed, b"info") == b"plaintext"
    flipped = bytes([sealed[0] ^ 1]) + sealed[1:]
    for opener, bad, info in (
        (other, sealed, b"info"),
        (key, sealed, b"other"),
        (key, flipped, b"info"),
        (key, sealed[:-1], b"info"),
        (key, b"", b"info"),
    ):
        with pytest.raises(OpenError):
            opener.open(bad, info)


@pytest.mark.parametrize("kem_key", [b"", bytes(1216), b"\xff" * 1216, bytes(1217)])
def test_nothing_is_sealed_to_a_key_that_is_none(kem_key: bytes) -> None:
    with pytest.raises(OpenError):
        hpke.seal(kem_key, b"plaintext", b"info")


@pytest.mark.parametrize("size", [0, 1, 55, 56, 64, 1000])
def test_a_key_for_many_macs_gives_the_macs_of_hmac(size: int) -> None:
    key, data = MacKey(LONG), bytes(range(250)) * 4
    for _ in range(2):
        assert key.mac(data[:size]) == hmac.digest(LONG, data[:size], "sha256")


def test_derivation_is_hkdf() -> None:
    """RFC 5869, test case 3: no salt, no info."""
    okm = bytes.fromhex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    assert hkdf(b"\x0b" * 22, b"", 42) == okm
    assert expand(bytes(32), b"info", 64)[:32] == expand(bytes(32), b"info", 32)


def test_no_secret_is_in_an_error() -> None:
    with pytest.raises(MalformedData) as caught:
        GenerationSecret(b"top secret", 1)
    assert "top secret" not in str(caught.value)
