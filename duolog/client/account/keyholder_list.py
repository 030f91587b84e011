"""The keyholders of an account: who they are, what they are called, new ones, and taking some out.

Rules
- All of it is the owner's alone: nothing of it stands in any answer to somebody else.
- A keyholder that this home didn't know before is announced to its owner until it was looked at.
- Adding needs a confirmed home. Taking out never does: it is always possible alone, and at once.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from duolog.api.pages import parse_push
from duolog.api.sessions import OwnSession
from duolog.client.account.keyholder_changes import Newcomer, make_set_request
from duolog.client.home.identity import keep_anchors
from duolog.client.home.item_rows import statements_behind
from duolog.client.home.records import KNOWN_KEYHOLDERS
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.newest_keys import behind
from duolog.client.log.own_account import refresh_account
from duolog.client.log.stored_logs import roster_at
from duolog.client.server.transport import Transport
from duolog.errors import MalformedData, NotAllowed, ServerRefused, TransportError
from duolog.protocol.accounts import KeyholderKind
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import parse_roster

_TRIES = 6


@dataclass(frozen=True, slots=True)
class KeyholderView:
    """One way into the account. `came`: the version of the set that first listed it. `label`: what its owner calls it.

    `rotator`: the device that rotates by chance. `new`: this home's owner has not looked at it yet.
    """

    id: bytes
    kind: KeyholderKind
    label: str | None
    here: bool
    came: int
    rotator: bool
    new: bool


@dataclass(frozen=True, slots=True)
class SignedSince:
    """A roster statement in my name that older keys signed after they had been replaced: its journal, seq, change."""

    journal: bytes
    seq: int
    change: str


@dataclass(frozen=True, slots=True)
class Review:
    """What to look at when a keyholder may have been in other hands: all that is new since it came.

    `keyholders`: those that came later and are still there. `statements`: signed with older keys behind the place that
    a rotation noted. `closings`: journals with a closing of mine that waits.
    """

    keyholders: tuple[KeyholderView, ...]
    statements: tuple[SignedSince, ...]
    closings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """What a revocation has done. `generation`: that of the keys from now on. `behind`: journals that follow later."""

    generation: int
    behind: tuple[bytes, ...]
    review: Review


def view(context: Context) -> tuple[KeyholderView, ...]:
    """Every keyholder, in the order in which they came."""
    identity, labels, known = context.identity, account_state(context).labels, known_ids(context)
    found = [
        KeyholderView(
            id=item.id,
            kind=item.kind,
            label=labels.get(item.id),
            here=item.id == context.home.keyholder.id,
            came=next(one.version for one in identity.sets if one.find(item.id) is not None),
            rotator=item.id == identity.newest_set.rotator,
            new=item.id not in known,
        )
        for item in identity.newest_set.keyholders
    ]
    return tuple(sorted(found, key=lambda item: (item.came, item.kind != "device", item.id)))


def known_ids(context: Context) -> frozenset[bytes]:
    """The keyholders that this home's owner has seen: at first those that there were when it was made."""
    return frozenset(KNOWN_KEYHOLDERS.load(context.store) or ())


def know(context: Context, *more: bytes) -> frozenset[bytes]:
    """Note that the owner has seen the keyholders there are now, or with `more` these besides."""
    newest = frozenset(item.id for item in context.identity.newest_set.keyholders)
    ids = known_ids(context) | frozenset(more) if more else newest
    KNOWN_KEYHOLDERS.save(context.store, sorted(ids))
    return ids


def unknown(context: Context) -> tuple[KeyholderView, ...]:
    """Keyholders that came from elsewhere, and that the owner has not looked at yet."""
    return tuple(item for item in view(context) if item.new)


def find(context: Context, keyholder: bytes) -> KeyholderView:
    """Raises: NotAllowed when there is no such keyholder now."""
    for item in view(context):
        if item.id == keyholder:
            return item
    raise NotAllowed("There is no such way into your account. `device list` shows them.")


def came(context: Context, keyholder: bytes) -> int:
    """The version of the set that first listed a keyholder, which may be out by now. `keyholder`: its id, or its start.

    Raises: NotAllowed when there never was such a one, or more than one.
    """
    ids = {one.id for item in context.identity.sets for one in item.keyholders if one.id.startswith(keyholder)}
    if len(ids) != 1:
        raise NotAllowed("There never was such a way into your account. `device list` shows those that there are.")
    return next(one.version for one in context.identity.sets if one.find(*ids) is not None)


async def add(context: Context, newcomer: Newcomer) -> int:
    """Add one keyholder by the next set of the same generation; the version of the set that lists it.

    Raises:
        NotAllowed: an unconfirmed home, or too many keyholders.
        TransportError, ServerRefused: not now; adding it again goes on.
    Spec: §4.11.
    """
    context.require_confirmed()
    for _ in range(_TRIES):
        newest = context.identity.newest_set
        if newest.find(newcomer.public.id) is None:
            request = make_set_request(context, [newcomer])
            keep_anchors(context.store, request.anchors)
            try:
                await context.network.call(Transport.change_set, request)
            except ServerRefused as error:
                if error.code != "set_moved":
                    raise
            await refresh_account(context)
            continue
        know(context, newcomer.public.id)
        return newest.version
    raise TransportError("Other devices of yours keep changing the account just now. Try again in a moment.")


def review(context: Context, since: int) -> Review:
    """What is new since the set of version `since`. Without the network. Spec: §4.12."""
    state = account_state(context)
    return Review(
        keyholders=tuple(item for item in view(context) if item.came > since),
        statements=tuple(_signed_since(context)),
        closings=tuple(sorted(state.closings)),
    )


def _signed_since(context: Context) -> Iterable[SignedSince]:
    """Roster statements in my name behind a noted place, by keys that had been replaced already."""
    for generation, rotated in sorted(account_state(context).rotated.items()):
        for head in rotated.heads:
            for row in statements_behind(context.store, head.journal, head.seq):
                member = roster_at(context.store, head.journal, row.version).find(context.account)
                item = parse_push(row.frame)[0].item
                if member is None or member.generation != generation - 1 or not isinstance(item, StatementItem):
                    continue
                if any(one.account == context.account for one in item.signed.signatures):
                    yield SignedSince(head.journal, row.seq, _change_of(item))


def _change_of(item: StatementItem) -> str:
    try:
        return parse_roster(item.signed.statement).change
    except MalformedData:
        return "close"


def revoked(context: Context, since: int) -> Revoked:
    """What is to be said after a revocation."""
    return Revoked(context.identity.secret.generation, tuple(behind(context)), review(context, since))


def first_seen(context: Context, keyholders: Collection[bytes]) -> int:
    """The version of the set in which the first of these came. Raises: NotAllowed for one that isn't there."""
    return min(find(context, item).came for item in keyholders)


@dataclass(frozen=True, slots=True)
class SessionView:
    """An open log-in of mine. Times are Unix seconds; `used_at` is noted hourly at most. `current`: this home's own."""

    id: bytes
    keyholder: KeyholderView | None
    created_at: int
    used_at: int
    expires_at: int
    current: bool


def view_session(context: Context, session: OwnSession) -> SessionView:
    """A session with the keyholder that it belongs to, None for one that is not in the account any more."""
    found = next((item for item in view(context) if item.id == session.keyholder), None)
    return SessionView(session.session, found, session.created_at, session.used_at, session.expires_at, session.current)
