"""Rosters: the members of a journal, and the one table of rules by which they change.

Rules (spec §5). A statement carries the whole resulting roster and names one change. Everything that the change does
not name equals the previous roster, byte for byte. Exactly the required accounts sign, no more.

    change      signed by                                 epoch
    genesis     the founder                               fresh
    add         every partner, with the acceptance        fresh
    remove      provisional partner: the founder;         fresh
                confidant: any one partner
    rotate      any member with the right to write        fresh
    verify      both partners                             carried
    shorten     any one partner                           carried
    extend      every partner                             carried
    rights      every partner                             carried
    leave       the confidant, with the key of before     stale
    refresh     the member, with the later key            stale
    bad_grant   the member                                stale

Fresh: epoch + 1, a new commitment, one grant for each member. Carried: both repeated, no grants. Stale: both repeated,
and the epoch takes no entries until it is fresh again. A verified partner can't be evicted: adding takes everyone's
consent, leaving only one's own.

Server and clients run the same pure function, without a clock. The formats live in `roster_statements`, the rows of
the table in `roster_changes`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from duolog.errors import RosterViolation
from duolog.protocol.accounts import Generation
from duolog.protocol.codec import label, sha256
from duolog.protocol.roster_changes import TABLE, Required, Roster, check_member_shape, refuse
from duolog.protocol.roster_statements import Close, Member, RosterStatement, parse_acceptance, parse_roster
from duolog.protocol.statements import SignedStatement, statement_hash, verify_statement


class Keys(Protocol):
    """An account's verified public keys: its `AccountChain`, or only the generations that a statement names."""

    def generation(self, number: int) -> Generation:
        """Raises: ChainViolation when there is no such generation."""


Chains = Mapping[bytes, Keys]


def grant_digest(grant: bytes) -> bytes:
    """The digest by which a roster names a sealed grant. 32 bytes. Spec: §5."""
    return sha256(label("grant-digest"), grant)


def check_change(previous: Roster | None, signed: SignedStatement, chains: Chains) -> Roster:
    """The roster after one statement; `previous` is None for a genesis.

    `chains` holds the verified chain of every account that the statement names or that signs it.

    Raises:
        MalformedData: not a canonical roster statement.
        RosterViolation: the statement breaks a rule of the table, or other than the required accounts signed.
        ChainViolation: a member's generation or chain head is not in its chain.
        BadSignature: a signature does not verify.
    Spec: §5.
    """
    roster, required = _next(previous, signed.statement, chains)
    _check_signers(required, signed, complete=True)
    _verify_signatures(previous, roster, signed, chains)
    return roster


def check_proposal(previous: Roster, signed: SignedStatement, chains: Chains) -> Roster:
    """Check a statement that waits for signatures: only required accounts have signed, not yet all of them.

    Raises: as `check_change`.
    Spec: §5.
    """
    roster, required = _next(previous, signed.statement, chains)
    _check_signers(required, signed, complete=False)
    _verify_signatures(previous, roster, signed, chains)
    return roster


def required_signers(previous: Roster | None, statement: bytes, chains: Chains) -> Required:
    """The accounts that must sign this statement. Raises: as `check_change`, signatures aside. Spec: §5."""
    return _next(previous, statement, chains)[1]


def check_grants(roster: Roster, grants: Mapping[bytes, bytes]) -> None:
    """Check that the sealed grants of a fresh roster are exactly those that it names.

    Raises:
        RosterViolation: a grant is missing, is not named, or has another digest.
    Spec: §5.
    """
    sent = {account: grant_digest(grant) for account, grant in grants.items()}
    if sent != dict(roster.grants):  # check: roster.grants_sent
        raise RosterViolation("The grants sent are not the ones that the roster names.", check="roster.grants_sent")


def _next(previous: Roster | None, statement: bytes, chains: Chains) -> tuple[Roster, Required]:
    parsed = parse_roster(statement)
    if previous is None:
        return _genesis(parsed, statement, chains)
    if parsed.change == "genesis":  # check: roster.second_genesis
        raise refuse("second_genesis", "A genesis stands only at the beginning of a journal.")
    _check_link(previous, parsed)
    handler, epoch_rule = TABLE[parsed.change]
    expected, required = handler(previous, parsed)
    if parsed.members != expected.members or parsed.provisional != expected.provisional:  # check: roster.unnamed
        raise refuse("unnamed", "A roster changes more than it names.")
    _check_members_in_chains(previous, parsed, chains)
    if epoch_rule == "fresh":
        _check_fresh(previous, parsed)
    else:
        _check_carried(previous, parsed)
    roster = replace(
        previous,
        version=parsed.version,
        head=statement_hash(statement),
        members=parsed.members,
        provisional=parsed.provisional,
        epoch=parsed.epoch,
        epoch_commitment=parsed.epoch_commitment,
        stale=epoch_rule == "stale" or (epoch_rule == "carried" and previous.stale),
        grants=parsed.grants if parsed.grants is not None else previous.grants,
        accepted=expected.accepted,
    )
    return roster, required


