"""Keyholder sets: the ways into an account, which only its owner sees.

Rules
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

from duolog.errors import ChainViolation
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, Generation, SignedAccountStatement, require_signatures
from duolog.protocol.codec import JsonObject, encode_b64, encode_canonical, label, sha256
from duolog.protocol.ids import keyholder_id
from duolog.protocol.statements import Fields, require_ascending, statement_hash, verify_statement

KeyholderKind = Literal["device", "recovery_sheet", "passkey"]
KEYHOLDER_KINDS: tuple[KeyholderKind, ...] = ("device", "recovery_sheet", "passkey")


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
    require_signatures(signed, 1)
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
