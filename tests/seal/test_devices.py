"""Codes and messages by which a new device meets an old one, and what a passkey's PRF is evaluated on."""

import pickle
from dataclasses import replace

import pytest

from duolog.errors import MalformedData, OpenError
from duolog.protocol.codec import sha256
from duolog.protocol.keyholder_sets import AccountHead
from duolog.seal.devices import (
    PASSKEY_HOME_INPUT,
    PASSKEY_PRF_INPUT,
    DeviceAccount,
    DeviceAdded,
    DeviceCode,
    DeviceKeys,
    parse_code,
    parse_device_account,
    parse_device_added,
    parse_device_keys,
    verify_device_account,
)
from duolog.seal.keys import KeyholderSecret
from tests.protocol.builders import Host, Person
from tests.protocol.refusals import malformed, refused

ADA, SAM, HOST = Person("ada").rotate(), Person("sam"), Host()
PHONE = KeyholderSecret(b"p" * 32, "device")
KEYS = DeviceKeys(PHONE.public.sign_key, PHONE.public.kem_key)
CODE = DeviceCode.new(PHONE.public, b"secret, 16 bytes")
ORIGIN = "https://journal.example"
SHOWN = DeviceAccount(
    ADA.account, tuple(ADA.signed), tuple(ADA.sets), ADA.secret.salt, AccountHead(3, bytes(32)), ORIGIN, HOST.key
)


def test_a_code_is_read_as_typed_pasted_or_scanned() -> None:
    assert len(CODE.text) == 46
    for text in (CODE.text, CODE.uri, f" {CODE.text[:20]} {CODE.text[20:]}\n"):
        assert parse_code(text).code == CODE.code
    assert CODE.uri == "duolog-device:" + CODE.text


def test_a_code_that_is_cut_off_or_mistyped_is_told_apart() -> None:
    with malformed("45 characters"):
        parse_code(CODE.text[:-1])
    with malformed("47 characters"):
        parse_code(CODE.text + "A")
    with malformed("is wrong"):
        parse_code(("A" if CODE.text[0] != "A" else "B") + CODE.text[1:])
    with malformed("does not belong"):
        parse_code("é" + CODE.text[1:])
    with malformed("size"):
        DeviceCode(bytes(31))


def test_no_error_and_no_repr_shows_a_part_of_a_code() -> None:
    assert repr(CODE) == "DeviceCode(<secret>)"
    assert CODE.text[:8] not in repr(SHOWN) + repr(CODE)
    assert SHOWN.salt.hex() not in repr(SHOWN)
    with pytest.raises(TypeError):
        pickle.dumps(CODE)
    with pytest.raises(MalformedData) as caught:
        parse_code(CODE.text[:-2] + "AA")
    assert CODE.text[:8] not in str(caught.value)


def test_messages_come_back_as_they_went_and_open_at_their_own_place_alone() -> None:
    assert parse_device_keys(CODE.open("new", 1, CODE.seal("new", 1, KEYS.encode()))) == KEYS
    assert parse_device_account(CODE.open("old", 1, CODE.seal("old", 1, SHOWN.encode()))) == SHOWN
    assert parse_device_added(DeviceAdded(5).encode()) == DeviceAdded(5)
    sealed = CODE.seal("old", 1, b"a message")
    for side, number, code in (
        ("new", 1, CODE),
        ("old", 2, CODE),
        ("old", 1, DeviceCode.new(PHONE.public, bytes(16))),
    ):
        with pytest.raises(OpenError):
            code.open(side, number, sealed)  # type: ignore[arg-type]


def test_only_the_keys_of_the_code_are_taken() -> None:
    assert CODE.require_keys(KEYS) == PHONE.public
    with refused("seal.device_keys"):
        CODE.require_keys(DeviceKeys(SAM.device.public.sign_key, PHONE.public.kem_key))
    with refused("seal.device_keys"):
        CODE.require_keys(DeviceKeys(PHONE.public.sign_key, SAM.device.public.kem_key))


def test_the_account_that_the_old_device_shows_is_true_in_itself() -> None:
    chain, newest = verify_device_account(SHOWN, ORIGIN)
    assert (chain.account, newest.version) == (ADA.account, 3)
    with refused("seal.device_account"):
        verify_device_account(replace(SHOWN, account=SAM.account), ORIGIN)
    with refused("seal.device_origin"):
        verify_device_account(SHOWN, "https://other.example")
    with refused("accounts.set_commitment"):
        verify_device_account(replace(SHOWN, salt=bytes(32)), ORIGIN)


def test_a_passkey_that_unlocks_a_home_is_asked_for_another_output_than_the_account() -> None:
    assert sha256(b"duolog/v1/passkey-home\0") == PASSKEY_HOME_INPUT


def test_a_passkey_is_its_prf_output_and_fixed() -> None:
    assert sha256(b"duolog/v1/passkey-prf\0") == PASSKEY_PRF_INPUT
    assert PASSKEY_PRF_INPUT.hex() == "ff77145902cb14f89aea1602c78d433b7e980ce04dc21558db3aae34720f4770"
    passkey = KeyholderSecret(bytes(range(32)), "passkey")
    assert passkey.id.hex() == "49bbba822f74b5f3a0776736c53bf170a31eacae1b9f4af9eedd2ca19c51dc50"
    passkey.require_anchor(ADA.account, passkey.anchor(ADA.account))


def test_a_codes_derivations_are_fixed() -> None:
    assert CODE.rendezvous.hex() == "66fb10a82dc8107d890b7db47113ad8f"
    assert (
        CODE.seal("new", 1, b"hello", nonce=bytes(24)).hex()
        == "000000000000000000000000000000000000000000000000c22c0d366cff85e5f685cb21e4345cf100d2c6ca34"
    )
