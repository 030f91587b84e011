"""Annotations for the fields of a body: bytes that are text in JSON, and lengths that hold for writing alone."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from duolog.errors import MalformedData
from duolog.protocol.codec import JsonObject, encode_b64, parse_b64

WRITING = "writing"  # the context in which limits of length are checked


@dataclass(frozen=True, slots=True)
class Binary:
    """Annotates `bytes` that are unpadded base64url in JSON. `size`: in bytes, None for any."""

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
        """Tell pydantic how to read and write such a value."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(encode_b64, when_used="json")
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonObject:
        """Describe it to other clients."""
        count = "+" if self.size is None else f"{{{-(-self.size * 4 // 3)}}}"
        size = "bytes" if self.size is None else f"{self.size} bytes"
        form = {"type": "string", "pattern": f"^[A-Za-z0-9_-]{count}$", "description": f"{size}, unpadded base64url"}
        return form | {"x-bytes": "any" if self.size is None else self.size}


@dataclass(frozen=True, slots=True)
class AtMost:
    """Annotates a text or list in which at most `size` characters or items may be written. Longer ones are read."""

    size: int

    def _check(self, value: Any, info: ValidationInfo) -> Any:
        if info.context == WRITING and len(value) > self.size:  # check: documents.too_long
            raise ValueError(f"it is too long: {self.size} fit")  # pydantic collects ValueErrors
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic how to check such a value."""
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonObject:
        """Describe it to other clients, for which the limit holds too when they write (`x-writing`)."""
        whole = handler(schema)
        found = whole["anyOf"][0] if "anyOf" in whole else whole  # of a list that may be null
        found["maxItems" if found.get("type") == "array" else "maxLength"] = self.size
        found["x-writing"] = True
        return whole


class NullIsEmpty:
    """Annotates a list that may be left out: `null` in its place means the same, and is read as an empty one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic how to read such a list."""
        nullable = core_schema.nullable_schema(handler(source))
        return core_schema.no_info_after_validator_function(lambda value: () if value is None else value, nullable)
