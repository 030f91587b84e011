"""Roster statements that this account makes and signs: the next one of a journal, with its grants where it begins an
epoch. Removals at the end of a confidant's term are among them.

Rules
- A term ends 90 days from now at most; longer takes both partners' consent anew.
- Past a confidant's end date a partner's client removes them before it seals anything, whatever the server does.
- The clock is that of this home. No rule of the roster reads a clock.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from duolog.client.home.identity import Identity
from duolog.client.log.context import Context
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain
from duolog.protocol.roster import check_change, check_proposal, grant_digest
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Change, Member, RosterStatement, SignedAcceptance
from duolog.protocol.statements import Signature, SignedStatement
from duolog.seal.grants import new_epoch, wrap_grants
from duolog.seal.keys import EpochKey, GenerationSecret

LONGEST_TERM = 90 * 24 * 3600  # seconds, from the moment of asking


@dataclass(frozen=True, slots=True)
class Made:
    """A signed statement with its grants, and the roster after it. `key`: of the epoch that the statement begins."""

    signed: SignedStatement
    grants: Mapping[bytes, bytes]
    roster: Roster
    key: EpochKey | None


def founder_of(chain: AccountChain) -> Member:
    """This account as a journal's founder."""
    newest = chain.newest
    return Member(chain.account, newest.generation, newest.statement_hash, "partner", "write")


def make_genesis(chain: AccountChain, secret: GenerationSecret) -> Made:
    """The genesis of a new journal with one member. Spec: §5."""
    nonce = secrets.token_bytes(sizes.NONCE)
    key, epoch = new_epoch(nonce, 1, 1)
    member, chains = founder_of(chain), {chain.account: chain}
    grants = wrap_grants(key, epoch, [member], chains)
    statement = RosterStatement(
        change="genesis",
        version=1,
        members=(member,),
        provisional=False,
        epoch=1,
        epoch_commitment=epoch.commitment,
        nonce=nonce,
        grants={account: grant_digest(grant) for account, grant in grants.items()},
    ).encode()
    signed = SignedStatement(statement, (Signature(chain.account, secret.sign(statement)),))
    return Made(signed, grants, check_change(None, signed, chains), key)


def make_fresh(
    context: Context,
    roster: Roster,
    change: Change,
    members: tuple[Member, ...],
    *,
    provisional: bool,
    account: bytes | None = None,
    acceptance: SignedAcceptance | None = None,
    waits: bool = False,
) -> Made:
    """A change that begins a new epoch, with a fresh key that is granted to each of `members`. Spec: §5.

    `waits`: it is a proposal, so the other partner's signature may be missing.
    """
    key, epoch = new_epoch(roster.nonce, roster.version + 1, roster.epoch + 1)
    grants = wrap_grants(key, epoch, members, context.chains)
    statement = replace(
        carried(roster, change, account=account, members=members, provisional=provisional),
        epoch=key.epoch,
        epoch_commitment=epoch.commitment,
        grants={item: grant_digest(grant) for item, grant in grants.items()},
        acceptance=acceptance,
    )
    return replace(_make_signed(context, roster, statement, waits=waits), grants=grants, key=key)


def make_rotate(context: Context, roster: Roster) -> Made:
    """A new epoch for the same members, each lifted to the newest keys that this home has verified. Spec: §5."""
    members = tuple(_lifted(context, member) for member in roster.members)
    return make_fresh(context, roster, "rotate", members, provisional=roster.provisional)


def make_refresh(context: Context, roster: Roster) -> Made:
    """A change that names my newest keys where I may only read. The next writer makes the new epoch. Spec: §5."""
    members = tuple(_lifted(context, item) if item.account == context.account else item for item in roster.members)
    return _make_signed(context, roster, carried(roster, "refresh", account=context.account, members=members))


