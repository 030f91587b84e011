"""What all kinds of documents share: how one is read, how a step names what it answers, what a reducer gets.

Rules
- A body is checked strictly; fields that this version doesn't know are kept and passed on.
- A reducer is `state, document, context -> state`: deterministic, total, incremental, pure, without a clock. It
  compares effective times (`effective_time`) and nothing else; what is shown is the author's `at`. `now` enters a view
  alone.
- A step that answers a document names its entry and its message hash, and counts only for those who hold that message.
- A step that the rules forbid raises `NotAllowed` before it is sent; everyone else skips it, and the same sentence is
  the reason.
- What was not shown was not agreed: see `require_whole`.
- Limits of length (`AtMost`) are for writing. What stands in a log is read at any length: a document holds 64 KiB.

It knows no kind, and decides nothing about what a step means.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from duolog.documents.fields import WRITING, AtMost, Binary
from duolog.documents.plain import clean, hidden_in, lines
from duolog.errors import DuologError, MalformedData, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_message_json
from duolog.protocol.messages import Document

T = TypeVar("T")

DAY = 24 * 3600  # seconds
MAX_AHEAD = DAY  # how far behind its receipt a document's effective time may lie, seconds
MAX_BEFORE = 7 * DAY  # how far before it: what was written offline is that old
WORDS, PROSE = 2_000, 20_000  # characters that may be written
UNFORESEEN = "It could not be judged: something in it is unlike anything that this version of Duolog expects."
UPDATE_TO_AGREE = (
    "It has parts that this version of Duolog can't show. Update, and read all of it before you agree to it."
)
PARTS_UNSHOWN = "It has parts that this version of Duolog can't show; update to read all of it."
HIDDEN_TO_AGREE = (
    "It has characters that can't be shown, so nobody sees all of it, and nobody can agree to it. Answer in words of "
    "your own, or decline it."
)
HIDDEN = "It has characters that can't be shown."


Words = Annotated[str, StringConstraints(min_length=1, pattern=r"\S"), AtMost(WORDS)]
Prose = Annotated[str, StringConstraints(min_length=1, pattern=r"\S"), AtMost(PROSE)]
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
    32 bytes. `received`: the receipt's time in Unix seconds, 0 where it isn't known. `refused`: seqs that its author
    could not open, and so doesn't hold. `generation`: the author's keys that wrote it. `key_since`: the first seq whose
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
        """The author's clock, Unix seconds: what is shown."""
        return self.document.at

    @property
    def effective(self) -> int:
        """The time that counts, Unix seconds: what rules compare."""
        return effective_time(self.document.at, self.received)


def effective_time(at: int, received: int) -> int:
    """The time by which rules judge a document: the author's clock, believed only near the receipt. Unix seconds.

    `received`: the time of its receipt, or 0 where nobody knows it. Spec: documents
    """
    if received:  # check: documents.effective
        return min(max(at, received - MAX_BEFORE), received + MAX_AHEAD)
    return at


def expected_receipt(now: int, newest: int, last: "AppliedDocument | None") -> int:
    """The time that a receipt would have now, as far as an own clock, which may be wrong, can tell. Unix seconds.

    `newest`: the newest receipt here; no later one is earlier. `last`: the author's own newest document. Where it was
    dated after its receipt, this clock is ahead by as much, unless it has been put back since.
    """
    ahead = last.at - last.received if last is not None and last.received and last.at <= now else 0
    return max(newest, now - max(ahead, 0))


def why_skipped(error: Exception) -> str:
    """Why a document has no effect, whatever went wrong with it.

    Raises: MemoryError and OSError again, which are this computer's fault and no document's.
    """
    if isinstance(error, MemoryError | OSError):
        raise error
    return str(error) if isinstance(error, DuologError) else UNFORESEEN


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
    """How texts are put: `name` calls an account by a name, `when` writes Unix seconds in the reader's zone, `clean`
    makes the whole safe to show. What is for a file that is compared later cleans nothing, and escapes."""

    name: Callable[[bytes], str]
    when: Callable[[int], str]
    clean: Callable[[str], str] = clean

    def unshown(self, value: object) -> Iterable[str]:
        """What a reader is told of a body that isn't shown whole."""
        if has_unknown_parts(value):
            yield PARTS_UNSHOWN
        if self.clean is clean and hidden_characters(value):  # a file hides nothing, and follows no table that moves
            yield HIDDEN

    def dated(self, at: int, effective: int) -> str:
        """A time as its author's clock had it, marked where another one counts."""
        if at == effective:
            return self.when(at)
        why = "by a clock that was ahead" if at > effective else "received more than a week later"
        return f"{self.when(at)} ({why}: {self.when(effective)} counts)"


def parse_body(adapter: TypeAdapter[T], body: JsonObject, *, writing: bool = False) -> T:
    """A body by its model. `writing`: before it is sent, when the limits of length count too.

    Raises:
        MalformedData: a field is missing, or not what the model says; the text names the field, never its content.
    Spec: documents
    """
    try:
        return adapter.validate_json(encode_message_json(body), context=WRITING if writing else None)
    except ValidationError as error:
        raise MalformedData(_sentence(error)) from error


def has_unknown_parts(value: object) -> bool:
    """Whether a body holds, at any depth, a field that this version doesn't know, and so can't show. Spec: documents

    One that is null says nothing.
    """
    if isinstance(value, BaseModel):
        extra = value.model_extra or {}
        known = (getattr(value, name) for name in type(value).model_fields)
        return any(item is not None for item in extra.values()) or any(map(has_unknown_parts, known))
    return isinstance(value, tuple) and any(map(has_unknown_parts, value))


def hidden_characters(value: object) -> tuple[str, ...]:
    """The characters in the texts of a body that nobody is shown, each once."""
    if isinstance(value, BaseModel):
        value = tuple(getattr(value, name) for name in type(value).model_fields)
    if isinstance(value, str):
        return hidden_in(value)
    return tuple(dict.fromkeys(chain.from_iterable(map(hidden_characters, value)))) if isinstance(value, tuple) else ()


def require_whole(consented: Body | None) -> None:
    """Before consenting to a body: all of it is shown here. Raises: NotAllowed. Spec: documents"""
    if has_unknown_parts(consented):  # check: documents.consent_unshown
        raise NotAllowed(UPDATE_TO_AGREE)
    if hidden_characters(consented):  # check: documents.consent_hidden
        raise NotAllowed(HIDDEN_TO_AGREE)


def require_visible(body: Body) -> None:
    """Before writing what somebody may consent to: they will see all of it. Raises: NotAllowed. Spec: documents"""
    hidden = hidden_characters(body)
    if hidden:  # check: documents.write_hidden
        few = ", ".join(f"U+{ord(one):04X}" for one in hidden[:5])
        raise NotAllowed(
            f"Your text has characters that can't be shown, so nobody could agree to it: {few}"
            f"{' and others' if len(hidden) > 5 else ''}. Remove them, or type that place anew."
        )


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the body"
    # Pydantic's own message on a step would quote what was written.
    said = "it has no step that is known here" if first["type"].startswith("union_tag") else first["msg"]
    return f"The document can't be read: {place}: {said}."


def body_lines(text: str) -> Iterable[str]:
    """A text of somebody's, deeper than anything that we say of it: no line of it passes for one of ours."""
    return (f"    {line}" for line in lines(text))


def indented(label: str, text: str | None) -> Iterable[str]:
    """`  label: text`, further lines under the first; nothing for an empty text."""
    if text:
        first, *rest = lines(text)
        yield f"  {label}: {first}"
        yield from (f"    {line}" for line in rest)
