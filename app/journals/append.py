"""Appending to a log: the rules of `duolog.protocol`, applied under the journal's lock.

Rules:
- All items of a push are accepted, or none. Each new one goes through `append_item`, entries also through
  `check_entry`: the server refuses here what a client would disbelieve.
- An entry is pushed by its author.
- An accepted item that comes again gets its first place, even after later changes: an entry by its id, a roster
  statement by its version and digest, a closing as the end of the log. An id that was accepted with another
  digest keeps that digest.
- An entry's attachments are whole, its author's and no other entry's; from then on they are its own.
- A receipt's time is now, and never before the last receipt of the same key. The times of an earlier server's receipts
  count for that server alone.
- When the roster moves, proposals expire.
- A held journal takes nothing new, until its members' devices have brought what this server has lost (spec §6.11).
- An append that finds a closing due stops: the server carries out the closing first, in a transaction of its own
  (`closings`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy import Connection

from app.access.repository import JournalMember, find_member
from app.chains.repository import NamedGenerations
from app.database import AnyRow
from app.journals import repository
from app.journals.member_repository import save_members
from app.journals.proposal_repository import drop_all as drop_all_proposals
from app.journals.repository import ENTRY, STATEMENT, KnownItem, NewItem, split_signatures
from app.objects.repository import name as name_attachments
from app.problems import (
    AttachmentMissing,
    EpochMoved,
    EpochStale,
    GenerationMoved,
    JournalClosed,
    JournalRestoring,
    Malformed,
    NotFound,
    Problem,
    RosterMoved,
    RuleBroken,
)
from app.quotas.service import Quotas
from app.receipts.service import ReceiptSigner
from duolog.api.pages import Placed
from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import parse_canonical
from duolog.protocol.entries import Header, check_entry, parse_header, require_blob_size
from duolog.protocol.log import EntryItem, LogState, StatementItem, append_entries, append_item
from duolog.protocol.receipts import Receipt, is_plausible
from duolog.protocol.roster import Chains, check_grants
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import RosterStatement, parse_roster, statement_type

_PROBLEMS: dict[str, type[Problem]] = {
    "roster.version": RosterMoved,
    "roster.prev": RosterMoved,
    "log.after_close": JournalClosed,
    "entries.stale": EpochStale,
    "entries.epoch": EpochMoved,
    "entries.generation": GenerationMoved,
}


@dataclass(slots=True)  # made a hundred times for a push, which takes a third as long without `frozen`
class Candidate:
    """An item as pushed, parsed: an entry has a `header`, a roster statement a `roster`, a closing neither."""

    item: EntryItem | StatementItem
    digest: bytes
    grants: Mapping[bytes, bytes]
    header: Header | None = None
    roster: RosterStatement | None = None


class ClosingDue(Exception):
    """A closing of the journal is due. The server carries it out before any other append."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The place of each item, the receipt for the new items (None when there are none), and these as stored."""

    places: tuple[KnownItem, ...]
    receipt: Receipt | None
    new: tuple[NewItem, ...] = ()


def refuse(error: MalformedData | VerificationError) -> Problem:
    """The problem that tells a client why the protocol's rules refused something."""
    if isinstance(error, MalformedData):
        return Malformed(sentence=str(error))
    return _PROBLEMS.get(error.check, RuleBroken)()


def parse_candidates(items: Sequence[Placed]) -> tuple[Candidate, ...]:
    """The items of a push. Raises: Malformed."""
    try:
        return tuple(_parse(placed) for placed in items)
    except MalformedData as error:
        raise refuse(error) from error


def _parse(placed: Placed) -> Candidate:
    item, grants = placed.item, placed.grants
    if isinstance(item, EntryItem):
        if item.blob is None:
            raise MalformedData("An entry was pushed without its blob.")
        require_blob_size(item.blob)
        return Candidate(item, item.digest, grants, header=parse_header(item.header))
    is_roster = statement_type(parse_canonical(item.signed.statement)) == "roster"
    roster = parse_roster(item.signed.statement) if is_roster else None
    return Candidate(item, item.digest, grants, roster=roster)


