"""Account chains: every link holds, or the account is not believed."""

from collections.abc import Sequence

import pytest

from duolog.errors import AccountFork, BadSignature, ChainViolation, Rollback
from duolog.protocol.accounts import SignedAccountStatement, extend_chain, require_descent, verify_chain
from duolog.protocol.codec import encode_b64
from duolog.protocol.ids import account_id
from duolog.protocol.statements import statement_hash
from duolog.protocol.stored_accounts import StoredGenerations, read_stored_chain, read_stored_generation
from duolog.seal.keys import GenerationSecret
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