def make_bad_grant(context: Context, roster: Roster) -> Made:
    """A change that says that my grant doesn't open, so that any writer makes a new epoch. Spec: §5."""
    return _make_signed(context, roster, carried(roster, "bad_grant", account=context.account))


def make_carried(context: Context, roster: Roster, change: Change, member: Member) -> Made:
    """A change of one confidant's term or rights to those of `member`, with my signature. The other partner's signature
    may still be missing. Spec: §5."""
    members = tuple(member if item.account == member.account else item for item in roster.members)
    statement = carried(roster, change, account=member.account, members=members)
    return _make_signed(context, roster, statement, waits=True)


def is_behind(context: Context, roster: Roster) -> bool:
    """Whether the roster names an older generation of mine than my newest."""
    member = roster.find(context.account)
    return member is not None and member.generation < context.identity.secret.generation


def _lifted(context: Context, member: Member) -> Member:
    chain = context.chains.get(member.account)
    if chain is None:
        return member
    own = member.account == context.account
    newest = chain.generation(context.identity.secret.generation) if own else chain.newest
    if newest.generation <= member.generation:
        return member
    return replace(member, generation=newest.generation, chain_head=newest.statement_hash)


def carried(
    roster: Roster,
    change: Change,
    *,
    account: bytes | None = None,
    members: tuple[Member, ...] | None = None,
    provisional: bool | None = None,
) -> RosterStatement:
    """The next statement of a roster in the same epoch, with the same members unless others are given."""
    return RosterStatement(
        change=change,
        version=roster.version + 1,
        members=roster.members if members is None else members,
        provisional=roster.provisional if provisional is None else provisional,
        epoch=roster.epoch,
        epoch_commitment=roster.epoch_commitment,
        journal=roster.journal,
        prev=roster.head,
        account=account,
    )


def _make_signed(context: Context, roster: Roster, statement: RosterStatement, *, waits: bool = False) -> Made:
    encoded = statement.encode()
    after = replace(roster, members=statement.members)  # a member that is lifted signs with the later keys
    signed = SignedStatement(encoded, (sign_for(context.identity, after, encoded),))
    check = check_proposal if waits else check_change
    return Made(signed, {}, check(roster, signed, context.chains), None)


def sign_for(identity: Identity, roster: Roster, statement: bytes) -> Signature:
    """My signature, with the generation that the roster names for me. Raises: NotAllowed: I am not a member."""
    member = roster.find(identity.account)
    if member is None or member.generation not in identity.secrets:
        raise NotAllowed("You are not a member of this journal.")
    return Signature(identity.account, identity.secrets[member.generation].sign(statement))


def require_term(context: Context, until: int) -> None:
    """Check that a term may end at `until` (Unix seconds). Raises: NotAllowed. Spec: §7."""
    now = context.clock()
    if not now < until <= now + LONGEST_TERM:  # check: client.term
        raise NotAllowed("A term ends in the future, and 90 days from now at most. You can both extend it later.")


def is_over(context: Context, member: Member) -> bool:
    """Whether a member's term has ended by this home's clock."""
    return member.until is not None and member.until <= context.clock()


def make_removal(context: Context, roster: Roster, account: bytes) -> Made:
    """The removal of a member, which begins an epoch without them. Raises: RosterViolation. Spec: §5."""
    left = tuple(item for item in roster.members if item.account != account)
    # Removing the provisional partner ends *provisional*; removing a confidant leaves it as it is.
    provisional = roster.provisional and sum(item.role == "partner" for item in left) > 1
    return make_fresh(context, roster, "remove", left, provisional=provisional, account=account)


def make_endings(context: Context, roster: Roster) -> list[Made]:
    """The removals of the confidants whose term is over, in order; none unless I am a partner. Spec: §5."""
    me, made = roster.find(context.account), list[Made]()
    if me is None or me.role != "partner":
        return made
    for member in roster.members:
        if is_over(context, member):  # check: client.term_over
            made.append(make_removal(context, made[-1].roster if made else roster, member.account))
    return made
