"""The account chains that this home has pinned, and the branches that were shown beside them.

Rules
- A chain, once verified and stored, is a pin: a chain that is shown later continues it, or everything stops. Stored
  statements are not verified again: neither when a home is opened, nor when they are shown anew with more behind them.
- Another branch is stored in the form in which it was shown. A refused branch stays refused.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from duolog.client.home.branches import is_one_branch, names
from duolog.client.home.store import Store
from duolog.errors import AccountFork, ChainViolation, MalformedData, Withheld, WrongAccount
from duolog.protocol.accounts import (
    AccountChain,
    SignedAccountStatement,
    continue_chain,
    require_descent,
    verify_chain,
)
from duolog.protocol.codec import length_prefixed
from duolog.protocol.containing import contained
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member
from duolog.protocol.statements import statement_hash
from duolog.protocol.stored_accounts import read_stored_chain

CHAIN_FAULT = partial(ChainViolation, check="client.chain_unforeseen")


class Chains(Mapping[bytes, AccountChain]):
    """Every pinned account chain by account id, each parsed on its first use."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[bytes, AccountChain | None] = dict.fromkeys(store.column(bytes, "SELECT account FROM chain"))

    def __getitem__(self, account: bytes) -> AccountChain:
        chain = self._known[account]
        if chain is None:
            chain = self._known[account] = recall_chain(self.statements(account))
        return chain

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def statements(self, account: bytes) -> list[SignedAccountStatement]:
        """The stored statements of a pinned account. Raises: Withheld when the account isn't pinned."""
        stored = self._store.cell(bytes, "SELECT statements FROM chain WHERE account = ?", account)
        if stored is None:
            raise Withheld("The account is not known here.", check="client.account_known")
        return parse_statements(stored)

    def ahead(self, chain: AccountChain) -> "Chains":
        """The same with one chain that isn't pinned yet, for statements that are signed before it is accepted."""
        return self._with({chain.account: chain})

    def under(self, roster: Roster) -> "Chains | None":
        """The chains under which a stored roster was verified; None where this home no longer has one of them.

        Where another branch was chosen since, the chain is the branch that the roster names. Only for stored entries.
        """
        others: dict[bytes, AccountChain] = {}
        for member in roster.members:
            if not names(member, self.get(member.account)):
                kept = (chain for chain, _ in self._branches(member.account))
                found = next((chain for chain in kept if names(member, chain)), None)
                if found is None:
                    return None
                others[member.account] = found
        return self._with(others) if others else self

    def _with(self, chains: Mapping[bytes, AccountChain]) -> "Chains":
        other = copy.copy(self)
        other._known = {**self._known, **chains}
        return other

    def named(self, account: bytes, members: Iterable[Member]) -> list[list[SignedAccountStatement]]:
        """The statements of every branch of an account that these members of stored rosters name, and the pinned one.

        The pinned one is the last. Each other branch ends with the last generation that is named of it.

        Raises: Withheld when the account isn't pinned.
        """
        abandoned = [member for member in members if not names(member, self.get(account))]
        cut: list[tuple[AccountChain, list[SignedAccountStatement]]] = []
        for chain, statements in self._branches(account) if abandoned else ():
            last = max((member.generation for member in abandoned if names(member, chain)), default=0)
            shorter = replace(chain, generations=chain.generations[:last])
            if last and not any(is_one_branch(shorter, other) and last <= len(kept) for other, kept in cut):
                cut = [(other, kept) for other, kept in cut if not is_one_branch(shorter, other)]
                cut.append((shorter, statements[:last]))
        return [*(statements for _, statements in cut), self.statements(account)]

    def _branches(self, account: bytes) -> Iterator[tuple[AccountChain, list[SignedAccountStatement]]]:
        """The branches that were shown and aren't pinned."""
        query = "SELECT statements FROM branch WHERE account = ? ORDER BY rowid"
        for statements in map(parse_statements, self._store.column(bytes, query, account)):
            yield recall_chain(statements), statements

    def pin(self, account: bytes, statements: Sequence[SignedAccountStatement]) -> AccountChain:
        """Verify a chain that the server or an invitation shows, and store it durably.

        Raises:
            WrongAccount: the chain is another account's.
            Rollback, AccountFork: the chain doesn't continue the pinned one.
            MalformedData, ChainViolation, BadSignature: as `verify_chain`.
        Spec: §4.
        """
        pinned = self.get(account)
        chain = self._verify(account, pinned, statements)
        if chain.account != account:  # check: client.chain_account
            raise WrongAccount("The server shows another account's keys than it names.", check="client.chain_account")
        if pinned is not None:
            self._require_branch(chain)
            try:
                require_descent(pinned, chain)  # check: client.pin
            except AccountFork:
                self._keep_branch(chain, statements)
                raise
        if pinned != chain:
            self.replace(chain, statements)
        return chain

    def meet(self, account: bytes, statements: Sequence[SignedAccountStatement]) -> AccountChain:
        """Pin a chain that somebody showed a while ago. The pinned chain may have gone on from it since.

        Raises: as `pin`, but a chain that the pinned one begins with is no rollback.
        Spec: §4, §7.
        """
        pinned = self.get(account)
        shown = self._verify(account, pinned, statements)
        if pinned is None or shown.account != account or shown.newest.generation >= pinned.newest.generation:
            return self.pin(account, statements)
        try:
            require_descent(shown, pinned)  # check: client.met_chain
        except AccountFork:
            self._keep_branch(shown, statements)
            raise
        return pinned

    def replace(self, chain: AccountChain, statements: Sequence[SignedAccountStatement]) -> None:
        """Pin a verified chain: one that continues, or another branch of a forked account after its words matched."""
        self._store.write("INSERT OR REPLACE INTO chain VALUES (?, ?)", chain.account, encode_statements(statements))
        self._known[chain.account] = chain

    def shown(self, account: bytes) -> list[list[SignedAccountStatement]]:
        """The statements of every branch that may be chosen: the pinned one, then the others that were shown."""
        query = "SELECT statements FROM branch WHERE account = ? AND refused = 0 ORDER BY rowid"
        pinned = [self.statements(account)] if account in self else []
        return [*pinned, *map(parse_statements, self._store.column(bytes, query, account))]

    def refuse(self, account: bytes, branches: Iterable[Sequence[SignedAccountStatement]]) -> None:
        """Refuse these branches for good, and forget every other one that could be chosen."""
        self._store.write("DELETE FROM branch WHERE account = ? AND refused = 0", account)
        self._store.write_all(
            "INSERT OR IGNORE INTO branch VALUES (?, ?, ?, 1)",
            [(account, verify_chain(one).newest.statement_hash, encode_statements(one)) for one in branches],
        )

    def _verify(
        self, account: bytes, pinned: AccountChain | None, statements: Sequence[SignedAccountStatement]
    ) -> AccountChain:
        """The chain of these statements. Where they begin with the stored ones, only the rest is verified."""
        known = 0 if pinned is None else len(pinned.generations)
        continues = pinned is not None and list(statements[:known]) == self.statements(account)[:known]
        with contained("An account's key statements", CHAIN_FAULT):
            if pinned is not None and continues:
                return continue_chain(pinned, statements[known:])
            return verify_chain(statements)

    def _keep_branch(self, chain: AccountChain, statements: Sequence[SignedAccountStatement]) -> None:
        row = (chain.account, chain.newest.statement_hash, encode_statements(statements))
        self._store.write("INSERT OR IGNORE INTO branch VALUES (?, ?, ?, 0)", *row)

    def _require_branch(self, chain: AccountChain) -> None:
        """Check that a chain neither is a refused branch nor goes on from one."""
        refused = self._store.column(bytes, "SELECT head FROM branch WHERE account = ? AND refused = 1", chain.account)
        if any(item.statement_hash in refused for item in chain.generations):  # check: client.branch_refused
            raise AccountFork(
                "The server shows the branch of this account that was refused when words were compared.",
                check="client.branch_refused",
            )


