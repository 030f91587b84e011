"""Accounts: the chain of key statements, one for each generation of keys.

Rules
- The account id is the hash of its genesis, which its own key signs.
- A rotation names its account, the next generation and the hash of the statement before it; the old and the new key
  sign it, in this order.
- Two different successors of one statement are a fork of the account: a hard stop.

The keyholder sets that a genesis or rotation commits to are in `keyholder_sets`. This module holds no secret: packages
and derivation live in `duolog.seal`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from duolog.errors import AccountFork, ChainViolation, Rollback
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_canonical
from duolog.protocol.statements import Fields, statement_hash, verify_statement


@dataclass(frozen=True, slots=True)
class SignedAccountStatement:
    """A genesis (one signature), rotation (old key's, new key's) or keyholder set (one) as shipped.

    Nothing is verified yet.
    """

    statement: bytes
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """One verified link of a chain: the public keys of one generation.

    `statement_hash` is the `chain_head` that rosters name; `keyholders` the commitment to a set; `at` a Unix day, None
    in a genesis.
    """

    generation: int
    sign_key: bytes
    box_key: bytes
    kem_key: bytes
    keyholders: bytes
    statement_hash: bytes
    at: int | None


@dataclass(frozen=True, slots=True)
class AccountChain:
    """A verified account: its id and every generation, oldest first."""

    account: bytes
    generations: tuple[Generation, ...]

    @property
    def newest(self) -> Generation:
        return self.generations[-1]

    def generation(self, number: int) -> Generation:
        """Raises: ChainViolation when the chain has no such generation."""
        if not 1 <= number <= len(self.generations):  # check: accounts.generation_known
            raise ChainViolation("The account has no such generation.", check="accounts.generation_known")
        return self.generations[number - 1]


def encode_genesis(*, sign_key: bytes, box_key: bytes, kem_key: bytes, keyholders: bytes, nonce: bytes) -> bytes:
    """The canonical genesis statement of an account. Spec: §4."""
    return encode_canonical(
        {"type": "account_genesis", "suite": sizes.SUITE, "nonce": encode_b64(nonce)}
        | _encode_keys(sign_key, box_key, kem_key, keyholders)
    )


def encode_rotation(
    *,
    account: bytes,
    generation: int,
    prev: bytes,
    sign_key: bytes,
    box_key: bytes,
    kem_key: bytes,
    keyholders: bytes,
    at: int,
) -> bytes:
    """The canonical rotation statement to `generation`; `at` is a Unix day. Spec: §4."""
    named: JsonObject = {
        "type": "account_rotation",
        "account": encode_b64(account),
        "generation": generation,
        "prev": encode_b64(prev),
        "at": at,
    }
    return encode_canonical(named | _encode_keys(sign_key, box_key, kem_key, keyholders))


def _encode_keys(sign_key: bytes, box_key: bytes, kem_key: bytes, keyholders: bytes) -> JsonObject:
    return {
        "sign_key": encode_b64(sign_key),
        "box_key": encode_b64(box_key),
        "kem_key": encode_b64(kem_key),
        "keyholders": encode_b64(keyholders),
    }


def read_generation(fields: Fields, number: int, statement: bytes, at: int | None) -> Generation:
    """Read the fields that genesis and rotation share, and nothing after them. No signature is verified."""
    generation = Generation(
        generation=number,
        sign_key=fields.data("sign_key", sizes.SIGN_KEY),
        box_key=fields.data("box_key", sizes.BOX_KEY),
        kem_key=fields.data("kem_key", sizes.KEM_KEY),
        keyholders=fields.data("keyholders", sizes.HASH),
        statement_hash=statement_hash(statement),
        at=at,
    )
    fields.done()
    return generation


def _verify_genesis(signed: SignedAccountStatement) -> AccountChain:
    fields = Fields.of_statement(signed.statement, "account_genesis")
    fields.suite()
    fields.data("nonce", sizes.NONCE)
    genesis = read_generation(fields, 1, signed.statement, None)
    require_signatures(signed, 1)
    verify_statement(genesis.sign_key, signed.statement, signed.signatures[0])  # check: accounts.genesis_signature
    return AccountChain(account=genesis.statement_hash, generations=(genesis,))


def extend_chain(chain: AccountChain, signed: SignedAccountStatement) -> AccountChain:
    """The chain with one more rotation. Raises: as `continue_chain`. Spec: §4."""
    return continue_chain(chain, [signed])


def continue_chain(chain: AccountChain, statements: Sequence[SignedAccountStatement]) -> AccountChain:
    """Extend the chain by these rotations; links that it holds already are not verified again.

    Raises:
        MalformedData: a statement is not a rotation in canonical form.
        ChainViolation: the account, generation or predecessor is not the next link's, or the chain is full.
        BadSignature: the old or the new key has not signed.
    Spec: §4.
    """
    generations = list(chain.generations)
    for signed in statements:
        generations.append(_verify_rotation(chain.account, generations[-1], signed))
    return AccountChain(chain.account, tuple(generations))


def _verify_rotation(account: bytes, before: Generation, signed: SignedAccountStatement) -> Generation:
    fields = Fields.of_statement(signed.statement, "account_rotation")
    if fields.data("account", sizes.ACCOUNT_ID) != account:  # check: accounts.rotation_account
        raise ChainViolation("A rotation belongs to another account.", check="accounts.rotation_account")
    if fields.number("generation") != before.generation + 1:  # check: accounts.rotation_generation
        raise ChainViolation("A rotation is not the next generation.", check="accounts.rotation_generation")
    if before.generation >= sizes.MAX_GENERATIONS:  # check: accounts.generations
        raise ChainViolation("An account has had more keys than an account can have.", check="accounts.generations")
    if fields.data("prev", sizes.HASH) != before.statement_hash:  # check: accounts.rotation_prev
        raise ChainViolation("A rotation does not follow the statement before it.", check="accounts.rotation_prev")
    at = fields.integer("at", 0, sizes.MAX_U32)
    rotation = read_generation(fields, before.generation + 1, signed.statement, at)
    require_signatures(signed, 2)
    verify_statement(before.sign_key, signed.statement, signed.signatures[0])  # check: accounts.rotation_old_key
    verify_statement(rotation.sign_key, signed.statement, signed.signatures[1])  # check: accounts.rotation_new_key
    return rotation


def verify_chain(statements: Sequence[SignedAccountStatement]) -> AccountChain:
    """A whole account chain, genesis first. Raises: as `continue_chain`, for a wrong genesis too. Spec: §4."""
    if not statements:
        raise ChainViolation("An account chain has no genesis.", check="accounts.empty")
    return continue_chain(_verify_genesis(statements[0]), statements[1:])


def require_descent(pinned: AccountChain, offered: AccountChain) -> None:
    """Check that `offered` continues the pinned chain.

    Raises:
        Rollback: `offered` is shorter.
        AccountFork: `offered` has another statement at a place of the pinned chain.
    Spec: §4.
    """
    known = len(pinned.generations)
    if len(offered.generations) < known:  # check: accounts.chain_rollback
        raise Rollback(
            "The server shows an older state of an account than it did before.", check="accounts.chain_rollback"
        )
    if offered.generations[:known] != pinned.generations:  # check: accounts.fork
        raise AccountFork(
            "Two different key statements follow the same one. Stop, and compare the eight words of the account in "
            "person.",
            check="accounts.fork",
        )


def require_signatures(signed: SignedAccountStatement, count: int) -> None:
    """Check that a statement has this many signatures. Raises: ChainViolation."""
    if len(signed.signatures) != count:  # check: accounts.signature_count
        raise ChainViolation(
            "An account statement has too few or too many signatures.", check="accounts.signature_count"
        )
