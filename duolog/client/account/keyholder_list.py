"""The keyholders of an account: their views, adding one, and the review of everything new since one came.

Rules
- No answer to another account shows any of it.
- A keyholder that is new to this home is announced to its owner until the owner has looked at it.
- Adding needs a confirmed home. Revoking does not: one device alone can do it at any time.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from duolog.api.accounts import AnchorModel
from duolog.api.pages import parse_push
from duolog.api.sessions import OwnSession
from duolog.client.account.keyholder_requests import make_set_request
from duolog.client.account.rotating import TRIES
from duolog.client.home.identity import keep_anchors
from duolog.client.home.item_rows import statements_behind
from duolog.client.home.records import KNOWN_KEYHOLDERS
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.own_account import refresh_account
from duolog.client.log.stored_logs import roster_at
from duolog.client.server.transport import Transport, ignoring
from duolog.errors import MalformedData, NotAllowed, TransportError
from duolog.protocol.keyholder_sets import Keyholder, KeyholderKind
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import parse_roster


@dataclass(frozen=True, slots=True)
class KeyholderView:
    """One way into the account. `came`: the version of the first set that lists it. `label`: its name, by its owner.
    `rotator`: the device that rotates by chance. `new`: this home's owner has not looked at it yet."""

    id: bytes
    kind: KeyholderKind
    label: str | None
    here: bool
    came: int
    rotator: bool
    new: bool


@dataclass(frozen=True, slots=True)
class SignedSince:
    """A roster statement in my name, signed with older keys after a rotation had replaced them."""

    journal: bytes
    seq: int
    change: str


@dataclass(frozen=True, slots=True)
class Review:
    """Everything new since a keyholder came, whose keys another person may have had. `keyholders`: those that came
    later and are in the newest set. `closings`: journals with a closing of mine that waits."""

    keyholders: tuple[KeyholderView, ...]
    statements: tuple[SignedSince, ...]
    closings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """The result of a revocation. `generation`: that of the new keys. `behind`: journals that follow later."""

    generation: int
    behind: tuple[bytes, ...]
    review: Review


@dataclass(frozen=True, slots=True)
class SessionView:
    """An open log-in of mine. Times are Unix seconds; `used_at` is noted hourly at most. `keyholder`: None when it was
    revoked. `current`: this home's own."""

    id: bytes
    keyholder: KeyholderView | None
    created_at: int
    used_at: int
    expires_at: int
    current: bool


def view(context: Context) -> tuple[KeyholderView, ...]:
    """Every keyholder, in the order in which they came."""
    identity, labels, known = context.identity, account_state(context).labels, KNOWN_KEYHOLDERS.load(context.store)
    found = [
        KeyholderView(
            id=item.id,
            kind=item.kind,
            label=labels.get(item.id),
            here=item.id == context.home.keyholder.id,
            came=_came(context, item.id),
            rotator=item.id == identity.newest_set.rotator,
            new=item.id not in (known or ()),
        )
        for item in identity.newest_set.keyholders
    ]
    return tuple(sorted(found, key=lambda item: (item.came, item.kind != "device", item.id)))


def view_session(context: Context, session: OwnSession) -> SessionView:
    """A session with its keyholder."""
    found = next((item for item in view(context) if item.id == session.keyholder), None)
    return SessionView(session.session, found, session.created_at, session.used_at, session.expires_at, session.current)


def know(context: Context, *keyholders: bytes) -> None:
    """Note that the owner has seen these keyholders, or every one of the newest set when none is given.

    A home that can't be written takes no note.
    """
    if context.store.read_only:
        return
    known = {*(KNOWN_KEYHOLDERS.load(context.store) or ()), *keyholders}
    newest = {item.id for item in context.identity.newest_set.keyholders}
    KNOWN_KEYHOLDERS.save(context.store, sorted(known if keyholders else newest))


def unknown(context: Context) -> tuple[KeyholderView, ...]:
    """The keyholders that another device added, and that the owner has not looked at yet."""
    return tuple(item for item in view(context) if item.new)


def find(context: Context, keyholder: bytes) -> KeyholderView:
    """The keyholder of this id. Raises: NotAllowed when the newest set doesn't list it."""
    for item in view(context):
        if item.id == keyholder:
            return item
    raise NotAllowed("There is no such way into your account. `device list` shows them.")


def _came(context: Context, keyholder: bytes) -> int:
    return next(one.version for one in context.identity.sets if one.find(keyholder) is not None)


async def add(context: Context, keyholder: Keyholder, *anchors: AnchorModel) -> int:
    """Add a keyholder, with its anchor unless it is a device; the version of a set that lists it.

    Raises:
        NotAllowed: an unconfirmed home, or too many keyholders.
        TransportError, ServerRefused: not now; adding it again goes on.
    Spec: §4.11.
    """
    context.require_confirmed()
    for _ in range(TRIES):
        if context.identity.newest_set.find(keyholder.id) is not None:
            know(context, keyholder.id)
            return context.identity.newest_set.version
        request = make_set_request(context, keyholder, anchors)
        keep_anchors(context.store, request.anchors)
        with ignoring("set_moved"):
            await context.network.call(Transport.change_set, request)
        await refresh_account(context)
    raise TransportError("Other devices of yours keep changing the account just now. Try again in a moment.")


def review(context: Context, since: int) -> Review:
    """Everything new since the set of version `since`, without the network. Spec: §4.12."""
    return Review(
        keyholders=tuple(item for item in view(context) if item.came > since),
        statements=tuple(_signed_since(context)),
        closings=tuple(sorted(account_state(context).closings)),
    )


def review_since(context: Context, keyholder: bytes) -> Review:
    """Everything new since a keyholder came, revoked or not. `keyholder`: its id or the first bytes of the id.

    Raises: NotAllowed when no set ever listed it, or more than one id begins so. Spec: §4.12.
    """
    ids = {one.id for item in context.identity.sets for one in item.keyholders if one.id.startswith(keyholder)}
    if len(ids) != 1:
        raise NotAllowed("There never was such a way into your account. `device list` shows those that there are.")
    return review(context, _came(context, *ids))


def _signed_since(context: Context) -> Iterable[SignedSince]:
    for generation, rotated in sorted(account_state(context).rotated.items()):
        for head in rotated.heads:
            for row in statements_behind(context.store, head.journal, head.seq):
                member = roster_at(context.store, head.journal, row.version).find(context.account)
                item = parse_push(row.frame)[0].item
                if member is None or member.generation != generation - 1 or not isinstance(item, StatementItem):
                    continue
                if any(one.account == context.account for one in item.signed.signatures):
                    change = "close"  # the one statement of a journal that is no roster
                    with suppress(MalformedData):
                        change = parse_roster(item.signed.statement).change
                    yield SignedSince(head.journal, row.seq, change)
