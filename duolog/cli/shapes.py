"""The stable shapes of `--json`: ids as unpadded base64url, times as UTC Unix seconds, `null` for unknown values.

`docs/cli-json.md` documents them. Fields may be added; none changes its meaning.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from duolog.protocol.codec import encode_b64

if TYPE_CHECKING:
    from duolog.client import (
        Admission,
        AttachmentView,
        Heads,
        JournalView,
        MoveReport,
        NewInvitation,
        Pairing,
        ProposalView,
        Status,
        SyncReport,
        TimelineEntry,
        WaitingClosing,
        Written,
    )
    from duolog.client.export.exporting import Exported
    from duolog.client.export.files import ExportedFiles, ProvenFiles
    from duolog.client.export.verify_export import ProvenExport

SHORT = 8  # hexadecimal digits that stand for a journal on screen

Shape = dict[str, Any]


def b64(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return encode_b64(data)


def short(journal: bytes) -> str:
    """A journal's id as people type it."""
    return journal.hex()[:SHORT]


def means(typed: str, identifier: bytes) -> bool:
    """Whether a person has typed this id: as JSON has it, or four or more of its first hexadecimal digits."""
    return typed == b64(identifier) or (len(typed) >= 4 and identifier.hex().startswith(typed))


def fields(view: object, names: str) -> Shape:
    """Fields of a view as JSON carries them. `names`: the fields, with spaces between them."""
    return {name: _plain(getattr(view, name)) for name in names.split()}


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return b64(value)
        case Enum():
            return value.value
        case Exception():
            return str(value)
        case tuple() | frozenset():
            return [_plain(item) for item in value]
        case Mapping():
            return {_plain(key): _plain(item) for key, item in value.items()}
    return value


def written_shape(journal: bytes, written: "Written") -> Shape:
    """One document that was written."""
    return {"journal": b64(journal), **fields(written, "entry delivered problem")}


def pairing_shape(pairing: "Pairing") -> Shape:
    """The stage of a pairing, and the words to compare."""
    return fields(pairing, "journal stage words other notice role rights until")


def invitation_shape(new: "NewInvitation") -> Shape:
    """A fresh invitation. It holds a secret."""
    return {"journal": b64(new.journal), "invitation": b64(new.id), **fields(new, "link uri expires_at notice")}


def admission_shape(one: "Admission") -> Shape:
    """A confidant's invitation that isn't finished."""
    return fields(one, "journal invitation stage rights until account words")


def proposal_shape(number: int, one: "ProposalView") -> Shape:
    """A change that waits for another signature."""
    rest = fields(one, "change account name rights until signed_by mine words proposed_at text")
    return {"number": number, "proposal": b64(one.id), **rest}


def journal_shape(journal: "JournalView") -> Shape:
    """One journal."""
    return {
        "journal": b64(journal.id),
        "short": short(journal.id),
        "members": [fields(member, "account name role rights until me") for member in journal.members],
        **fields(journal, "name seq provisional closed frozen waiting unreadable former words_differ restoring"),
    }


def status_shape(status: "Status") -> Shape:
    """The account and its journals."""
    return {
        **fields(status, "server account account_words"),
        "keyholder": status.keyholder_kind,
        **fields(status, "unconfirmed deleted shut_out unproven_sheet"),
        "journals": [journal_shape(journal) for journal in status.journals],
    }


def heads_shape(heads: "Heads") -> Shape:
    """Words to compare by voice."""
    return {
        "accounts": [fields(one, "account name me generation words") for one in heads.accounts],
        "journals": [fields(one, "journal seq words") for one in heads.journals],
    }


def sync_shape(report: "SyncReport") -> Shape:
    """The report of one sync."""
    return fields(report, "new delivered frozen problems proposed clock_apart restoring")


def entry_shape(item: "TimelineEntry") -> Shape:
    """One entry of a timeline."""
    shown = fields(
        item,
        "entry seq author author_name mine at received effective kind v body text unreadable without_effect "
        "not_delivered_to hidden happened",
    )
    return shown | {"words_of": None if item.words_of is None else fields(item.words_of, "step kind thing number")}


def attachment_shape(number: str, view: "AttachmentView") -> Shape:
    """One file that an entry carries."""
    return {
        "number": number,
        "attachment": b64(view.id),
        **fields(view, "entry seq name alt type size missing waiting"),
    }


def exported_shape(done: "Exported", files: "ExportedFiles | None" = None) -> Shape:
    """One export that was written, and the files beside it."""
    return {
        "file": None if done.path is None else str(done.path),
        **fields(done, "journals documents unreadable unproven"),
        "files": None if files is None else {"folder": str(files.folder), **fields(files, "files missing")},
    }


def move_shape(report: "MoveReport") -> Shape:
    """The report of a move to another server."""
    return fields(report, "old new journals behind told open_logs files_left")


def proven_shape(proven: "ProvenExport", files: "ProvenFiles | None" = None) -> Shape:
    """The contents of a checked export, and what it proves."""
    rest = "first last members documents unreadable gone unsent closed frozen"
    return {
        **fields(proven, "account at origin receipt_keys"),
        "journals": [
            {**fields(one, "journal seq"), "words": list(one.head_words), **fields(one, rest)}
            for one in proven.journals
        ],
        **fields(proven, "forked proves proves_not"),
        "files": None if files is None else fields(files, "files missing"),
    }


def waiting_closing_shape(waiting: "WaitingClosing") -> Shape:
    """A closing that waits."""
    return fields(waiting, "journal not_before held ends")
