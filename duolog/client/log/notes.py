"""Notes to oneself: what the account journal keeps for all own devices.

Each note is written once, and is at the server before anything that depends on it.
"""

from collections.abc import Iterable

from duolog.client.home.marks import JournalMark, clear_marks, left_journals, marked_journals
from duolog.client.home.records import HEADS_NOTED
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.outbox import deliver, deliver_what_may_go, post, waiting_as, waiting_documents
from duolog.client.log.stored_logs import load_log
from duolog.documents.account import require_allowed_account
from duolog.documents.account_kinds import (
    EndedInvitation,
    Joined,
    LeftJournal,
    NotedHead,
    Pin,
    SentAcceptance,
    Verified,
)
from duolog.documents.bodies import Body
from duolog.documents.registry import ACCOUNT_KINDS, make_document
from duolog.errors import NotAllowed
from duolog.protocol.roster_statements import Role

_DAY = 24 * 3600  # seconds


async def note(context: Context, kind: str, body: Body) -> None:
    """Write a note and deliver it, unless the account journal says this already.

    Raises:
        PinMismatch: the note contradicts a pin: stop, and compare words.
        NotAllowed, JournalFrozen: the account journal can't be written now. Nothing was kept.
        TransportError, ServerRefused: not delivered now; the note waits in the outbox.
    Spec: §4.
    """
    put_note(context, kind, body)
    await deliver(context, context.identity.account_journal)


async def note_what_is_done(context: Context, kind: str, body: Body) -> None:
    """Note what has happened at the server already, so a quota doesn't make the note fail. Raises: as `note`."""
    put_note(context, kind, body)
    await deliver_what_may_go(context, context.identity.account_journal)


def put_note(context: Context, kind: str, body: Body) -> None:
    """Put a note into the outbox, durably, unless the account journal says this or more already.

    Raises:
        PinMismatch: the note contradicts a pin.
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
        same = known is not None and known.role == body.role
        named = body.name is None or (known is not None and body.name == known.name)
        return same and named and body.journal not in state.left
    if isinstance(body, Verified):
        return body.account in state.verified
    if isinstance(body, EndedInvitation):
        return state.ended.get(body.invitation) == body.how
    if isinstance(body, SentAcceptance):
        return state.sent.get(body.journal) == body
    if isinstance(body, Pin):
        return state.pins.get(body.account, {}).get(body.generation) == body.chain_head
    return isinstance(body, NotedHead) and state.heads.get(body.journal) == body


def named_by_me(context: Context, journal: bytes, name: str) -> Joined:
    """The note of my own name for a journal. Raises: NotAllowed when it isn't mine."""
    known, here = account_state(context).journals.get(journal), context.standing(journal)
    if known is None:
        here.require_here()
        here.require_member()
        role = "partner" if here.is_partner else "confidant"
        known = as_founded(context, journal).model_copy(update={"role": role})
    return Joined(**{**dict(known), "name": name})


def own_names(context: Context) -> dict[bytes, str]:
    """My own names for journals, with those that wait in the outbox."""
    names = {journal: item.name for journal, item in account_state(context).journals.items()}
    for document in waiting_documents(context, context.identity.account_journal):
        if document.kind == "joined":
            body = ACCOUNT_KINDS["joined"].read(document)
            names[body.journal] = body.name
    return {journal: name for journal, name in names.items() if name is not None}


def as_founded(context: Context, journal: bytes) -> Joined:
    """The note of a journal that I founded."""
    return joined_as(context, journal, "partner")


def joined_as(context: Context, journal: bytes, role: Role) -> Joined:
    """The note of a journal in which I have a role. It names the receipt key that was noted first, since the server
    may have replaced it.
    """
    known, origin = account_state(context).journals.get(journal), context.network.transport.origin
    key = context.receipt_key() if known is None else known.receipt_key
    return Joined(journal=journal, role=role, receipt_key=key, origin=origin)


# --- at each sync -----------------------------------------------------------------------------------------------------


def note_what_is_new(context: Context, listed: Iterable[bytes]) -> None:
    """Note what the account journal doesn't say yet: journals that I founded or left, later keys of pinned accounts,
    and how far each journal is verified.

    `listed`: the journals that the server lists for me. A note that fails is reported.
    """
    _note_founded(context, listed)
    left = account_state(context).left
    for journal in left_journals(context.store):  # the answer to my leaving may have been lost
        if journal not in left:
            _put(context, "left_journal", LeftJournal(journal=journal))
    for account, known in account_state(context).pins.items():
        chain = context.chains.get(account)
        if chain is not None and chain.newest.generation > max(known):
            newest = chain.newest
            pin = Pin(account=account, generation=newest.generation, chain_head=newest.statement_hash)
            _put(context, "pin", pin)
    _note_heads(context)


def _note_founded(context: Context, listed: Iterable[bytes]) -> None:
    """Note journals that I founded, also where founding was cut off before its note."""
    state = account_state(context)
    noted = marked_journals(context.store, JournalMark.FOUNDING) & state.journals.keys()
    clear_marks(context.store, noted, JournalMark.FOUNDING)
    for journal in set(listed) - set(state.journals) - set(state.closed) - {context.identity.account_journal}:
        log = load_log(context.store, journal)
        if log.roster is None or log.closed or log.roster.founder != context.account or context.unconfirmed:
            continue
        _put(context, "joined", as_founded(context, journal))


def _note_heads(context: Context) -> None:
    """Note once a day how far each journal is verified, so that other own devices notice a rollback."""
    last, now = HEADS_NOTED.load(context.store), context.clock()
    if last is not None:
        if context.unconfirmed or now - last < _DAY:
            return
        for journal in account_state(context).journals:
            here = context.standing(journal)
            if here.log.seq > 0 and here.frozen is None:
                _put(context, "noted_head", NotedHead(journal=journal, seq=here.log.seq, head=here.log.head))
    HEADS_NOTED.save(context.store, now)


def _put(context: Context, kind: str, body: Body) -> None:
    with context.problems.reported():
        put_note(context, kind, body)
