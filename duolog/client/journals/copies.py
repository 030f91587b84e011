"""Copying one document into another journal. Nothing else of where it stands becomes readable by that."""

from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.documents.kinds.copy import copy_body
from duolog.errors import NotAllowed
from duolog.protocol.codec import JsonObject


def make_copy(context: Context, journal: bytes, entry: bytes, text: str | None) -> JsonObject:
    """The body of a copy of an entry of `journal`. `text`: a shorter one in the place of its own.

    Raises:
        NotAllowed: there is no such entry that can be read here, or it is of a kind that isn't copied.
    Spec: documents
    """
    if journal == context.identity.account_journal:
        raise NotAllowed("The account's own journal is written by Duolog itself.")
    item = journal_state(context, journal).find(entry)
    if item is None:
        raise NotAllowed("There is no such entry here that can be read. `timeline` shows what there is.")
    return copy_body(journal, item.applied, text)
