"""The shared parts of all models: binary values in JSON, signed statements, receipts."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.receipts import Receipt
from duolog.protocol.statements import Signature, SignedStatement


class Model(BaseModel):
    """Strict, closed and immutable: nothing is coerced, and an unknown field is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _bytes(low: int, high: int, example: bytes | None = None) -> Any:
    """The annotations of `bytes` that travel as unpadded base64url and have `low` to `high` bytes."""

    def parse(value: object) -> bytes:
        if isinstance(value, bytes):
            data = value
        elif isinstance(value, str):
            try:
                data = parse_b64(value)
            except MalformedData as error:
                raise ValueError(str(error)) from error
        else:
            raise ValueError("A binary value is a base64url string.")
        if not low <= len(data) <= high:
            raise ValueError(f"A binary value has {len(data)} bytes where {low} to {high} belong.")
        return data

    schema: dict[str, Any] = {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]*$",
        "minLength": _length(low),
        "maxLength": _length(high),
        "contentEncoding": "base64url",
    }
    if low == high:
        schema["examples"] = [encode_b64(example or bytes(range(low)) if low <= 64 else b"\x00" * low)]
    return (
        BeforeValidator(parse),
        PlainSerializer(encode_b64, return_type=str, when_used="json"),
        WithJsonSchema(schema),
    )


def _length(size: int) -> int:
    return (size * 8 + 5) // 6


AccountId = Annotated[bytes, *_bytes(sizes.ACCOUNT_ID, sizes.ACCOUNT_ID)]
JournalId = Annotated[bytes, *_bytes(sizes.JOURNAL_ID, sizes.JOURNAL_ID)]
KeyholderId = Annotated[bytes, *_bytes(sizes.KEYHOLDER_ID, sizes.KEYHOLDER_ID)]
EntryId = Annotated[bytes, *_bytes(sizes.ENTRY_ID, sizes.ENTRY_ID)]
SessionId = Annotated[bytes, *_bytes(sizes.SESSION_ID, sizes.SESSION_ID)]
InvitationId = Annotated[bytes, *_bytes(sizes.INVITATION_ID, sizes.INVITATION_ID)]
Hash = Annotated[bytes, *_bytes(sizes.HASH, sizes.HASH)]
SignatureBytes = Annotated[bytes, *_bytes(sizes.SIGNATURE, sizes.SIGNATURE)]
SealedSeed = Annotated[bytes, *_bytes(sizes.SEALED_SEED, sizes.SEALED_SEED)]
PublicKey = Annotated[bytes, *_bytes(sizes.SIGN_KEY, sizes.SIGN_KEY)]
Challenge = Annotated[bytes, *_bytes(sizes.CHALLENGE, sizes.CHALLENGE)]
Token = Annotated[bytes, *_bytes(sizes.TOKEN, sizes.TOKEN)]
Statement = Annotated[bytes, *_bytes(2, sizes.MAX_STATEMENT)]
HeaderBytes = Annotated[bytes, *_bytes(91, 91 + sizes.MAX_ATTACHMENTS * sizes.ATTACHMENT_ID)]
CarriedHeader = Annotated[bytes, *_bytes(0, sizes.MAX_STATEMENT)]
Blob = Annotated[bytes, *_bytes(sizes.MIN_PLAINTEXT, sizes.MAX_BLOB)]
SealedInvitation = Annotated[bytes, *_bytes(sizes.AEAD_NONCE + sizes.AEAD_TAG, sizes.MAX_INVITATION)]
SealedReveal = Annotated[bytes, *_bytes(sizes.AEAD_NONCE + sizes.AEAD_TAG, sizes.MAX_REVEAL)]
SealedContext = Annotated[bytes, *_bytes(sizes.AEAD_NONCE + sizes.AEAD_TAG, sizes.MAX_CONTEXT)]

OriginText = Annotated[str, Field(min_length=1, max_length=sizes.MAX_ORIGIN, examples=["https://journal.example"])]
UnixSeconds = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER, examples=[1795600000])]
ReceiptTime = Annotated[int, Field(ge=sizes.EARLIEST_TIME, le=sizes.LATEST_TIME, examples=[1795600000])]
Seq = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER, examples=[42])]


class AccountStatementModel(Model):
    """A genesis (one signature), a rotation (the old key's, then the new key's) or a keyholder set (one)."""

    statement: Statement
    signatures: Annotated[list[SignatureBytes], Field(fail_fast=True, min_length=1, max_length=2)]

    def signed(self) -> SignedAccountStatement:
        return SignedAccountStatement(self.statement, tuple(self.signatures))

    @classmethod
    def of(cls, signed: SignedAccountStatement) -> "AccountStatementModel":
        return cls(statement=signed.statement, signatures=list(signed.signatures))


AccountStatements = Annotated[
    list[AccountStatementModel],
    Field(
        fail_fast=True, min_length=1, max_length=sizes.MAX_CHAIN, description="A chain or keyholder sets, oldest first."
    ),
]


class SignatureModel(Model):
    """One account's signature over a journal's statement."""

    account: AccountId
    signature: SignatureBytes


class GrantModel(Model):
    """An epoch key sealed to one member."""

    account: AccountId
    grant: SealedSeed


class JournalStatementModel(Model):
    """A roster statement or a closing; its signatures ascend by account. `grants`: the grants of a fresh epoch."""

    statement: Statement
    signatures: Annotated[list[SignatureModel], Field(fail_fast=True, min_length=1, max_length=sizes.MAX_MEMBERS)]
    grants: Annotated[list[GrantModel], Field(fail_fast=True, max_length=sizes.MAX_MEMBERS, default_factory=list)]

    def signed(self) -> SignedStatement:
        return SignedStatement(
            self.statement, tuple(Signature(item.account, item.signature) for item in self.signatures)
        )

    def grants_by_account(self) -> dict[bytes, bytes]:
        return {item.account: item.grant for item in self.grants}

    @classmethod
    def of(cls, signed: SignedStatement, grants: dict[bytes, bytes]) -> "JournalStatementModel":
        return cls(
            statement=signed.statement,
            signatures=[SignatureModel(account=item.account, signature=item.signature) for item in signed.signatures],
            grants=[GrantModel(account=account, grant=grant) for account, grant in sorted(grants.items())],
        )


class ReceiptModel(Model):
    """The server's signature over a head that the server accepted at `time`."""

    seq: Seq
    head: Hash
    time: ReceiptTime
    signature: SignatureBytes

    def receipt(self) -> Receipt:
        return Receipt(seq=self.seq, head=self.head, time=self.time, signature=self.signature)

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptModel":
        return cls(seq=receipt.seq, head=receipt.head, time=receipt.time, signature=receipt.signature)
