"""Notes to oneself: what the account journal keeps for all own devices.

Each is written once, and is at the server before anything that depends on it is.
"""

from duolog.client.context import Context
from duolog.client.folding import account_state
from duolog.client.outbox import deliver, post, waiting_as
from duolog.documents.account import make_account_document, require_allowed_account
from duolog.documents.account_kinds import Joined, Pin, SentAcceptance, Verified
from duolog.documents.base import Body
from duolog.errors import NotAllowed


async def note(context: Context, kind: str, body: Body) -> None:
    """Write to the account journal and deliver it, unless it says this already.

    Raises:
        PinMismatch: it contradicts what was pinned: stop, and compare words.
        TransportError, ServerRefused: not delivered now; it waits in the outbox.
    Spec: §4.
    """
    journal = context.identity.account_journal
    document = make_account_document(kind, body, context.clock())
    waits = waiting_as(context, journal, kind, document.body) is not None
    if not waits and not _is_noted(context, body):
        try:
            require_allowed_account(account_state(context), document)
        except NotAllowed:
            return  # the account journal knows more already
        post(context, journal, document)
    await deliver(context, journal)


def _is_noted(context: Context, body: Body) -> bool:
    state = account_state(context)
    if isinstance(body, Joined):
        return body.journal in state.journals and state.journals[body.journal].receipt_key == body.receipt_key
    if isinstance(body, Verified):
        return body.account in state.verified
    if isinstance(body, SentAcceptance):
        return state.sent.get(body.journal) == body
    if isinstance(body, Pin):
        return state.pins.get(body.account, {}).get(body.generation) == body.chain_head
    return False
