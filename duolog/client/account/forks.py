"""Forks of an account, and how two people end one.

Two successors of one account statement mean that two people hold a key of that account. This home stores both branches
until its person enters the eight words of one branch's chain head, as the account's owner reads them out. That branch
is the pin from then on, and the home refuses the others. A journal that stood still because of the fork goes on when
its roster fits the chosen branch. Otherwise it stays readable, and the members make a new one, with copies. Spec: §4.13
"""

from dataclasses import dataclass

from duolog.client.home.chains import forked_accounts, go_on_after_fork, names, stopped_for_fork
from duolog.client.home.log_rows import thaw
from duolog.client.log.context import Context
from duolog.client.log.outbox import deliver, post
from duolog.client.log.stored_logs import load_log
from duolog.documents.account_kinds import BranchChosen
from duolog.documents.registry import make_document
from duolog.errors import NotAllowed, PinMismatch
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, verify_chain
from duolog.seal.words import Words, eight_words


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a forked account: its newest generation, the Unix day of it, and the words of its chain head."""

    generation: int
    since: int | None
    words: Words
    pinned: bool


@dataclass(frozen=True, slots=True)
class ForkView:
    """An account (id, 32 bytes) with two branches or more. `journals`: those that stand still because of it."""

    account: bytes
    branches: tuple[Branch, ...]
    journals: tuple[bytes, ...]


def view(context: Context) -> tuple[ForkView, ...]:
    """Every account with more than one branch to choose from."""
    found = []
    for account in forked_accounts(context.store):
        pinned, branches = context.chains.get(account), []
        for chain, _ in _branches(context, account):
            words = eight_words(chain.newest.statement_hash)
            branches.append(Branch(chain.newest.generation, chain.newest.at, words, chain == pinned))
        found.append(ForkView(account, tuple(branches), tuple(stopped_for_fork(context.store, account))))
    return tuple(found)


async def choose(context: Context, account: bytes, words: Words) -> Words:
    """Go on with the branch whose chain head has these words, and refuse the others; its words.

    Raises:
        NotAllowed: no fork of this account is known, it is the own account, or this home isn't confirmed.
        PinMismatch: no branch has these words. Nothing was changed.
        TransportError, ServerRefused: the choice stands, and the other devices learn of it at the next sync.
    Spec: §4.13.
    """
    context.require_confirmed()
    if account == context.account:
        raise NotAllowed("This is your own account. This home can only go on with its own branch: revoke, and compare.")
    branches = _branches(context, account)
    if len(branches) < 2:
        raise NotAllowed("No fork of this account is known here. There is nothing to choose.")
    found = [(chain, stored) for chain, stored in branches if eight_words(chain.newest.statement_hash) == words]
    if not found:  # check: client.branch_words
        raise PinMismatch(
            "These are the words of neither branch. Nothing was changed. Read them out again, in person.",
            check="client.branch_words",
        )
    chain, statements = found[0]
    newest, mine = chain.newest, context.identity.account_journal
    body = BranchChosen(account=account, generation=newest.generation, chain_head=newest.statement_hash)
    with context.store.transaction():
        context.chains.refuse(account, [stored for _, stored in branches if stored != statements])
        context.chains.replace(chain, statements)
        _thaw(context, chain)
        post(context, mine, make_document("branch_chosen", body, context.clock()))
    await deliver(context, mine)
    return words


def _branches(context: Context, account: bytes) -> list[tuple[AccountChain, list[SignedAccountStatement]]]:
    """The pinned branch, then the others."""
    return [(verify_chain(statements), statements) for statements in context.chains.shown(account)]


def _thaw(context: Context, chain: AccountChain) -> None:
    """Let the journals that stood still because of this fork go on, where their roster fits the chosen branch."""
    for journal in stopped_for_fork(context.store, chain.account):
        roster = load_log(context.store, journal).roster
        member = None if roster is None else roster.find(chain.account)
        if member is None or names(member, chain):
            thaw(context.store, journal)
            go_on_after_fork(context.store, journal)
