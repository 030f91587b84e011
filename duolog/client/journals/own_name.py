"""My own profile travels: where a member can't read my newest one, this home writes it anew, once.

Rules
- A newcomer reads nothing from before they came, and so no name. Each member's own client writes its own profile again
  into an epoch that they read. It does so only for a member of now who was none at the place of the newest profile.
- While a partner is provisional nothing is written: nobody knows yet who would read the name.
- A profile that waits in the outbox is sealed for all members of then, so it is enough. Another own device finds the
  new profile in the log, and writes none.

Spec: documents
"""

from collections.abc import Iterable
from dataclasses import replace

from duolog.client.home.item_rows import items_of
from duolog.client.home.marks import JournalMark, find_mark, set_mark
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.outbox import post, waiting_documents
from duolog.client.log.standing import Standing
from duolog.client.log.stored_logs import roster_at
from duolog.documents.applied import AppliedDocument
from duolog.documents.kinds.profile import KIND
from duolog.errors import MalformedData, NotAllowed
from duolog.protocol.codec import parse_u64, u64
from duolog.protocol.roster_changes import Roster


def write_names_anew(context: Context, journals: Iterable[bytes]) -> None:
    """Put my newest profile into the outbox of each journal where a member of now can't read it."""
    if context.unconfirmed:
        return
    for journal in journals:
        with context.problems.reported(journal, aside=True):
            roster = _to_look_at(context, journal)
            if roster is not None:
                _write_anew(context, journal, roster)
                set_mark(context.store, journal, JournalMark.NAMED, u64(roster.version))


def _to_look_at(context: Context, journal: bytes) -> Roster | None:
    """The roster of a journal in which I write, unless this home has looked at it before; else None."""
    here: Standing = context.standing(journal)
    roster = here.open_roster
    if roster is None or not here.may_write or here.over or roster.provisional:
        return None
    seen = find_mark(context.store, journal, JournalMark.NAMED)
    return None if seen is not None and parse_u64(seen) == roster.version else roster


def _write_anew(context: Context, journal: bytes, roster: Roster) -> None:
    newest = _newest(context, journal)
    if newest is None or any(document.kind == KIND.name for document in waiting_documents(context, journal)):
        return
    place = items_of(context.store, journal, [newest.entry])[0]
    before = {member.account for member in roster_at(context.store, journal, place.version).members}
    if all(member.account in before for member in roster.members):
        return
    try:
        post(context, journal, replace(newest.document, at=context.clock()))
    except (NotAllowed, MalformedData):  # written by a newer version, or by one with fewer rules
        return


def _newest(context: Context, journal: bytes) -> AppliedDocument | None:
    """My newest profile that counts."""
    me, timeline = context.account, journal_state(context, journal).timeline
    for item in timeline.newest_first(lambda label: me in label.authors and KIND.name in label.kinds):
        if item.applied.author == me and item.applied.document.kind == KIND.name and item.skipped is None:
            return item.applied
    return None
