"""The verdict of each parser that two languages share: what it read, in one form, or how it refused.

Both sides answer the same text for the same bytes: `ok` and a hash of what was read, or the class of the error and its
`check`. `web/sdk/test/verdicts.mjs` has the other side's table.
"""

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

from duolog.errors import DuologError
from duolog.protocol import accounts, codec, entries, keyholder_sets, login, messages, receipts, roster_statements
from duolog.protocol.codec import encode_b64
from duolog.protocol.statements import Fields
from duolog.seal import devices, links, pairing, proposals, words
from duolog.seal.chains import read_link

Read = Callable[[bytes], bytes]


def verdict(name: str, data: bytes) -> str:
    """The verdict of the parser `name`: `ok` and a hash of the value, or the class and the check of its error."""
    try:
        read = READERS[name](data)
    except DuologError as error:
        return f"{type(error).__name__} {getattr(error, 'check', '')}".strip()
    return f"ok {codec.sha256(read).hex()[:16]}"


def shape(value: Any) -> str:
    """A JSON value in one form that no two values share; a fraction by its eight bytes."""
    if isinstance(value, float):
        return f"d{struct.pack('>d', value).hex()}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{shape(key)}:{shape(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(shape(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _shaped(value: Any) -> bytes:
    return shape(value).encode("utf-8")


def _message(data: bytes) -> bytes:
    parsed = messages.parse_message(data)
    attachments = [
        [encode_b64(item.id), encode_b64(item.key), encode_b64(item.digest), item.size, item.type]
        for item in parsed.attachments
    ]
    follows = None if parsed.follows is None else encode_b64(parsed.follows)
    seen = encode_b64(parsed.seen.encode())
    return _shaped([parsed.document.encode_json(), seen, follows, parsed.refused, attachments])


def _journal_statement(data: bytes) -> bytes:
    if roster_statements.statement_type(codec.parse_canonical(data)) == "roster":
        return roster_statements.parse_roster(data).encode()
    return roster_statements.parse_close(data).encode()


def _account_chain(data: bytes) -> bytes:
    fields = Fields(codec.parse_message_json(data), "A chain")
    chain = accounts.verify_chain(fields.objects("chain", read_link, 1, 100))
    sets = keyholder_sets.verify_sets(chain, fields.objects("sets", read_link, 1, 100))
    return chain.newest.statement_hash + sets[-1].encode()


def _device_message(data: bytes) -> bytes:
    """The new device's message, and the old one's second: both are read."""
    try:
        return devices.parse_device_keys(data).encode()
    except DuologError:
        return devices.parse_device_added(data).encode()


def _blob_size(data: bytes) -> bytes:
    entries.require_blob_size(data)
    return b""


READERS: Mapping[str, Read] = {
    "canonical": lambda data: codec.encode_canonical(codec.parse_canonical(data)),
    "message-json": lambda data: _shaped(codec.parse_message_json(data)),
    "message": _message,
    "base64url": lambda data: codec.parse_b64(data.decode()),
    "origin": lambda data: login.parse_origin(data.decode()).encode(),
    "link": lambda data: links.parse_link(data.decode()).uri.encode(),
    "device-code": lambda data: devices.parse_code(data.decode()).code,
    "recovery-words": lambda data: " ".join(words.encode_words(words.parse_words(data.decode()))).encode(),
    "header": lambda data: entries.parse_header(data).encode(),
    "receipt": lambda data: receipts.parse_receipt(data).encode(),
    "padding": _blob_size,
    "journal-statement": _journal_statement,
    "acceptance": lambda data: roster_statements.parse_acceptance(data).encode(),
    "account-chain": _account_chain,
    "keyholder-set": lambda data: keyholder_sets.parse_set(data).encode(),
    "invitation": lambda data: pairing.parse_invitation(data).encode(),
    "answer": lambda data: pairing.parse_answer(data).encode(),
    "proposal-context": lambda data: proposals.parse_context(data).encode(),
    "device-message": _device_message,
    "device-account": lambda data: devices.parse_device_account(data).encode(),
}
TEXTS = frozenset(
    {"base64url", "origin", "link", "device-code", "recovery-words"}
)  # their inputs are UTF-8, as a program's texts are
