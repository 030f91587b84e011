"""People, journals and hosts for tests: real keys, real statements, and randomness that a name decides.
 A `Person` is an account with a device and a recovery sheet; it rotates. A `Journal` is a log as honest members would
write it, step by step; `draft` and `sign` are apart, so that a test can spoil a statement in between. A `Host` signs
receipts.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import nacl.bindings

from duolog.protocol.accounts import (
    AccountChain,
    Generation,
    SignedAccountStatement,
    encode_genesis,
    encode_rotation,
    extend_chain,
    verify_chain,
)
from duolog.protocol.codec import sha256
from duolog.protocol.entries import Header
from duolog.protocol.ids import journal_id
from duolog.protocol.keyholder_sets import AccountHead, KeyholderSet, set_commitment
from duolog.protocol.log import (
    EntryItem,
    Item,
    LogState,
    StatementItem,
    accept_receipt,
    append_item,
    empty_log,
    entry_item,
)
from duolog.protocol.messages import Document, Message
from duolog.protocol.receipts import Receipt, receipt_input
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import (
    Acceptance,
    Change,
    Close,
    Member,
    RosterStatement,
    SignedAcceptance,
    close_timing,
)
from duolog.protocol.statements import Signature, SignedStatement, statement_hash
from duolog.seal.entries import readers_of, seal_entry
from duolog.seal.grants import Epoch, wrap_grants
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret

GrantMaker = Callable[[EpochKey, Epoch, Iterable[Member], Mapping[bytes, AccountChain]], dict[bytes, bytes]]


START = 1_700_000_000  # Unix seconds: the first receipt of a journal is a minute later


class Randomness:
    """Bytes that depend on a name and on how many were drawn before."""

    def __init__(self, name: str) -> None:
        self._name = name.encode()
        self._drawn = 0

    def __call__(self, size: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(self._name + self._drawn.to_bytes(4, "big")).digest(size)


class Person:
    """An account; `secrets` and `signed` hold one generation each, oldest first, `sets` every keyholder set."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.random = Randomness("person " + name)
        self.device = KeyholderSecret(self.random(32), "device")
        self.sheet = KeyholderSecret(self.random(32), "recovery_sheet")
        self.secrets = [GenerationSecret(self.random(32), 1)]
        keyholders = tuple(sorted((self.device.public, self.sheet.public), key=lambda item: item.id))
        first = KeyholderSet(1, None, 1, self.device.id, None, None, keyholders)
        genesis = encode_genesis(
            **keys_of(self.secret),
            keyholders=set_commitment(self.secret.salt, first.encode()),
            nonce=self.random(32),
        )
        self.signed = [SignedAccountStatement(genesis, (self.secret.sign(genesis),))]
        self.account_journal = sha256(b"the account journal of ", name.encode())
        second = replace(first, version=2, prev=statement_hash(first.encode()), account_journal=self.account_journal)
        self.sets = [self.sign_set(first), self.sign_set(second)]
        self.newest_set = second
        self.chain = verify_chain(self.signed)

    @property
    def account(self) -> bytes:
        return self.chain.account

    @property
    def secret(self) -> GenerationSecret:
        return self.secrets[-1]

    @property
    def newest(self) -> Generation:
        return self.chain.newest

    def sign_set(self, keyholders: KeyholderSet) -> SignedAccountStatement:
        statement = keyholders.encode()
        return SignedAccountStatement(statement, (self.secrets[keyholders.generation - 1].sign(statement),))

    def draft_rotation(self, secret: GenerationSecret, commitment: bytes, **other: Any) -> bytes:
        fields: dict[str, Any] = {
            "account": self.account,
            "generation": self.newest.generation + 1,
            "prev": self.newest.statement_hash,
            "keyholders": commitment,
            "at": 20_000 + self.newest.generation,
        }
        return encode_rotation(**(fields | keys_of(secret) | other))

    def rotate(self) -> "Person":
        """To the next generation, with a set that says where the account journal stood."""
        secret = GenerationSecret(self.random(32), self.newest.generation + 1)
        newer = replace(
            self.newest_set,
            version=self.newest_set.version + 1,
            prev=statement_hash(self.newest_set.encode()),
            generation=secret.generation,
            account_head=AccountHead(7, sha256(b"the account journal's head")),
        )
        statement = self.draft_rotation(secret, set_commitment(secret.salt, newer.encode()))
        signed = SignedAccountStatement(statement, (self.secret.sign(statement), secret.sign(statement)))
        self.chain = extend_chain(self.chain, signed)
        self.secrets.append(secret)
        self.signed.append(signed)
        self.sets.append(self.sign_set(newer))
        self.newest_set = newer
        return self

    def member(self, **other: Any) -> Member:
        fields: dict[str, Any] = {"role": "partner", "rights": "write"}
        return Member(self.account, self.newest.generation, self.newest.statement_hash, **(fields | other))

    def sign(self, statement: bytes, generation: int = 0) -> Signature:
        """By the newest generation, unless another is named."""
        return Signature(self.account, self.secrets[generation - 1].sign(statement))


