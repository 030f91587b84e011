"""Keyholder sets: every link holds, or the account is not believed."""

from dataclasses import replace

import pytest

from duolog.errors import BadSignature, ChainViolation
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.ids import keyholder_id
from duolog.protocol.keyholder_sets import (
    AccountHead,
    KeyholderSet,
    parse_set,
    require_committed_set,
    require_own_set,
    set_commitment,
    verify_sets,
)
from duolog.seal.keys import KeyholderSecret
from tests.protocol.builders import Person
from tests.protocol.refusals import malformed, refused

ADA = Person("ada").rotate().rotate()


def spoilt_set(at: int, **changes: object) -> list[SignedAccountStatement]:
    """Ada's sets up to the one at `at`, which is changed and signed again."""
    parsed: KeyholderSet = replace(parse_set(ADA.sets[at].statement), **changes)  # type: ignore[arg-type]
    return [*ADA.sets[:at], ADA.sign_set(parsed)]


def test_the_sets_of_three_generations_verify() -> None:
    sets = verify_sets(ADA.chain, ADA.sets)
    assert [item.generation for item in sets] == [1, 1, 2, 3]
    assert sets[0].account_journal is None
    assert {item.account_journal for item in sets[1:]} == {ADA.account_journal}
    assert require_own_set(ADA.chain, ADA.sets, ADA.secret.salt) == sets[-1]
    found = sets[0].find(ADA.device.id)
    assert found == ADA.device.public
    assert sets[0].find(bytes(32)) is None


@pytest.mark.parametrize(
    ("check", "at", "changes"),
    [
        ("accounts.set_version", 1, {"version": 3}),
        ("accounts.set_prev", 1, {"prev": bytes(32)}),
        ("accounts.set_generation", 3, {"generation": 1, "account_head": None}),
        ("accounts.set_account_head", 2, {"account_head": None}),
        ("accounts.set_account_head", 1, {"account_head": AccountHead(1, bytes(32))}),
        ("accounts.set_account_journal", 2, {"account_journal": bytes(32)}),
        ("accounts.set_rotator", 1, {"rotator": bytes(32)}),
    ],
)
def test_a_set_that_breaks_its_rule_is_refused(check: str, at: int, changes: dict[str, object]) -> None:
    with refused(check, ChainViolation):
        verify_sets(ADA.chain, spoilt_set(at, **changes))


def test_a_set_is_signed_by_the_generation_that_it_names() -> None:
    signed = ADA.sets[1]
    with pytest.raises(BadSignature):
        verify_sets(ADA.chain, [ADA.sets[0], replace(signed, signatures=(ADA.secret.sign(signed.statement),))])
    with refused("accounts.no_set"):
        verify_sets(ADA.chain, [])


def test_a_ghost_keyholder_has_no_id_of_its_own() -> None:
    ghost = replace(KeyholderSecret.new("device").public, id=keyholder_id(ADA.device.public.sign_key))
    statement = replace(parse_set(ADA.sets[0].statement), keyholders=(ghost,)).encode()
    with refused("accounts.keyholder_id", ChainViolation):
        parse_set(statement)


def test_the_first_set_of_the_newest_generation_is_the_one_committed_to() -> None:
    statement = ADA.sets[0].statement
    generation = ADA.chain.generation(1)
    require_committed_set(generation, ADA.secrets[0].salt, statement)
    for salt, shown in ((bytes(32), statement), (ADA.secrets[0].salt, ADA.sets[1].statement)):
        with refused("accounts.set_commitment", ChainViolation):
            require_committed_set(generation, salt, shown)
    with refused("accounts.set_commitment"):
        require_own_set(ADA.chain, ADA.sets, ADA.secrets[0].salt)
    assert set_commitment(ADA.secrets[0].salt, statement) == generation.keyholders


def test_the_newest_set_is_of_the_newest_generation() -> None:
    with refused("accounts.set_newest", ChainViolation):
        require_own_set(ADA.chain, ADA.sets[:-1], ADA.secret.salt)


def test_keyholders_ascend_and_are_sixteen_at_most() -> None:
    parsed = parse_set(ADA.sets[0].statement)
    with malformed("ascending"):
        parse_set(replace(parsed, keyholders=parsed.keyholders[::-1]).encode())
    with malformed("too few or too many"):
        parse_set(replace(parsed, keyholders=parsed.keyholders[:1] * (sizes.MAX_KEYHOLDERS + 1)).encode())
