"""Digests of steps as data: by a kind's digests its rows know that two texts say the same.

A step of a name that has no digest here says the same as no other step. Spec: documents
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from duolog.documents.bodies import Body, StepBody
from duolog.documents.things import value_of
from duolog.protocol.codec import sha256

Part = Literal["json", "thing", "step", "bytes"]


@dataclass(frozen=True, slots=True)
class Digest:
    """SHA-256 of a label and of these parts, one behind the other.

    `json`: the object in the field `path`, as `body_json`. `thing`: the entry of the thing. `step`: the step's name.
    `bytes`: the binary value in the field `path`.
    """

    label: bytes
    parts: tuple[Part, ...]
    path: str = ""

    def of(self, step: StepBody, thing: bytes) -> bytes:
        """The digest of a step, 32 bytes. `thing`: the entry of its thing, 16 bytes."""
        return sha256(self.label, *(self._part(part, step, thing) for part in self.parts))

    def _part(self, part: Part, step: StepBody, thing: bytes) -> bytes:
        if part == "thing":
            return thing
        if part == "step":
            return step.step.encode()
        value = value_of(step, self.path)
        return body_json(value) if part == "json" else bytes(value)


Digests = Mapping[str, Digest]  # by the names of steps


def body_json(body: Body) -> bytes:
    """The UTF-8 JSON by which an object is hashed: keys sorted at every level, null fields of the object left out.

    Unknown fields are in it, so that every version gives the same. Spec: documents
    """
    fields: dict[str, Any] = body.model_dump(mode="json", exclude_none=True)
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
