"""Accounts: the chain of key statements, and the keyholder sets that only the owner sees.

Rules
- The account id is the hash of its genesis, which its own key signs.
- A rotation names its account, the next generation and the hash of the statement before it; the old and the new key
  sign it, in this order.
- Two different successors of one statement are a fork of the account: a hard stop.
- A keyholder set is complete, linked to the one before, and signed by the key of the generation that it names;
  generations never decrease.
- Set 1 names no account journal; every later one names the same. The first set of a later generation carries
  `account_head`.
- A genesis or rotation commits to one set. Only the owner has the salt, so nobody else can test a guess.

This module holds no secret: packages and derivation live in `duolog.seal`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from duolog.errors import AccountFork, ChainViolation, Rollback
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_canonical, label, sha256
from duolog.protocol.ids import keyholder_id
from duolog.protocol.statements import Fields, require_ascending, statement_hash, verify_statement

KeyholderKind = Literal["device", "recovery_sheet", "passkey"]
KEYHOLDER_KINDS: tuple[KeyholderKind, ...] = ("device", "recovery_sheet", "passkey")


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
    _require_signatures(signed, 1)
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
    _require_signatures(signed, 2)
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


def _require_signatures(signed: SignedAccountStatement, count: int) -> None:
    if len(signed.signatures) != count:  # check: accounts.signature_count
        raise ChainViolation(
            "An account statement has too few or too many signatures.", check="accounts.signature_count"
        )


@dataclass(frozen=True, slots=True)
class Keyholder:
    """One way into an account: its id, kind and public keys. Seen by the owner alone."""

    id: bytes
    kind: KeyholderKind
    sign_key: bytes
    kem_key: bytes


@dataclass(frozen=True, slots=True)
class AccountHead:
    """The end of the account journal when a rotation was made."""

    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class KeyholderSet:
    """The complete list of an account's keyholders, parsed and not verified: see `verify_sets`."""

    version: int
    prev: bytes | None
    generation: int
    rotator: bytes
    account_journal: bytes | None
    account_head: AccountHead | None
    keyholders: tuple[Keyholder, ...]

    def find(self, keyholder: bytes) -> Keyholder | None:
        return next((item for item in self.keyholders if item.id == keyholder), None)

    def encode(self) -> bytes:
        """The canonical statement. Spec: §4."""
        value: JsonObject = {
            "type": "keyholder_set",
            "version": self.version,
            "generation": self.generation,
            "rotator": encode_b64(self.rotator),
            "set": [
                {
                    "id": encode_b64(item.id),
                    "kind": item.kind,
                    "sign_key": encode_b64(item.sign_key),
                    "kem_key": encode_b64(item.kem_key),
                }
                for item in self.keyholders
            ],
        }
        if self.prev is not None:
            value["prev"] = encode_b64(self.prev)
        if self.account_journal is not None:
            value["account_journal"] = encode_b64(self.account_journal)
        if self.account_head is not None:
            value["account_head"] = {"seq": self.account_head.seq, "head": encode_b64(self.account_head.head)}
        return encode_canonical(value)


def parse_set(statement: bytes) -> KeyholderSet:
    """A keyholder set from its canonical bytes.

    Raises:
        MalformedData: the bytes are not canonical, a field is missing or unknown, or ids are out of order.
        ChainViolation: an id is not the hash of its key.
    Spec: §4.
    """
    fields = Fields.of_statement(statement, "keyholder_set")
    version = fields.number("version")
    parsed = KeyholderSet(
        version=version,
        prev=fields.data("prev", sizes.HASH) if version > 1 else None,
        generation=fields.number("generation"),
        rotator=fields.data("rotator", sizes.KEYHOLDER_ID),
        account_journal=fields.data("account_journal", sizes.JOURNAL_ID) if version > 1 else None,
        account_head=fields.object("account_head", _read_account_head) if fields.has("account_head") else None,
        keyholders=fields.objects("set", _read_keyholder, 1, sizes.MAX_KEYHOLDERS),
    )
    fields.done()
    require_ascending([item.id for item in parsed.keyholders], "Keyholders")
    return parsed


def _read_account_head(fields: Fields) -> AccountHead:
    return AccountHead(seq=fields.integer("seq", 1), head=fields.data("head", sizes.HASH))


def _read_keyholder(fields: Fields) -> Keyholder:
    keyholder = Keyholder(
        id=fields.data("id", sizes.KEYHOLDER_ID),
        kind=cast(KeyholderKind, fields.text("kind", *KEYHOLDER_KINDS)),
        sign_key=fields.data("sign_key", sizes.SIGN_KEY),
        kem_key=fields.data("kem_key", sizes.KEM_KEY),
    )
    if keyholder.id != keyholder_id(keyholder.sign_key):  # check: accounts.keyholder_id
        raise ChainViolation("A keyholder's id is not the hash of its key.", check="accounts.keyholder_id")
    return keyholder


