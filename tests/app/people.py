"""Ada, Sam and strangers for the server's tests: real keys, real statements, bare HTTP. Not the client library, so that
a fault there can't hide one here."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from duolog.api import pages
from duolog.api.pages import Placed
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, encode_genesis, verify_chain
from duolog.protocol.codec import encode_b64, parse_b64
from duolog.protocol.entries import Header
from duolog.protocol.ids import journal_id
from duolog.protocol.keyholder_sets import KeyholderSet, set_commitment
from duolog.protocol.log import LogState, StatementItem, append_item, empty_log, entry_item
from duolog.protocol.messages import Document, Message
from duolog.protocol.receipts import Receipt
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
from duolog.seal.grants import new_epoch, wrap_grants
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret
from duolog.seal.packages import wrap_package

ORIGIN = "http://duolog.test"
Json = dict[str, Any]


class Person:
    """An account with a device and a recovery sheet, made but not yet registered."""

    def __init__(self, http: httpx2.AsyncClient, device: KeyholderSecret | None = None) -> None:
        self.http = http
        self.secrets = [GenerationSecret.new(1)]
        self.device = device or KeyholderSecret.new("device")
        self.sheet = KeyholderSecret.new("recovery_sheet")
        keyholders = tuple(sorted((self.device.public, self.sheet.public), key=lambda item: item.id))
        first = KeyholderSet(1, None, 1, self.device.id, None, None, keyholders)
        genesis = encode_genesis(
            sign_key=self.secret.sign_key,
            box_key=self.secret.box_key,
            kem_key=self.secret.kem_key,
            keyholders=set_commitment(self.secret.salt, first.encode()),
            nonce=secrets.token_bytes(32),
        )
        self.statements = [self.signed(genesis)]
        self.chain: AccountChain = verify_chain(self.statements)
        self.account = self.chain.account
        self.account_journal = Diary(self)
        second = replace(
            first, version=2, prev=statement_hash(first.encode()), account_journal=self.account_journal.journal
        )
        self.sets = [self.signed(first.encode()), self.signed(second.encode())]
        self.headers: dict[str, str] = {}

    @property
    def genesis(self) -> SignedAccountStatement:
        return self.statements[0]

    @property
    def secret(self) -> GenerationSecret:
        """That of the newest generation."""
        return self.secrets[-1]

    def signed(self, statement: bytes) -> SignedAccountStatement:
        return SignedAccountStatement(statement, (self.secret.sign(statement),))

    def registration(self) -> Json:
        packages = {
            item.id: wrap_package(self.secret, self.account, self.chain.newest, item)
            for item in (self.device.public, self.sheet.public)
        }
        return {
            "genesis": account_statement(self.genesis),
            "sets": [account_statement(item) for item in self.sets],
            "account_journal": journal_statement(*self.account_journal.genesis),
            "packages": [{"keyholder": encode_b64(k), "package": encode_b64(p)} for k, p in packages.items()],
            "anchors": [{"keyholder": encode_b64(self.sheet.id), "mac": encode_b64(self.sheet.anchor(self.account))}],
        }

    async def register(self) -> "Person":
        answer = await self.http.post("/v1/accounts", json=self.registration())
        assert answer.status_code == 201, answer.text
        await self.log_in()
        return self

    async def log_in(self, keyholder: KeyholderSecret | None = None, origin: str = ORIGIN) -> httpx2.Response:
        keyholder = keyholder or self.device
        asked = await self.http.post("/v1/challenges", json={"keyholder": encode_b64(keyholder.id)})
        answer = await self.http.post("/v1/sessions", json=login(keyholder, asked.json()["challenge"], origin))
        if answer.status_code == 201:
            self.headers = {"authorization": f"Bearer {answer.json()['token']}"}
        return answer

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.http.get(path, headers=self.headers | options.pop("headers", {}), **options)

    async def post(self, path: str, json: Json | None = None, **options: Any) -> httpx2.Response:
        return await self.http.post(path, json=json, headers=self.headers | options.pop("headers", {}), **options)

    async def put(self, path: str, json: Json) -> httpx2.Response:
        return await self.http.put(path, json=json, headers=self.headers)

    async def delete(self, path: str) -> httpx2.Response:
        return await self.http.delete(path, headers=self.headers)

    def member(self, **other: Any) -> Member:
        newest = self.chain.newest
        terms = {"role": "partner", "rights": "write"} | other
        return Member(self.account, newest.generation, newest.statement_hash, **terms)


def login(keyholder: KeyholderSecret, challenge_b64: str, origin: str = ORIGIN) -> Json:
    signature = keyholder.sign_login(origin, parse_b64(challenge_b64))
    return {"keyholder": encode_b64(keyholder.id), "challenge": challenge_b64, "signature": encode_b64(signature)}


@dataclass
class Diary:
    """A journal as its members know it: built locally, with everything needed to push to it."""

    founder: Person
    people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        nonce = secrets.token_bytes(32)
        self.key: EpochKey
        self.key, epoch = new_epoch(nonce, 1, 1)
        grants = wrap_grants(self.key, epoch, [self.founder.member()], self.chains)
        statement = RosterStatement(
            change="genesis",
            version=1,
            members=(self.founder.member(),),
            provisional=False,
            epoch=1,
            epoch_commitment=self.key.commitment(nonce),
            nonce=nonce,
            grants={account: grant_digest(grant) for account, grant in grants.items()},
        ).encode()
        self.nonce = nonce
        self.genesis = (sign(statement, self.founder), grants)
        self.journal = journal_id(statement)
        self.path = f"/v1/journals/{encode_b64(self.journal)}"
        self.state: LogState = append_item(empty_log(self.journal), 1, StatementItem(self.genesis[0]), self.chains)

    @property
    def chains(self) -> dict[bytes, AccountChain]:
        return {person.account: person.chain for person in (self.founder, *self.people)}

    @property
    def roster(self) -> Roster:
        assert self.state.roster is not None
        return self.state.roster

    async def create(self) -> "Diary":
        answer = await self.founder.post("/v1/journals", journal_statement(*self.genesis))
        assert answer.status_code == 201, answer.text
        return self

    def entry(self, author: Person, text: str = "hello", **other: Any) -> Placed:
        """A sealed note of `author`; `other` replaces fields of its header."""
        fields: Json = {"journal": self.journal, "entry": secrets.token_bytes(16), "epoch": self.roster.epoch}
        generation = generation_in(self.roster.members, author)
        header = Header(**(fields | {"author": author.account, "generation": generation} | other))
        seen = Receipt(0, bytes(32), 0, bytes(64))
        message = Message(Document("note", 1, 0, {"text": text}), seen).encode()
        blob = seal_entry(header, message, self.key, author.secrets[generation - 1], readers_with(self, author))
        return Placed(0, entry_item(header.encode(), blob))

    def change(self, kind: Change, signers: Sequence[Person], fresh: bool = False, **other: Any) -> Placed:
        """The next roster statement, signed."""
        roster = self.roster
        fields: Json = {
            "version": roster.version + 1,
            "members": roster.members,
            "provisional": roster.provisional,
            "epoch": roster.epoch,
            "epoch_commitment": roster.epoch_commitment,
            "journal": self.journal,
            "prev": roster.head,
        } | other
        grants: Mapping[bytes, bytes] = {}
        if fresh:
            key, epoch = new_epoch(self.nonce, fields["version"], roster.epoch + 1)
            grants = wrap_grants(key, epoch, fields["members"], self.chains)
            fields |= {
                "epoch": roster.epoch + 1,
                "epoch_commitment": key.commitment(self.nonce),
                "grants": {account: grant_digest(grant) for account, grant in grants.items()},
            }
            self.next_key = key
        statement = RosterStatement(change=kind, **fields).encode()
        named = {person.account: generation_in(fields["members"], person) for person in signers}
        return Placed(0, StatementItem(sign(statement, *signers, named=named)), dict(grants))

    def add(self, newcomer: Person, signers: Sequence[Person], **terms: Any) -> Placed:
        """The statement that adds `newcomer`, who has accepted."""
        self.people.append(newcomer)
        member = newcomer.member(**terms)
        accepted = Acceptance(self.journal, bytes(32), member, secrets.token_bytes(32)).encode()
        return self.change(
            "add",
            signers,
            fresh=True,
            account=newcomer.account,
            members=tuple(sorted((*self.roster.members, member), key=lambda item: item.account)),
            provisional=member.role == "partner",
            acceptance=SignedAcceptance(accepted, newcomer.secret.sign(accepted)),
        )

    def close(self, author: Person) -> Placed:
        """The closing of this journal, signed."""
        timing = close_timing(secrets.token_bytes(32), 0)
        generation = generation_in(self.roster.members, author)
        statement = Close(self.journal, author.account, generation, secrets.token_bytes(32), timing).encode()
        return Placed(0, StatementItem(sign(statement, author, named={author.account: generation})))

    def follow(self, *placed: Placed) -> None:
        """Take what was accepted into the local state."""
        for item in placed:
            before = self.roster.epoch
            self.state = append_item(self.state, self.state.seq + 1, item.item, self.chains)
            if self.roster.epoch != before:
                self.key = self.next_key

    async def push(self, author: Person, *placed: Placed, follow: bool = True) -> httpx2.Response:
        """Push in the binary form, and follow when it was accepted."""
        answer = await author.http.post(
            f"{self.path}/entries",
            content=pages.encode_push(placed),
            headers=author.headers | {"content-type": pages.MEDIA_TYPE},
        )
        if answer.status_code == 201 and follow:
            self.follow(*placed)
        return answer

    async def pull(self, reader: Person, since: int = 0) -> pages.PulledPage:
        answer = await reader.get(f"{self.path}/entries", params={"since": since}, headers={"accept": pages.MEDIA_TYPE})
        assert answer.status_code == 200, answer.text
        return pages.parse_page(answer.content)

    async def make_couple(self, partner: Person) -> "Diary":
        """Add and verify the second partner."""
        added = self.add(partner, [self.founder])
        assert (await self.push(self.founder, added)).status_code == 201
        verified = self.change("verify", [self.founder, partner], provisional=False)
        assert (await self.push(self.founder, verified)).status_code == 201
        return self


def readers_with(diary: Diary, author: Person) -> Any:
    readers = readers_of(diary.roster, diary.chains)
    if any(reader.account == author.account for reader in readers):
        return readers
    stranger = Diary(author)
    return (*readers, *readers_of(stranger.roster, stranger.chains))


def generation_in(members: Sequence[Member], person: Person) -> int:
    """The generation that a roster names for a person; the newest when it names none."""
    named = {member.account: member.generation for member in members}
    return named.get(person.account, person.chain.newest.generation)


def sign(statement: bytes, *signers: Person, named: Mapping[bytes, int] | None = None) -> SignedStatement:
    """Signed by these people; `named`: with which generation, by account (the newest where it says nothing)."""
    signatures = [
        Signature(person.account, person.secrets[(named or {}).get(person.account, 0) - 1].sign(statement))
        for person in signers
    ]
    return SignedStatement(statement, tuple(sorted(signatures, key=lambda item: item.account)))


def account_statement(signed: SignedAccountStatement) -> Json:
    signatures = [encode_b64(item) for item in signed.signatures]
    return {"statement": encode_b64(signed.statement), "signatures": signatures}


def journal_statement(signed: SignedStatement, grants: Mapping[bytes, bytes]) -> Json:
    return {
        "statement": encode_b64(signed.statement),
        "signatures": [
            {"account": encode_b64(item.account), "signature": encode_b64(item.signature)} for item in signed.signatures
        ],
        "grants": [{"account": encode_b64(a), "grant": encode_b64(g)} for a, g in sorted(grants.items())],
    }


def statement_of(placed: Placed) -> Json:
    assert isinstance(placed.item, StatementItem)
    return journal_statement(placed.item.signed, placed.grants)


def code(answer: httpx2.Response) -> tuple[int, str]:
    """Status and problem code of a refusal; ("", status) of anything else."""
    return answer.status_code, answer.json().get("code", "") if answer.content else ""
