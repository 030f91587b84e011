"""The stable shapes of `--json`: ids as unpadded base64url, times as UTC Unix seconds, `null` for what isn't known.

`docs/cli.md` documents them. Fields may be added; none changes its meaning.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from duolog.protocol.codec import encode_b64

if TYPE_CHECKING:
    from duolog.client import (
        Admission,
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
    from duolog.client.exporting import Exported
    from duolog.client.verify_export import ProvenExport

SHORT = 8  # hexadecimal digits that stand for a journal on screen

Shape = dict[str, Any]


def b64(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return encode_b64(data)


def short(journal: bytes) -> str:
    """A journal's id as people type it."""
    return journal.hex()[:SHORT]


def written_shape(journal: bytes, written: "Written") -> Shape:
    """One document that was written."""
    return {
        "journal": b64(journal),
        "entry": b64(written.entry),
        "delivered": written.delivered,
        "problem": None if written.problem is None else str(written.problem),
    }


def pairing_shape(pairing: "Pairing") -> Shape:
    """Where a pairing stands."""
    return {
        "journal": b64(pairing.journal),
        "stage": pairing.stage.value,
        "words": None if pairing.words is None else list(pairing.words),
        "other": None if pairing.other is None else b64(pairing.other),
        "notice": pairing.notice,
        "role": pairing.role,
        "rights": pairing.rights,
        "until": pairing.until,
    }


def invitation_shape(new: "NewInvitation") -> Shape:
    """A fresh invitation: a secret, too."""
    return {
        "journal": b64(new.journal),
        "invitation": b64(new.id),
        "link": new.link,
        "uri": new.uri,
        "expires_at": new.expires_at,
        "notice": new.notice,
    }


def admission_shape(one: "Admission") -> Shape:
    """A confidant's invitation that isn't finished."""
    return {
        "journal": b64(one.journal),
        "invitation": b64(one.invitation),
        "stage": one.stage.value,
        "rights": one.rights,
        "until": one.until,
        "account": None if one.account is None else b64(one.account),
        "words": None if one.words is None else list(one.words),
    }


def proposal_shape(number: int, one: "ProposalView") -> Shape:
    """A change that waits for another signature."""
    return {
        "number": number,
        "proposal": b64(one.id),
        "change": one.change,
        "account": b64(one.account),
        "name": one.name,
        "rights": one.rights,
        "until": one.until,
        "signed_by": [b64(account) for account in one.signed_by],
        "mine": one.mine,
        "words": None if one.words is None else list(one.words),
        "proposed_at": one.proposed_at,
        "text": one.text,
    }


def journal_shape(journal: "JournalView") -> Shape:
    """One journal."""
    return {
        "journal": b64(journal.id),
        "short": short(journal.id),
        "members": [
            {
                "account": b64(member.account),
                "name": member.name,
                "role": member.role,
                "rights": member.rights,
                "until": member.until,
                "me": member.me,
            }
            for member in journal.members
        ],
        "seq": journal.seq,
        "provisional": journal.provisional,
        "closed": journal.closed,
        "frozen": journal.frozen,
        "waiting": journal.waiting,
        "unreadable": journal.unreadable,
        "former": journal.former,
    }


def status_shape(status: "Status") -> Shape:
    """The account and its journals."""
    return {
        "server": status.server,
        "account": b64(status.account),
        "account_words": list(status.account_words),
        "keyholder": status.keyholder_kind,
        "unconfirmed": status.unconfirmed,
        "deleted": status.deleted,
        "journals": [journal_shape(journal) for journal in status.journals],
    }


def heads_shape(heads: "Heads") -> Shape:
    """Words to compare by voice."""
    return {
        "accounts": [
            {
                "account": b64(one.account),
                "name": one.name,
                "me": one.me,
                "generation": one.generation,
                "words": list(one.words),
            }
            for one in heads.accounts
        ],
        "journals": [{"journal": b64(one.journal), "seq": one.seq, "words": list(one.words)} for one in heads.journals],
    }


def sync_shape(report: "SyncReport") -> Shape:
    """What one sync did."""
    return {
        "new": {b64(journal): count for journal, count in report.new.items()},
        "delivered": report.delivered,
        "frozen": {b64(journal): why for journal, why in report.frozen.items()},
        "problems": [str(problem) for problem in report.problems],
        "proposed": {b64(journal): count for journal, count in report.proposed.items()},
        "clock_apart": report.clock_apart,
    }


def entry_shape(item: "TimelineEntry") -> Shape:
    """One entry of a timeline."""
    body: Mapping[str, Any] | None = item.body
    return {
        "entry": b64(item.entry),
        "seq": item.seq,
        "author": b64(item.author),
        "author_name": item.author_name,
        "mine": item.mine,
        "at": item.at,
        "received": item.received,
        "effective": item.effective,
        "kind": item.kind,
        "v": item.v,
        "body": None if body is None else dict(body),
        "text": item.text,
        "unreadable": item.unreadable,
        "without_effect": item.without_effect,
        "not_delivered_to": [b64(account) for account in item.not_delivered_to],
        "hidden": item.hidden,
    }


def exported_shape(done: "Exported") -> Shape:
    """One export that was written."""
    return {
        "file": None if done.path is None else str(done.path),
        "journals": done.journals,
        "documents": done.documents,
        "unreadable": done.unreadable,
        "unproven": [b64(account) for account in done.unproven],
    }


def move_shape(report: "MoveReport") -> Shape:
    """What moving to another server did."""
    return {
        "old": report.old,
        "new": report.new,
        "journals": [b64(journal) for journal in report.journals],
        "behind": [b64(journal) for journal in report.behind],
        "told": report.told,
        "open_logs": [b64(journal) for journal in report.open_logs],
    }


def proven_shape(proven: "ProvenExport") -> Shape:
    """What a checked export comes to."""
    return {
        "account": b64(proven.account),
        "at": proven.at,
        "origin": proven.origin,
        "receipt_keys": [b64(key) for key in proven.receipt_keys],
        "journals": [
            {
                "journal": b64(one.journal),
                "seq": one.seq,
                "words": list(one.head_words),
                "first": one.first,
                "last": one.last,
                "members": list(one.members),
                "documents": one.documents,
                "unreadable": one.unreadable,
                "gone": one.gone,
                "unsent": one.unsent,
                "closed": one.closed,
                "frozen": one.frozen,
            }
            for one in proven.journals
        ],
        "forked": [b64(account) for account in proven.forked],
        "proves": list(proven.proves),
        "proves_not": list(proven.proves_not),
    }


def waiting_closing_shape(waiting: "WaitingClosing") -> Shape:
    """A closing that waits."""
    return {
        "journal": b64(waiting.journal),
        "not_before": waiting.not_before,
        "held": waiting.held,
        "ends": [b64(keyholder) for keyholder in waiting.ends],
    }
