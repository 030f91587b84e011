"""Packages and grants: a key reaches the one it is meant for, at the place it is meant for."""

from dataclasses import replace

import pytest

from duolog.errors import OpenError, RosterViolation, VerificationError, WrongAccount
from duolog.protocol import sizes
from duolog.protocol.codec import label, u32
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_changes import Roster
from duolog.seal import hpke
from duolog.seal.grants import Epoch, new_epoch, unwrap_grant, wrap_grants
from duolog.seal.keys import KeyholderSecret
from duolog.seal.packages import unwrap_earlier_seed, unwrap_package, wrap_earlier_seed, wrap_package
from tests.protocol.builders import Person, couple
from tests.protocol.refusals import refused

ADA, SAM = Person("ada").rotate(), Person("sam").rotate()
FIRST, SECOND = ADA.chain.generations


def test_a_package_gives_its_keyholder_the_generation() -> None:
    package = wrap_package(ADA.secret, ADA.account, SECOND, ADA.device.public)
    assert len(package) == sizes.SEALED_SEED == 1168
    secret = unwrap_package(package, ADA.account, SECOND, ADA.device)
    assert (secret.seed, secret.generation) == (ADA.secret.seed, 2)


def test_a_foreign_or_replayed_package_does_not_open() -> None:
    package = wrap_package(ADA.secret, ADA.account, SECOND, ADA.device.public)
    older = wrap_package(ADA.secrets[0], ADA.account, FIRST, ADA.device.public)
    for shown, account, generation, keyholder in (
        (package, SAM.account, SECOND, ADA.device),
        (package, ADA.account, FIRST, ADA.device),
        (package, ADA.account, replace(SECOND, statement_hash=bytes(32)), ADA.device),
        (package, ADA.account, SECOND, ADA.sheet),
        (older, ADA.account, SECOND, ADA.device),
        (package[:-1], ADA.account, SECOND, ADA.device),
    ):
        with pytest.raises(OpenError):
            unwrap_package(shown, account, generation, keyholder)


def package_info(keyholder: KeyholderSecret) -> bytes:
    return label("package") + ADA.account + u32(2) + keyholder.id + SECOND.statement_hash


def test_a_forged_package_opens_and_is_refused() -> None:
    """Anyone can seal to a public key: only the derived keys tell whose seed it is."""
    forged = hpke.seal(ADA.device.public.kem_key, SAM.secret.seed, package_info(ADA.device))
    with refused("seal.derived_keys", WrongAccount):
        unwrap_package(forged, ADA.account, SECOND, ADA.device)
    short = hpke.seal(ADA.device.public.kem_key, b"short", package_info(ADA.device))
    with pytest.raises(OpenError, match="wrong size"):
        unwrap_package(short, ADA.account, SECOND, ADA.device)


def test_only_the_right_seed_is_wrapped() -> None:
    with refused("seal.derived_keys"):
        wrap_package(ADA.secrets[0], ADA.account, SECOND, ADA.device.public)
    with refused("seal.derived_keys"):
        wrap_earlier_seed(ADA.secret, ADA.account, FIRST, SECOND)


def test_an_earlier_seed_opens_with_the_newer_generation() -> None:
    sealed = wrap_earlier_seed(ADA.secrets[0], ADA.account, FIRST, SECOND)
    assert unwrap_earlier_seed(sealed, ADA.account, FIRST, SECOND, ADA.secret).seed == ADA.secrets[0].seed
    for account, of, to, newer in (
        (SAM.account, FIRST, SECOND, ADA.secret),
        (ADA.account, SECOND, SECOND, ADA.secret),
        (ADA.account, FIRST, FIRST, ADA.secret),
        (ADA.account, FIRST, SECOND, ADA.secrets[0]),
    ):
        with pytest.raises(OpenError):
            unwrap_earlier_seed(sealed, account, of, to, newer)


def test_a_grant_gives_each_member_the_same_key() -> None:
    ada, sam, journal = couple()
    roster = journal.fresh_rosters[2]
    keys = [unwrap_grant(journal.grants[2][who.account], roster, who.account, who.secret) for who in (ada, sam)]
    assert {key.key for key in keys} == {journal.keys[2].key}
    assert {key.epoch for key in keys} == {2}


def sealed_for(person: Person, roster: Roster, plaintext: bytes, epoch: Epoch) -> tuple[bytes, Roster]:
    grant = hpke.seal(person.secret.kem_key, plaintext, epoch.info(person.account, 1))
    return grant, replace(roster, grants={**roster.grants, person.account: grant_digest(grant)})


def test_a_grant_that_the_roster_does_not_name_is_the_servers_fault() -> None:
    ada, sam, journal = couple()
    roster, grants = journal.fresh_rosters[2], journal.grants[2]
    for account, grant in ((sam.account, grants[ada.account]), (bytes(32), grants[sam.account])):
        with refused("seal.grant_digest", RosterViolation):
            unwrap_grant(grant, roster, account, sam.secret)


def test_a_grant_bound_to_another_place_does_not_open() -> None:
    _, sam, journal = couple()
    roster, key = journal.fresh_rosters[2], journal.keys[2].key
    right = Epoch.made_by(roster)
    for wrong in (
        replace(right, nonce=bytes(32)),
        replace(right, version=right.version + 1),
        replace(right, epoch=3),
        replace(right, commitment=bytes(32)),
    ):
        grant, named = sealed_for(sam, roster, key, wrong)
        with pytest.raises(OpenError):
            unwrap_grant(grant, named, sam.account, sam.secret)
    sam.rotate()
    with pytest.raises(OpenError):
        unwrap_grant(journal.grants[2][sam.account], roster, sam.account, sam.secret)


def test_a_garbage_grant_holds_no_key_of_the_journal() -> None:
    _, sam, journal = couple()
    roster = journal.fresh_rosters[2]
    grant, named = sealed_for(sam, roster, bytes(32), Epoch.made_by(roster))
    with refused("seal.epoch_commitment", VerificationError):
        unwrap_grant(grant, named, sam.account, sam.secret)
    grant, named = sealed_for(sam, roster, b"short", Epoch.made_by(roster))
    with pytest.raises(OpenError, match="something else"):
        unwrap_grant(grant, named, sam.account, sam.secret)


def test_a_member_with_a_broken_key_does_not_stop_a_new_epoch() -> None:
    ada, sam, _ = couple()
    broken = replace(sam.chain, generations=(replace(sam.newest, kem_key=b"\xff" * 1216),))
    key, epoch = new_epoch(bytes(32), 1, 1)
    grants = wrap_grants(key, epoch, [ada.member(), sam.member()], {ada.account: ada.chain, sam.account: broken})
    assert {len(grant) for grant in grants.values()} == {sizes.SEALED_SEED}


def test_nobody_is_granted_without_a_known_chain() -> None:
    ada, sam, _ = couple()
    key, epoch = new_epoch(bytes(32), 1, 1)
    with refused("roster.chain_missing"):
        wrap_grants(key, epoch, [sam.member()], {ada.account: ada.chain})
