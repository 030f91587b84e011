"""Which branch of a forked account a roster names.

A reader may choose another branch after verifying a log. Then the log names the refused branch up to the choice, and
the chosen one behind it. So one log can need more than one branch of an account. Spec: §4.13, §12
"""

from collections.abc import Mapping, Sequence

from duolog.protocol.accounts import AccountChain
from duolog.protocol.codec import parse_canonical
from duolog.protocol.log import Item, StatementItem
from duolog.protocol.roster_statements import Member, parse_roster, statement_type


def names(member: Member, chain: AccountChain | None) -> bool:
    """Whether a member of a roster names a generation of this chain."""
    if chain is None or member.generation > chain.newest.generation:
        return False
    return chain.generation(member.generation).statement_hash == member.chain_head


def is_one_branch(one: AccountChain, other: AccountChain) -> bool:
    """Whether two chains of an account are the same, or one continues the other."""
    shared = min(len(one.generations), len(other.generations))
    return one.generations[shared - 1].statement_hash == other.generations[shared - 1].statement_hash


class NamedBranches:
    """The chains of one log, read from its beginning: for each account the branch that the log names last.

    `branches`: for each account at least one.
    """

    def __init__(self, branches: Mapping[bytes, Sequence[AccountChain]]) -> None:
        self._forked = {account: chains for account, chains in branches.items() if len(chains) > 1}
        self._chains = {account: chains[-1] for account, chains in branches.items()}

    def under(self, item: Item) -> Mapping[bytes, AccountChain]:
        """The chains for verifying the next item. Choosing them believes nothing of the item.

        An account that a statement leaves out keeps its branch. Where a statement names no known branch, the rules of
        rosters refuse it.

        Raises: MalformedData when the item is a statement that can't be parsed.
        """
        if self._forked and isinstance(item, StatementItem):
            statement = item.signed.statement
            if statement_type(parse_canonical(statement)) == "roster":
                for member in parse_roster(statement).members:
                    branches = self._forked.get(member.account, ())
                    found = next((chain for chain in branches if names(member, chain)), None)
                    if found is not None:
                        self._chains[member.account] = found
        return self._chains
