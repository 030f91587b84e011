"""Which branch of a forked account a roster names.

A log that was verified before its reader chose another branch names the one that was refused since, and after the
choice it may go on under the chosen one. So one log can need more than one branch of an account. Spec: §4.13, §12
"""

from collections.abc import Mapping, Sequence

from duolog.protocol.accounts import AccountChain
from duolog.protocol.codec import parse_canonical
from duolog.protocol.log import Item, StatementItem
from duolog.protocol.roster_statements import Member, parse_roster, statement_type


def names(member: Member, chain: AccountChain | None) -> bool:
    """Whether it is this chain's generation that a roster names."""
    if chain is None or member.generation > chain.newest.generation:
        return False
    return chain.generation(member.generation).statement_hash == member.chain_head


def is_one_branch(one: AccountChain, other: AccountChain) -> bool:
    """Whether two chains of an account are the same, or one goes on from the other."""
    shared = min(len(one.generations), len(other.generations))
    return one.generations[shared - 1].statement_hash == other.generations[shared - 1].statement_hash


class NamedBranches:
    """The chains of one log, read from its beginning: of each account the branch that the log names at this place.

    `branches`: of each account at least one.
    """

    def __init__(self, branches: Mapping[bytes, Sequence[AccountChain]]) -> None:
        self._forked = {account: chains for account, chains in branches.items() if len(chains) > 1}
        self._chains = {account: chains[-1] for account, chains in branches.items()}

    def under(self, item: Item) -> Mapping[bytes, AccountChain]:
        """The chains under which the next item is to be verified; nothing of it is believed for that.

        An account that a statement leaves out is known by what named it last. Where no branch is the one that is named,
        the rules of rosters refuse it.

        Raises: MalformedData when it is a statement that can't be read.
        """
        if self._forked and isinstance(item, StatementItem):
            statement = item.signed.statement
            members = parse_roster(statement).members if _is_roster(statement) else ()
            for member in members:
                branches = self._forked.get(member.account, ())
                found = next((chain for chain in branches if names(member, chain)), None)
                if found is not None:
                    self._chains[member.account] = found
        return self._chains


def _is_roster(statement: bytes) -> bool:
    return statement_type(parse_canonical(statement)) == "roster"
