"""Queries of accounts: their keyholders, sets, packages, anchors and earlier seeds, and of invite codes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.access.table import keyholders
from app.accounts.table import accounts, earlier_seeds, invite_codes, keyholder_sets, packages
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import sha256
from duolog.protocol.keyholder_sets import Keyholder


@dataclass(frozen=True, slots=True)
class KeyholderKey:
    """A keyholder's account, its signing key, and the time of its revocation (None: not revoked)."""

    account: bytes
    sign_key: bytes
    ended: int | None


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account's journal, and the hash of the request that registered it."""

    account_journal: bytes
    registration: bytes


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """One keyholder's means to open its account: its newest package, and its anchor."""

    generation: int
    package: bytes
    anchor: bytes | None


@dataclass(frozen=True, slots=True)
class SealedEarlierSeed:
    """The seed of `generation`, sealed to the one after it."""

    generation: int
    sealed: bytes


def find_account(connection: Connection, account: bytes) -> StoredAccount | None:
    """The stored account; None when there is none."""
    row = connection.execute(select(accounts).where(accounts.c.account == account)).one_or_none()
    return None if row is None else StoredAccount(row.account_journal, row.registration)


def existing_accounts(connection: Connection, ids: Collection[bytes]) -> set[bytes]:
    """Find which of these accounts exist. One query."""
    return set(connection.execute(select(accounts.c.account).where(accounts.c.account.in_(ids))).scalars())


def lock_keyholder(connection: Connection, keyholder: bytes) -> KeyholderKey | None:
    """Lock a keyholder, revoked or not. Nobody revokes it until the transaction ends."""
    row = connection.execute(
        select(keyholders.c.account, keyholders.c.sign_key, keyholders.c.ended)
        .where(keyholders.c.keyholder == keyholder)
        .with_for_update(read=True)
    ).one_or_none()
    return None if row is None else KeyholderKey(row.account, row.sign_key, row.ended)


def any_keyholder(connection: Connection, ids: Sequence[bytes]) -> bool:
    """Whether one of these keyholders exists, revoked ones included."""
    query = select(keyholders.c.keyholder).where(keyholders.c.keyholder.in_(ids)).limit(1)
    return connection.execute(query).first() is not None


def add_account(connection: Connection, account: bytes, stored: StoredAccount) -> None:
    """Store a new account."""
    connection.execute(
        insert(accounts).values(
            account=account, account_journal=stored.account_journal, registration=stored.registration
        )
    )


def add_sets(
    connection: Connection, account: bytes, sets: Sequence[SignedAccountStatement], first_version: int = 1
) -> None:
    """Store keyholder sets that follow each other."""
    rows = [
        {"account": account, "version": version, "statement": signed.statement, "signature": signed.signatures[0]}
        for version, signed in enumerate(sets, start=first_version)
    ]
    connection.execute(insert(keyholder_sets), rows)


def add_keyholders(
    connection: Connection, account: bytes, new: Collection[Keyholder], anchors: Mapping[bytes, bytes]
) -> None:
    """Store new keyholders, each with its anchor if `anchors` has one."""
    rows = [
        {
            "account": account,
            "keyholder": item.id,
            "kind": item.kind,
            "sign_key": item.sign_key,
            "anchor": anchors.get(item.id),
        }
        for item in new
    ]
    if rows:
        connection.execute(insert(keyholders), rows)


def end_keyholders_except(connection: Connection, account: bytes, kept: Collection[bytes], now: int) -> None:
    """Revoke every other keyholder of the account. The row stays, so that the keyholder never comes back."""
    connection.execute(
        update(keyholders)
        .where(keyholders.c.account == account, keyholders.c.keyholder.not_in(kept), keyholders.c.ended.is_(None))
        .values(ended=now, anchor=None)
    )


def add_packages(connection: Connection, account: bytes, generation: int, sealed: Mapping[bytes, bytes]) -> None:
    """Store packages of one generation, by keyholder."""
    rows = [
        {"account": account, "keyholder": keyholder, "generation": generation, "package": package}
        for keyholder, package in sealed.items()
    ]
    if rows:
        connection.execute(insert(packages), rows)


