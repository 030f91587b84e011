"""The format of an export: one JSON document. Each of its lines is one part, so it is written and read by the line.

    {"format":"duolog-export","v":1,"parts":[
    {"part":"export", ...},
    {"part":"chain", ...},          one for each account that a log names
    {"part":"journal", ...},        then, for each journal,
    {"part":"page", ...},             whole pushes as the binary frames of a page, each page followed by
    {"part":"document", ...},         one line for each of its entries that still has its blob
    {"part":"unreadable", ...},
    {"part":"unsent", ...},           documents in the outbox, and drafts
    {"part":"state", ...},            members, boundaries, gaps and numbers at the end of the log
    {"part":"end", ...}             how many parts there are, and the SHA-256 of all bytes before it
    ]}

The fields that both the writer and the verifier derive from a log are made here, so the two can't differ. This module
opens and verifies no entry. Spec: §12
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from duolog.documents import dates
from duolog.documents.journal_state import JournalState
from duolog.documents.kinds.boundary import describe_boundary
from duolog.documents.names import named_by_account
from duolog.documents.safe_text import escape_json
from duolog.documents.timeline import Item
from duolog.documents.voice import Voice
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_message_json, parse_message_json
from duolog.protocol.roster_changes import Roster

FIRST = b'{"format":"duolog-export","v":1,"parts":[\n'
LAST = b"]}\n"
REMOVED = "removed by the host"
MAX_LINE = 4 * sizes.MAX_PAGE_BYTES  # bytes; a page of the largest push, in base64
MAX_PAGE_FRAMES = 65_536  # items of one page; 1 MiB of the smallest, and one push more, are far fewer
PAGE_BYTES = sizes.KIB * sizes.KIB  # of frames; a page ends behind the push that reaches it


class ExportWriter:
    """Writes the parts of one file, in order, and counts them by name. Raises: OSError when the disk refuses."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._hash, self.counts = out, hashlib.sha256(), Counter[str]()
        self._write(FIRST)

    def part(self, name: str, fields: Mapping[str, Any]) -> None:
        """Write one part."""
        self._write(escape_json(encode_message_json({"part": name, **fields})) + b",\n")
        self.counts[name] += 1

    def finish(self) -> None:
        """Write the end, without which a file counts as cut off."""
        end = {"part": "end", "parts": self.counts.total(), "sha256": encode_b64(self._hash.digest())}
        self._out.write(encode_message_json(end) + b"\n" + LAST)

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self._out.write(data)


def read_parts(file: BinaryIO) -> Iterator[JsonObject]:
    """Every part before the end, in order. The end is checked after the last of them.

    Raises:
        MalformedData: the file is not an export, of a later version, or a line of it is not a part.
        VerificationError: the file was cut off, damaged or changed.
    Spec: §12.
    """
    first = _line(file)
    if first != FIRST:  # check: export.format
        raise MalformedData("This is not an export of Duolog, or one of a later version. Update to check it.")
    hashed, count = hashlib.sha256(first), 0
    while (line := _line(file)).endswith(b",\n"):
        hashed.update(line)
        count += 1
        yield parse_message_json(line[:-2], "A line of the export")
    if not line.endswith(b"\n"):  # check: export.cut
        raise VerificationError("The file was cut off: its end is missing.", check="export.cut")
    end = {"part": "end", "parts": count, "sha256": encode_b64(hashed.digest())}
    if parse_message_json(line[:-1], "The end of the export") != end:  # check: export.digest
        raise VerificationError("The file was damaged or changed after it was written.", check="export.digest")
    if file.read(len(LAST) + 1) != LAST:  # check: export.last
        raise VerificationError("Something follows the end of the file, or the end is damaged.", check="export.last")


def _line(file: BinaryIO) -> bytes:
    line = file.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:  # check: export.line_size
        raise MalformedData("A line of the export is longer than a part can be.")
    return line


# --- derived from a log -----------------------------------------------------------------------------------------------


def document_fields(item: Item, state: JournalState) -> JsonObject:
    """The fields of a readable document, without its key."""
    applied = item.applied
    return {
        "seq": applied.seq,
        "entry": encode_b64(applied.entry),
        "author": encode_b64(applied.author),
        "name": name_of(state, applied.author),
        "at": applied.at,
        "received": applied.received,
        "kind": applied.document.kind,
        "v": applied.document.v,
        "body": applied.document.body,
        "message": encode_b64(applied.message),
        "counts": item.skipped is None,
        "without_effect": item.skipped,
    }


def state_fields(roster: Roster, state: JournalState, closed: bool, at: int) -> JsonObject:
    """Members and boundaries at the end of the log. `at`: Unix seconds, by which a boundary may have lapsed."""
    # Names are not cleaned: a later Unicode table would clean them otherwise, and the file would fail its check.
    voice = Voice(lambda account: named_by_account(name_of(state, account), account), dates.stamp_utc, clean=str)
    return {
        "closed": closed,
        "provisional": roster.provisional,
        "members": [
            {
                "account": encode_b64(item.account),
                "name": name_of(state, item.account),
                "role": item.role,
                "rights": item.rights,
                "until": item.until,
            }
            for item in roster.members
        ],
        "boundaries": [
            {"boundary": encode_b64(entry), "stage": item.stage, "text": describe_boundary(item, at, voice)}
            for entry, item in state.boundaries.items()
        ],
    }


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same, types included: 1 is neither true nor 1.0."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def name_of(state: JournalState, account: bytes) -> str | None:
    """The name that a member has at the end of the log, or None."""
    profile = state.profiles.get(account)
    return None if profile is None else profile.display_name
