"""Verifying an export: offline, by the file alone, without a server, an account or a home.

    1  the file is whole: its parts, their number, the hash at its end
    2  the chain of every account, and of a forked one each branch that a log names
    3  each journal's log: no gap, heads, receipts under the key that is named, roster rules
    4  each entry: a member who may write, epoch and generation in force, its id new
    5  each entry with a blob has a line: as a document, or as unreadable with a reason
    6  each document opens from its blob under its key, and says what its line says
    7  the state at the end: names, effects, members, boundaries, gaps, numbers

`PROVES` says what a valid file proves, `PROVES_NOT` what it can't. A fault raises, and names its check. Spec: §12
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from duolog.api.pages import PulledPush, parse_page
from duolog.client.export.format import MAX_LINE, MAX_PAGE_FRAMES, read_parts
from duolog.client.export.verify_journal import JournalCheck
from duolog.client.home.chains import NamedBranches, is_one_branch
from duolog.errors import BadReceipt, ChainViolation, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, verify_chain
from duolog.protocol.codec import JsonObject
from duolog.protocol.containing import contained
from duolog.protocol.log import LogState, accept_receipt, append_item, empty_log
from duolog.protocol.messages import Attachment
from duolog.protocol.statements import Fields
from duolog.seal.chains import read_link
from duolog.seal.words import eight_words

FILE_FAULT = partial(VerificationError, check="export.unforeseen")
_MAX_KEYS = 2 * sizes.MAX_SERVERS  # receipt keys of one journal: of the servers before, and of the last one

PROVES = (
    "To anyone: whoever holds the receipt key of this server accepted exactly these sealed bytes, in this order, not "
    "later than the times that stand beside them; these accounts were members, as their signatures show; and each "
    "text here opens from its sealed bytes under the key that is given for it.",
    "To a member with a home of their own: if the words of a journal's head are those that `duolog heads` shows there "
    "for the same number of items, both have the same history, to the last byte.",
)
PROVES_NOT = (
    "It does not prove who wrote the words. Members know that of each other; on purpose nobody can prove it to an "
    "outsider. A member could have made any entry so that it looks like this.",
    "It does not show that a sealed entry has only one reading: that needs the journal's own keys, which no export "
    "holds. Whoever made an entry could have made it so that another key opens it to another text.",
    "It does not show who made this file or when, nor what was written after it, and it leaves to their word what it "
    "says about entries that can't be read, about texts that were never sent, and about who removed what is gone.",
)


@dataclass(frozen=True, slots=True)
class ProvenJournal:
    """One journal of a verified export. `head_words`: to compare with `heads`. `first`, `last`: Unix seconds of its
    receipts. `gone`: how many entries have no blob. `attachments`: those of its texts, each with its entry."""

    journal: bytes
    seq: int
    head_words: tuple[str, ...]
    first: int
    last: int
    members: tuple[str, ...]
    documents: int
    unreadable: int
    gone: int
    unsent: int
    closed: bool
    frozen: str | None
    attachments: tuple[tuple[bytes, Attachment], ...] = ()


@dataclass(frozen=True, slots=True)
class ProvenExport:
    """A verified export. `account` and `at` are the file's own word. `forked`: accounts with more than one branch:
    two people held a key of each, and either may have signed."""

    account: bytes
    at: int
    origin: str
    receipt_keys: tuple[bytes, ...]
    journals: tuple[ProvenJournal, ...]
    forked: tuple[bytes, ...] = ()
    proves: tuple[str, ...] = PROVES
    proves_not: tuple[str, ...] = PROVES_NOT


def verify_export(file: BinaryIO, progress: Callable[[int], None] | None = None) -> ProvenExport:
    """Verify an export from its first byte to its last. `progress`: called with the number of parts that were read.

    Raises:
        MalformedData: a line is not in the format.
        VerificationError: a part is false, and `check` names the rule. Then believe nothing in the file.
    Spec: §12.
    """
    with contained("This file", FILE_FAULT):
        parts = _Parts(read_parts(file), progress)
        head = parts.take("export")
        origin = head.text("origin", limit=sizes.MAX_ORIGIN)
        account, at = head.data("account", sizes.ACCOUNT_ID), head.integer("at")
        head.done()
        while parts.next == "chain":
            _chain(parts)
        if account not in parts.chains:  # check: export.own_chain
            raise VerificationError("The exporter's keys are missing.", check="export.own_chain")
        while parts.next == "journal":
            parts.journals.append(_journal(parts, account, at))
        if parts.next is not None:  # check: export.order
            raise VerificationError("A part of the file stands where it doesn't belong.", check="export.order")
        forked = tuple(other for other, branches in parts.chains.items() if len(branches) > 1)
        return ProvenExport(account, at, origin, tuple(parts.keys), tuple(parts.journals), forked)


class _Parts:
    """The parts of a file, read one ahead; and the chains, receipt keys and journals of those that were checked."""

    def __init__(self, parts: Iterator[JsonObject], progress: Callable[[int], None] | None) -> None:
        self._parts, self._progress, self._count = parts, progress or (lambda count: None), 0
        self._ahead = next(parts, None)
        self.chains: dict[bytes, list[AccountChain]] = {}
        self.keys: dict[bytes, None] = {}
        self.journals: list[ProvenJournal] = []

    @property
    def next(self) -> str | None:
        """The name of the next part; None at the end."""
        return None if self._ahead is None else str(self._ahead.get("part"))

    def take(self, name: str) -> Fields:
        """The next part, which must have this name."""
        return Fields(self.take_plain(name), f"The part {name!r} of the export")

    def take_plain(self, name: str) -> JsonObject:
        """The next part as plain JSON, which must have this name."""
        if self._ahead is None or self.next != name:  # check: export.part
            raise VerificationError(f"The part {name!r} of the file is missing.", check="export.part")
        taken = {key: value for key, value in self._ahead.items() if key != "part"}
        self._count += 1
        self._progress(self._count)
        self._ahead = next(self._parts, None)
        return taken


def _chain(parts: _Parts) -> None:
    part = parts.take("chain")
    account = part.data("account", sizes.ACCOUNT_ID)
    chain = verify_chain(part.objects("statements", read_link, 1, sizes.MAX_GENERATIONS))
    part.done()
    if chain.account != account:  # check: export.chain
        raise ChainViolation("The file names another account than its keys belong to.", check="export.chain")
    branches = parts.chains.setdefault(account, [])
    if any(is_one_branch(chain, other) for other in branches):  # check: export.chain_twice
        raise ChainViolation("The keys of an account stand in the file twice.", check="export.chain_twice")
    branches.append(chain)


def _journal(parts: _Parts, account: bytes, at: int) -> ProvenJournal:
    head = parts.take("journal")
    journal, seq = head.data("journal", sizes.JOURNAL_ID), head.number("seq")
    keys, promised = head.datas("receipt_keys", sizes.SIGN_KEY, 1, _MAX_KEYS), head.data("head", sizes.HASH)
    head.done()
    if any(journal == item.journal for item in parts.journals):  # check: export.journal_twice
        raise VerificationError("A journal stands in the file twice.", check="export.journal_twice")
    parts.keys |= dict.fromkeys(keys)
    check = JournalCheck(journal, account, keys)
    log, first, branches = empty_log(journal), 0, NamedBranches(parts.chains)
    while parts.next == "page":
        part = parts.take("page")
        page = parse_page(part.blob("frames", MAX_LINE), MAX_PAGE_FRAMES)
        part.done()
        if page.seq != seq or not page.pushes:  # check: export.page
            raise VerificationError("A page in the file is empty, or belongs to another log.", check="export.page")
        for push in page.pushes:
            log = _push(check, log, push, branches)
            first = first or log.time
        _lines(check, parts)
    if (log.seq, log.head) != (seq, promised):  # check: export.mark
        raise VerificationError("The log in the file ends elsewhere than the file says.", check="export.mark")
    unsent = 0
    while parts.next == "unsent":
        document = parts.take("unsent")
        document.text("kind")
        document.number("v")
        if document.has("at"):
            document.integer("at")
        document.json_object("body")
        document.done()
        unsent += 1
    members, frozen = check.finish(parts.take_plain("state"), log, at)
    return ProvenJournal(
        *(journal, log.seq, eight_words(log.head), first, log.time, members),
        *(check.documents, check.unreadable, len(check.gone), unsent, log.closed, frozen),
        attachments=tuple(check.attachments),
    )


def _push(check: JournalCheck, log: LogState, push: PulledPush, branches: NamedBranches) -> LogState:
    """Append one push: its items in order, and its receipt under one of the keys that the file names."""
    items = []
    for placed in push.items:
        if placed.grants:  # check: export.grants
            raise VerificationError("The file holds sealed keys, which an export never does.", check="export.grants")
        log = append_item(log, placed.seq, placed.item, branches.under(placed.item))
        items.append((placed, log))
    log = _receipt(log, push, check.receipt_keys)
    check.add_push(items, log)
    return log


def _receipt(log: LogState, push: PulledPush, keys: Sequence[bytes]) -> LogState:
    for key in keys[:-1]:
        with suppress(BadReceipt):
            return accept_receipt(log, push.receipt, key)
    return accept_receipt(log, push.receipt, keys[-1])


def _lines(check: JournalCheck, parts: _Parts) -> None:
    """Check one line for each entry of the page that has a blob, in order."""
    for item in check.waiting:
        if parts.next == "document":
            check.document(item, parts.take_plain("document"))
        elif parts.next == "unreadable":
            check.unreadable_line(item, parts.take_plain("unreadable"))
        else:
            raise VerificationError("An entry of the log is left out of the file's texts.", check="export.missing")
    check.fold()
