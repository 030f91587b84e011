"""The formats of a journal's statements: rosters, acceptances and closings. The rules between them are in `roster`.

This module verifies nothing: a parsed statement is well-formed, not true. Spec: §5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_canonical, label, sha256, u64
from duolog.protocol.statements import Fields, require_ascending

Role = Literal["partner", "confidant"]
Rights = Literal["read", "write"]
Change = Literal[
    "genesis", "add", "remove", "rotate", "verify", "shorten", "extend", "rights", "leave", "refresh", "bad_grant"
]
CHANGES: tuple[Change, ...] = (
    "genesis", "add", "remove", "rotate", "verify", "shorten", "extend", "rights", "leave", "refresh", "bad_grant",
)  # fmt: skip
WITHOUT_SUBJECT = frozenset({"genesis", "rotate", "verify"})


@dataclass(frozen=True, slots=True)
class Member:
    """One member as a roster names it.

    `rights`: read, or write (which includes reading). `until`: Unix seconds, confidants only.
    """

    account: bytes
    generation: int
    chain_head: bytes
    role: Role
    rights: Rights
    until: int | None = None


@dataclass(frozen=True, slots=True)
class SignedAcceptance:
    """An acceptance as shipped, and the newcomer's signature (64 bytes)."""

    statement: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A newcomer's consent to exactly one place in one journal. `nonce` is N_P of the pairing. Spec: §5, §7."""

    journal: bytes
    invitation: bytes
    member: Member
    nonce: bytes

    def encode(self) -> bytes:
        """The canonical statement. Spec: §5."""
        return encode_canonical(
            {
                "type": "acceptance",
                "journal": encode_b64(self.journal),
                "invitation": encode_b64(self.invitation),
                "nonce": encode_b64(self.nonce),
            }
            | _encode_member(self.member)
        )


@dataclass(frozen=True, slots=True)
class RosterStatement:
    """A parsed roster statement. `account`: the subject of the change, None for genesis, rotate and verify.

    `grants` maps accounts to digests of sealed grants; None where the epoch is not fresh. A genesis has `nonce` and
    neither `journal` nor `prev`.
    Spec: §5.
    """

    change: Change
    version: int
    members: tuple[Member, ...]
    provisional: bool
    epoch: int
    epoch_commitment: bytes
    journal: bytes | None = None
    prev: bytes | None = None
    nonce: bytes | None = None
    account: bytes | None = None
    grants: Mapping[bytes, bytes] | None = None
    acceptance: SignedAcceptance | None = None

    def encode(self) -> bytes:
        """The canonical statement. Spec: §5."""
        change: JsonObject = {"kind": self.change}
        value: JsonObject = {
            "type": "roster",
            "suite": sizes.SUITE,
            "version": self.version,
            "change": change,
            "members": [_encode_member(member) for member in self.members],
            "provisional": self.provisional,
            "epoch": self.epoch,
            "epoch_commitment": encode_b64(self.epoch_commitment),
        }
        if self.account is not None:
            change["account"] = encode_b64(self.account)
        for name, data in (("journal", self.journal), ("prev", self.prev), ("nonce", self.nonce)):
            if data is not None:
                value[name] = encode_b64(data)
        if self.grants is not None:
            value["grants"] = [
                {"account": encode_b64(account), "digest": encode_b64(digest)}
                for account, digest in sorted(self.grants.items())
            ]
        if self.acceptance is not None:
            value["acceptance"] = {
                "statement": encode_b64(self.acceptance.statement),
                "signature": encode_b64(self.acceptance.signature),
            }
        return encode_canonical(value)


@dataclass(frozen=True, slots=True)
class Close:
    """A closing: the last entry of a log. `timing` hides when it was due (`close_timing`).

    `receipt_key`: set when the closing ends only this server's log, because the journal moves to another server.
    Spec: §5, §13.
    """

    journal: bytes
    account: bytes
    generation: int
    nonce: bytes
    timing: bytes
    receipt_key: bytes | None = None

    def encode(self) -> bytes:
        """The canonical statement. Spec: §5."""
        value: JsonObject = {
            "type": "close",
            "journal": encode_b64(self.journal),
            "account": encode_b64(self.account),
            "generation": self.generation,
            "nonce": encode_b64(self.nonce),
            "timing": encode_b64(self.timing),
        }
        if self.receipt_key is not None:
            value["receipt_key"] = encode_b64(self.receipt_key)
        return encode_canonical(value)


