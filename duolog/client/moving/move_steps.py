"""The steps of a move to another server, with everything that this home has verified. The old one need not answer.

Rules
- Each step is durable or can be repeated, and a move that begins again goes on where it stopped.
- Everything is carried before anything is said or closed at the old server. Later items are carried after that.
- A step that fails at the old server is reported, and stops nothing. Attachments come while the old server answers.
- A member who follows moves in the same way. The new server must show the receipt key that the first member named.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from duolog.client.home.begun import MOVING, BegunMove
from duolog.client.home.marks import JournalMark, has_mark
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state, journal_state
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.notes import note
from duolog.client.log.outbox import deliver, post
from duolog.client.log.own_account import refresh_account
from duolog.client.log.pull import pull
from duolog.client.log.settle import push_statement
from duolog.client.log.statements import Made
from duolog.client.log.stored_logs import load_log
from duolog.client.moving.bringing import bring_attachments
from duolog.client.moving.carrying import carried_end, carry_account, carry_journal, finish_journal, keys_there
from duolog.client.moving.healing import hold_again
from duolog.client.moving.switching import receipt_keys_of, switch
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import AccountMoved, NotedHead
from duolog.documents.kinds.moved import Moved
from duolog.documents.registry import make_document
from duolog.errors import DuologError, NotAllowed, PinMismatch, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.roster_statements import Close, close_timing
from duolog.protocol.statements import Signature, SignedStatement

Sync = Callable[[Context], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class MoveReport:
    """The result of a move. `journals`: those that go on at the new server. `behind`: those that only a partner can
    bring. `told`: the members and the own devices have a note at the old server. `open_logs`: journals whose log there
    is not closed. `problems`: steps at the new server that a sync repeats. `files_left`: how many attachments are at
    the old server alone."""

    old: str
    new: str
    journals: tuple[bytes, ...]
    behind: tuple[bytes, ...]
    told: bool
    open_logs: tuple[bytes, ...]
    problems: tuple[DuologError, ...]
    files_left: int = 0


async def move(
    context: Context,
    transport: Transport,
    sync: Sync,
    *,
    invite_code: str | None = None,
    named: bytes | None = None,
    tell: bool = True,
) -> MoveReport:
    """Carry everything to another server, and make this home belong to it.

    `sync`: how a home is synced. `named`: the receipt key that the new server must have. `tell`: leave a note at the
    old server, and close the logs there.

    Raises:
        NotAllowed: it is the same server, names another address as its own, or this home lacks an anchor.
        PinMismatch: it shows another receipt key than was named, or than when the move began.
        ServerRefused: it takes no accounts, or a journal there has gone on without items of this home
            (`journal_exists`).
        TransportError, VerificationError, MalformedData: not now. Begun again it goes on.
    Spec: §13.
    """
    plan, receipt_keys = await _begin(context, transport, named)
    before = context.network.transport
    answers = await _fetch_last(context)
    session = await carry_account(context, transport, invite_code)
    carried, there, behind = await _choose_journals(context, transport)
    ends = {journal: await carry_journal(context, transport, journal) for journal in carried}
    told, left_open = False, _open_journals(context)
    if answers and tell:
        told, left_open = await _say_goodbye(context, plan, there)
    keys = {journal: await finish_journal(context, transport, journal, ends[journal]) for journal in carried}
    left = [await bring_attachments(context, transport, journal, answers=answers) for journal in carried[1:]]
    moved = _account_moved(context, plan)
    switch(context, transport, receipt_keys, session, keys)
    with suppress(DuologError):
        await before.close()
    problems = await _settle(context, moved, sync)
    _, *journals = carried  # the account's own is the first
    return MoveReport(
        before.origin, transport.origin, tuple(journals), tuple(behind), told, tuple(left_open), problems, sum(left)
    )


async def _begin(context: Context, transport: Transport, named: bytes | None) -> tuple[BegunMove, Sequence[bytes]]:
    """The plan of the move, durable, and the receipt keys of the new server, oldest first."""
    keys = await receipt_keys_of(transport)
    if named is not None and named not in keys:  # check: client.moved_receipt_key
        raise PinMismatch(
            "This is not the server that was named: it shows another key. Ask who has moved, in person.",
            check="client.moved_receipt_key",
        )
    same = transport.origin == context.network.transport.origin or not set(keys).isdisjoint(
        context.network.receipt_keys
    )
    if same:  # check: client.moved_elsewhere
        raise NotAllowed("This home belongs to that server already.")
    plan = MOVING.load(context.home)
    if (
        plan is not None and plan.origin == transport.origin and plan.receipt_key not in keys
    ):  # check: client.moving_key
        raise PinMismatch(
            "The new server shows another key than when you began to move there. Ask who runs it.",
            check="client.moving_key",
        )
    plan = BegunMove(transport.origin, keys[-1])
    MOVING.save(context.home, plan)
    return plan, keys


async def _fetch_last(context: Context) -> bool:
    """Fetch the newest items from the old server; whether it answers. The outbox waits for the new server."""
    try:
        await refresh_account(context)
    except (TransportError, ServerRefused):
        return False
    except DuologError:
        return True
    for journal in [context.identity.account_journal, *shown_journals(context)]:
        await _tried(context, pull(context, journal))
    return True


async def _choose_journals(context: Context, transport: Transport) -> tuple[list[bytes], set[bytes], list[bytes]]:
    """The journals to carry, the account's own first; those of them that are there; and those that a partner brings."""
    carried, there, behind = [context.identity.account_journal], set(), []
    for journal in shown_journals(context):
        here = context.standing(journal)
        if here.me is None or here.former is not None or has_mark(context.store, journal, JournalMark.LET_GO):
            continue
        if await keys_there(transport, journal) is not None:
            there.add(journal)
        elif not here.is_partner:
            behind.append(journal)
            continue
        carried.append(journal)
    return carried, there, behind


