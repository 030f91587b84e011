"""Who this home belongs to, and whom it has pinned: account chains that only ever continue.

Rules
- A chain, once verified and stored, is a pin: what is offered later continues it, or everything stops. What is stored
  is not verified again: neither when a home is opened, nor when it is offered anew with more behind it.
- The own account is known by its id; the server's word for it is checked against the chain, the package and the sets.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from duolog.api.accounts import AnchorModel, OwnAccount
from duolog.client.branches import is_one_branch, names
from duolog.client.home import Home
from duolog.client.store import Store, as_bytes
from duolog.errors import AccountFork, ChainViolation, MalformedData, Withheld, WrongAccount
from duolog.protocol import sizes
from duolog.protocol.accounts import (
    AccountChain,
    Generation,
    KeyholderSet,
    SignedAccountStatement,
    continue_chain,
    parse_set,
    require_descent,
    require_own_set,
    verify_chain,
    verify_sets,
)
from duolog.protocol.codec import length_prefixed, parse_canonical, u32
from duolog.protocol.containing import contained
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member
from duolog.protocol.statements import Fields, statement_hash
from duolog.seal.keys import GenerationSecret
from duolog.seal.packages import unwrap_earlier_seed, unwrap_package

CHAIN_FAULT = partial(ChainViolation, check="client.chain_unforeseen")


def encode_statements(statements: Sequence[SignedAccountStatement]) -> bytes:
    """Signed statements for the database."""
    return length_prefixed(*(length_prefixed(item.statement, *item.signatures) for item in statements))


def parse_statements(data: bytes) -> list[SignedAccountStatement]:
    """What `encode_statements` made. Raises: MalformedData when it is damaged."""
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
    """A chain that was verified before it was stored. It is read, and not verified again. Raises: MalformedData."""
    generations = []
    for number, signed in enumerate(statements, start=1):
        fields = Fields(parse_canonical(signed.statement), "A stored key statement")
        generation = Generation(
            generation=number,
            sign_key=fields.data("sign_key", sizes.SIGN_KEY),
            box_key=fields.data("box_key", sizes.BOX_KEY),
            kem_key=fields.data("kem_key", sizes.KEM_KEY),
            keyholders=fields.data("keyholders", sizes.HASH),
            statement_hash=statement_hash(signed.statement),
            at=fields.integer("at") if fields.has("at") else None,
        )
        generations.append(generation)
    if not generations:
        raise MalformedData("The database of this home is damaged.")
    return AccountChain(generations[0].statement_hash, tuple(generations))


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


class Identity:
    """The own account: its id, its secrets by generation, and its keyholder sets, oldest first."""

    def __init__(self, account: bytes, secrets: dict[int, GenerationSecret], sets: tuple[KeyholderSet, ...]) -> None:
        self.account = account
        self.secrets = secrets
        self.sets = sets

    def __repr__(self) -> str:
        return f"Identity(account={self.account.hex()}, secrets=<secret>)"

    @property
    def secret(self) -> GenerationSecret:
        """The newest generation's secret."""
        return self.secrets[max(self.secrets)]

    @property
    def newest_set(self) -> KeyholderSet:
        """Who the keyholders are now."""
        return self.sets[-1]

    @property
    def account_journal(self) -> bytes:
        """The id of the account journal. Raises: Withheld when the set names none."""
        if self.newest_set.account_journal is None:
            raise Withheld("The server keeps back the account's newest keyholder set.", check="client.set_journal")
        return self.newest_set.account_journal


def save_identity(home: Home, identity: Identity, sets: Sequence[SignedAccountStatement]) -> None:
    """Keep the own account in the home: its seeds sealed, the rest as it is."""
    seeds = b"".join(u32(number) + secret.seed for number, secret in sorted(identity.secrets.items()))
    with home.store.transaction():
        home.store.put("account", identity.account)
        home.store.put("seeds", home.seal("seeds", seeds))
        home.store.put("sets", encode_statements(sets))
        if home.store.get("known_keyholders") is None:
            home.store.put("known_keyholders", b"".join(item.id for item in identity.newest_set.keyholders))


