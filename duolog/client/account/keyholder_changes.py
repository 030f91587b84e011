"""What a change of keyholders is made of: the next set, packages and anchors, and a whole rotation.

Nothing is sent or kept here. Spec: §4.11, §4.12
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from duolog.api.accounts import AnchorModel, PackageModel, RotationRequest, SetRequest
from duolog.api.common import AccountStatementModel, JournalStatementModel
from duolog.api.entries import Push, PushEntry, PushStatement
from duolog.client.home.identity import Identity
from duolog.client.home.item_rows import refused_since
from duolog.client.home.log_rows import verified_journals
from duolog.client.journals.closing_statements import renewed_closings
from duolog.client.log.context import Context
from duolog.client.log.statements import Made, make_rotate
from duolog.client.log.stored_logs import load_log, newest_receipt
from duolog.documents.account import make_account_document
from duolog.documents.account_kinds import HeadCompared, Rotated
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.accounts import (
    AccountChain,
    AccountHead,
    Keyholder,
    KeyholderSet,
    SignedAccountStatement,
    encode_rotation,
    extend_chain,
    set_commitment,
)
from duolog.protocol.entries import Header
from duolog.protocol.messages import Message
from duolog.protocol.statements import statement_hash
from duolog.seal.entries import readers_of, seal_entry
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from duolog.seal.packages import wrap_earlier_seed, wrap_package

_DAY = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A keyholder on its way into the set; `anchor` (32 bytes) unless it is a device."""

    public: Keyholder
    anchor: bytes | None = None

    @classmethod
    def of(cls, secret: KeyholderSecret, account: bytes) -> "Newcomer":
        return cls(secret.public, None if secret.kind == "device" else secret.anchor(account))


def make_set_request(context: Context, new: Sequence[Newcomer]) -> SetRequest:
    """The next set of the same generation, with these keyholders added.

    Raises:
        NotAllowed: there are too many.
    Spec: §4.11.
    """
    identity, newest = context.identity, context.identity.newest_set
    keyholders = _joined(newest.keyholders, new)
    following = replace(
        newest,
        version=newest.version + 1,
        prev=statement_hash(newest.encode()),
        account_head=None,
        keyholders=keyholders,
    )
    return SetRequest(
        set=_signed(identity.secret, following),
        packages=_packages(identity.secret, context.chains[context.account], [item.public for item in new]),
        anchors=_anchors(new),
    )


def make_rotation(
    context: Context, *, remove: frozenset[bytes] = frozenset(), new: Sequence[Newcomer] = ()
) -> tuple[GenerationSecret, RotationRequest]:
    """The next generation, without the keyholders in `remove` and with the new ones; its secret, and the one request.

    Raises:
        NotAllowed: nobody would be left, this home would be left out, or there are too many.
    Spec: §4.12.
    """
    identity, before = context.identity, context.identity.newest_set
    kept = tuple(item for item in before.keyholders if item.id not in remove)
    if context.home.keyholder.id in remove:  # check: client.removes_itself
        raise NotAllowed("This device can't take itself out. Do it from another device, or from the recovery words.")
    keyholders = _joined(kept, new)
    own = context.standing(identity.account_journal)
    own.require_open()
    secret = GenerationSecret.new(identity.secret.generation + 1)
    following = KeyholderSet(
        version=before.version + 1,
        prev=statement_hash(before.encode()),
        generation=secret.generation,
        rotator=before.rotator if before.rotator not in remove else context.home.keyholder.id,
        account_journal=identity.account_journal,
        account_head=AccountHead(own.log.seq, own.log.head),
        keyholders=keyholders,
    )
    link = _sign_rotation(context, secret, following)
    chain = extend_chain(context.chains[context.account], link)
    ahead = replace(
        context,
        chains=context.chains.ahead(chain),
        identity=Identity(context.account, {**identity.secrets, secret.generation: secret}, identity.sets),
    )
    return secret, RotationRequest(
        rotation=AccountStatementModel.of(link),
        set=_signed(secret, following),
        packages=_packages(secret, chain, keyholders),
        anchors=_anchors(new),
        earlier_seed=wrap_earlier_seed(
            identity.secret, context.account, chain.generation(secret.generation - 1), chain.newest
        ),
        account_journal=_push(ahead, sorted(remove)),
        closings=renewed_closings(context, secret.generation, secret),
    )


