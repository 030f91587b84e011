"""Journals that this account is in no longer, as far as this home can know it.

Rules
- A server that removes a member and one that hides a journal look the same from here. What is said is what is known:
  my own leaving, my term, or only that the server doesn't list the journal any more.
- A verified partner can't be removed, so to them a journal that isn't listed is hidden, and that is raised.
- What was read stays readable. When the journal is listed again, it is an ordinary one again.
"""

from collections.abc import Iterable

from duolog.client.home.former import How, forget_former, keep_former
from duolog.client.home.marks import Mark, clear_marks, has_mark
from duolog.client.log.confidant_terms import is_over
from duolog.client.log.context import Context
from duolog.client.log.stored_logs import load_log
from duolog.documents.account import AccountState


def mark_former(context: Context, journal: bytes, how: How) -> None:
    """Keep durably that I am in a journal no longer; what is known first stays."""
    keep_former(context.store, journal, how)


def sort_unlisted(
    context: Context, state: AccountState, unlisted: Iterable[bytes], listed: Iterable[bytes]
) -> set[bytes]:
    """Of the journals that the server doesn't list, those that it hides; the others are marked as former."""
    here = list(listed)
    forget_former(context.store, here)
    clear_marks(context.store, here, Mark.LEAVING)
    hidden = set()
    for journal in unlisted:
        how = _how(context, state, journal)
        if how is None:
            hidden.add(journal)
        else:
            mark_former(context, journal, how)
    return hidden


def _how(context: Context, state: AccountState, journal: bytes) -> How | None:
    """What explains that a journal of mine isn't listed, or None: then it must be there."""
    if journal in state.left or has_mark(context.store, journal, Mark.LEAVING):
        return "left"
    roster, joined = load_log(context.store, journal).roster, state.journals.get(journal)
    me = None if roster is None else roster.find(context.account)
    if me is None or roster is None:
        confidant = joined is not None and joined.role == "confidant"
        return "unlisted" if confidant or roster is not None else None
    if me.role == "confidant":
        return "over" if is_over(context, me) else "unlisted"
    removable = roster.provisional and roster.founder != context.account
    return "unlisted" if removable else None
