"""The account that this home belongs to.

The home knows its account by the id. It checks the server's word for it against the chain, the package and the sets.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from duolog.api.accounts import AnchorModel, OwnAccount
from duolog.client.home.chains import Chains
from duolog.client.home.folder import Home
from duolog.client.home.records import ACCOUNT, KNOWN_KEYHOLDERS, SEEDS, SETS
from duolog.client.home.store import Store
from duolog.errors import Withheld, WrongAccount
from duolog.protocol.accounts import AccountChain, SignedAccountStatement
from duolog.protocol.keyholder_sets import KeyholderSet, parse_set, require_own_set, verify_sets
from duolog.seal.keys import GenerationSecret
from duolog.seal.packages import unwrap_earlier_seed, unwrap_package


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The own account: its id, its secrets by generation, and its keyholder sets, oldest first."""

    account: bytes
    secrets: Mapping[int, GenerationSecret]
    sets: tuple[KeyholderSet, ...]

    @property
    def secret(self) -> GenerationSecret:
        """The newest generation's secret."""
        return self.secrets[max(self.secrets)]

    @property
    def newest_set(self) -> KeyholderSet:
        """The newest keyholder set."""
        return self.sets[-1]

    @property
    def account_journal(self) -> bytes:
        """The id of the account journal. Raises: Withheld when the set names none."""
        if self.newest_set.account_journal is None:
            raise Withheld("The server keeps back the account's newest keyholder set.", check="client.set_journal")
        return self.newest_set.account_journal


def save_identity(home: Home, identity: Identity, sets: Sequence[SignedAccountStatement]) -> None:
    """Store the own account in the home: its seeds sealed, the rest as it is."""
    store = home.store
    with store.transaction():
        ACCOUNT.save(store, identity.account)
        SEEDS.save(home, identity.secrets)
        SETS.save(store, sets)
        if not KNOWN_KEYHOLDERS.is_set(store):
            KNOWN_KEYHOLDERS.save(store, [item.id for item in identity.newest_set.keyholders])


def keep_anchors(store: Store, anchors: Iterable[AnchorModel]) -> None:
    """Store the anchors of sheets and passkeys, to carry them to another server; the first of a keyholder stays."""
    rows = [(item.keyholder, item.mac) for item in anchors]
    store.write_all("INSERT OR IGNORE INTO anchor VALUES (?, ?)", rows)


def load_anchors(store: Store) -> dict[bytes, bytes]:
    """The MACs of the stored anchors, by keyholder."""
    return store.pairs(bytes, bytes, "SELECT keyholder, mac FROM anchor")


def load_identity(home: Home) -> Identity | None:
    """The own account of this home; None before the server has acknowledged its registration."""
    account, sets, secrets = ACCOUNT.load(home.store), SETS.load(home.store), SEEDS.load(home)
    if account is None or sets is None or secrets is None:
        return None
    return Identity(account, secrets, tuple(parse_set(item.statement) for item in sets))


def open_account(home: Home, chains: Chains, own: OwnAccount, session_account: bytes) -> Identity:
    """Verify the server's answer about the own account, and store it.

    A restoring keyholder checks its anchor first; then chain, package, sets and salt, in this order.

    Raises:
        WrongAccount: another account than this home's, the session's, or the one these keys were made for.
        Rollback, AccountFork: its chain or sets are behind or beside those that this home has seen.
        MalformedData, ChainViolation, BadSignature, OpenError: a part is not valid.
    Spec: §4.
    """
    keyholder = home.keyholder
    if keyholder.kind != "device":
        if own.anchor is None:  # check: client.anchor_shown
            raise WrongAccount("The server keeps back the anchor of this account.", check="client.anchor_shown")
        keyholder.require_anchor(own.account, own.anchor)  # check: client.anchor
    known = ACCOUNT.load(home.store)
    if known not in (None, own.account) or session_account != own.account:  # check: client.own_account
        raise WrongAccount("The server answers with another account than yours.", check="client.own_account")
    chain = chains.pin(own.account, [item.signed() for item in own.chain])
    before = load_identity(home)
    secrets = _open_seeds(home, chain, own, {} if before is None else before.secrets)
    sets, stored = [item.signed() for item in own.sets], list(SETS.load(home.store) or ())
    continues = sets[: len(stored)] == stored
    verified = verify_sets(chain, sets, before.sets if before is not None and continues else ())
    newest = require_own_set(chain, sets, secrets[chain.newest.generation].salt, verified)
    if newest.find(keyholder.id) is None:  # check: client.keyholder_listed
        raise WrongAccount(
            "This device is revoked: the list of devices that your account has signed names it no longer.",
            check="client.keyholder_listed",
        )
    if not continues:  # check: client.set_descent
        raise WrongAccount("The server shows another list of devices than before.", check="client.set_descent")
    identity = Identity(own.account, secrets, verified)
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
        here, above = chain.generation(number), chain.generation(number + 1)
        secrets[number] = unwrap_earlier_seed(sealed[number], chain.account, here, above, secrets[number + 1])
    return secrets
