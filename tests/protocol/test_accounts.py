"""Account chains and keyholder sets: every link holds, or the account is not believed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from duolog.errors import AccountFork, BadSignature, ChainViolation, Rollback
from duolog.protocol import sizes
from duolog.protocol.accounts import (
    AccountHead,
    KeyholderSet,
    SignedAccountStatement,
    extend_chain,
    parse_set,
    require_committed_set,
    require_descent,
    require_own_set,
    set_commitment,
    verify_chain,
    verify_sets,
)
from duolog.protocol.codec import encode_b64
from duolog.protocol.ids import account_id, keyholder_id
from duolog.protocol.statements import statement_hash
from duolog.protocol.stored_accounts import StoredGenerations, read_stored_chain, read_stored_generation
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from tests.protocol.builders import Person
from tests.protocol.refusals import edited, malformed, refused

ADA = Person("ada").rotate().rotate()
SAM = Person("sam").rotate()


def resigned(person: Person, at: int, statement: bytes) -> SignedAccountStatement:
    """`statement` in the place of generation `at`, signed by the keys that belong there."""
    new = person.secrets[at - 1].sign(statement)
    return SignedAccountStatement(statement, (new,) if at == 1 else (person.secrets[at - 2].sign(statement), new))


def with_link(person: Person, at: int, signed: SignedAccountStatement) -> list[SignedAccountStatement]:
    return [*person.signed[: at - 1], signed]


def test_a_chain_of_three_generations_verifies() -> None:
    chain = verify_chain(ADA.signed)
    assert chain.account == account_id(ADA.signed[0].statement)
    assert [item.generation for item in chain.generations] == [1, 2, 3]
    assert chain.newest.statement_hash == statement_hash(ADA.signed[2].statement)
    assert chain.generation(2).sign_key == ADA.secrets[1].sign_key


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_generation_that_the_chain_has_not_is_refused(number: int) -> None:
    with refused("accounts.generation_known", ChainViolation):
        ADA.chain.generation(number)


def test_an_empty_chain_is_refused() -> None:
    with refused("accounts.empty"):
        verify_chain([])


def test_a_forged_genesis_is_refused() -> None:
    statement = ADA.signed[0].statement
    with pytest.raises(BadSignature):
        verify_chain([SignedAccountStatement(statement, (SAM.secrets[0].sign(statement),))])


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("accounts.rotation_account", {"account": encode_b64(SAM.account)}),
        ("accounts.rotation_generation", {"generation": 4}),
        ("accounts.rotation_prev", {"prev": encode_b64(bytes(32))}),
    ],
)
def test_a_rotation_that_does_not_follow_is_refused(check: str, changes: dict[str, object]) -> None:
    statement = edited(ADA.signed[1].statement, **changes)
    with refused(check, ChainViolation):
        verify_chain(with_link(ADA, 2, resigned(ADA, 2, statement)))


def test_a_rotation_needs_the_old_and_the_new_key() -> None:
    statement = ADA.signed[1].statement
    old, new, foreign = ADA.secrets[0].sign(statement), ADA.secrets[1].sign(statement), SAM.secret.sign(statement)
    for pair in ((foreign, new), (old, foreign), (new, old)):
        with pytest.raises(BadSignature):
            verify_chain(with_link(ADA, 2, SignedAccountStatement(statement, pair)))
    wrong_counts: Sequence[tuple[bytes, ...]] = ((new,), (old, new, new), ())
    for signatures in wrong_counts:
        with refused("accounts.signature_count"):
            verify_chain(with_link(ADA, 2, SignedAccountStatement(statement, signatures)))


@pytest.mark.parametrize("field", ["sign_key", "box_key", "kem_key", "keyholders", "at", "prev", "account"])
def test_a_rotation_without_one_of_its_fields_is_refused(field: str) -> None:
    with malformed("no valid field"):
        extend_chain(verify_chain(ADA.signed[:1]), resigned(ADA, 2, edited(ADA.signed[1].statement, field)))


def test_a_genesis_of_another_suite_is_refused() -> None:
    with malformed("out of range in suite"):
        verify_chain([resigned(ADA, 1, edited(ADA.signed[0].statement, suite=2))])


def test_two_successors_of_one_statement_are_a_fork() -> None:
    other = Person("ada")
    secret = GenerationSecret(bytes(32), 2)
    statement = other.draft_rotation(secret, bytes(32))
    forked = verify_chain(
        [*other.signed, SignedAccountStatement(statement, (other.secret.sign(statement), secret.sign(statement)))]
    )
    require_descent(verify_chain(ADA.signed[:2]), ADA.chain)
    with refused("accounts.fork", AccountFork):
        require_descent(verify_chain(ADA.signed[:2]), forked)
    with refused("accounts.chain_rollback", Rollback):
        require_descent(ADA.chain, forked)


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


def test_a_chain_read_back_is_the_one_that_was_verified() -> None:
    assert read_stored_chain(ADA.account, [item.statement for item in ADA.signed]) == verify_chain(ADA.signed)


def test_of_a_stored_chain_only_what_was_read_is_known() -> None:
    third = read_stored_generation(3, ADA.signed[2].statement)
    some = StoredGenerations({3: third})
    assert some.generation(3) == ADA.chain.newest
    for number in (1, 2, 4):
        with refused("accounts.generation_stored", ChainViolation):
            some.generation(number)


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_read_back_is_parsed_as_strictly(number: int) -> None:
    with malformed("of another type"):
        read_stored_generation(3 - number, ADA.signed[number - 1].statement)
    with malformed("fields that do not belong there"):
        read_stored_generation(number, edited(ADA.signed[number - 1].statement, more=1))
