"""Files of an export: the attachments of exported texts, opened into a folder, and checked there against the export.

Rules
- The log and the texts are exported from the home alone. Files lie at the server, so it is asked for them, and notices.
- A file is fetched, verified and opened in a stream. One that can't be had is listed with a reason.
- The list, `attachments.json`, has one line for each file: which attachment it is, and the stream header under which
  its author sealed it. With that header and the key in its text, anybody can seal the file again, and must get the very
  stored bytes whose digest the text names.

The files aren't sealed: anyone who has the folder can read them. Spec: §12.4
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duolog.client.attachments.fetching import fetch_attachment, opened
from duolog.client.attachments.names import file_name
from duolog.client.attachments.saving import save_content
from duolog.client.export.verify_export import ProvenExport
from duolog.client.log.attached import entries_with_attachments, message_of, named_items
from duolog.client.log.context import Context
from duolog.client.log.my_journals import shown_journals
from duolog.errors import (
    AttachmentFault,
    EntryFault,
    HomeError,
    MalformedData,
    NotAllowed,
    OpenError,
    ServerRefused,
    VerificationError,
)
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_message_json, parse_message_json
from duolog.protocol.messages import Attachment, Message
from duolog.protocol.statements import Fields
from duolog.seal.attachments import seal_attachment

LIST = "attachments.json"
_FIRST, _LAST = b'{"format":"duolog-attachments","v":1,"files":[\n', b"{}]}\n"
_MAX_LINE = 4096  # bytes


@dataclass(frozen=True, slots=True)
class ExportedFiles:
    """The files of one export, by the entries that carry them. `missing`: how many attachments could not be had; the
    list says of each why."""

    folder: Path
    names: Mapping[bytes, tuple[str, ...]]
    missing: int

    @property
    def files(self) -> int:
        """How many files there are."""
        return sum(map(len, self.names.values()))


@dataclass(frozen=True, slots=True)
class ProvenFiles:
    """Verified files. `missing`: how many attachments of the export have no file in the folder."""

    files: int
    missing: int


async def export_files(context: Context, folder: Path, journals: Sequence[bytes] | None) -> ExportedFiles:
    """Open the attachments of these journals into a new folder of mode 0700. `journals` None: all but the own one.

    Raises:
        HomeError: the folder is there and isn't empty, or can't be made.
        TransportError: the server can't be reached. Begin again, with a new folder.
    Spec: §12.4.
    """
    _make(folder)
    names: dict[bytes, tuple[str, ...]] = {}
    missing = 0
    with (folder / LIST).open("xb") as listed:
        os.fchmod(listed.fileno(), 0o600)
        listed.write(_FIRST)
        for journal in shown_journals(context) if journals is None else journals:
            for entry, message in _messages(context, journal):
                items = named_items(message)
                for number, named in enumerate(message.attachments, 1):
                    about = {"journal": encode_b64(journal), "entry": encode_b64(entry), "id": encode_b64(named.id)}
                    claimed = items.get(about["id"], {}).get("name")
                    plain = file_name(claimed if isinstance(claimed, str) else "", named.type)
                    name = f"{journal.hex()[:8]}-{entry.hex()[:8]}-{number}-{plain}"
                    line = await _export(context, journal, named, folder / name)
                    listed.write(encode_message_json({**about, **line}) + b",\n")
                    missing += "missing" in line
                    if "file" in line:
                        names[entry] = (*names.get(entry, ()), name)
        listed.write(_LAST)
    return ExportedFiles(folder, names, missing)


def _messages(context: Context, journal: bytes) -> Iterator[tuple[bytes, Message]]:
    for row in entries_with_attachments(context, journal):
        try:
            yield row.entry or b"", message_of(context, journal, row.entry or b"")
        except (NotAllowed, EntryFault, MalformedData, OpenError):
            continue  # the export says of the entry why it can't be read


async def _export(context: Context, journal: bytes, named: Attachment, path: Path) -> JsonObject:
    """Fetch and open one attachment; the rest of its line."""
    try:
        await fetch_attachment(context.home, context.network, journal, named, context.progress)
        with context.home.files.open(named.id, "in") as stored:
            header = stored.read(sizes.STREAM_HEADER)
        with opened(context.home, journal, named) as content:
            save_content(content, path)
    except (ServerRefused, AttachmentFault, MalformedData) as error:
        return {"missing": str(error)}
    return {"file": path.name, "header": encode_b64(header)}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        full = any(folder.iterdir())
    except (FileNotFoundError, FileExistsError, NotADirectoryError) as error:
        raise HomeError(f"The folder {folder} can't be made. Name a new one, in a folder that is there.") from error
    if full:
        raise HomeError(f"The folder {folder} isn't empty. Name a new one for the files.")


def verify_files(folder: Path, proven: ProvenExport, progress: Callable[[int, int], None] | None = None) -> ProvenFiles:
    """Verify the files of a folder against a verified export.

    Raises:
        MalformedData: the list is missing, or isn't one.
        VerificationError: a file is not the one that its text names, or nobody knows it. Then believe nothing in it.
    Spec: §12.4.
    """
    known = {(journal.journal, entry, one.id): one for journal in proven.journals for entry, one in journal.attachments}
    files = set[str]()
    for number, line in enumerate(_lines(folder)):
        fields = Fields(line, "A line of the list of files")
        journal, entry = fields.data("journal", sizes.JOURNAL_ID), fields.data("entry", sizes.ENTRY_ID)
        named = known.get((journal, entry, fields.data("id", sizes.ATTACHMENT_ID)))
        if fields.has("missing"):
            fields.text("missing", limit=_MAX_LINE)
            fields.done()
            continue
        name, header = fields.text("file", limit=_MAX_LINE), fields.data("header", sizes.STREAM_HEADER)
        fields.done()
        if named is None or name in files or Path(name).name != name:  # check: export.file_named
            raise VerificationError("The list names a file that no text carries.", check="export.file_named")
        files.add(name)
        _verify(folder / name, named, journal, header)
        if progress is not None:
            progress(number + 1, len(known))
    others = {path.name for path in folder.iterdir()} - files - {LIST}
    if others:  # check: export.file_unlisted
        raise VerificationError("The folder has a file that is not in its list.", check="export.file_unlisted")
    return ProvenFiles(len(files), len(known) - len(files))


def _verify(path: Path, named: Attachment, journal: bytes, header: bytes) -> None:
    """Seal a file again, and compare the digest."""
    hashed = hashlib.sha256()
    false = VerificationError("A file is not the one that its text carries.", check="export.file_digest")
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as content:
            for part in seal_attachment(content, named.size, named.key, journal, named.id, header=header):
                hashed.update(part)
    except (OSError, MalformedData) as error:  # it is missing, a link, shorter or longer
        raise false from error
    if hashed.digest() != named.digest:  # check: export.file_digest
        raise false


def _lines(folder: Path) -> Iterator[Mapping[str, object]]:
    try:
        with (folder / LIST).open("rb") as listed:
            if listed.readline(_MAX_LINE) != _FIRST:  # check: export.files_format
                raise MalformedData(f"{LIST} is not a list of an export's files, or of a later version of Duolog.")
            while (line := listed.readline(_MAX_LINE)).endswith(b",\n"):
                yield parse_message_json(line[:-2], "A line of the list of files")
            if line != _LAST:  # check: export.files_cut
                raise MalformedData(f"The list {LIST} was cut off.")
    except OSError as error:
        raise MalformedData(f"There is no list {LIST} in the folder {folder}.") from error
