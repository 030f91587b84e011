"""The examples of the API document: each is composed from those of the fields, so none can lack a field.

The values stand beside the fields, in `duolog.api`. This module adds what has no fields: the binary forms.
"""

import base64
from collections.abc import Iterator
from typing import Any

from duolog.api import examples, pages
from duolog.api.events import Wake, encode_events
from duolog.api.pages import Placed
from duolog.protocol.codec import encode_b64
from duolog.protocol.receipts import Receipt

REFERENCE = "#/components/examples/"

_GRANTS = {examples.ACCOUNT: examples.SEALED_SEED}
_PAGE = (
    pages.encode_push((Placed(1, examples.FIRST_ITEM, _GRANTS), Placed(examples.SEQ, examples.SECOND_ITEM)))
    + pages.encode_receipt(Receipt(examples.SEQ, examples.HEAD, examples.AT, examples.SIGNATURE))
    + pages.encode_end(examples.SEQ)
)
_BINARY = {
    ("push_entries", "request"): ("PushFrames", "One entry", pages.encode_push((Placed(0, examples.SECOND_ITEM),))),
    ("pull_entries", "200"): ("PageFrames", "A journal's genesis and its first entry", _PAGE),
    ("store_part", "request"): ("AttachmentPart", "A short last part", examples.SEALED_PART),
    ("fetch_attachment", "200"): ("AttachmentBytes", "A short attachment", examples.SEALED_PART),
    ("fetch_attachment", "206"): ("AttachmentRange", "`Range: bytes=0-31`", examples.SEALED_PART[:32]),
    ("listen", "200"): (
        "Events",
        "A journal has come to its second item",
        encode_events([Wake(journal=examples.JOURNAL, seq=examples.SEQ)], "AAAAAAAAAAAAAAAAAAAAAA"),
    ),
}

PARAMETERS = {
    "journal": encode_b64(examples.JOURNAL),
    "attachment": encode_b64(examples.ATTACHMENT),
    "invitation": encode_b64(examples.INVITATION),
    "proposal": encode_b64(examples.PROPOSAL),
    "rendezvous": encode_b64(examples.RENDEZVOUS),
    "session": encode_b64(examples.SESSION),
}


def add_examples(document: dict[str, Any]) -> None:
    """Give each body of the document its example, and keep each example once, under `components`.

    Raises: LookupError when a field has no example.
    """
    kept: dict[str, Any] = {}
    for operation in (operation for item in document["paths"].values() for operation in item.values()):
        for place, media, content in _contents(operation):
            if media.endswith("json"):
                found = content.get("examples") or _composed(document, content["schema"])
            else:
                name, summary, data = _BINARY[operation["operationId"], place]
                text = base64.b64encode(data).decode()
                found = {name: {"summary": summary, "externalValue": f"data:{media};base64,{text}"}}
            kept |= found
            content["examples"] = {name: {"$ref": REFERENCE + name} for name in found}
    document["components"]["examples"] = dict(sorted(kept.items()))


def _contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    parts = {"request": operation.get("requestBody", {})} | operation["responses"]
    for place, part in parts.items():
        for media, content in part.get("content", {}).items():
            yield place, media, content


def _composed(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    return {schema["$ref"].rsplit("/", 1)[-1]: {"value": compose(schema, schemas)}}


def compose(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The example of a schema: its own, or one made from those of its parts. A list has one of each kind of item.

    Raises: LookupError when a part has none.
    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return compose(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    if variants := schema.get("oneOf", schema.get("anyOf")):
        return compose(variants[0], schemas)
    match schema.get("type"):
        case "object":
            return {name: compose(field, schemas) for name, field in schema["properties"].items()}
        case "array":
            items = schema["items"]
            return [compose(item, schemas) for item in items.get("oneOf", [items])]
        case "boolean":
            return False
    raise LookupError(f"{schema} has no example: give its field one in duolog/api.")