def keys_of(secret: GenerationSecret) -> dict[str, bytes]:
    return {"sign_key": secret.sign_key, "box_key": secret.box_key, "kem_key": secret.kem_key}


def sign(statement: bytes, *people: Person) -> SignedStatement:
    """Signed by each person's newest generation, in the order of their accounts."""
    return SignedStatement(statement, tuple(sorted((p.sign(statement) for p in people), key=lambda item: item.account)))


def by_account(members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda item: item.account))


class Host:
    """A server's receipt key."""

    def __init__(self, name: str = "host") -> None:
        self.key, self._private = nacl.bindings.crypto_sign_seed_keypair(Randomness(name)(32))

    def sign(self, message: bytes) -> bytes:
        return nacl.bindings.crypto_sign(message, self._private)[:64]

    def receipt(self, journal: bytes, seq: int, head: bytes, time: int) -> Receipt:
        return Receipt(seq, head, time, self.sign(receipt_input(journal, seq, head, time)))


class Journal:
    """A journal that its members write honestly: its log, the keys and grants of each epoch, and its `state`."""

    def __init__(
        self, founder: Person, *, host: Host | None = None, grants: GrantMaker = wrap_grants, name: str = ""
    ) -> None:
        self.random = Randomness(f"journal {name} of {founder.name}" if name else "journal of " + founder.name)
        self.founder = founder
        self.people = [founder]
        self.host = host or Host()
        self._wrap = grants
        self.nonce = self.random(32)
        self.keys: dict[int, EpochKey] = {}
        self.grants: dict[int, dict[bytes, bytes]] = {}
        self.items: list[Item] = []
        self.receipts: dict[int, Receipt] = {}
        self.fresh_rosters: dict[int, Roster] = {}
        genesis = RosterStatement(
            change="genesis",
            version=1,
            members=(founder.member(),),
            provisional=False,
            nonce=self.nonce,
            **self.fresh(1, 1, (founder.member(),)),
        ).encode()
        self.journal = journal_id(genesis)
        self.state: LogState = empty_log(self.journal)
        self.genesis = sign(genesis, founder)
        self.push(StatementItem(self.genesis))

    @property
    def chains(self) -> dict[bytes, AccountChain]:
        return {person.account: person.chain for person in self.people}

    @property
    def roster(self) -> Roster:
        assert self.state.roster is not None
        return self.state.roster

    @property
    def key(self) -> EpochKey:
        return self.keys[self.roster.epoch]

    def fresh(self, version: int, epoch: int, members: Sequence[Member]) -> dict[str, Any]:
        """The fields of a fresh epoch, with a new key and its grants."""
        key = EpochKey(self.random(32), epoch)
        commitment = key.commitment(self.nonce)
        grants = self._wrap(key, Epoch(self.nonce, version, epoch, commitment), members, self.chains)
        self.keys[epoch], self.grants[epoch] = key, grants
        digests = {account: grant_digest(grant) for account, grant in grants.items()}
        return {"epoch": epoch, "epoch_commitment": commitment, "grants": digests}

    def draft(self, change: Change, *, fresh: bool = False, **other: Any) -> RosterStatement:
        """The next statement: what the roster says now, but for `other` and, where asked for, a fresh epoch."""
        before = self.roster
        fields: dict[str, Any] = {
            "version": before.version + 1,
            "members": before.members,
            "provisional": before.provisional,
            "epoch": before.epoch,
            "epoch_commitment": before.epoch_commitment,
            "journal": before.journal,
            "prev": before.head,
        } | other
        if fresh:
            fields |= self.fresh(fields["version"], before.epoch + 1, fields["members"])
        return RosterStatement(change=change, **fields)

    def push(self, *items: Item, time: int | None = None) -> LogState:
        """What honest people append, with the receipt at its end."""
        state = self.state
        for item in items:
            state = append_item(state, state.seq + 1, item, self.chains)
            if state.roster and state.roster.epoch not in self.fresh_rosters:
                self.fresh_rosters[state.roster.epoch] = state.roster
        time = (self.state.time or START) + 60 if time is None else time
        receipt = self.host.receipt(self.journal, state.seq, state.head, time)
        self.state = accept_receipt(state, receipt, self.host.key)
        self.items += items
        self.receipts[state.seq] = receipt
        return self.state

    def append(self, draft: RosterStatement, *signers: Person) -> Roster:
        self.push(StatementItem(sign(draft.encode(), *signers)))
        return self.roster

    # --- one method for each change ---

    def acceptance(self, newcomer: Person, member: Member, *, journal: bytes | None = None) -> SignedAcceptance:
        accepted = Acceptance(journal or self.journal, sha256(b"the invitation"), member, newcomer.random(32)).encode()
        return SignedAcceptance(accepted, newcomer.secret.sign(accepted))

    def draft_add(self, newcomer: Person, **terms: Any) -> RosterStatement:
        if newcomer not in self.people:
            self.people.append(newcomer)
        member = newcomer.member(**terms)
        return self.draft(
            "add",
            fresh=True,
            account=newcomer.account,
            members=by_account((*self.roster.members, member)),
            provisional=member.role == "partner",
            acceptance=self.acceptance(newcomer, member),
        )

    def add_partner(self, newcomer: Person, *, verified: bool = True) -> Roster:
        roster = self.append(self.draft_add(newcomer), self.founder)
        return self.append(self.draft("verify", provisional=False), self.founder, newcomer) if verified else roster

    def add_confidant(self, newcomer: Person, *, rights: str = "read", until: int = 2_000_000_000) -> Roster:
        return self.append(self.draft_add(newcomer, role="confidant", rights=rights, until=until), *self.partners)

    @property
    def partners(self) -> list[Person]:
        accounts = {member.account for member in self.roster.partners}
        return [person for person in self.people if person.account in accounts]

    def without(self, person: Person) -> tuple[Member, ...]:
        return tuple(member for member in self.roster.members if member.account != person.account)

    def with_member(self, person: Person, **other: Any) -> tuple[Member, ...]:
        """The roster's members, one of them changed."""
        before = self.roster.find(person.account)
        assert before is not None
        return by_account((*self.without(person), replace(before, **other)))

    def lifted(self, person: Person) -> tuple[Member, ...]:
        """The roster's members, one of them in its newest generation."""
        newest = person.newest
        return self.with_member(person, generation=newest.generation, chain_head=newest.statement_hash)

    def draft_remove(self, person: Person) -> RosterStatement:
        return self.draft("remove", fresh=True, account=person.account, members=self.without(person), provisional=False)

    def rotate(self, person: Person) -> Roster:
        return self.append(self.draft("rotate", fresh=True, members=self.lifted(person)), person)

    def refresh(self, person: Person) -> Roster:
        return self.append(self.draft("refresh", account=person.account, members=self.lifted(person)), person)

    def draft_leave(self, person: Person) -> RosterStatement:
        return self.draft("leave", account=person.account, members=self.without(person))

    def draft_bad_grant(self, person: Person) -> RosterStatement:
        return self.draft("bad_grant", account=person.account)

    # --- entries ---

    def header(self, person: Person, **other: Any) -> Header:
        member = self.roster.find(person.account)
        generation = member.generation if member else person.newest.generation
        fields: dict[str, Any] = {
            "journal": self.journal,
            "entry": self.random(16),
            "epoch": self.roster.epoch,
            "author": person.account,
            "generation": generation,
        }
        return Header(**(fields | other))

    def message(self, text: str = "hello", **other: Any) -> bytes:
        fields: dict[str, Any] = {
            "document": Document("note", 1, 1_700_000_000, {"text": text}),
            "seen": self.receipts[max(self.receipts)],
        }
        return Message(**(fields | other)).encode()

    def seal(self, author: Person, header: Header, message: bytes) -> bytes:
        readers = readers_of(self.roster, self.chains)
        return seal_entry(
            header, message, self.key, author.secrets[header.generation - 1], readers, nonce=self.random(24)
        )

    def entry(self, author: Person, text: str = "hello") -> EntryItem:
        header = self.header(author)
        return entry_item(header.encode(), self.seal(author, header, self.message(text)))

    def draft_close(self, person: Person, **other: Any) -> Close:
        member = self.roster.find(person.account)
        fields: dict[str, Any] = {
            "journal": self.journal,
            "account": person.account,
            "generation": member.generation if member else person.newest.generation,
            "nonce": self.random(32),
            "timing": close_timing(self.random(32), 0),
        }
        return Close(**(fields | other))


def couple(*, verified: bool = True) -> tuple[Person, Person, Journal]:
    """Ada, Sam and their journal: founded by Ada, Sam added, and verified unless told otherwise."""
    ada, sam = Person("ada"), Person("sam")
    journal = Journal(ada)
    journal.add_partner(sam, verified=verified)
    return ada, sam, journal