def close_timing(salt: bytes, not_before: int) -> bytes:
    """The commitment to a closing's earliest time (Unix seconds, 0 for now). 32 bytes. Spec: §5."""
    return sha256(label("close-timing"), salt, u64(not_before))


def statement_type(statement: JsonObject) -> str:
    """The `type` of a parsed journal statement, `roster` or `close`. Raises: MalformedData for any other. Spec: §5."""
    return Fields(statement, "A statement").text("type", "roster", "close")


def parse_roster(statement: bytes) -> RosterStatement:
    """A roster statement from its canonical bytes.

    Raises:
        MalformedData: not canonical, an unknown change or suite, a missing or unknown field, or lists out of order.
    Spec: §5.
    """
    fields = Fields.of_statement(statement, "roster")
    fields.suite()
    change, account = fields.object("change", _read_change)
    parsed = RosterStatement(
        change=change,
        account=account,
        version=fields.number("version"),
        members=fields.objects("members", read_member, 1, sizes.MAX_MEMBERS),
        provisional=fields.flag("provisional"),
        epoch=fields.number("epoch"),
        epoch_commitment=fields.data("epoch_commitment", sizes.COMMITMENT),
        journal=None if change == "genesis" else fields.data("journal", sizes.JOURNAL_ID),
        prev=None if change == "genesis" else fields.data("prev", sizes.HASH),
        nonce=fields.data("nonce", sizes.NONCE) if change == "genesis" else None,
        grants=_read_grants(fields) if fields.has("grants") else None,
        acceptance=fields.object("acceptance", _read_signed_acceptance) if change == "add" else None,
    )
    fields.done()
    require_ascending([member.account for member in parsed.members], "Members")
    return parsed


def parse_acceptance(statement: bytes) -> Acceptance:
    """An acceptance from its canonical bytes. Raises: MalformedData. Spec: §5."""
    fields = Fields.of_statement(statement, "acceptance")
    acceptance = Acceptance(
        journal=fields.data("journal", sizes.JOURNAL_ID),
        invitation=fields.data("invitation", sizes.HASH),
        member=read_member(fields),
        nonce=fields.data("nonce", sizes.NONCE),
    )
    fields.done()
    return acceptance


def parse_close(statement: bytes) -> Close:
    """A closing from its canonical bytes. Raises: MalformedData. Spec: §5."""
    fields = Fields.of_statement(statement, "close")
    close = Close(
        journal=fields.data("journal", sizes.JOURNAL_ID),
        account=fields.data("account", sizes.ACCOUNT_ID),
        generation=fields.number("generation"),
        nonce=fields.data("nonce", sizes.NONCE),
        timing=fields.data("timing", sizes.HASH),
        receipt_key=fields.data("receipt_key", sizes.SIGN_KEY) if fields.has("receipt_key") else None,
    )
    fields.done()
    return close


def _encode_member(member: Member) -> JsonObject:
    value: JsonObject = {
        "account": encode_b64(member.account),
        "generation": member.generation,
        "chain_head": encode_b64(member.chain_head),
        "role": member.role,
        "rights": member.rights,
    }
    if member.until is not None:
        value["until"] = member.until
    return value


def read_member(fields: Fields) -> Member:
    """One member, as statements name it. Raises: MalformedData. Spec: §5."""
    return Member(
        account=fields.data("account", sizes.ACCOUNT_ID),
        generation=fields.number("generation"),
        chain_head=fields.data("chain_head", sizes.HASH),
        role=cast(Role, fields.text("role", "partner", "confidant")),
        rights=cast(Rights, fields.text("rights", "read", "write")),
        until=fields.integer("until") if fields.has("until") else None,
    )


def _read_change(fields: Fields) -> tuple[Change, bytes | None]:
    kind = cast(Change, fields.text("kind", *CHANGES))
    return kind, None if kind in WITHOUT_SUBJECT else fields.data("account", sizes.ACCOUNT_ID)


def _read_grants(fields: Fields) -> Mapping[bytes, bytes]:
    pairs = fields.objects("grants", _read_grant, 1, sizes.MAX_MEMBERS)
    require_ascending([account for account, _ in pairs], "Grants")
    return dict(pairs)


def _read_grant(fields: Fields) -> tuple[bytes, bytes]:
    return fields.data("account", sizes.ACCOUNT_ID), fields.data("digest", sizes.HASH)


def _read_signed_acceptance(fields: Fields) -> SignedAcceptance:
    statement = fields.blob("statement", sizes.MAX_STATEMENT)
    return SignedAcceptance(statement=statement, signature=fields.data("signature", sizes.SIGNATURE))