def append_to_journal(
    connection: Connection,
    member: JournalMember,
    candidates: Sequence[Candidate],
    signer: ReceiptSigner,
    quotas: Quotas,
    now: int,
    *,
    times: int | None,
) -> Appended:
    """Append a push to an existing journal. `times`: the allowed multiple of the author's quota (see `Quotas.spend`).

    Raises:
        NotFound: there is no such journal, or the caller was removed from it a moment ago.
        ClosingDue: a closing goes first.
        JournalClosed, JournalRestoring, RosterMoved, RuleBroken, EpochStale, EpochMoved, GenerationMoved, Malformed,
            AttachmentMissing: as the rules say.
        QuotaReached, DailyLimit: the caller has written as much as they may.
    """
    for_statements = any(candidate.header is None for candidate in candidates)
    locked = lock_journal(connection, member.journal, now, for_statements=for_statements)
    if locked is None or find_member(connection, member.account, member.journal, now) is None:
        raise NotFound
    state, held = locked
    appended = append(connection, state, candidates, member.account, signer, now, held=held)
    if appended.new:
        count, size = len(appended.new), sum(item.size for item in appended.new)
        quotas.spend(connection, member.account, "entries", now, count=count, size=size, times=times)
    return appended


def lock_journal(
    connection: Connection, journal: bytes, now: int, *, for_statements: bool = True
) -> tuple[LogState, bool] | None:
    """The end of the journal's log, locked, and whether the journal is held. Raises: ClosingDue.

    `for_statements`: as in `lock_log`. Without it, only entries may follow.
    """
    locked = repository.lock_log(connection, journal, now, for_statements=for_statements)
    if locked is None:
        return None
    state, due, held = locked
    if due and find_due(connection, state, now):
        raise ClosingDue
    return state, held


def find_due(connection: Connection, state: LogState, now: int) -> AnyRow | None:
    """The closing that is due and fits the roster: its account is a partner with the generation that it names."""
    partners = state.roster.partners if state.roster is not None else ()
    fitting = {(member.account, member.generation) for member in partners}
    rows = repository.due_closings(connection, state.journal, now)
    return next((row for row in rows if (row.account, row.generation) in fitting), None)


def append(
    connection: Connection,
    before: LogState,
    candidates: Sequence[Candidate],
    author: bytes,
    signer: ReceiptSigner,
    now: int,
    *,
    held: bool = False,
) -> Appended:
    """Append a push after `before`, which is locked, or empty. A held journal takes nothing new.

    Raises: as `append_to_journal`.
    """
    entries, versions = _find_known(connection, before, candidates)
    fresh, places = list[Candidate](), list[KnownItem]()
    for candidate in candidates:
        place = _known_place(connection, before, candidate, entries, versions)
        if place is None:
            if held:  # check: server.held
                raise JournalRestoring
            fresh.append(candidate)
            place = KnownItem(before.seq + len(fresh), candidate.digest)
            if candidate.header is not None:
                entries[candidate.header.entry] = place
        places.append(place)
    state = _append_all(connection, before, fresh, author)
    if state.closed_under not in (None, signer.keys[-1].key):  # check: server.close_key
        raise RuleBroken
    if not fresh:
        return Appended(tuple(places), None)
    new = [_new_item(seq, candidate) for seq, candidate in enumerate(fresh, before.seq + 1)]
    _name(connection, state.journal, author, fresh, before.seq)
    receipt = signer.sign(state.journal, state.seq, state.head, _time(before, signer, now))
    _store(connection, before, replace(state, time=receipt.time), new, receipt)
    return Appended(tuple(places), receipt, tuple(new))


def _name(connection: Connection, journal: bytes, author: bytes, fresh: Sequence[Candidate], since: int) -> None:
    """Give attachments to the new entries after `since` that name them."""
    named = [
        (attachment, seq)
        for seq, candidate in enumerate(fresh, since + 1)
        if candidate.header is not None
        for attachment in candidate.header.attachments
    ]
    once = dict(named)
    if len(once) != len(named):  # check: server.attachment_twice
        raise AttachmentMissing
    if once and not name_attachments(connection, journal, author, once):  # check: server.attachment_named
        raise AttachmentMissing


def _time(before: LogState, signer: ReceiptSigner, now: int) -> int:
    """The time of the next receipt, a plausible one: not before the newest one, where that is this server's own."""
    own = before.key in (None, signer.keys[-1].key)
    last = before.time if own and is_plausible(before.time) else 0
    return min(max(now, last, sizes.EARLIEST_TIME), sizes.LATEST_TIME)


