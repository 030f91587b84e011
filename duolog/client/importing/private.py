"""Private journals: those that take a diary, and what was imported into them already."""

from collections.abc import Iterator
from contextlib import suppress

from duolog.client.home.pairings import all_invited, load_progress
from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.outbox import waiting_documents
from duolog.errors import DuologError, NotAllowed


def require_private(context: Context, journal: bytes) -> None:
    """Check that only I am in a journal, and nobody is about to be. Raises: NotAllowed, JournalFrozen."""
    roster = context.standing(journal).require_open()
    if len(roster.members) > 1:  # check: client.import_shared
        raise NotAllowed(
            "Somebody else is in this journal. A diary goes into a private one first: choose another journal, or a new "
            "one. Copy from there what both of you should read."
        )
    if _is_somebody_invited(context, journal):  # check: client.import_invited
        raise NotAllowed(
            "Somebody is invited to this journal and could read your diary there. Choose another journal, or a new one."
        )


def is_private(context: Context, journal: bytes) -> bool:
    """Whether a diary may be imported into a journal."""
    with suppress(DuologError):
        require_private(context, journal)
        return True
    return False


def _is_somebody_invited(context: Context, journal: bytes) -> bool:
    progress = load_progress(context.home, journal)
    return (progress is not None and not progress.done) or bool(all_invited(context.home, journal))


def imported_in(context: Context, journal: bytes) -> Iterator[tuple[str, str]]:
    """The app and the id of each entry that a journal or its outbox has."""
    context.standing(journal).require_here()
    documents = [item.applied.document for item in journal_state(context, journal).timeline]
    for document in [*documents, *waiting_documents(context, journal)]:
        imported = document.body.get("imported") if document.kind == "note" else None
        if isinstance(imported, dict) and isinstance(imported.get("app"), str) and isinstance(imported.get("id"), str):
            yield imported["app"], imported["id"]
