"""Whom this home has pinned: account chains that only ever continue, and the branches that were shown beside them.

Rules
- A chain, once verified and stored, is a pin: what is offered later continues it, or everything stops. What is stored
  is not verified again: neither when a home is opened, nor when it is offered anew with more behind it.
- Another branch is kept as it was shown. One that was refused is refused for ever.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from duolog.client.home.branches import is_one_branch, names
from duolog.client.home.statements import encode_statements, parse_statements, recall_chain
from duolog.client.home.store import Store, as_bytes
from duolog.errors import AccountFork, ChainViolation, Withheld, WrongAccount
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, continue_chain, require_descent, verify_chain
from duolog.protocol.containing import contained
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member

CHAIN_FAULT = partial(ChainViolation, check="client.chain_unforeseen")


class Chains(Mapping[bytes, AccountChain]):
    """Every pinned account chain by account id, each read when it is first asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        rows = store.rows("SELECT account FROM chain")
        self._known: dict[bytes, AccountChain | None] = {as_bytes(row[0]): None for row in rows}

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
        """The stored statements of a pinned account. Raises: Withheld when it isn't known."""
        row = self._store.row("SELECT statements FROM chain WHERE account = ?", account)
        if row is None:
            raise Withheld("The account is not known here.", check="client.account_known")
        return parse_statements(as_bytes(row[0]))

    def ahead(self, chain: AccountChain) -> "Chains":
        """The same with one chain that isn't pinned yet: for what is signed before it is accepted."""
        other = copy.copy(self)
        other._known = {**self._known, chain.account: chain}
        return other

    def under(self, roster: Roster) -> "Chains | None":
        """The chains under which a stored roster was verified; None where one of them is here no longer.

        Where another branch was chosen since, it is the one that the roster names. Only for what was read before.
        """
        others: dict[bytes, AccountChain | None] = {}
        for member in roster.members:
            if not names(member, self.get(member.account)):
                kept = (chain for chain, _ in self._branches(member.account))
                found = next((chain for chain in kept if names(member, chain)), None)
                if found is None:
                    return None
                others[member.account] = found
        if not others:
            return self
        other = copy.copy(self)
        other._known = {**self._known, **others}
        return other

    def named(self, account: bytes, members: Iterable[Member]) -> list[list[SignedAccountStatement]]:
        """The statements of every branch of an account that these members of stored rosters name, and the pinned one.

        The pinned one is the last; of another there is nothing behind what is named of it. Raises: Withheld.
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
        rows = self._store.rows("SELECT statements FROM branch WHERE account = ? ORDER BY rowid", account)
        stored = (parse_statements(as_bytes(row[0])) for row in rows)
        return ((recall_chain(statements), statements) for statements in stored)

    def pin(self, account: bytes, statements: Sequence[SignedAccountStatement]) -> AccountChain:
        """Verify a chain that the server or an invitation shows, and store it durably.

        Raises:
            WrongAccount: it is another account's.
            Rollback, AccountFork: it doesn't continue what is pinned.
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
            self._store.write("INSERT OR REPLACE INTO chain VALUES (?, ?)", account, encode_statements(statements))
            self._known[account] = chain
        return chain

    def meet(self, account: bytes, statements: Sequence[SignedAccountStatement]) -> AccountChain:
        """The same for a chain that somebody showed a while ago: what is pinned may have gone on from it since.

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
        """Pin another branch of a forked account, after its words were compared."""
        self._store.write("INSERT OR REPLACE INTO chain VALUES (?, ?)", chain.account, encode_statements(statements))
        self._known[chain.account] = chain

    def shown(self, account: bytes) -> list[list[SignedAccountStatement]]:
        """The statements of every branch that is open to be chosen: the pinned one, then the others that were shown."""
        query = "SELECT statements FROM branch WHERE account = ? AND refused = 0 ORDER BY rowid"
        pinned = [self.statements(account)] if account in self else []
        return [*pinned, *(parse_statements(as_bytes(row[0])) for row in self._store.rows(query, account))]

    def refuse(self, account: bytes, branches: Iterable[Sequence[SignedAccountStatement]]) -> None:
        """Of the branches that were open to be chosen these are refused for ever."""
        self._store.write("DELETE FROM branch WHERE account = ? AND refused = 0", account)  # those of before stay
        self._store.write_all(
            "INSERT OR IGNORE INTO branch VALUES (?, ?, ?, 1)",
            [(account, verify_chain(one).newest.statement_hash, encode_statements(one)) for one in branches],
        )

    def _verify(
        self, account: bytes, pinned: AccountChain | None, statements: Sequence[SignedAccountStatement]
    ) -> AccountChain:
        """The chain that these make. Where they begin with what is stored, only the rest is verified."""
        known = 0 if pinned is None else len(pinned.generations)
        continues = pinned is not None and list(statements[:known]) == self.statements(account)[:known]
        with contained("An account's key statements", CHAIN_FAULT):
            if pinned is not None and continues:
                return continue_chain(pinned, statements[known:])
            return verify_chain(statements)

    def _keep_branch(self, chain: AccountChain, statements: Sequence[SignedAccountStatement]) -> None:
        self._store.write(
            "INSERT OR IGNORE INTO branch VALUES (?, ?, ?, 0)",
            *(chain.account, chain.newest.statement_hash, encode_statements(statements)),
        )

    def _require_branch(self, chain: AccountChain) -> None:
        """It is none of the branches that were refused, nor does it go on from one."""
        rows = self._store.rows("SELECT head FROM branch WHERE account = ? AND refused = 1", chain.account)
        shown = {item.statement_hash for item in chain.generations}
        if any(row[0] in shown for row in rows):  # check: client.branch_refused
            raise AccountFork(
                "The server shows the branch of this account that was refused when words were compared.",
                check="client.branch_refused",
            )


def forked_accounts(store: Store) -> list[bytes]:
    """The accounts of which another branch was shown, and none chosen since."""
    rows = store.rows("SELECT DISTINCT account FROM branch WHERE refused = 0 ORDER BY account")
    return [as_bytes(row[0]) for row in rows]


def stop_for_fork(store: Store, journal: bytes, account: bytes) -> None:
    """Keep that a journal stands still because of this account's fork."""
    store.write("INSERT OR REPLACE INTO forked VALUES (?, ?)", journal, account)


def stopped_for_fork(store: Store, account: bytes) -> list[bytes]:
    """The journals that stand still because of this account's fork."""
    rows = store.rows("SELECT journal FROM forked WHERE account = ? ORDER BY journal", account)
    return [as_bytes(row[0]) for row in rows]


def go_on_after_fork(store: Store, journal: bytes) -> None:
    """A journal stands still no longer because of a fork."""
    store.write("DELETE FROM forked WHERE journal = ?", journal)