def replace_packages(connection: Connection, account: bytes, generation: int, sealed: Mapping[bytes, bytes]) -> None:
    """Replace all packages of the account by those of a new generation."""
    connection.execute(delete(packages).where(packages.c.account == account))
    add_packages(connection, account, generation, sealed)


def add_earlier_seed(connection: Connection, account: bytes, generation: int, sealed: bytes) -> None:
    """Store the seed of `generation`, sealed to the one after it."""
    connection.execute(insert(earlier_seeds).values(account=account, generation=generation, sealed=sealed))


def load_earlier_seeds(
    connection: Connection, account: bytes, after: int = 0, limit: int | None = None
) -> list[SealedEarlierSeed]:
    """An account's earlier seeds after a generation, in order, `limit` at most."""
    rows = connection.execute(
        select(earlier_seeds.c.generation, earlier_seeds.c.sealed)
        .where(earlier_seeds.c.account == account, earlier_seeds.c.generation > after)
        .order_by(earlier_seeds.c.generation)
        .limit(limit)
    )
    return [SealedEarlierSeed(row.generation, row.sealed) for row in rows]


def load_anchors(connection: Connection, account: bytes) -> dict[bytes, bytes]:
    """The anchors of an account's sheets and passkeys that are not revoked, by keyholder."""
    columns = keyholders.c
    rows = connection.execute(
        select(columns.keyholder, columns.anchor)
        .where(columns.account == account, columns.anchor.is_not(None), columns.ended.is_(None))
        .order_by(columns.keyholder)
    )
    return {row.keyholder: row.anchor for row in rows}


def load_sets(
    connection: Connection, account: bytes, after: int = 0, limit: int | None = None
) -> list[SignedAccountStatement]:
    """An account's keyholder sets after a version, in order, `limit` at most."""
    rows = connection.execute(
        select(keyholder_sets.c.statement, keyholder_sets.c.signature)
        .where(keyholder_sets.c.account == account, keyholder_sets.c.version > after)
        .order_by(keyholder_sets.c.version)
        .limit(limit)
    )
    return [SignedAccountStatement(row.statement, (row.signature,)) for row in rows]


def load_newest_set(connection: Connection, account: bytes) -> SignedAccountStatement | None:
    """The newest keyholder set of an account."""
    row = connection.execute(
        select(keyholder_sets.c.statement, keyholder_sets.c.signature)
        .where(keyholder_sets.c.account == account)
        .order_by(keyholder_sets.c.version.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else SignedAccountStatement(row.statement, (row.signature,))


def has_set(connection: Connection, account: bytes, version: int, statement: bytes) -> bool:
    """Whether `statement` is the account's set of this version."""
    query = select(keyholder_sets.c.statement).where(
        keyholder_sets.c.account == account, keyholder_sets.c.version == version
    )
    return connection.execute(query).scalar_one_or_none() == statement


def load_own_keys(connection: Connection, account: bytes, keyholder: bytes) -> OwnKeys | None:
    """Load one keyholder's means to open the account."""
    row = connection.execute(
        select(packages.c.generation, packages.c.package, keyholders.c.anchor)
        .join(
            keyholders,
            (keyholders.c.account == packages.c.account) & (keyholders.c.keyholder == packages.c.keyholder),
        )
        .where(packages.c.account == account, packages.c.keyholder == keyholder)
        .order_by(packages.c.generation.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else OwnKeys(row.generation, row.package, row.anchor)


def hash_code(code: str) -> bytes:
    """The stored form of an invite code."""
    return sha256(b"duolog-server/invite-code\x00", code.encode())


def add_code(connection: Connection, code: str, now: int) -> None:
    """Store a new invite code."""
    connection.execute(insert(invite_codes).values(code_hash=hash_code(code), created=now))


def use_code(connection: Connection, code: str, now: int) -> bool:
    """Use up an invite code; returns whether it existed and was unused."""
    used = connection.execute(
        update(invite_codes)
        .where(invite_codes.c.code_hash == hash_code(code), invite_codes.c.used.is_(None))
        .values(used=now)
    )
    return used.rowcount == 1
