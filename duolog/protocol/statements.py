"""Signed statements: the frame that all types of statements share.

Rules
- A signature covers a statement's bytes as shipped, and a statement's hash leaves its signatures out.
- A signature covers `label("signature")` and the statement; its type stands inside.
- A reader takes exactly the fields of a type, and refuses an unknown or missing field.

The meaning of each type is in `accounts` and `roster`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import nacl.bindings
import nacl.exceptions

from duolog.errors import BadSignature, MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, label, length_prefixed, parse_b64, parse_canonical, sha256

T = TypeVar("T")
Ordered = TypeVar("Ordered", bytes, int)


@dataclass(frozen=True, slots=True)
class Signature:
    """One account's signature (64 bytes) over a statement."""

    account: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A journal's statement as shipped, its signatures ascending by account. Nothing is verified yet."""

    statement: bytes
    signatures: tuple[Signature, ...]


def statement_hash(statement: bytes) -> bytes:
    """The hash that names this statement: `account_id`, `journal_id`, `prev`, `chain_head`. 32 bytes.

    Spec: §4.
    """
    return sha256(label("statement"), statement)


def statement_digest(signed: SignedStatement) -> bytes:
    """The digest by which the log covers a statement and its signatures. 32 bytes. Spec: §6."""
    signatures = (item.signature for item in signed.signatures)
    return sha256(label("statement-digest"), length_prefixed(signed.statement, *signatures))


def signing_input(statement: bytes) -> bytes:
    """The bytes that a statement's Ed25519 signature covers. Spec: §3."""
    return label("signature") + statement


def verify_signature(sign_key: bytes, message: bytes, signature: bytes) -> None:
    """Check an Ed25519 signature over `message`, with libsodium's strict checks.

    Raises:
        BadSignature: the signature does not verify.
    Spec: §3.
    """
    # libsodium would read the end of a longer signature as the beginning of the message
    if len(signature) != sizes.SIGNATURE:  # check: statements.signature_size
        raise BadSignature("A signature has another length.", check="statements.signature_size")
    try:
        nacl.bindings.crypto_sign_open(signature + message, sign_key)
    except (nacl.exceptions.CryptoError, ValueError) as error:  # an unsound key is a ValueError
        raise BadSignature("A signature does not verify.", check="signature") from error


def verify_statement(sign_key: bytes, statement: bytes, signature: bytes) -> None:
    """A statement's signature. Raises: BadSignature. Spec: §3."""
    verify_signature(sign_key, signing_input(statement), signature)


class Fields:
    """Reads a JSON object field by field, and refuses fields that are left at the end.

    Raises:
        MalformedData: from every method, when the field is missing or has another type, size or range.
    """

    def __init__(self, value: object, what: str) -> None:
        if not isinstance(value, dict):
            raise MalformedData(f"{what} is not an object.")
        self._left: JsonObject = dict(value)
        self._what = what

    @classmethod
    def of_statement(cls, statement: bytes, kind: str) -> "Fields":
        """The fields of a canonical statement whose `type` is `kind`."""
        fields = cls(parse_canonical(statement), f"A statement of type {kind}")
        if fields.text("type") != kind:  # check: statements.type
            raise MalformedData(f"A statement of another type stands where {kind} belongs.")
        return fields

    def has(self, name: str) -> bool:
        return name in self._left

    def _take(self, name: str, kind: type[T]) -> T:
        value = self._left.pop(name, None)
        if type(value) is not kind:
            raise MalformedData(f"{self._what} has no valid field {name}.")
        return value

    def text(self, name: str, *allowed: str, limit: int = sizes.MAX_LABEL) -> str:
        """A text: one of `allowed`, or any of at most `limit` characters."""
        value = self._take(name, str)
        if len(value) > limit:  # check: statements.text_size
            raise MalformedData(f"{self._what} has more than {limit} characters in {name}.")
        if allowed and value not in allowed:  # check: statements.choice
            raise MalformedData(f"{self._what} has an unknown value in {name}.")
        return value

    def data(self, name: str, size: int) -> bytes:
        return parse_b64(self._take(name, str), size)

    def blob(self, name: str, limit: int) -> bytes:
        """Binary of at most `limit` bytes."""
        data = parse_b64(self._take(name, str))
        if len(data) > limit:  # check: statements.blob_size
            raise MalformedData(f"{self._what} has more than {limit} bytes in {name}.")
        return data

    def flag(self, name: str) -> bool:
        return self._take(name, bool)

    def integer(self, name: str, low: int = 0, high: int = sizes.MAX_INTEGER) -> int:
        value = self._take(name, int)
        if not low <= value <= high:  # check: statements.range
            raise MalformedData(f"{self._what} has a number out of range in {name}.")
        return value

    def number(self, name: str) -> int:
        """A version, generation, epoch or seq: from 1 to 2^32-1."""
        return self.integer(name, 1, sizes.MAX_U32)

    def suite(self) -> int:
        return self.integer("suite", sizes.SUITE, sizes.SUITE)

    def objects(self, name: str, read: "Callable[[Fields], T]", low: int, high: int) -> tuple[T, ...]:
        """A list of objects, each read whole by `read`."""
        values = self._take(name, list)
        if not low <= len(values) <= high:  # check: statements.count
            raise MalformedData(f"{self._what} has too few or too many items in {name}.")
        items = []
        for value in values:
            fields = Fields(value, f"An item of {name}")
            items.append(read(fields))
            fields.done()
        return tuple(items)

    def integers(self, name: str, low: int, high: int) -> tuple[int, ...]:
        """A list of `low` to `high` integers, each from 1 to 2^53-1."""
        values = self._take(name, list)
        well = all(type(value) is int and 1 <= value <= sizes.MAX_INTEGER for value in values)
        if not low <= len(values) <= high or not well:  # check: statements.integers
            raise MalformedData(f"{self._what} has no valid list of numbers in {name}.")
        return tuple(values)

    def datas(self, name: str, size: int, low: int, high: int) -> tuple[bytes, ...]:
        """A list of `low` to `high` binary values of `size` bytes each."""
        values = self._take(name, list)
        if not low <= len(values) <= high or any(type(value) is not str for value in values):  # check: statements.datas
            raise MalformedData(f"{self._what} has no valid list of binary values in {name}.")
        return tuple(parse_b64(value, size) for value in values)

    def json_list(self, name: str, high: int) -> list[object]:
        """A list of at most `high` items, which another module reads."""
        values = self._take(name, list)
        if len(values) > high:
            raise MalformedData(f"{self._what} has too many items in {name}.")
        return values

    def json_object(self, name: str) -> JsonObject:
        """An object whose fields another module reads."""
        return self._take(name, dict)

    def object(self, name: str, read: "Callable[[Fields], T]") -> T:
        fields = Fields(self._left.pop(name, None), f"The field {name}")
        value = read(fields)
        fields.done()
        return value

    def done(self) -> None:
        if self._left:  # check: statements.unknown_field
            raise MalformedData(f"{self._what} has fields that do not belong there.")


def require_ascending(ids: Sequence[Ordered], what: str) -> None:
    """Check that ids ascend strictly, so that none is repeated. Raises: MalformedData. Spec: §4."""
    if list(ids) != sorted(set(ids)):  # check: statements.ascending
        raise MalformedData(f"{what} are not in ascending order, or one is repeated.")
