"""Blind pairs: an answer opens by its own secret, in its own place and for its own author, and is never another one."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duolog.errors import DuologError, MalformedData, OpenError, VerificationError
from duolog.protocol import sizes
from duolog.protocol.blind_pairs import bound_to, key_fits, pair_keys
from duolog.seal import aead
from duolog.seal.blind_pairs import PairSecret, open_answer, seal_answer
from duolog.seal.derive import expand
from tests.examples import examples

JOURNAL, PAIR, ADA, SAM = b"j" * 32, b"p" * 16, b"a" * 32, b"s" * 32
K = PairSecret(b"k" * 32)
SEALED, COMMITMENT = seal_answer(K, JOURNAL, PAIR, ADA, b"It went well.")


def test_an_answer_opens_by_its_secret_and_is_sealed_anew_each_time() -> None:
    assert open_answer(K, JOURNAL, PAIR, ADA, SEALED, COMMITMENT) == b"It went well."
    again, commitment = seal_answer(K, JOURNAL, PAIR, ADA, b"It went well.")
    assert (again != SEALED, commitment) == (True, COMMITMENT)
    assert key_fits(COMMITMENT, K.k, JOURNAL, PAIR, ADA)


def test_key_and_commitment_are_the_two_halves_of_one_expansion() -> None:
    assert b"".join(pair_keys(K.k, JOURNAL, PAIR, ADA)) == expand(K.k, bound_to(JOURNAL, PAIR, ADA), 64)


@pytest.mark.parametrize("length", [0, 1, sizes.MAX_PAIR_ANSWER])
def test_every_sealed_answer_has_the_same_size(length: int) -> None:
    sealed, commitment = seal_answer(K, JOURNAL, PAIR, ADA, b"x" * length)
    assert len(sealed) == sizes.SEALED_ANSWER == 4136
    assert open_answer(K, JOURNAL, PAIR, ADA, sealed, commitment) == b"x" * length


def test_a_longer_answer_is_refused() -> None:
    with pytest.raises(MalformedData, match="4092 fit"):
        seal_answer(K, JOURNAL, PAIR, ADA, b"x" * 4093)


@pytest.mark.parametrize(
    ("journal", "pair", "author"), [(b"J" * 32, PAIR, ADA), (JOURNAL, b"P" * 16, ADA), (JOURNAL, PAIR, SAM)]
)
def test_a_copied_commit_fits_nobody_else_and_no_other_place(journal: bytes, pair: bytes, author: bytes) -> None:
    assert not key_fits(COMMITMENT, K.k, journal, pair, author)
    with pytest.raises(VerificationError) as refusal:
        open_answer(K, journal, pair, author, SEALED, COMMITMENT)
    assert refusal.value.check == "seal.pair_commitment"


def test_another_secret_is_not_the_one_that_was_committed_to() -> None:
    with pytest.raises(VerificationError, match="not the one"):
        open_answer(PairSecret(b"K" * 32), JOURNAL, PAIR, ADA, SEALED, COMMITMENT)


def test_fields_of_other_widths_that_join_to_the_same_bytes_do_not_fit() -> None:
    assert bound_to(JOURNAL + PAIR[:1], PAIR[1:], ADA) == bound_to(JOURNAL, PAIR, ADA)
    assert not key_fits(COMMITMENT, K.k, JOURNAL + PAIR[:1], PAIR[1:], ADA)


def test_a_changed_answer_does_not_open() -> None:
    for at in (0, 24, 2000, 4135):
        changed = SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :]
        with pytest.raises(OpenError):
            open_answer(K, JOURNAL, PAIR, ADA, changed, COMMITMENT)
    other, _ = seal_answer(PairSecret(b"K" * 32), JOURNAL, PAIR, ADA, b"Otherwise.")
    with pytest.raises(OpenError):
        open_answer(K, JOURNAL, PAIR, ADA, other, COMMITMENT)


@pytest.mark.parametrize("size", [0, 23, 4135, 4137])
def test_another_size_is_refused_before_anything_is_opened(size: int) -> None:
    with pytest.raises(MalformedData, match="another size"):
        open_answer(K, JOURNAL, PAIR, ADA, SEALED.ljust(size, b"x")[:size], COMMITMENT)


@pytest.mark.parametrize("plaintext", [b"\x00\x00\x0f\xfd" + bytes(4092), bytes(4095) + b"x", b"\xff" * 4096])
def test_padding_that_hides_something_is_refused(plaintext: bytes) -> None:
    key, commitment = pair_keys(K.k, JOURNAL, PAIR, ADA)
    ad = bound_to(JOURNAL, PAIR, ADA) + commitment
    sealed = bytes(24) + aead.encrypt(key, bytes(24), plaintext, ad)
    with pytest.raises(VerificationError) as refusal:
        open_answer(K, JOURNAL, PAIR, ADA, sealed, commitment)
    assert refusal.value.check == "seal.pair_padding"


def test_a_secret_shows_nothing_and_has_one_size() -> None:
    assert repr(K) == "PairSecret(<secret>)"
    assert PairSecret.new().k != PairSecret.new().k
    with pytest.raises(MalformedData):
        PairSecret(b"k" * 31)


@settings(max_examples=examples(50), deadline=None)
@given(k=st.binary(max_size=40), sealed=st.binary(max_size=60) | st.just(SEALED), commitment=st.binary(max_size=40))
def test_an_opener_raises_nothing_else(k: bytes, sealed: bytes, commitment: bytes) -> None:
    with contextlib.suppress(DuologError):
        open_answer(PairSecret(k), JOURNAL, PAIR, ADA, sealed, commitment)