def _open_journals(context: Context) -> list[bytes]:
    """The journals with another member, whose log could go on at the old server."""
    logs = [load_log(context.store, journal) for journal in shown_journals(context)]
    return [log.journal for log in logs if not log.closed and log.roster is not None and len(log.roster.members) > 1]


# --- at the old server ------------------------------------------------------------------------------------------------


async def _say_goodbye(context: Context, plan: BegunMove, there: set[bytes]) -> tuple[bool, list[bytes]]:
    """Tell the members and the own devices, then close the logs. Whether all were told, and the logs that stay open."""
    body = Moved(origin=plan.origin, receipt_key=plan.receipt_key)
    # a journal that is at the new server already may have gone on there: nothing is written into its old log
    here = [journal for journal in _open_journals(context) if journal not in there]
    told = [await _tried(context, _tell(context, journal, body)) for journal in here]
    told.append(await _tried(context, note(context, "account_moved", _account_moved(context, plan))))
    journals = [*shown_journals(context), context.identity.account_journal]
    return all(told), [journal for journal in journals if not await _tried(context, _close_log(context, journal))]


async def _tried(context: Context, step: Awaitable[object]) -> bool:
    with context.problems.collecting() as problems, context.problems.reported():
        await step
    return not problems.all


async def _tell(context: Context, journal: bytes, body: Moved) -> None:
    here, said = context.standing(journal), journal_state(context, journal).moves.get(context.account)
    if here.frozen is not None or not here.may_write:
        return
    if said is None or said.said != body:
        post(context, journal, make_document("moved", body, context.clock()))
    await deliver(context, journal)


async def _close_log(context: Context, journal: bytes) -> None:
    """Close the old server's log of a journal, by a closing that counts under that server's receipt key alone."""
    here = context.standing(journal)
    if here.log.closed or here.roster is None or here.me is None or not here.is_partner:
        return
    if here.frozen is not None:
        raise NotAllowed("This journal is read-only.")
    timing = close_timing(secrets.token_bytes(sizes.SALT), 0)
    nonce = secrets.token_bytes(sizes.NONCE)
    statement = Close(journal, context.account, here.me.generation, nonce, timing, context.receipt_key()).encode()
    signature = Signature(context.account, context.identity.secrets[here.me.generation].sign(statement))
    await push_statement(context, journal, Made(SignedStatement(statement, (signature,)), {}, here.roster, None))
    await pull(context, journal)


def _account_moved(context: Context, plan: BegunMove) -> AccountMoved:
    ends = [carried_end(context, journal) for journal in shown_journals(context)]
    return AccountMoved(
        origin=plan.origin,
        receipt_key=plan.receipt_key,
        from_origin=context.network.transport.origin,
        from_receipt_key=context.receipt_key(),
        heads=tuple(NotedHead(journal=end.journal, seq=end.seq, head=end.head) for end in ends if end.seq > 0),
    )


# --- at the new server ------------------------------------------------------------------------------------------------


async def _settle(context: Context, moved: AccountMoved, sync: Sync) -> tuple[DuologError, ...]:
    """Sync there, and bring the entries that this account keeps or has erased."""
    try:
        await sync(context)
        known = account_state(context).moved
        if known is None or known.origin != moved.origin:
            await note(context, "account_moved", moved)
        await hold_again(context)
    except DuologError as error:
        return (error,)
    return ()