def _find_known(
    connection: Connection, before: LogState, candidates: Sequence[Candidate]
) -> tuple[dict[bytes, KnownItem], dict[int, KnownItem]]:
    entries = [candidate.header.entry for candidate in candidates if candidate.header is not None]
    versions = [candidate.roster.version for candidate in candidates if candidate.roster is not None]
    return repository.find_known(connection, before.journal, entries, versions)


def _known_place(
    connection: Connection,
    before: LogState,
    candidate: Candidate,
    entries: dict[bytes, KnownItem],
    versions: dict[int, KnownItem],
) -> KnownItem | None:
    if candidate.header is not None:
        return entries.get(candidate.header.entry)
    if candidate.roster is not None:
        place = versions.get(candidate.roster.version)
        return place if place is not None and place.digest == candidate.digest else None
    if before.closed and repository.digest_at(connection, before.journal, before.seq) == candidate.digest:
        return KnownItem(before.seq, candidate.digest)
    return None


def named_generations(connection: Connection, roster: Roster | None, statement: RosterStatement | None) -> Chains:
    """The keys that judge a statement, or a closing (None): those that it or the previous roster names.

    No other signature counts. Each statement loads its keys when a rule asks for the first, so statements after a
    refused one cost nothing.
    """
    members = (*(roster.members if roster is not None else ()), *(statement.members if statement is not None else ()))
    return NamedGenerations(connection, ((member.account, member.generation) for member in members))


def _append_all(connection: Connection, state: LogState, fresh: Iterable[Candidate], author: bytes) -> LogState:
    """The state after new items: entries that follow each other at once, statements one by one."""
    try:
        for is_entry, run in groupby(fresh, lambda candidate: candidate.header is not None):
            if is_entry:
                state = _append_entries(state, list(run), author)
            else:
                for candidate in run:
                    state = _append_statement(connection, state, candidate)
        return state
    except (MalformedData, VerificationError) as error:
        raise refuse(error) from error


def _append_entries(state: LogState, run: Sequence[Candidate], author: bytes) -> LogState:
    after = append_entries(state, [candidate.digest for candidate in run])
    for candidate in run:
        if candidate.header is not None:
            _check_entry(state.roster, candidate.header, author)
    return after


def _append_statement(connection: Connection, state: LogState, candidate: Candidate) -> LogState:
    chains = named_generations(connection, state.roster, candidate.roster)
    after = append_item(state, state.seq + 1, candidate.item, chains)
    if candidate.roster is not None and after.roster is not None:
        check_grants(_with_named_grants(after.roster, candidate.roster), candidate.grants)
    return after


def _check_entry(roster: Roster | None, header: Header, author: bytes) -> None:
    if header.author != author:  # check: server.author
        raise RuleBroken
    if roster is not None:  # the log has checked that it begins with a roster
        check_entry(header, roster)


def _with_named_grants(after: Roster, named: RosterStatement) -> Roster:
    """The roster with the grants that its own statement names: none where the epoch was carried."""
    return replace(after, grants=named.grants or {})


def _new_item(seq: int, candidate: Candidate) -> NewItem:
    item = candidate.item
    if isinstance(item, StatementItem):
        return NewItem(
            seq=seq,
            kind=STATEMENT,
            digest=candidate.digest,
            header=item.signed.statement,
            version=None if candidate.roster is None else candidate.roster.version,
            signatures=repository.join_signatures(item.signed.signatures),
            grants=candidate.grants,
        )
    return NewItem(
        seq=seq,
        kind=ENTRY,
        digest=candidate.digest,
        header=item.header,
        entry=None if candidate.header is None else candidate.header.entry,
        blob_hash=item.hash_of_blob,
        blob=item.blob,
    )


def _store(connection: Connection, before: LogState, after: LogState, new: Sequence[NewItem], receipt: Receipt) -> None:
    roster = after.roster
    if roster is None:
        raise RuleBroken
    statements = [item.header for item in new if item.version is not None]
    if before.roster is None:
        repository.add_journal(connection, after, roster, statements[-1])
    else:
        repository.move_journal(connection, after, roster, statements[-1] if statements else None)
    repository.add_items(connection, after.journal, new, {receipt.seq: receipt})
    if statements:
        save_members(connection, roster, before.roster)
        drop_all_proposals(connection, after.journal)
    if after.closed:  # a closing is the last item of all, with its author's one signature
        closer = split_signatures(new[-1].signatures or b"")[0].account
        repository.close_journal(connection, after.journal, closer, after.time + sizes.CLOSER_READS)