def keep_anchors(store: Store, anchors: Iterable[AnchorModel]) -> None:
    """Keep what lets sheets and passkeys recognise the account, to carry it on; the first of each keyholder stays."""
    rows = [(item.keyholder, item.mac) for item in anchors]
    store.write_all("INSERT OR IGNORE INTO anchor VALUES (?, ?)", rows)


def load_identity(home: Home) -> Identity | None:
    """The own account of this home; None before a registration was acknowledged."""
    account, sealed, sets = (home.store.get(name) for name in ("account", "seeds", "sets"))
    if account is None or sealed is None or sets is None:
        return None
    seeds = home.open("seeds", sealed)
    width = 4 + sizes.SEED
    parts = [seeds[at : at + width] for at in range(0, len(seeds), width)]
    secrets = {
        int.from_bytes(part[:4], "big"): GenerationSecret(part[4:], int.from_bytes(part[:4], "big")) for part in parts
    }
    return Identity(account, secrets, tuple(parse_set(item.statement) for item in parse_statements(sets)))


def open_account(home: Home, chains: Chains, own: OwnAccount, session_account: bytes) -> Identity:
    """Verify what the server says of the own account, and keep it.

    A restoring keyholder checks its anchor first; then chain, package, sets and salt, in this order.

    Raises:
        WrongAccount: another account than this home's, the session's, or the one these keys were made for.
        Rollback, AccountFork: its chain or sets are behind or beside what this home has seen.
        MalformedData, ChainViolation, BadSignature, OpenError: a part is not valid.
    Spec: §4.
    """
    keyholder = home.keyholder
    if keyholder.kind != "device":
        if own.anchor is None:  # check: client.anchor_shown
            raise WrongAccount("The server keeps back the anchor of this account.", check="client.anchor_shown")
        keyholder.require_anchor(own.account, own.anchor)  # check: client.anchor
    known = home.store.get("account")
    if known not in (None, own.account) or session_account != own.account:  # check: client.own_account
        raise WrongAccount("The server answers with another account than yours.", check="client.own_account")
    chain = chains.pin(own.account, [item.signed() for item in own.chain])
    before = load_identity(home)
    secrets = _open_seeds(home, chain, own, {} if before is None else before.secrets)
    sets = [item.signed() for item in own.sets]
    identity = Identity(own.account, secrets, _verify_own_sets(home, chain, sets, secrets, before))
    save_identity(home, identity, sets)
    keep_anchors(home.store, own.anchors)
    return identity


def _open_seeds(
    home: Home, chain: AccountChain, own: OwnAccount, known: Mapping[int, GenerationSecret]
) -> dict[int, GenerationSecret]:
    if own.generation != chain.newest.generation:  # check: client.package_generation
        raise WrongAccount("The server keeps back your account's newest keys.", check="client.package_generation")
    newer = unwrap_package(own.package, chain.account, chain.newest, home.keyholder)
    secrets = {newer.generation: newer}
    sealed = {item.generation: item.sealed for item in own.earlier_seeds}
    for number in range(chain.newest.generation - 1, 0, -1):
        if number in known:
            secrets[number] = known[number]
            continue
        if number not in sealed:  # check: client.earlier_seed
            raise Withheld("The server keeps back an earlier key of your account.", check="client.earlier_seed")
        above = chain.generation(number + 1)
        secrets[number] = unwrap_earlier_seed(
            sealed[number], chain.account, chain.generation(number), above, secrets[number + 1]
        )
    return secrets


def _verify_own_sets(
    home: Home,
    chain: AccountChain,
    signed: Sequence[SignedAccountStatement],
    secrets: Mapping[int, GenerationSecret],
    before: Identity | None,
) -> tuple[KeyholderSet, ...]:
    stored = parse_statements(home.store.get("sets") or b"")
    continues = list(signed[: len(stored)]) == stored
    known = before.sets if before is not None and continues else ()
    sets = verify_sets(chain, signed, known)
    newest = require_own_set(chain, signed, secrets[chain.newest.generation].salt, sets)
    if newest.find(home.keyholder.id) is None:  # check: client.keyholder_listed
        raise WrongAccount("This device is not in the account's list of devices.", check="client.keyholder_listed")
    if not continues:  # check: client.set_descent
        raise WrongAccount("The server shows another list of devices than before.", check="client.set_descent")
    return sets
