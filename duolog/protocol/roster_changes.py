"""The rule table's rows: the result of each change, and the accounts that must sign it.

Rules: the table in `roster`, spec §5. A handler takes the verified previous roster and the parsed statement. It returns
the roster whose members, provisional state and used acceptances the statement must equal, and the accounts that must
sign. Members that the change does not name are carried over, so a statement that touches them differs from the result.

This module checks no chain, epoch or signature: `roster` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from duolog.errors import RosterViolation
from duolog.protocol import sizes
from duolog.protocol.roster_statements import Change, Member, RosterStatement, parse_acceptance
from duolog.protocol.statements import statement_hash

EpochRule = Literal["fresh", "carried", "stale"]


@dataclass(frozen=True, slots=True)
class Roster:
    """A verified roster: the members and the epoch as of `version`.

    `head` is the hash of its statement; `stale` says that the epoch takes no entries; `grants` are the digests of the
    epoch's grants by account; `accepted` the hashes of every acceptance that was ever used, since one is valid once.
    """

    journal: bytes
    nonce: bytes
    founder: bytes
    version: int
    head: bytes
    members: tuple[Member, ...]
    provisional: bool
    epoch: int
    epoch_commitment: bytes
    stale: bool
    grants: Mapping[bytes, bytes]
    accepted: frozenset[bytes]

    def find(self, account: bytes) -> Member | None:
        for member in self.members:
            if member.account == account:
                return member
        return None

    @property
    def partners(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.role == "partner")


@dataclass(frozen=True, slots=True)
class Required:
    """The required signers: exactly `count` of `accounts`."""

    accounts: frozenset[bytes]
    count: int


Handler = Callable[[Roster, RosterStatement], tuple[Roster, Required]]


def refuse(rule: str, sentence: str) -> RosterViolation:
    """The violation of the rule named `roster.<rule>`."""
    return RosterViolation(sentence, check=f"roster.{rule}")


def check_member_shape(member: Member) -> None:
    """Check that a founder's or newcomer's role, rights and term fit together. Raises: RosterViolation. Spec: §5."""
    if member.role == "partner" and (
        member.rights != "write" or member.until is not None
    ):  # check: roster.partner_shape
        raise refuse("partner_shape", "A partner writes, and has no end date.")
    if member.role == "confidant" and member.until is None:  # check: roster.confidant_shape
        raise refuse("confidant_shape", "A confidant has an end date.")


def _every_partner(previous: Roster) -> Required:
    partners = frozenset(member.account for member in previous.partners)
    return Required(partners, len(partners))


def _any_partner(previous: Roster) -> Required:
    return Required(frozenset(member.account for member in previous.partners), 1)


def _only(account: bytes) -> Required:
    return Required(frozenset({account}), 1)


def _with_members(previous: Roster, *members: Member) -> Roster:
    return replace(previous, members=tuple(sorted(members, key=lambda member: member.account)))


def _subject(previous: Roster, parsed: RosterStatement) -> Member:
    member = previous.find(parsed.account) if parsed.account is not None else None
    if member is None:  # check: roster.subject
        raise refuse("subject", "A roster changes somebody who is not a member.")
    return member


def _resulting(parsed: RosterStatement) -> Member:
    member = next((item for item in parsed.members if item.account == parsed.account), None)
    if member is None:  # check: roster.resulting
        raise refuse("resulting", "A roster does not hold the member whom its change names.")
    return member


def _others(previous: Roster, account: bytes) -> tuple[Member, ...]:
    return tuple(member for member in previous.members if member.account != account)


def _add(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    newcomer = _resulting(parsed)
    if previous.find(newcomer.account) is not None:  # check: roster.add_twice
        raise refuse("add_twice", "A roster adds somebody who is already a member.")
    check_member_shape(newcomer)
    same_role = sum(member.role == newcomer.role for member in previous.members)
    if same_role >= (
        sizes.MAX_PARTNERS if newcomer.role == "partner" else sizes.MAX_CONFIDANTS
    ):  # check: roster.add_limit
        raise refuse("add_limit", "A journal has two partners and eight confidants at most.")
    if previous.provisional:  # check: roster.add_while_provisional
        raise refuse("add_while_provisional", "Nobody can be added until both partners have compared the eight words.")
    acceptance_hash = _check_acceptance(previous, parsed, newcomer)
    expected = replace(
        _with_members(previous, *previous.members, newcomer),
        provisional=newcomer.role == "partner",
        accepted=previous.accepted | {acceptance_hash},
    )
    return expected, _every_partner(previous)


def _check_acceptance(previous: Roster, parsed: RosterStatement, newcomer: Member) -> bytes:
    if parsed.acceptance is None:  # the format has one in every add
        raise refuse("acceptance", "A newcomer is added without having accepted.")
    acceptance = parse_acceptance(parsed.acceptance.statement)
    if acceptance.journal != previous.journal:  # check: roster.acceptance_journal
        raise refuse("acceptance_journal", "An acceptance was given for another journal.")
    if acceptance.member != newcomer:  # check: roster.acceptance_member
        raise refuse("acceptance_member", "A newcomer is added to other terms than they accepted.")
    acceptance_hash = statement_hash(parsed.acceptance.statement)
    if acceptance_hash in previous.accepted:  # check: roster.acceptance_once
        raise refuse("acceptance_once", "An acceptance is used a second time.")
    return acceptance_hash


def _remove(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    subject = _subject(previous, parsed)
    expected = _with_members(previous, *_others(previous, subject.account))
    if subject.role == "confidant":
        return expected, _any_partner(previous)
    if not previous.provisional:  # check: roster.evict
        raise refuse("evict", "A verified partner can't be removed from a journal.")
    if subject.account == previous.founder:  # check: roster.evict_founder
        raise refuse("evict_founder", "The founder can't be removed from a journal.")
    return replace(expected, provisional=False), _only(previous.founder)


def _rotate(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    lifted = {member.account: member for member in parsed.members}
    members = [_lift(member, lifted.get(member.account, member)) for member in previous.members]
    writers = frozenset(member.account for member in previous.members if member.rights == "write")
    return _with_members(previous, *members), Required(writers, 1)


def _lift(before: Member, after: Member) -> Member:
    if after.generation == before.generation:
        return before
    return replace(before, generation=after.generation, chain_head=after.chain_head)


def _verify(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    if not previous.provisional:  # check: roster.verify_provisional
        raise refuse("verify_provisional", "There is no provisional partner to verify.")
    return replace(previous, provisional=False), _every_partner(previous)


def _term(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Member, int, int]:
    subject, until = _subject(previous, parsed), _resulting(parsed).until
    if subject.until is None or until is None:  # check: roster.term_confidant
        raise refuse("term_confidant", "Only a confidant has a term.")
    expected = _with_members(previous, *_others(previous, subject.account), replace(subject, until=until))
    return expected, subject, subject.until, until


def _shorten(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    expected, _, before, after = _term(previous, parsed)
    if after >= before:  # check: roster.shorten
        raise refuse("shorten", "A term is not shortened.")
    return expected, _any_partner(previous)


def _extend(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    expected, _, before, after = _term(previous, parsed)
    if after <= before:  # check: roster.extend
        raise refuse("extend", "A term is not extended.")
    return expected, _every_partner(previous)


def _rights(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    subject, rights = _subject(previous, parsed), _resulting(parsed).rights
    if subject.role != "confidant" or rights == subject.rights:  # check: roster.rights
        raise refuse("rights", "Only a confidant's rights change, and to other ones.")
    expected = _with_members(previous, *_others(previous, subject.account), replace(subject, rights=rights))
    return expected, _every_partner(previous)


def _leave(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    subject = _subject(previous, parsed)
    if subject.role != "confidant":  # check: roster.leave_partner
        raise refuse("leave_partner", "A partner does not leave a journal: they close it.")
    return _with_members(previous, *_others(previous, subject.account)), _only(subject.account)


def _refresh(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    subject, after = _subject(previous, parsed), _resulting(parsed)
    if after.generation <= subject.generation:  # check: roster.refresh_later
        raise refuse("refresh_later", "A refresh does not name a later generation.")
    return _with_members(previous, *_others(previous, subject.account), _lift(subject, after)), _only(subject.account)


def _bad_grant(previous: Roster, parsed: RosterStatement) -> tuple[Roster, Required]:
    return previous, _only(_subject(previous, parsed).account)


TABLE: Mapping[Change, tuple[Handler, EpochRule]] = {
    "add": (_add, "fresh"),
    "remove": (_remove, "fresh"),
    "rotate": (_rotate, "fresh"),
    "verify": (_verify, "carried"),
    "shorten": (_shorten, "carried"),
    "extend": (_extend, "carried"),
    "rights": (_rights, "carried"),
    "leave": (_leave, "stale"),
    "refresh": (_refresh, "stale"),
    "bad_grant": (_bad_grant, "stale"),
}