def verify_sets(
    chain: AccountChain, statements: Sequence[SignedAccountStatement], known: Sequence[KeyholderSet] = ()
) -> tuple[KeyholderSet, ...]:
    """Verify every keyholder set of an account, first version first. `known`: first sets, verified before.

    Raises:
        MalformedData: a set is not canonical.
        ChainViolation: a link, the account journal or a generation does not follow.
        BadSignature: the generation's key has not signed.
    Spec: §4.
    """
    sets = list(known)
    prev = statement_hash(statements[len(sets) - 1].statement) if sets else None
    for signed in statements[len(sets) :]:
        sets.append(follow_set(chain, sets[-1] if sets else None, prev, signed))
        prev = statement_hash(signed.statement)
    if not sets:
        raise ChainViolation("An account has no keyholder set.", check="accounts.no_set")
    return tuple(sets)


def follow_set(
    chain: AccountChain, before: KeyholderSet | None, prev: bytes | None, signed: SignedAccountStatement
) -> KeyholderSet:
    """Parse and verify the set after `before`, whose statement hash is `prev`. Raises: as `verify_sets`."""
    parsed = parse_set(signed.statement)
    _check_set_link(before, prev, parsed)
    _require_signatures(signed, 1)
    sign_key = chain.generation(parsed.generation).sign_key
    verify_statement(sign_key, signed.statement, signed.signatures[0])  # check: accounts.set_signature
    return parsed


def _check_set_link(before: KeyholderSet | None, prev: bytes | None, parsed: KeyholderSet) -> None:
    if parsed.version != (before.version + 1 if before else 1):  # check: accounts.set_version
        raise ChainViolation("A keyholder set is not the next version.", check="accounts.set_version")
    if parsed.prev != prev:  # check: accounts.set_prev
        raise ChainViolation("A keyholder set does not follow the one before it.", check="accounts.set_prev")
    if parsed.generation < (before.generation if before else 1):  # check: accounts.set_generation
        raise ChainViolation("A keyholder set goes back to an earlier generation.", check="accounts.set_generation")
    rotated = before is not None and parsed.generation > before.generation
    if rotated != (parsed.account_head is not None):  # check: accounts.set_account_head
        raise ChainViolation(
            "The first set of a generation, and no other, says where the account journal stood.",
            check="accounts.set_account_head",
        )
    named = before.account_journal if before else None
    if named is not None and parsed.account_journal != named:  # check: accounts.set_account_journal
        raise ChainViolation("A keyholder set names another account journal.", check="accounts.set_account_journal")
    if parsed.find(parsed.rotator) is None:  # check: accounts.set_rotator
        raise ChainViolation("A keyholder set's rotator is not in it.", check="accounts.set_rotator")


def set_commitment(salt: bytes, statement: bytes) -> bytes:
    """The salted hash of one set, as a genesis or rotation carries it in `keyholders`. 32 bytes. Spec: §4."""
    return sha256(label("keyholder-set"), salt, statement)


def require_committed_set(generation: Generation, salt: bytes, statement: bytes) -> None:
    """Check that this generation's statement committed to the set. Raises: ChainViolation. Spec: §4."""
    if set_commitment(salt, statement) != generation.keyholders:  # check: accounts.set_commitment
        raise ChainViolation(
            "The server shows other keyholders than this account's keys were made for.", check="accounts.set_commitment"
        )


def require_own_set(
    chain: AccountChain, statements: Sequence[SignedAccountStatement], salt: bytes, known: Sequence[KeyholderSet] = ()
) -> KeyholderSet:
    """The newest keyholder set of an own account; `salt` is that of its newest generation, `known` as in `verify_sets`.

    Raises:
        MalformedData, ChainViolation, BadSignature: as `verify_sets`.
        ChainViolation: the newest set is of an earlier generation, or its generation committed to another first set.
    Spec: §4.
    """
    sets = verify_sets(chain, statements, known)
    newest = chain.newest
    if sets[-1].generation != newest.generation:  # check: accounts.set_newest
        raise ChainViolation(
            "The server shows no keyholders of this account's newest keys.", check="accounts.set_newest"
        )
    generations = [item.generation for item in sets]
    first = statements[generations.index(newest.generation)].statement
    require_committed_set(newest, salt, first)  # check: accounts.own_set
    return sets[-1]
