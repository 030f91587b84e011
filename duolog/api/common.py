"""The shared parts of all models: binary values in JSON, signed statements, receipts."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from duolog.api import examples
from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.receipts import Receipt
from duolog.protocol.statements import Signature, SignedStatement

REQUEST_HEADER = "Duolog-Request"  # a request's id: 16 random bytes as base64url, which the answer repeats


class Model(BaseModel):
    """Strict, closed and immutable: nothing is coerced, and an unknown field is refused.

    A client ignores the unknown fields of an answer.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _bytes(low: int, high: int, example: bytes) -> Any:
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
        "examples": [encode_b64(example)],
    }
    return (
        BeforeValidator(parse),
        PlainSerializer(encode_b64, return_type=str, when_used="json"),
        WithJsonSchema(schema),
    )


def _length(size: int) -> int:
    return (size * 8 + 5) // 6


def _exactly(size: int, example: bytes) -> Any:
    return _bytes(size, size, example)


AccountId = Annotated[bytes, *_exactly(sizes.ACCOUNT_ID, examples.ACCOUNT)]
JournalId = Annotated[bytes, *_exactly(sizes.JOURNAL_ID, examples.JOURNAL)]
KeyholderId = Annotated[bytes, *_exactly(sizes.KEYHOLDER_ID, examples.KEYHOLDER)]
EntryId = Annotated[bytes, *_exactly(sizes.ENTRY_ID, examples.ENTRY)]
SessionId = Annotated[bytes, *_exactly(sizes.SESSION_ID, examples.SESSION)]
InvitationId = Annotated[bytes, *_exactly(sizes.INVITATION_ID, examples.INVITATION)]
ProposalId = Annotated[bytes, *_exactly(sizes.HASH, examples.PROPOSAL)]
Head = Annotated[bytes, *_exactly(sizes.HASH, examples.HEAD)]
Digest = Annotated[bytes, *_exactly(sizes.HASH, examples.SECOND_ITEM.digest)]
BlobHash = Annotated[bytes, *_exactly(sizes.HASH, examples.SECOND_ITEM.hash_of_blob)]
Salt = Annotated[bytes, *_exactly(sizes.SALT, examples.CLOSING_SALT)]
Mac = Annotated[bytes, *_exactly(sizes.HASH, examples.drawn("anchor", sizes.HASH))]
SignatureBytes = Annotated[bytes, *_exactly(sizes.SIGNATURE, examples.SIGNATURE)]
SealedSeed = Annotated[bytes, *_exactly(sizes.SEALED_SEED, examples.SEALED_SEED)]
PublicKey = Annotated[bytes, *_exactly(sizes.SIGN_KEY, examples.drawn("receipt key", sizes.SIGN_KEY))]
Challenge = Annotated[bytes, *_exactly(sizes.CHALLENGE, examples.drawn("challenge", sizes.CHALLENGE))]
Token = Annotated[bytes, *_exactly(sizes.TOKEN, examples.drawn("token", sizes.TOKEN))]
AccountStatement = Annotated[bytes, *_bytes(2, sizes.MAX_STATEMENT, examples.GENESIS)]
JournalStatement = Annotated[bytes, *_bytes(2, sizes.MAX_STATEMENT, examples.JOURNAL_GENESIS)]
ClosingStatement = Annotated[bytes, *_bytes(2, sizes.MAX_STATEMENT, examples.CLOSE)]
HeaderBytes = Annotated[bytes, *_bytes(91, 91 + sizes.MAX_ATTACHMENTS * sizes.ATTACHMENT_ID, examples.HEADER)]
CarriedHeader = Annotated[bytes, *_bytes(0, sizes.MAX_STATEMENT, examples.HEADER)]
Blob = Annotated[bytes, *_bytes(sizes.MIN_PLAINTEXT, sizes.MAX_BLOB, examples.BLOB)]

_SEALED = sizes.AEAD_NONCE + sizes.AEAD_TAG  # bytes of the smallest sealed value
SealedInvitation = Annotated[bytes, *_bytes(_SEALED, sizes.MAX_INVITATION, examples.SEALED)]
SealedReveal = Annotated[bytes, *_bytes(_SEALED, sizes.MAX_REVEAL, examples.SEALED)]
SealedContext = Annotated[bytes, *_bytes(_SEALED, sizes.MAX_CONTEXT, examples.SEALED)]

OriginText = Annotated[str, Field(min_length=1, max_length=sizes.MAX_ORIGIN, examples=["https://journal.example"])]
UnixSeconds = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER, examples=[examples.AT])]
ReceiptTime = Annotated[int, Field(ge=sizes.EARLIEST_TIME, le=sizes.LATEST_TIME, examples=[examples.AT])]
Seq = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER, examples=[examples.SEQ])]
GenerationNumber = Annotated[int, Field(ge=1, le=sizes.MAX_U32, examples=[1])]


class AccountStatementModel(Model):
    """A genesis (one signature), a rotation (the old key's, then the new key's) or a keyholder set (one)."""

    statement: AccountStatement
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

    statement: JournalStatement
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
    head: Head
    time: ReceiptTime
    signature: SignatureBytes

    def receipt(self) -> Receipt:
        return Receipt(seq=self.seq, head=self.head, time=self.time, signature=self.signature)

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptModel":
        return cls(seq=receipt.seq, head=receipt.head, time=receipt.time, signature=receipt.signature)