def _sign_rotation(context: Context, secret: GenerationSecret, following: KeyholderSet) -> SignedAccountStatement:
    older = context.identity.secret
    statement = encode_rotation(
        account=context.account,
        generation=secret.generation,
        prev=context.chains[context.account].generation(older.generation).statement_hash,
        sign_key=secret.sign_key,
        box_key=secret.box_key,
        kem_key=secret.kem_key,
        keyholders=set_commitment(secret.salt, following.encode()),
        at=context.clock() // _DAY,
    )
    return SignedAccountStatement(statement, (older.sign(statement), secret.sign(statement)))


def _push(context: Context, removed: Sequence[bytes]) -> Push:
    """A `rotate` of the account journal to the new generation, and the document that says where everything stood."""
    journal = context.identity.account_journal
    roster = context.standing(journal).require_open()
    made = make_rotate(context, roster)
    heads = [
        HeadCompared(journal=journal, seq=log.seq, head=log.head) for journal, log in _verified_logs(context).items()
    ]
    rotated = Rotated(generation=context.identity.secret.generation, heads=tuple(heads), removed=tuple(removed))
    statement = JournalStatementModel.of(made.signed, dict(made.grants))
    return Push(
        items=[
            PushStatement(
                kind="statement",
                statement=statement.statement,
                signatures=statement.signatures,
                grants=statement.grants,
            ),
            _entry(context, made, rotated),
        ]
    )


def _verified_logs(context: Context) -> dict[bytes, AccountHead]:
    others = sorted(set(verified_journals(context.store)) - {context.identity.account_journal})
    logs = {journal: load_log(context.store, journal) for journal in others}
    return {journal: AccountHead(log.seq, log.head) for journal, log in logs.items()}


def _entry(context: Context, made: Made, rotated: Rotated) -> PushEntry:
    journal, mine = made.roster.journal, context.identity.secret
    seen = newest_receipt(context.store, journal)
    if seen is None or made.key is None:
        raise NotAllowed("The account's own journal has not been fetched yet. Sync first.")
    document = make_account_document("rotated", rotated, context.clock())
    message = Message(document, seen, None, refused_since(context.store, journal, context.account)).encode()
    entry = secrets.token_bytes(sizes.ENTRY_ID)
    header = Header(journal, entry, made.roster.epoch, context.account, mine.generation)
    blob = seal_entry(header, message, made.key, mine, readers_of(made.roster, context.chains))
    return PushEntry(kind="entry", header=header.encode(), blob=blob)


def _joined(kept: Sequence[Keyholder], new: Sequence[Newcomer]) -> tuple[Keyholder, ...]:
    known = {item.id: item for item in (*kept, *(one.public for one in new))}
    if len(known) > sizes.MAX_KEYHOLDERS:
        raise NotAllowed(f"An account has {sizes.MAX_KEYHOLDERS} ways in at most. Revoke one that you no longer use.")
    return tuple(known[item] for item in sorted(known))


def _signed(secret: GenerationSecret, following: KeyholderSet) -> AccountStatementModel:
    statement = following.encode()
    return AccountStatementModel.of(SignedAccountStatement(statement, (secret.sign(statement),)))


def _packages(secret: GenerationSecret, chain: AccountChain, keyholders: Sequence[Keyholder]) -> list[PackageModel]:
    return [
        PackageModel(keyholder=item.id, package=wrap_package(secret, chain.account, chain.newest, item))
        for item in sorted(keyholders, key=lambda item: item.id)
    ]


def _anchors(new: Sequence[Newcomer]) -> list[AnchorModel]:
    chosen = sorted((item for item in new if item.anchor is not None), key=lambda item: item.public.id)
    return [AnchorModel(keyholder=item.public.id, mac=item.anchor or b"") for item in chosen]
