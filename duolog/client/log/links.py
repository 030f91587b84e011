"""Links between messages that wait: a step names its words by their entry and by the hash of their very message.

A message that waits is fixed. Two cases change it: an entry that it follows was given up, or it is written again under
newer keys. A message that waits behind it and names it then names it anew,
and so does what names that one. Spec: documents
"""

from dataclasses import replace
from itertools import dropwhile
from typing import Any

from duolog.client.home.outbox_rows import save_message, waiting_entries
from duolog.client.log.context import Context
from duolog.documents.bodies import Answer
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.messages import message_hash, parse_message


def link_to(entry: bytes, message: bytes) -> JsonObject:
    """A link to a message as a body holds it. `entry`: 16 bytes, `message`: the whole message."""
    return Answer(entry=entry, message=message_hash(message)).encode_json()


def names(body: JsonObject, entry: bytes) -> bool:
    """Whether a field of a body links to an entry."""
    return any(_links_to(value, entry) for value in body.values())


def name_anew(context: Context, journal: bytes, entry: bytes, new: bytes, message: bytes) -> None:
    """Let each waiting message behind `new` that links to `entry` link to its new id and message instead.

    Inside a transaction. `new`: the id under which that entry waits now.
    """
    link = link_to(new, message)
    rows = list(dropwhile(lambda row: row.entry != new, waiting_entries(context.store, journal)))
    for row in rows[1:]:
        before = parse_message(context.home.open("outbox", row.sealed))
        if names(before.document.body, entry):
            body = {key: link if _links_to(value, entry) else value for key, value in before.document.body.items()}
            changed = replace(before, document=replace(before.document, body=body)).encode()
            save_message(context.store, row.entry, context.home.seal("outbox", changed))
            name_anew(context, journal, row.entry, row.entry, changed)  # what names that one, behind it


def _links_to(value: Any, entry: bytes) -> bool:
    return isinstance(value, dict) and value.get("entry") == encode_b64(entry) and "message" in value
