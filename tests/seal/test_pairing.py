"""Pairing: only two people who compare words become partners, whatever the server does in between."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from duolog.errors import BadSignature, DuologError, MalformedData, OpenError, VerificationError
from duolog.protocol.codec import encode_b64, sha256
from duolog.protocol.roster_statements import Acceptance, SignedAcceptance
from duolog.seal.links import Link, parse_link
from duolog.seal.pairing import (
    Invitation,
    InvitationSecret,
    PairingAnswer,
    pairing_words,
    parse_answer,
    parse_invitation,
    parse_nonce,
    require_reveal,
    reveal_commitment,
    verify_answer,
    verify_invitation,
)
from duolog.seal.words import eight_words, encode_words, parse_words
from tests.examples import examples
from tests.protocol.builders import Journal, Person
from tests.protocol.refusals import malformed, refused

ADA, SAM, ROBIN = Person("ada").rotate(), Person("sam"), Person("robin")
JOURNAL = Journal(ADA)
NONCE = b"n" * 32
SECRET = InvitationSecret(b"top secret 16 by")
INVITATION = Invitation(
    chain=tuple(ADA.signed),
    genesis=JOURNAL.genesis,
    role="partner",
    rights="write",
    origin="https://journal.example",
    receipt_key=JOURNAL.host.key,
    reveal=reveal_commitment(NONCE, ADA.newest.statement_hash, JOURNAL.journal),
)
PLAINTEXT = INVITATION.encode()


def answer(person: Person = SAM, invitation: bytes = PLAINTEXT, **other: Any) -> PairingAnswer:
    member = replace(person.member(), **other)
    statement = Acceptance(JOURNAL.journal, sha256(invitation), member, bytes(32)).encode()
    return PairingAnswer(SignedAcceptance(statement, person.secret.sign(statement)), tuple(person.signed))


def test_three_messages_come_back_as_they_went() -> None:
    assert parse_invitation(SECRET.open("invitation", SECRET.seal("invitation", PLAINTEXT))) == INVITATION
    given = answer()
    assert parse_answer(SECRET.open("acceptance", SECRET.seal("acceptance", given.encode()))) == given
    assert parse_nonce(SECRET.open("reveal", SECRET.seal("reveal", NONCE))) == NONCE
    confidant = replace(INVITATION, role="confidant", rights="read", until=9)
    assert parse_invitation(confidant.encode()) == confidant


def test_a_message_opens_with_its_own_secret_and_in_its_own_place() -> None:
    sealed = SECRET.seal("invitation", PLAINTEXT)
    for secret, purpose, shown in (
        (InvitationSecret(bytes(16)), "invitation", sealed),
        (SECRET, "acceptance", sealed),
        (SECRET, "invitation", sealed[:-1]),
        (SECRET, "invitation", b""),
    ):
        with pytest.raises(OpenError):
            secret.open(purpose, shown)  # type: ignore[arg-type]


def test_a_secret_or_nonce_of_another_size_is_refused() -> None:
    with malformed("wrong size"):
        InvitationSecret(b"short")
    with malformed("wrong size"):
        parse_nonce(bytes(31))


def test_an_invitation_is_its_founders() -> None:
    chain, roster = verify_invitation(INVITATION)
    assert (chain.account, roster.founder, roster.journal) == (ADA.account, ADA.account, JOURNAL.journal)
    with refused("seal.invitation_founder", VerificationError):
        verify_invitation(replace(INVITATION, chain=tuple(ROBIN.signed)))
    forged = replace(INVITATION.genesis, signatures=(ROBIN.sign(INVITATION.genesis.statement),))
    with pytest.raises(DuologError):
        verify_invitation(replace(INVITATION, genesis=forged))


def test_an_invitation_names_its_server_in_normal_form() -> None:
    with malformed("unusual form"):
        parse_invitation(replace(INVITATION, origin="https://Journal.example").encode())


def test_an_answer_accepts_exactly_what_was_offered() -> None:
    acceptance, chain = verify_answer(PLAINTEXT, answer())
    assert (acceptance.member, chain.account) == (SAM.member(), SAM.account)
    elsewhere = Acceptance(bytes(32), sha256(PLAINTEXT), SAM.member(), bytes(32)).encode()
    other_journal = PairingAnswer(SignedAcceptance(elsewhere, SAM.secret.sign(elsewhere)), tuple(SAM.signed))
    for check, spoilt in (
        ("seal.answer_invitation", answer(invitation=b"another")),
        ("seal.answer_journal", other_journal),
        ("seal.answer_terms", answer(role="confidant")),
        ("seal.answer_terms", answer(rights="read")),
        ("seal.answer_terms", answer(until=9)),
        ("seal.answer_account", replace(answer(), chain=tuple(ROBIN.signed))),
        ("seal.answer_account", answer(chain_head=bytes(32))),
        ("seal.answer_account", answer(generation=2)),
    ):
        with refused(check, VerificationError):
            verify_answer(PLAINTEXT, spoilt)


def test_an_answer_that_somebody_else_signed_is_refused() -> None:
    given = answer()
    forged = replace(given.acceptance, signature=ROBIN.secret.sign(given.acceptance.statement))
    with pytest.raises(BadSignature):
        verify_answer(PLAINTEXT, replace(given, acceptance=forged))


def test_what_is_revealed_is_what_was_promised() -> None:
    require_reveal(INVITATION, NONCE)
    with refused("seal.reveal", VerificationError):
        require_reveal(INVITATION, bytes(32))
    with refused("seal.reveal"):
        require_reveal(replace(INVITATION, reveal=bytes(32)), NONCE)


def test_a_man_in_the_middle_gives_other_words() -> None:
    given = answer().acceptance
    words = pairing_words(PLAINTEXT, given, NONCE)
    assert len(words) == 8
    swapped = replace(INVITATION, chain=tuple(ROBIN.signed)).encode()
    others = [
        pairing_words(swapped, given, NONCE),
        pairing_words(PLAINTEXT, answer(ROBIN).acceptance, NONCE),
        pairing_words(PLAINTEXT, replace(given, signature=bytes(64)), NONCE),
        pairing_words(PLAINTEXT, given, bytes(32)),
    ]
    assert len({words, *others}) == 5


@pytest.mark.parametrize("spoil", [b'{"type":"invitation"}', b"{}", b"", b"[]", PLAINTEXT + b" "])
def test_a_malformed_message_is_refused(spoil: bytes) -> None:
    with pytest.raises(MalformedData):
        parse_invitation(spoil)
    with pytest.raises(MalformedData):
        parse_answer(spoil)


# --- links ---

LINK = Link("https://journal.example", SECRET.secret)


@pytest.mark.parametrize("text", [LINK.url, LINK.uri, f"  {LINK.url}\n", LINK.url.replace("/join", "/join/")])
def test_a_link_comes_back_as_it_went(text: str) -> None:
    assert parse_link(text) == LINK


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda url: url[:-1], "23 of 24 characters"),
        (lambda url: url[:-24], "nothing behind '#'"),
        (lambda url: url.partition("#")[0], "nothing behind '#'"),
        (lambda url: url + "x", "More than 24"),
        (lambda url: url[:-1] + "é", "does not belong"),
        (lambda url: url[:-24] + ("B" if url[-24] == "A" else "A") + url[-23:], "is wrong"),
        (lambda url: url.replace("/join", "/jion"), "not an invitation link"),
        (lambda url: url.replace("/join", "/join/now"), "not an invitation link"),
        (lambda url: url.replace("https:", "mailto:"), "address of a server"),
        (lambda url: "hello", "not an invitation link"),
    ],
)
def test_a_truncated_or_mistyped_link_says_what_is_wrong_with_it(spoil: Any, words: str) -> None:
    with malformed(words):
        parse_link(spoil(LINK.url))


@settings(max_examples=examples(200))
@given(st.text(max_size=30))
def test_no_part_of_a_secret_is_in_an_error(tail: str) -> None:
    assume(tail.strip() != LINK.url[-5:])
    with pytest.raises(MalformedData) as caught:
        parse_link(LINK.url[:-5] + tail)
    assert encode_b64(SECRET.secret)[:8] not in str(caught.value)


# --- words ---


@given(st.binary(min_size=32, max_size=32))
def test_words_come_back_as_they_went(entropy: bytes) -> None:
    words = encode_words(entropy)
    typed = " ".join(f"{place}. {word.upper()}," for place, word in enumerate(words, 1))
    assert parse_words(typed) == parse_words("\n".join(words)) == entropy


def test_a_wrong_word_is_named_by_its_place_and_near_words_are_offered() -> None:
    words = list(encode_words(bytes(32)))
    words[6] = "abandn"
    with malformed("Word 7 is not one of the list. Did you mean abandon"):
        parse_words(" ".join(words))
    words[6] = "qqqqq"
    with malformed("Word 7 .* Look at the sheet again"):
        parse_words(" ".join(words))


def test_words_that_do_not_fit_together_are_refused() -> None:
    words = list(encode_words(bytes(range(32))))
    with malformed("don't fit together"):
        parse_words(" ".join([words[1], words[0], *words[2:]]))
    with malformed("These are 12 words"):
        parse_words("abandon " * 11 + "about")
    with malformed("These are 0 words"):
        parse_words("")


def test_a_typed_word_is_never_repeated_back() -> None:
    with pytest.raises(DuologError) as caught:
        parse_words("mistypedsecret " * 24)
    assert "mistypedsecret" not in str(caught.value)


def test_words_are_made_of_whole_secrets() -> None:
    with malformed("32 bytes"):
        encode_words(bytes(16))
    with malformed("32 bytes"):
        eight_words(bytes(31))


def test_eight_words_are_the_first_88_bits() -> None:
    assert eight_words(bytes(32)) == ("abandon",) * 8
    assert eight_words(b"\xff" * 32) == ("zoo",) * 8
    assert eight_words(bytes(10) + b"\x01" + bytes(21))[-1] == "ability"
    assert eight_words(bytes(11) + b"\xff" * 21) == ("abandon",) * 8
