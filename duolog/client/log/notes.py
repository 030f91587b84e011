"""Notes to oneself: what the account journal keeps for all own devices.

Each is written once, and is at the server before anything that depends on it is.
"""

from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.outbox import deliver, deliver_what_may_go, post, waiting_as
from duolog.documents.account import require_allowed_account
from duolog.documents.account_kinds import Joined, NotedHead, Pin, SentAcceptance, Verified
from duolog.documents.bodies import Body
from duolog.documents.registry import make_document
from duolog.errors import NotAllowed


async def note(context: Context, kind: str, body: Body) -> None:
    """Write to the account journal and deliver it, unless it says this already.

    Raises:
        PinMismatch: it contradicts what was pinned: stop, and compare words.
        NotAllowed, JournalFrozen: the account journal can't be written now. Nothing was kept.
        TransportError, ServerRefused: not delivered now; it waits in the outbox.
    Spec: §4.
    """
    put_note(context, kind, body)
    await deliver(context, context.identity.account_journal)


async def note_what_is_done(context: Context, kind: str, body: Body) -> None:
    """The same for what has happened at the server already: a quota doesn't make it fail. Raises: as `note`."""
    put_note(context, kind, body)
    await deliver_what_may_go(context, context.identity.account_journal)


def put_note(context: Context, kind: str, body: Body) -> None:
    """The same without sending it yet: it is durable in the outbox, unless the account journal knows more already.

    Raises:
        PinMismatch: it contradicts what was pinned.
        NotAllowed, JournalFrozen: the account journal can't be written now. Nothing was kept.
    """
    journal = context.identity.account_journal
    document = make_document(kind, body, context.clock())
    if waiting_as(context, journal, kind, document.body) is not None or _is_noted(context, body):
        return
    try:
        require_allowed_account(account_state(context), document)
    except NotAllowed:  # the account journal knows more already
        return
    post(context, journal, document)


def _is_noted(context: Context, body: Body) -> bool:
    state = account_state(context)
    if isinstance(body, Joined):
        known = state.journals.get(body.journal)
        same = known is not None and (known.role, known.receipt_key) == (body.role, body.receipt_key)
        return same and body.journal not in state.left
    if isinstance(body, Verified):
        return body.account in state.verified
    if isinstance(body, SentAcceptance):
        return state.sent.get(body.journal) == body
    if isinstance(body, Pin):
        return state.pins.get(body.account, {}).get(body.generation) == body.chain_head
    if isinstance(body, NotedHead):
        return state.heads.get(body.journal) == body
    return False
