"""The requests that change an account's keyholders: the next set of the same generation, or a whole rotation.

This module sends and stores nothing. Spec: §4.11, §4.12
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

from duolog.api.accounts import AnchorModel, PackageModel, RotationRequest, SetRequest
from duolog.api.common import AccountStatementModel, JournalStatementModel
from duolog.api.entries import Push, PushEntry, PushStatement
from duolog.client.home.identity import Identity
from duolog.client.home.item_rows import refused_since
from duolog.client.home.log_rows import verified_journals
from duolog.client.journals.closings import renewed_closings
from duolog.client.log.context import Context
from duolog.client.log.statements import make_rotate
from duolog.client.log.stored_logs import load_log, newest_receipt
from duolog.documents.account_kinds import NotedHead, Rotated
from duolog.documents.registry import make_document
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, encode_rotation, extend_chain
from duolog.protocol.entries import Header
from duolog.protocol.keyholder_sets import AccountHead, Keyholder, KeyholderSet, set_commitment
from duolog.protocol.messages import Message
from duolog.protocol.statements import statement_hash
from duolog.seal.entries import readers_of, seal_entry
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from duolog.seal.packages import wrap_earlier_seed, wrap_package

DAY = 24 * 3600  # seconds


def make_set_request(context: Context, new: Keyholder, anchors: Sequence[AnchorModel]) -> SetRequest:
    """The next set of the same generation, with `new`. Raises: NotAllowed when there are too many. Spec: §4.11."""
    identity, newest = context.identity, context.identity.newest_set
    return SetRequest(
        set=sign_set(identity.secret, _next_set(newest, [*newest.keyholders, new])),
        packages=make_packages(identity.secret, context.chains[context.account], [new]),
        anchors=list(anchors),
    )


def make_rotation(
    context: Context, *, remove: frozenset[bytes] = frozenset(), sheet: KeyholderSecret | None = None
) -> tuple[GenerationSecret, RotationRequest]:
    """The secret of the next generation, and the rotation to it: without the keyholders in `remove`, and with `sheet`.

    Raises: NotAllowed when this home would be revoked, or there are too many keyholders. Spec: §4.12.
    """
    identity, before, here = context.identity, context.identity.newest_set, context.home.keyholder.id
    if here in remove:  # check: client.removes_itself
        raise NotAllowed("This device can't take itself out. Do it from another device, or from the recovery words.")
    new = [] if sheet is None else [sheet]
    kept = [item for item in before.keyholders if item.id not in remove]
    own = context.standing(identity.account_journal)
    own.require_open()
    older, secret = identity.secret, GenerationSecret.new(identity.secret.generation + 1)
    following = replace(
        _next_set(before, [*kept, *(item.public for item in new)]),
        generation=secret.generation,
        rotator=here if before.rotator in remove else before.rotator,
        account_head=AccountHead(own.log.seq, own.log.head),
    )
    statement = encode_rotation(
        account=context.account,
        generation=secret.generation,
        prev=context.chains[context.account].generation(older.generation).statement_hash,
        sign_key=secret.sign_key,
        box_key=secret.box_key,
        kem_key=secret.kem_key,
        keyholders=set_commitment(secret.salt, following.encode()),
        at=context.clock() // DAY,
    )
    rotation = SignedAccountStatement(statement, (older.sign(statement), secret.sign(statement)))
    chain = extend_chain(context.chains[context.account], rotation)
    ahead = replace(
        context,
        chains=context.chains.ahead(chain),
        identity=Identity(context.account, {**identity.secrets, secret.generation: secret}, identity.sets),
    )
    return secret, RotationRequest(
        rotation=AccountStatementModel.of(rotation),
        set=sign_set(secret, following),
        packages=make_packages(secret, chain, following.keyholders),
        anchors=[make_anchor(item, context.account) for item in new],
        earlier_seed=wrap_earlier_seed(older, chain.account, chain.generation(older.generation), chain.newest),
        account_journal=_push(ahead, sorted(remove)),
        closings=renewed_closings(context, secret.generation, secret),
    )


def sign_set(secret: GenerationSecret, keyholders: KeyholderSet) -> AccountStatementModel:
    """A keyholder set, signed with the keys of its generation."""
    statement = keyholders.encode()
    return AccountStatementModel(statement=statement, signatures=[secret.sign(statement)])


def make_anchor(secret: KeyholderSecret, account: bytes) -> AnchorModel:
    """The anchor by which a new sheet or passkey recognises its account."""
    return AnchorModel(keyholder=secret.id, mac=secret.anchor(account))


def make_packages(secret: GenerationSecret, chain: AccountChain, keyholders: Iterable[Keyholder]) -> list[PackageModel]:
    """The seed of the chain's newest generation, sealed to each of these keyholders, ascending by id."""
    return [
        PackageModel(keyholder=item.id, package=wrap_package(secret, chain.account, chain.newest, item))
        for item in sorted(keyholders, key=lambda item: item.id)
    ]


def _next_set(before: KeyholderSet, keyholders: Sequence[Keyholder]) -> KeyholderSet:
    known = {item.id: item for item in keyholders}
    if len(known) > sizes.MAX_KEYHOLDERS:
        raise NotAllowed(f"An account has {sizes.MAX_KEYHOLDERS} ways in at most. Revoke one that you no longer use.")
    return replace(
        before,
        version=before.version + 1,
        prev=statement_hash(before.encode()),
        account_head=None,
        keyholders=tuple(known[item] for item in sorted(known)),
    )


def _push(context: Context, removed: Sequence[bytes]) -> Push:
    """A `rotate` of the account journal to the new generation, and the document that says where each journal stood."""
    journal, mine = context.identity.account_journal, context.identity.secret
    made = make_rotate(context, context.standing(journal).require_open())
    seen = newest_receipt(context.store, journal)
    if seen is None or made.key is None:
        raise NotAllowed("The account's own journal has not been fetched yet. Sync first.")
    others = sorted(set(verified_journals(context.store)) - {journal})
    logs = [load_log(context.store, other) for other in others]
    heads = tuple(NotedHead(journal=log.journal, seq=log.seq, head=log.head) for log in logs)
    rotated = Rotated(generation=mine.generation, heads=heads, removed=tuple(removed))
    document = make_document("rotated", rotated, context.clock())
    message = Message(document, seen, None, refused_since(context.store, journal, context.account)).encode()
    entry = secrets.token_bytes(sizes.ENTRY_ID)
    header = Header(journal, entry, made.roster.epoch, context.account, mine.generation)
    blob = seal_entry(header, message, made.key, mine, readers_of(made.roster, context.chains))
    statement = PushStatement(kind="statement", **dict(JournalStatementModel.of(made.signed, dict(made.grants))))
    return Push(items=[statement, PushEntry(kind="entry", header=header.encode(), blob=blob)])