def _genesis(parsed: RosterStatement, statement: bytes, chains: Chains) -> tuple[Roster, Required]:
    if parsed.change != "genesis" or parsed.nonce is None:  # check: roster.genesis_first
        raise refuse("genesis_first", "A journal does not begin with its genesis.")
    if parsed.version != 1 or parsed.epoch != 1:  # check: roster.genesis_numbers
        raise refuse("genesis_numbers", "A genesis has version 1 and epoch 1.")
    if len(parsed.members) != 1 or parsed.provisional:  # check: roster.genesis_alone
        raise refuse("genesis_alone", "A genesis has one member, its founder.")
    founder = parsed.members[0]
    check_member_shape(founder)
    if founder.role != "partner":  # check: roster.genesis_partner
        raise refuse("genesis_partner", "A founder is a partner.")
    _generation_of(founder, chains)
    _check_granted(parsed)
    roster = Roster(
        journal=statement_hash(statement),
        nonce=parsed.nonce,
        founder=founder.account,
        version=1,
        head=statement_hash(statement),
        members=parsed.members,
        provisional=False,
        epoch=1,
        epoch_commitment=parsed.epoch_commitment,
        stale=False,
        grants=parsed.grants or {},
        accepted=frozenset(),
    )
    return roster, Required(frozenset({founder.account}), 1)


def _check_link(previous: Roster, parsed: RosterStatement) -> None:
    if parsed.journal != previous.journal:  # check: roster.journal
        raise refuse("journal", "A roster belongs to another journal.")
    if parsed.version != previous.version + 1:  # check: roster.version
        raise refuse("version", "A roster is not the next version.")
    if parsed.prev != previous.head:  # check: roster.prev
        raise refuse("prev", "A roster does not follow the one before it.")


def _check_fresh(previous: Roster, parsed: RosterStatement) -> None:
    if parsed.epoch != previous.epoch + 1:  # check: roster.fresh_epoch
        raise refuse("fresh_epoch", "A change that needs a new epoch does not name the next one.")
    if parsed.epoch_commitment == previous.epoch_commitment:  # check: roster.fresh_commitment
        raise refuse("fresh_commitment", "A new epoch repeats the key of the one before.")
    _check_granted(parsed)


def _check_carried(previous: Roster, parsed: RosterStatement) -> None:
    before = (previous.epoch, previous.epoch_commitment)
    if (parsed.epoch, parsed.epoch_commitment) != before:  # check: roster.carried_epoch
        raise refuse("carried_epoch", "A change that keeps the epoch names another one.")
    if parsed.grants is not None:  # check: roster.carried_grants
        raise refuse("carried_grants", "A change that keeps the epoch carries grants.")


def _check_granted(parsed: RosterStatement) -> None:
    granted = set(parsed.grants or {})
    if granted != {member.account for member in parsed.members}:  # check: roster.grants_for_all
        raise refuse("grants_for_all", "A new epoch has not exactly one grant for each member.")


def _check_members_in_chains(previous: Roster, parsed: RosterStatement, chains: Chains) -> None:
    for member in parsed.members:
        before = previous.find(member.account)
        if before == member:
            continue
        if before is not None and member.generation < before.generation:  # check: roster.generation_back
            raise refuse("generation_back", "A member's generation goes back.")
        _generation_of(member, chains)


def _generation_of(member: Member, chains: Chains) -> Generation:
    chain = chains.get(member.account)
    if chain is None:
        raise refuse("chain_missing", "A member's account is not known.")
    generation = chain.generation(member.generation)
    if generation.statement_hash != member.chain_head:  # check: roster.chain_head
        raise refuse("chain_head", "A member's generation is not the one in its account chain.")
    return generation


def _check_signers(required: Required, signed: SignedStatement, *, complete: bool) -> None:
    signers = [item.account for item in signed.signatures]
    if signers != sorted(set(signers)):  # check: roster.signature_order
        raise refuse("signature_order", "Signatures are not in the order of their accounts.")
    if not required.accounts.issuperset(signers):  # check: roster.signer_allowed
        raise refuse("signer_allowed", "Somebody signed who may not sign this change.")
    enough = len(signers) == required.count if complete else 1 <= len(signers) <= required.count
    if not enough:  # check: roster.signer_count
        raise refuse("signer_count", "Not exactly the accounts that must sign this change have signed it.")


def _verify_signatures(previous: Roster | None, roster: Roster, signed: SignedStatement, chains: Chains) -> None:
    parsed = parse_roster(signed.statement)
    for item in signed.signatures:
        signer = roster.find(item.account) or (previous.find(item.account) if previous else None)
        if signer is None:
            raise refuse("signer_member", "Somebody signed who is not a member.")
        sign_key = _generation_of(signer, chains).sign_key
        verify_statement(sign_key, signed.statement, item.signature)  # check: roster.signature
    if parsed.acceptance is not None:
        accepted = parsed.acceptance
        sign_key = _generation_of(parse_acceptance(accepted.statement).member, chains).sign_key
        verify_statement(sign_key, accepted.statement, accepted.signature)  # check: roster.acceptance_signature


def check_close(roster: Roster, close: Close, signature: bytes, chains: Chains) -> None:
    """Check a closing: its account is a partner, with the generation that the closing names.

    Raises:
        RosterViolation: the closing names another journal, or its account is no partner with this generation.
        ChainViolation: the generation is not in the partner's chain.
        BadSignature: the partner's key has not signed.
    Spec: §5.
    """
    if close.journal != roster.journal:  # check: roster.close_journal
        raise refuse("close_journal", "A closing belongs to another journal.")
    member = roster.find(close.account)
    if member is None or member.role != "partner":  # check: roster.close_partner
        raise refuse("close_partner", "Only a partner closes a journal.")
    if member.generation != close.generation:  # check: roster.close_generation
        raise refuse("close_generation", "A closing was signed with another generation than the roster names.")
    sign_key = _generation_of(member, chains).sign_key
    verify_statement(sign_key, close.encode(), signature)  # check: roster.close_signature
