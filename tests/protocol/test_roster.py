"""The rule table, row by row: what each change may do, who must sign it, and what becomes of the epoch."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from duolog.errors import BadSignature, ChainViolation, DuologError, MalformedData, RosterViolation
from duolog.protocol import sizes
from duolog.protocol.roster import check_change, check_close, check_grants, check_proposal, required_signers
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import (
    Acceptance,
    RosterStatement,
    SignedAcceptance,
    parse_acceptance,
    parse_close,
    parse_roster,
)
from duolog.protocol.statements import SignedStatement
from tests.protocol.builders import Journal, Person, by_account, couple, sign
from tests.protocol.refusals import edited, malformed, refused

UNTIL = 2_000_000_000


def checked(journal: Journal, draft: RosterStatement, *signers: Person) -> Roster:
    return check_change(journal.roster, sign(draft.encode(), *signers), journal.chains)


def with_therapist(rights: str = "read") -> tuple[Person, Person, Person, Journal]:
    ada, sam, journal = couple()
    okoro = Person("okoro")
    journal.add_confidant(okoro, rights=rights, until=UNTIL)
    return ada, sam, okoro, journal


# --- genesis ---


def genesis_with(founder: Person, **changes: Any) -> SignedStatement:
    journal = Journal(founder)
    return sign(replace(parse_roster(journal.genesis.statement), **changes).encode(), founder)


def test_a_founder_begins_alone() -> None:
    ada = Person("ada")
    roster = check_change(None, Journal(ada).genesis, {ada.account: ada.chain})
    assert (roster.version, roster.epoch, roster.stale, roster.founder) == (1, 1, False, ada.account)


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("roster.genesis_numbers", {"version": 2}),
        ("roster.genesis_numbers", {"epoch": 2}),
        ("roster.genesis_alone", {"provisional": True}),
        ("roster.grants_for_all", {"grants": None}),
    ],
)
def test_a_genesis_that_breaks_its_rule_is_refused(check: str, changes: dict[str, Any]) -> None:
    ada = Person("ada")
    with refused(check, RosterViolation):
        check_change(None, genesis_with(ada, **changes), {ada.account: ada.chain})


def test_a_genesis_with_a_ghost_member_is_refused() -> None:
    ada, sam = Person("ada"), Person("sam")
    members = by_account([ada.member(), sam.member()])
    grants = {member.account: bytes(32) for member in members}
    signed = genesis_with(ada, members=members, grants=grants)
    with refused("roster.genesis_alone"):
        check_change(None, signed, {ada.account: ada.chain, sam.account: sam.chain})


@pytest.mark.parametrize(
    ("check", "terms"),
    [
        ("roster.genesis_partner", {"role": "confidant", "until": UNTIL}),
        ("roster.partner_shape", {"until": UNTIL}),
        ("roster.partner_shape", {"rights": "read"}),
        ("roster.chain_head", {"chain_head": bytes(32)}),
    ],
)
def test_a_founder_is_a_partner_who_writes_without_end(check: str, terms: dict[str, Any]) -> None:
    ada = Person("ada")
    fields = {"chain_head": ada.newest.statement_hash} | terms
    member = replace(ada.member(), **fields)
    with refused(check):
        check_change(None, genesis_with(ada, members=(member,)), {ada.account: ada.chain})


def test_a_journal_begins_with_its_genesis_and_has_one() -> None:
    ada, _, journal = couple()
    verify = sign(journal.draft("refresh", account=ada.account).encode(), ada)
    with refused("roster.genesis_first"):
        check_change(None, verify, journal.chains)
    with refused("roster.second_genesis"):
        check_change(journal.roster, journal.genesis, journal.chains)


def test_an_unknown_account_is_no_member() -> None:
    with refused("roster.chain_missing"):
        check_change(None, Journal(Person("ada")).genesis, {})


# --- links between statements ---


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("roster.journal", {"journal": bytes(32)}),
        ("roster.version", {"version": 9}),
        ("roster.prev", {"prev": bytes(32)}),
    ],
)
def test_a_statement_that_does_not_follow_is_refused(check: str, changes: dict[str, Any]) -> None:
    ada, _, journal = couple()
    with refused(check, RosterViolation):
        checked(journal, replace(journal.draft_bad_grant(ada), **changes), ada)


def test_a_change_touches_nothing_that_it_does_not_name() -> None:
    ada, sam, okoro, journal = with_therapist()
    longer = journal.with_member(okoro, until=UNTIL + 1)
    for draft, signers in (
        (replace(journal.draft_bad_grant(ada), members=longer), [ada]),
        (replace(journal.draft_bad_grant(ada), provisional=True), [ada]),
        (replace(journal.draft_remove(okoro), provisional=True), [ada]),
        (journal.draft("rotate", fresh=True, members=longer), [ada]),
        (replace(journal.draft_leave(okoro), members=journal.without(sam)), [okoro]),
    ):
        with refused("roster.unnamed"):
            checked(journal, draft, *signers)


# --- epochs ---


def test_a_fresh_epoch_is_the_next_with_another_key_and_a_grant_for_each() -> None:
    ada, sam, journal = couple()
    draft = journal.draft("rotate", fresh=True)
    roster = checked(journal, draft, sam)
    assert (roster.epoch, roster.stale) == (journal.roster.epoch + 1, False)
    assert draft.grants is not None
    one_missing = {ada.account: draft.grants[ada.account]}
    one_too_many = dict(draft.grants) | {bytes(32): bytes(32)}
    for check, spoilt in (
        ("roster.fresh_epoch", replace(draft, epoch=draft.epoch + 1)),
        ("roster.fresh_epoch", replace(draft, epoch=draft.epoch - 1)),
        ("roster.fresh_commitment", replace(draft, epoch_commitment=journal.roster.epoch_commitment)),
        ("roster.grants_for_all", replace(draft, grants=one_missing)),
        ("roster.grants_for_all", replace(draft, grants=one_too_many)),
        ("roster.grants_for_all", replace(draft, grants=None)),
    ):
        with refused(check):
            checked(journal, spoilt, sam)


def test_a_carried_epoch_is_repeated_without_grants() -> None:
    ada, sam, journal = couple(verified=False)
    draft = journal.draft("verify", provisional=False)
    roster = checked(journal, draft, ada, sam)
    assert (roster.epoch, roster.epoch_commitment) == (journal.roster.epoch, journal.roster.epoch_commitment)
    for check, spoilt in (
        ("roster.carried_epoch", replace(draft, epoch=draft.epoch + 1)),
        ("roster.carried_epoch", replace(draft, epoch_commitment=bytes(32))),
        ("roster.carried_grants", replace(draft, grants={ada.account: bytes(32)})),
    ):
        with refused(check):
            checked(journal, spoilt, ada, sam)


def test_a_stale_epoch_stays_stale_until_it_is_fresh_again() -> None:
    ada, sam, okoro, journal = with_therapist()
    journal.append(journal.draft_bad_grant(ada), ada)
    assert journal.roster.stale
    journal.append(journal.draft("shorten", account=okoro.account, members=journal.with_member(okoro, until=9)), sam)
    assert journal.roster.stale
    journal.rotate(sam)
    assert not journal.roster.stale


def test_a_planted_or_exchanged_grant_is_refused() -> None:
    ada, sam, journal = couple()
    grants = journal.grants[journal.roster.epoch]
    check_grants(journal.roster, grants)
    for sent in (
        {ada.account: grants[ada.account]},
        grants | {bytes(32): b"planted"},
        grants | {sam.account: grants[ada.account]},
    ):
        with refused("roster.grants_sent"):
            check_grants(journal.roster, sent)


# --- add ---


def test_a_newcomer_is_provisional_until_both_partners_verify() -> None:
    ada, sam, journal = couple(verified=False)
    assert journal.roster.provisional
    with refused("roster.signer_count"):
        checked(journal, journal.draft("verify", provisional=False), ada)
    assert journal.append(journal.draft("verify", provisional=False), ada, sam).provisional is False
    with refused("roster.verify_provisional"):
        checked(journal, journal.draft("verify"), ada, sam)


def test_one_partners_consent_adds_nobody() -> None:
    ada, sam, journal = couple()
    draft = journal.draft_add(Person("okoro"), role="confidant", rights="read", until=UNTIL)
    for signers in ([ada], [sam]):
        with refused("roster.signer_count"):
            checked(journal, draft, *signers)
    assert checked(journal, draft, ada, sam).version == journal.roster.version + 1


def test_nobody_is_added_before_both_partners_have_compared() -> None:
    ada, sam, journal = couple(verified=False)
    draft = journal.draft_add(Person("okoro"), role="confidant", rights="read", until=UNTIL)
    with refused("roster.add_while_provisional"):
        checked(journal, replace(draft, provisional=True), ada, sam)


def test_a_journal_has_two_partners_and_eight_confidants() -> None:
    ada, sam, journal = couple()
    with refused("roster.add_limit"):
        checked(journal, journal.draft_add(Person("robin")), ada, sam)
    alone = Journal(ada)
    for number in range(sizes.MAX_CONFIDANTS):
        alone.add_confidant(Person(f"confidant {number}"))
    with refused("roster.add_limit"):
        checked(alone, alone.draft_add(Person("one more"), role="confidant", rights="read", until=9), ada)


def test_a_member_is_not_added_again() -> None:
    ada, sam, journal = couple()
    again = sam.member()
    draft = journal.draft(
        "add", fresh=True, account=sam.account, provisional=True, acceptance=journal.acceptance(sam, again)
    )
    with refused("roster.add_twice"):
        checked(journal, draft, ada, sam)


@pytest.mark.parametrize(
    ("check", "terms"),
    [
        ("roster.partner_shape", {"until": UNTIL}),
        ("roster.partner_shape", {"rights": "read"}),
        ("roster.confidant_shape", {"role": "confidant", "rights": "read"}),
        ("roster.chain_head", {"chain_head": bytes(32)}),
    ],
)
def test_a_newcomers_terms_fit_together(check: str, terms: dict[str, Any]) -> None:
    journal = Journal(Person("ada"))
    sam = Person("sam")
    draft = journal.draft_add(sam)
    member = replace(sam.member(), **terms)
    members = by_account([*journal.roster.members, member])
    acceptance = journal.acceptance(sam, member)
    with refused(check):
        checked(journal, replace(draft, members=members, acceptance=acceptance), journal.founder)


def test_an_add_without_the_newcomer_is_refused() -> None:
    journal = Journal(Person("ada"))
    draft = journal.draft_add(Person("sam"))
    with refused("roster.resulting"):
        checked(journal, replace(draft, members=journal.roster.members), journal.founder)


def test_an_acceptance_of_another_journal_place_or_hand_adds_nobody() -> None:
    journal = Journal(Person("ada"))
    sam = Person("sam")
    draft = journal.draft_add(sam)
    member = sam.member()
    elsewhere = journal.acceptance(sam, member, journal=bytes(32))
    other_place = journal.acceptance(sam, replace(member, role="confidant", until=UNTIL))
    assert draft.acceptance is not None
    forged = SignedAcceptance(draft.acceptance.statement, journal.founder.secret.sign(draft.acceptance.statement))
    for check, acceptance in (
        ("roster.acceptance_journal", elsewhere),
        ("roster.acceptance_member", other_place),
        ("signature", forged),
    ):
        with refused(check):
            checked(journal, replace(draft, acceptance=acceptance), journal.founder)


def test_an_acceptance_is_valid_once() -> None:
    ada, sam, journal = couple(verified=False)
    used = parse_roster(journal.items[1].signed.statement)  # type: ignore[union-attr]
    journal.append(journal.draft_remove(sam), ada)
    again = replace(journal.draft_add(sam), acceptance=used.acceptance)
    with refused("roster.acceptance_once"):
        checked(journal, again, ada)


# --- remove, leave ---


def test_a_verified_partner_cannot_be_evicted() -> None:
    ada, sam, journal = couple()
    for who, by in ((sam, ada), (ada, sam), (sam, sam)):
        with refused("roster.evict"):
            checked(journal, journal.draft_remove(who), by)


def test_the_founder_removes_a_provisional_partner_and_not_the_other_way_round() -> None:
    ada, sam, journal = couple(verified=False)
    with refused("roster.evict_founder"):
        checked(journal, journal.draft_remove(ada), ada)
    with refused("roster.signer_allowed"):
        checked(journal, journal.draft_remove(sam), sam)
    roster = checked(journal, journal.draft_remove(sam), ada)
    assert not roster.provisional
    assert roster.find(sam.account) is None


def test_either_partner_alone_removes_a_confidant() -> None:
    ada, sam, okoro, journal = with_therapist()
    for signer in (ada, sam):
        assert checked(journal, journal.draft_remove(okoro), signer).find(okoro.account) is None
    with refused("roster.signer_allowed"):
        checked(journal, journal.draft_remove(okoro), okoro)
    with refused("roster.signer_count"):
        checked(journal, journal.draft_remove(okoro), ada, sam)


def test_a_confidant_leaves_alone_and_a_partner_never() -> None:
    ada, sam, okoro, journal = with_therapist()
    roster = checked(journal, journal.draft_leave(okoro), okoro)
    assert roster.stale
    with refused("roster.leave_partner"):
        checked(journal, journal.draft_leave(sam), sam)
    with refused("roster.signer_allowed"):
        checked(journal, journal.draft_leave(okoro), ada)


def test_a_leaver_signs_with_the_key_of_the_roster_before() -> None:
    _, _, okoro, journal = with_therapist()
    okoro.rotate()
    statement = journal.draft_leave(okoro).encode()
    with pytest.raises(BadSignature):
        check_change(journal.roster, SignedStatement(statement, (okoro.sign(statement),)), journal.chains)
    check_change(journal.roster, SignedStatement(statement, (okoro.sign(statement, 1),)), journal.chains)


def test_a_stranger_is_nobodys_subject() -> None:
    ada, _, journal = couple()
    robin = Person("robin")
    journal.people.append(robin)
    for draft in (journal.draft_leave(robin), journal.draft_bad_grant(robin), journal.draft_remove(robin)):
        with refused("roster.subject"):
            checked(journal, draft, ada)


# --- terms and rights ---


@pytest.mark.parametrize(
    ("change", "until", "check"),
    [
        ("shorten", UNTIL, "roster.shorten"),
        ("shorten", UNTIL + 1, "roster.shorten"),
        ("extend", UNTIL, "roster.extend"),
        ("extend", UNTIL - 1, "roster.extend"),
        ("extend", None, "roster.term_confidant"),
    ],
)
def test_a_term_moves_the_way_that_its_change_says(change: Any, until: int | None, check: str) -> None:
    ada, sam, okoro, journal = with_therapist()
    draft = journal.draft(change, account=okoro.account, members=journal.with_member(okoro, until=until))
    with refused(check):
        checked(journal, draft, ada, sam)


def test_one_partner_shortens_a_term_and_two_extend_it() -> None:
    ada, sam, okoro, journal = with_therapist()
    shorter = journal.draft("shorten", account=okoro.account, members=journal.with_member(okoro, until=UNTIL - 1))
    longer = journal.draft("extend", account=okoro.account, members=journal.with_member(okoro, until=UNTIL + 1))
    checked(journal, shorter, sam)
    checked(journal, longer, ada, sam)
    with refused("roster.signer_count"):
        checked(journal, shorter, ada, sam)
    with refused("roster.signer_count"):
        checked(journal, longer, sam)


def test_a_partner_has_no_term() -> None:
    ada, sam, journal = couple()
    for change in ("shorten", "extend"):
        draft = journal.draft(change, account=sam.account, members=journal.with_member(sam, until=9))
        with refused("roster.term_confidant"):
            checked(journal, draft, ada, sam)


def test_both_partners_change_a_confidants_rights_and_nobody_elses() -> None:
    ada, sam, okoro, journal = with_therapist()
    draft = journal.draft("rights", account=okoro.account, members=journal.with_member(okoro, rights="write"))
    assert checked(journal, draft, ada, sam).find(okoro.account) == replace(
        okoro.member(role="confidant", rights="write", until=UNTIL)
    )
    with refused("roster.signer_count"):
        checked(journal, draft, ada)
    with refused("roster.rights"):
        checked(journal, journal.draft("rights", account=okoro.account), ada, sam)
    reading = journal.draft("rights", account=sam.account, members=journal.with_member(sam, rights="read"))
    with refused("roster.rights"):
        checked(journal, reading, ada, sam)


# --- rotate, refresh, bad_grant ---


def test_whoever_writes_rotates_and_lifts_whoever_has_rotated() -> None:
    ada, sam, okoro, journal = with_therapist(rights="write")
    sam.rotate()
    members = journal.lifted(sam)
    draft = journal.draft("rotate", fresh=True, members=members)
    for signer in (ada, sam, okoro):
        roster = checked(journal, draft, signer)
        assert roster.members == members
    with refused("roster.signer_count"):
        checked(journal, draft, ada, sam)


def test_a_reader_does_not_rotate() -> None:
    _, _, okoro, journal = with_therapist(rights="read")
    with refused("roster.signer_allowed"):
        checked(journal, journal.draft("rotate", fresh=True), okoro)


def test_a_generation_never_goes_back() -> None:
    ada, sam, journal = couple()
    sam.rotate()
    journal.refresh(sam)
    older = sam.chain.generation(1)
    members = journal.with_member(sam, generation=1, chain_head=older.statement_hash)
    # the grants of the draft are for the members as they were: only the members are spoilt
    with refused("roster.generation_back"):
        checked(journal, journal.draft("rotate", fresh=True, members=members), ada)
    draft = journal.draft("refresh", account=sam.account, members=members)
    with refused("roster.refresh_later"):
        checked(journal, draft, sam)


def test_a_refresh_names_a_later_generation_of_its_own_chain_and_is_signed_with_it() -> None:
    ada, sam, journal = couple()
    with refused("roster.refresh_later"):
        checked(journal, journal.draft("refresh", account=sam.account), sam)
    sam.rotate()
    draft = journal.draft("refresh", account=sam.account, members=journal.lifted(sam))
    assert checked(journal, draft, sam).stale
    statement = draft.encode()
    with pytest.raises(BadSignature):
        check_change(journal.roster, SignedStatement(statement, (sam.sign(statement, 1),)), journal.chains)
    forked = journal.with_member(sam, generation=2, chain_head=bytes(32))
    with refused("roster.chain_head", RosterViolation):
        checked(journal, replace(draft, members=forked), sam)
    with refused("accounts.generation_known", ChainViolation):
        checked(journal, replace(draft, members=journal.with_member(sam, generation=3)), sam)
    with refused("roster.signer_allowed"):
        checked(journal, draft, ada)


def test_whoever_cannot_open_a_grant_says_so_alone() -> None:
    ada, sam, okoro, journal = with_therapist()
    for person in (ada, sam, okoro):
        assert checked(journal, journal.draft_bad_grant(person), person).stale
    with refused("roster.signer_allowed"):
        checked(journal, journal.draft_bad_grant(sam), ada)


# --- signatures ---


def test_signatures_stand_in_the_order_of_their_accounts_and_once() -> None:
    ada, sam, journal = couple(verified=False)
    good = sign(journal.draft("verify", provisional=False).encode(), ada, sam)
    check_change(journal.roster, good, journal.chains)
    for signatures in (good.signatures[::-1], (good.signatures[0], good.signatures[0])):
        with refused("roster.signature_order"):
            check_change(journal.roster, replace(good, signatures=signatures), journal.chains)
    with refused("roster.signer_count"):
        check_change(journal.roster, replace(good, signatures=()), journal.chains)


def test_a_forged_signature_is_refused() -> None:
    ada, sam, journal = couple(verified=False)
    statement = journal.draft("verify", provisional=False).encode()
    forged = tuple(replace(item, account=sam.account) for item in sign(statement, ada).signatures)
    signatures = tuple(sorted((*sign(statement, ada).signatures, *forged), key=lambda item: item.account))
    with refused("signature", BadSignature):
        check_change(journal.roster, SignedStatement(statement, signatures), journal.chains)


def test_a_proposal_waits_for_the_signatures_that_are_still_missing() -> None:
    ada, sam, journal = couple()
    draft = journal.draft_add(Person("okoro"), role="confidant", rights="read", until=UNTIL)
    statement = draft.encode()
    check_proposal(journal.roster, sign(statement, sam), journal.chains)
    check_proposal(journal.roster, sign(statement, ada, sam), journal.chains)
    assert required_signers(journal.roster, statement, journal.chains).accounts == {ada.account, sam.account}
    with refused("roster.signer_count"):
        check_proposal(journal.roster, SignedStatement(statement, ()), journal.chains)
    with refused("roster.signer_allowed"):
        check_proposal(journal.roster, sign(statement, Person("robin")), journal.chains)
    forged = replace(ada.sign(statement), signature=sam.secret.sign(statement))
    with pytest.raises(BadSignature):
        check_proposal(journal.roster, SignedStatement(statement, (forged,)), journal.chains)


# --- closing ---


def test_a_partner_closes_with_the_generation_that_the_roster_names() -> None:
    ada, sam, okoro, journal = with_therapist()
    close = journal.draft_close(sam)
    check_close(journal.roster, close, sam.secret.sign(close.encode()), journal.chains)
    assert parse_close(close.encode()) == close
    for check, person, other in (
        ("roster.close_journal", sam, {"journal": bytes(32)}),
        ("roster.close_partner", okoro, {}),
        ("roster.close_partner", Person("robin"), {}),
        ("roster.close_generation", sam, {"generation": 2}),
    ):
        spoilt = journal.draft_close(person, **other)
        with refused(check):
            check_close(journal.roster, spoilt, person.secret.sign(spoilt.encode()), journal.chains)
    with pytest.raises(BadSignature):
        check_close(journal.roster, close, ada.secret.sign(close.encode()), journal.chains)


# --- formats ---


def test_a_statement_comes_back_as_it_went() -> None:
    _, _, okoro, journal = with_therapist()
    drafts: Sequence[RosterStatement] = [
        journal.draft_add(Person("robin"), role="confidant", rights="read", until=UNTIL),
        journal.draft_remove(okoro),
        journal.draft_bad_grant(okoro),
        journal.draft("rotate", fresh=True),
    ]
    for draft in drafts:
        assert parse_roster(draft.encode()) == draft
    acceptance = drafts[0].acceptance
    assert acceptance is not None
    parsed = parse_acceptance(acceptance.statement)
    assert isinstance(parsed, Acceptance)
    assert parsed.encode() == acceptance.statement


@pytest.mark.parametrize(
    "changes",
    [
        {"suite": 2},
        {"type": "close"},
        {"change": {"kind": "evict"}},
        {"change": {"kind": "bad_grant"}},
        {"provisional": 0},
        {"version": 0},
        {"members": []},
        {"acceptance": {}},
        {"nonce": "AAAA"},
        {"surprise": 1},
        {"grants": []},
    ],
)
def test_a_statement_with_a_field_that_its_change_has_not_is_refused(changes: dict[str, Any]) -> None:
    ada, _, journal = couple()
    statement = journal.draft_bad_grant(ada).encode()
    with pytest.raises(MalformedData):
        parse_roster(edited(statement, **changes))


def test_members_and_grants_ascend() -> None:
    _, _, journal = couple()
    draft = journal.draft("rotate", fresh=True)
    with malformed("Members are not in ascending"):
        parse_roster(replace(draft, members=draft.members[::-1]).encode())
    statement = draft.encode()
    grants = [{"account": "_" * 42 + "8", "digest": "A" * 43}, {"account": "A" * 43, "digest": "A" * 43}]
    with malformed("Grants are not in ascending"):
        parse_roster(edited(statement, grants=grants))


def test_every_field_of_a_change_is_bound_by_its_signature() -> None:
    """Whatever else a forger writes into a signed statement, it is no longer believed."""
    ada, sam, journal = couple(verified=False)
    good = sign(journal.draft("verify", provisional=False).encode(), ada, sam)
    for changes in ({"provisional": True}, {"version": 9}, {"epoch": 9}, {"journal": "A" * 43}, {"prev": "A" * 43}):
        with pytest.raises(DuologError):
            check_change(journal.roster, replace(good, statement=edited(good.statement, **changes)), journal.chains)