def forked_accounts(store: Store) -> list[bytes]:
    """The accounts of which another branch was shown, and none chosen since."""
    return store.column(bytes, "SELECT DISTINCT account FROM branch WHERE refused = 0 ORDER BY account")


def stop_for_fork(store: Store, journal: bytes, account: bytes) -> None:
    """Store that this account's fork stops a journal."""
    store.write("INSERT OR REPLACE INTO forked VALUES (?, ?)", journal, account)


def stopped_for_fork(store: Store, account: bytes) -> list[bytes]:
    """The journals that this account's fork stops."""
    return store.column(bytes, "SELECT journal FROM forked WHERE account = ? ORDER BY journal", account)


def go_on_after_fork(store: Store, journal: bytes) -> None:
    """Store that no fork stops a journal any more."""
    store.write("DELETE FROM forked WHERE journal = ?", journal)


def encode_statements(statements: Sequence[SignedAccountStatement]) -> bytes:
    """Signed statements for the database."""
    return length_prefixed(*(length_prefixed(item.statement, *item.signatures) for item in statements))


def parse_statements(data: bytes) -> list[SignedAccountStatement]:
    """The statements that `encode_statements` made into bytes. Raises: MalformedData when the bytes are damaged."""
    fields = [list(_split(item)) for item in _split(data)]
    return [SignedAccountStatement(item[0], tuple(item[1:])) for item in fields if item]


def _split(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        field = data[at + 4 : at + 4 + size]
        if len(field) != size:
            raise MalformedData("The database of this home is damaged.")
        yield field
        at += 4 + size


def recall_chain(statements: Sequence[SignedAccountStatement]) -> AccountChain:
    """The chain of stored statements, which were verified before. Raises: MalformedData when they are damaged."""
    if not statements:
        raise MalformedData("The database of this home is damaged.")
    return read_stored_chain(statement_hash(statements[0].statement), [item.statement for item in statements])
