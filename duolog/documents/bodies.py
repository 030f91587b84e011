"""Bodies of documents: the types of their fields, how a body is read, and which of its parts nobody is shown.

Rules
- A body is checked strictly. Fields that this version doesn't know are kept and passed on.
- A step that answers a document names that document's entry and the hash of its message (`Answer`).
- Limits of length (`AtMost`) hold for writing. A text in a log is read at any length: a document holds 64 KiB.
- Nobody consents to a text that they aren't shown whole (`require_whole`).

Spec: documents
"""

from itertools import chain
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from duolog.documents.fields import WRITING, AtMost, Binary
from duolog.documents.safe_text import hidden_in
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_message_json, encode_parsed_json

T = TypeVar("T")

LINE, WORDS, PROSE = 120, 2_000, 20_000  # characters that may be written
UPDATE_TO_AGREE = (
    "It has parts that this version of Duolog can't show. Update, and read all of it before you agree to it."
)
HIDDEN_TO_AGREE = (
    "It has characters that can't be shown, so nobody sees all of it, and nobody can agree to it. Answer in words of "
    "your own, or decline it."
)

Line = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\r\n]*\S[^\r\n]*$"), AtMost(LINE)]
Words = Annotated[str, StringConstraints(min_length=1, pattern=r"\S"), AtMost(WORDS)]
Prose = Annotated[str, StringConstraints(min_length=1, pattern=r"\S"), AtMost(PROSE)]
Seconds = Annotated[int, Field(ge=0, le=sizes.MAX_INTEGER)]  # a time, in Unix seconds
AccountId = Annotated[bytes, Binary(sizes.ACCOUNT_ID)]
JournalId = Annotated[bytes, Binary(sizes.JOURNAL_ID)]
EntryId = Annotated[bytes, Binary(sizes.ENTRY_ID)]
Hash = Annotated[bytes, Binary(sizes.HASH)]


class Body(BaseModel):
    """The body of a document, or a part of one. Unknown fields stay in it.

    A field whose name is a word of Python (`from`, `as`) has an underscore behind it here, and none in a message.
    """

    model_config = ConfigDict(strict=True, extra="allow", frozen=True, validate_by_name=True, serialize_by_alias=True)

    def encode_json(self) -> JsonObject:
        """The fields that were given, known and unknown, as they stand in a message."""
        return self.model_dump(mode="json", exclude_unset=True)


def _require_step(schema: JsonObject) -> None:
    schema["required"] = ["step", *schema.get("required", [])]  # the model has a default for it, for code that writes


class StepBody(Body):
    """A body of a kind with steps. Its field `step` says which step it is."""

    model_config = ConfigDict(json_schema_extra=_require_step)

    step: str

    def encode_json(self) -> JsonObject:
        """The step, and the fields that were given."""
        return {"step": self.step, **super().encode_json()}


class Answer(Body):
    """The text that a step answers: its entry, and the SHA-256 of exactly that message."""

    entry: EntryId
    message: Hash


# A soft link, which has no effect: the check-in, breach or letter from which something grew.
From = Annotated[Answer | None, Field(validation_alias="from", serialization_alias="from")]


class AnsweringStep(StepBody):
    """A step that answers a text of somebody."""

    answers: Answer


def parse_body(adapter: TypeAdapter[T], body: JsonObject, *, writing: bool = False) -> T:
    """Parse a body by its model. `writing`: before it is sent, when the limits of length count too.

    Raises: MalformedData for a field that is missing or not as the model says; it names the field, never its content.
    Spec: documents
    """
    try:
        data, context = (encode_message_json(body), WRITING) if writing else (encode_parsed_json(body), None)
        return adapter.validate_json(data, context=context, by_alias=True, by_name=False)
    except ValidationError as error:
        raise MalformedData(_sentence(error, writing=writing)) from error


def has_unknown_parts(value: object) -> bool:
    """Whether a body holds, at any depth, a field that isn't null and that is unknown here. Spec: documents"""
    if isinstance(value, BaseModel):
        extra = value.model_extra or {}
        known = (getattr(value, name) for name in type(value).model_fields)
        return any(item is not None for item in extra.values()) or any(map(has_unknown_parts, known))
    return isinstance(value, tuple) and any(map(has_unknown_parts, value))


def hidden_characters(value: object) -> tuple[str, ...]:
    """The characters in a body's texts that no reader sees, each once."""
    if isinstance(value, BaseModel):
        value = tuple(getattr(value, name) for name in type(value).model_fields)
    if isinstance(value, str):
        return hidden_in(value)
    return tuple(dict.fromkeys(chain.from_iterable(map(hidden_characters, value)))) if isinstance(value, tuple) else ()


def require_whole(consented: Body | None) -> None:
    """Check that a reader is shown all of a body before they consent to it. Raises: NotAllowed. Spec: documents"""
    if has_unknown_parts(consented):  # check: documents.consent_unshown
        raise NotAllowed(UPDATE_TO_AGREE)
    if hidden_characters(consented):  # check: documents.consent_hidden
        raise NotAllowed(HIDDEN_TO_AGREE)


def require_visible(body: Body) -> None:
    """Check that others will see all of a body that asks for consent. Raises: NotAllowed. Spec: documents"""
    hidden = hidden_characters(body)
    if hidden:  # check: documents.write_hidden
        few = ", ".join(f"U+{ord(one):04X}" for one in hidden[:5])
        raise NotAllowed(
            f"Your text has characters that can't be shown, so nobody could agree to it: {few}"
            f"{' and others' if len(hidden) > 5 else ''}. Remove them, or type that place anew."
        )


def _sentence(error: ValidationError, *, writing: bool) -> str:
    """The first fault in plain words. Pydantic's own places and messages name types, and quote the author's text."""
    first = error.errors(include_url=False, include_context=True, include_input=False)[0]
    kind, names = first["type"], [part for part in first["loc"] if isinstance(part, str)]
    field = names[-1].replace("_", " ") if names else "the whole"
    if kind == "value_error":
        said = first["msg"].removeprefix("Value error, ").rstrip(".")
    elif kind == "literal_error":
        said = f"it must be {first['ctx']['expected']}"
    elif kind.startswith("union_tag"):
        said = "it has no step that is known here"
    else:
        said = next((words for end, words in _SAID if kind.endswith(end)), "it isn't of the right kind")
    begin = "This can't be written" if writing else "The document can't be read"
    return f"{begin}: {field}: {said}."


_SAID = (
    ("missing", "it is needed, and isn't there"),
    ("too_short", "it is too short"),
    ("too_long", "it is too long"),
    ("extra_forbidden", "it doesn't belong here"),
    ("greater_than_equal", "it is too small"),
    ("greater_than", "it is too small"),
    ("less_than_equal", "it is too large"),
    ("less_than", "it is too large"),
)
