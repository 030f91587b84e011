"""Vectors of grants and sealed entries, with one fault each."""

from dataclasses import replace
from typing import Any

from duolog.protocol.codec import u32
from duolog.protocol.entries import padded_length
from duolog.protocol.messages import parse_message
from duolog.seal import aead
from duolog.seal.entries import readers_of
from tests.protocol.builders import GrantMaker, Journal, Person
from vectors.journals import Evening, log_of
from vectors.values import Json, text


def make(grants: GrantMaker) -> Json:
    """The content of `entries.json`."""
    evening = Evening(grants)
    journal, ada, sam = evening.couple, evening.ada, evening.sam
    evening.logs = {"couple": evening.logs["couple"]}
    return {
        "about": "A grant, and entries with one fault each. Every secret here is public.",
        "shared": evening.shared(ada, sam),
        "cases": [*_grants(evening, grants), *_entries(journal, ada, sam)],
    }


def _grants(evening: Evening, grants: GrantMaker) -> list[Json]:
    journal = Journal(evening.ada, grants=grants)
    evening.logs["founded"] = log_of(journal)
    ada = evening.ada
    base = {
        "name": "grant",
        "kind": "grant",
        "after": "founded",
        "account": text(ada.account),
        "seed": text(ada.secret.seed),
        "generation": 1,
        "grant": text(journal.grants[1][ada.account]),
    }
    return [
        base | {"gives": {"epoch_key": text(journal.keys[1].key)}},
        base | {"name": "grant: with another seed", "seed": text(evening.sam.secret.seed), "error": "OpenError"},
        base
        | {"name": "grant: another than the roster names", "grant": "AAAA"}
        | {"error": "RosterViolation", "check": "seal.grant_digest"},
    ]


def _entries(journal: Journal, ada: Person, sam: Person) -> list[Json]:
    header, message = journal.header(ada), journal.message("Thanks for calling from the station.")
    blob = journal.seal(ada, header, message)
    base = {
        "name": "entry",
        "kind": "entry",
        "after": "couple",
        "header": text(header.encode()),
        "blob": text(blob),
        "epoch_key": text(journal.key.key),
        "account": text(sam.account),
        "seed": text(sam.secret.seed),
        "generation": 1,
    }
    own = {"name": "entry: read by its author", "account": text(ada.account), "seed": text(ada.secret.seed)}
    gives = {"message": text(message), "document": journal_document(message)}
    key, commitment = journal.key.entry_keys(header.encode())
    bound = header.encode() + commitment

    def fault(name: str, check: str, **changes: Any) -> Json:
        return base | {"name": f"entry: {name}", "error": "EntryFault", "check": f"entries.{check}"} | changes

    def with_header(name: str, check: str, **changes: Any) -> Json:
        return fault(name, check, header=text(replace(header, **changes).encode()))

    def with_plaintext(name: str, check: str, plaintext: bytes) -> Json:
        return fault(name, check, blob=text(blob[:56] + aead.encrypt(key, blob[:24], plaintext, bound)))

    readers = readers_of(journal.roster, journal.chains)
    content = u32(len(message)) + message + bytes(32 * len(readers))
    padded = padded_length(len(content))
    flip = bytes([blob[24] ^ 1])
    return [
        base | {"gives": gives},
        base | own | {"gives": gives},
        with_header("of another journal", "journal", journal=bytes(32)),
        with_header("another entry id", "commitment", entry=bytes(16)),
        with_header("an earlier epoch", "epoch", epoch=1),
        with_header("of a stranger", "author", author=bytes(32)),
        with_header("in a partner's name", "commitment", author=sam.account),
        with_header("another generation", "generation", generation=2),
        with_header("an attachment added", "commitment", attachments=(bytes(16),)),
        fault("a wrong commitment", "commitment", blob=text(blob[:24] + flip + blob[25:])),
        fault("another epoch's key", "commitment", epoch_key=text(journal.keys[1].key)),
        fault("a flipped nonce", "aead", blob=text(bytes([blob[0] ^ 1]) + blob[1:])),
        fault("a flipped ciphertext", "aead", blob=text(blob[:-1] + bytes([blob[-1] ^ 1]))),
        with_plaintext("padded with ones", "padding", content.ljust(padded, b"\x01")),
        with_plaintext("padded too far", "padding", content.ljust(padded_length(padded + 1), b"\x00")),
        with_plaintext("a length beyond its end", "padding", b"\xff" * 4 + content[4:].ljust(padded - 4, b"\x00")),
        with_plaintext("tags that nobody made", "tag", content.ljust(padded, b"\x00")),
        base | {"name": "entry: cut off", "blob": text(blob[:-1]), "error": "MalformedData"},
        base | {"name": "entry: nothing", "blob": "", "error": "MalformedData"},
    ]


def journal_document(message: bytes) -> Json:
    """The document in a message, as JSON."""
    return parse_message(message).document.encode_json()
