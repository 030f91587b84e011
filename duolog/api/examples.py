"""The values that the API document's examples are made of, for one evening of an invented couple.

Ids are the hashes of the statements that they belong to, and statements parse. Keys, signatures and sealed bytes are
drawn from names: they have the right size, and verify nothing.
"""

from hashlib import shake_128

from duolog.protocol import sizes
from duolog.protocol.accounts import encode_genesis, encode_rotation
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.entries import MIN_BLOB, Header
from duolog.protocol.ids import account_id, journal_id, keyholder_id
from duolog.protocol.keyholder_sets import Keyholder, KeyholderSet, set_commitment
from duolog.protocol.log import StatementItem, entry_item, first_head, next_head
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_statements import Close, Member, RosterStatement, close_timing
from duolog.protocol.statements import Signature, SignedStatement, statement_hash

DAY = 86_400  # seconds
AT = 1_795_600_000  # Unix seconds: an evening of November 2026
IN_TWO_MINUTES = AT + 120
TOMORROW = AT + DAY
NEXT_WEEK = AT + 7 * DAY
IN_HALF_A_YEAR = AT + 180 * DAY


def drawn(name: str, size: int) -> bytes:
    """`size` bytes that follow from a name."""
    return shake_128(name.encode()).digest(size)


def _keys(generation: int) -> dict[str, bytes]:
    return {
        "sign_key": drawn(f"signing key {generation}", sizes.SIGN_KEY),
        "box_key": drawn(f"box key {generation}", sizes.BOX_KEY),
        "kem_key": drawn(f"kem key {generation}", sizes.KEM_KEY),
    }


_DEVICE_KEY = drawn("device", sizes.SIGN_KEY)
KEYHOLDER = keyholder_id(_DEVICE_KEY)
_DEVICE = Keyholder(KEYHOLDER, "device", _DEVICE_KEY, drawn("device's kem key", sizes.KEM_KEY))


def _set(version: int, generation: int, prev: bytes | None, journal: bytes | None) -> bytes:
    return KeyholderSet(version, prev, generation, KEYHOLDER, journal, None, (_DEVICE,)).encode()


FIRST_SET = _set(1, 1, None, None)
GENESIS = encode_genesis(
    **_keys(1), keyholders=set_commitment(drawn("salt", sizes.SALT), FIRST_SET), nonce=drawn("nonce", sizes.NONCE)
)
ACCOUNT = account_id(GENESIS)
SEALED_SEED = drawn("sealed seed", sizes.SEALED_SEED)


_ME = Member(ACCOUNT, 1, statement_hash(GENESIS), "partner", "write")


def _roster_genesis(name: str) -> bytes:
    return RosterStatement(
        change="genesis",
        version=1,
        members=(_ME,),
        provisional=False,
        epoch=1,
        epoch_commitment=drawn(f"{name}: epoch 1", sizes.COMMITMENT),
        nonce=drawn(f"{name}: nonce", sizes.NONCE),
        grants={ACCOUNT: grant_digest(SEALED_SEED)},
    ).encode()


JOURNAL_GENESIS = _roster_genesis("journal")
JOURNAL = journal_id(JOURNAL_GENESIS)
ACCOUNT_JOURNAL_GENESIS = _roster_genesis("account journal")
SECOND_SET = _set(2, 1, statement_hash(FIRST_SET), journal_id(ACCOUNT_JOURNAL_GENESIS))
THIRD_SET = _set(3, 2, statement_hash(SECOND_SET), journal_id(ACCOUNT_JOURNAL_GENESIS))
SETS = FIRST_SET, SECOND_SET, THIRD_SET
ROTATION = encode_rotation(
    **_keys(2),
    account=ACCOUNT,
    generation=2,
    prev=statement_hash(GENESIS),
    keyholders=set_commitment(drawn("second salt", sizes.SALT), THIRD_SET),
    at=AT // DAY,
)
CLOSING_SALT = drawn("closing salt", sizes.SALT)
CLOSE = Close(JOURNAL, ACCOUNT, 1, drawn("closing", sizes.NONCE), close_timing(CLOSING_SALT, NEXT_WEEK)).encode()
SIGNATURE = drawn("signature", sizes.SIGNATURE)

ENTRY = drawn("entry", sizes.ENTRY_ID)
HEADER = Header(JOURNAL, ENTRY, 1, ACCOUNT, 1).encode()
WITHDRAWAL_HEADER = Header(JOURNAL, drawn("withdrawal", sizes.ENTRY_ID), 1, ACCOUNT, 1).encode()
BLOB = drawn("blob", MIN_BLOB)
FIRST_ITEM = StatementItem(SignedStatement(JOURNAL_GENESIS, (Signature(ACCOUNT, SIGNATURE),)))
SECOND_ITEM = entry_item(HEADER, BLOB)
FIRST_HEAD = next_head(first_head(JOURNAL), FIRST_ITEM.digest)
HEAD = next_head(FIRST_HEAD, SECOND_ITEM.digest)
SEQ = 2  # of the entry; the genesis is the first item

INVITATION = drawn("invitation", sizes.INVITATION_ID)
SESSION = drawn("session", sizes.SESSION_ID)
RENDEZVOUS = drawn("rendezvous", sizes.RENDEZVOUS_ID)
ATTACHMENT = drawn("attachment", sizes.ATTACHMENT_ID)
PROPOSED = RosterStatement(
    change="rotate",
    version=2,
    members=(_ME,),
    provisional=False,
    epoch=2,
    epoch_commitment=drawn("epoch 2", sizes.COMMITMENT),
    journal=JOURNAL,
    prev=statement_hash(JOURNAL_GENESIS),
    grants={ACCOUNT: grant_digest(SEALED_SEED)},
).encode()
PROPOSAL = statement_hash(PROPOSED)

SEALED = drawn("sealed", 96)
SEALED_PART = drawn("part", 296)  # the last part of an attachment of 1 MiB

_BY_ME: JsonObject = {"account": encode_b64(ACCOUNT), "signature": encode_b64(SIGNATURE)}
_FOR_ME: JsonObject = {"account": encode_b64(ACCOUNT), "grant": encode_b64(SEALED_SEED)}
FIRST_RECEIPT: JsonObject = {
    "seq": 1,
    "head": encode_b64(FIRST_HEAD),
    "time": AT,
    "signature": encode_b64(SIGNATURE),
}


def signed_by_me(statement: bytes) -> JsonObject:
    """A journal's statement as an example of JSON, with one signature and one grant."""
    return {"statement": encode_b64(statement), "signatures": [_BY_ME], "grants": [_FOR_ME]}


def signed(statement: bytes, signatures: int = 1) -> JsonObject:
    """An account's statement as an example of JSON."""
    return {"statement": encode_b64(statement), "signatures": [encode_b64(SIGNATURE)] * signatures}


PUSHED_ENTRY: JsonObject = {"kind": "entry", "header": encode_b64(HEADER), "blob": encode_b64(BLOB)}
PUSHED_ROTATE: JsonObject = {"kind": "statement"} | signed_by_me(PROPOSED)
