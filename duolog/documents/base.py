"""What all kinds of documents share: how one is read, how a step names what it answers, what a reducer gets.

Rules
- A body is checked strictly; fields that this version doesn't know are kept and passed on.
- A reducer is `state, document, context -> state`: deterministic, total, incremental, pure, without a clock. It
  compares the authors' `at`; `now` enters a view alone.
- A step that answers a document names its entry and its message hash, and counts only for those who hold that message.
- A step that the rules forbid raises `NotAllowed` before it is sent; everyone else skips it, and the same sentence is
  the reason.

It knows no kind, and decides nothing about what a step means.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_message_json, parse_b64
from duolog.protocol.messages import Document

T = TypeVar("T")

DAY = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Binary:
    """Marks `bytes` that stand in JSON as unpadded base64url; `size` in bytes, None for any."""

    size: int | None = None

    def _read(self, value: object) -> bytes:
        if isinstance(value, bytes):
            return value
        if not isinstance(value, str):
            raise ValueError("a binary value is not a string")  # pydantic collects ValueErrors
        try:
            return parse_b64(value, self.size)
        except MalformedData as error:
            raise ValueError(str(error)) from error

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads and writes such a value."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(encode_b64, when_used="json")
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonObject:
        """How it looks to other clients."""
        count = "+" if self.size is None else f"{{{-(-self.size * 4 // 3)}}}"
        size = "bytes" if self.size is None else f"{self.size} bytes"
        return {"type": "string", "pattern": f"^[A-Za-z0-9_-]{count}$", "description": f"{size}, unpadded base64url"}


AccountId = Annotated[bytes, Binary(sizes.ACCOUNT_ID)]
JournalId = Annotated[bytes, Binary(sizes.JOURNAL_ID)]
EntryId = Annotated[bytes, Binary(sizes.ENTRY_ID)]
Hash = Annotated[bytes, Binary(sizes.HASH)]


class Body(BaseModel):
    """The body of a document, or a part of one. Unknown fields stay in it."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    def encode_json(self) -> JsonObject:
        """The fields that were given, known and unknown, as they go into a message."""
        return self.model_dump(mode="json", exclude_unset=True)


def _require_step(schema: JsonObject) -> None:
    schema["required"] = ["step", *schema.get("required", [])]  # it has a default for who writes, none for who reads


class StepBody(Body):
    """A body that is one of several steps; it says which."""

    model_config = ConfigDict(json_schema_extra=_require_step)

    step: str

    def encode_json(self) -> JsonObject:
        """The step, and the fields that were given."""
        return {"step": self.step, **super().encode_json()}


class Answer(Body):
    """What a step answers: an entry, and the SHA-256 of the very message in it."""

    entry: EntryId
    message: Hash


@dataclass(frozen=True, slots=True)
class AppliedDocument:
    """A verified, opened document on its way into a reducer.

    `entry`: 16 bytes. `seq`: its place in the log. `author`: account id, 32 bytes. `message`: SHA-256 of the message,
    32 bytes. `received`: the receipt's time in Unix seconds, for display alone. `refused`: seqs that its author could
    not open, and so doesn't hold. `generation`: the author's keys that wrote it. `key_since`: the first seq whose
    receipt is under the same key, so by the same server's clock.
    """

    entry: EntryId
    seq: int
    author: AccountId
    message: Hash
    document: Document
    received: int = 0
    refused: tuple[int, ...] = ()
    generation: int = 0
    key_since: int = 0

    @property
    def at(self) -> int:
        """The author's clock, Unix seconds."""
        return self.document.at


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document without effect: its entry, and the reason in a sentence for a person."""

    entry: EntryId
    reason: str


def _encode_sorted(accounts: frozenset[bytes]) -> list[str]:
    return [encode_b64(account) for account in sorted(accounts)]  # a set has no order of its own


@dataclass(frozen=True, slots=True)
class Context:
    """The roster's word at a document's place in the log: the partners' account ids, and whether one is provisional."""

    partners: Annotated[frozenset[AccountId], PlainSerializer(_encode_sorted, return_type=list[str], when_used="json")]
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """How texts are put: `name` calls an account by a name, `when` writes Unix seconds in the reader's zone."""

    name: Callable[[bytes], str]
    when: Callable[[int], str]


def parse_body(adapter: TypeAdapter[T], body: JsonObject) -> T:
    """A body by its model.

    Raises:
        MalformedData: a field is missing, or not what the model says; the text names the field, never its content.
    Spec: documents
    """
    try:
        return adapter.validate_json(encode_message_json(body))
    except ValidationError as error:
        raise MalformedData(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the body"
    # Pydantic's own message on a step would quote what was written.
    said = "it has no step that is known here" if first["type"].startswith("union_tag") else first["msg"]
    return f"The document can't be read: {place}: {said}."


_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def plain(text: str) -> str:
    """Text that somebody else wrote, safe on a terminal: no control characters, no reversed direction."""
    return _UNSHOWN.sub("\ufffd", text.replace("\r\n", "\n"))


def plain_line(text: str) -> str:
    """The same on one line, for names and titles."""
    return " ".join(plain(text).split())


def indented(label: str, text: str | None) -> Iterable[str]:
    """`  label: text`, further lines under the first; nothing for an empty text."""
    if text:
        first, *rest = plain(text).strip().split("\n")
        yield f"  {label}: {first}"
        yield from (f"    {line}" for line in rest)
