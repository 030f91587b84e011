"""Ada and Sam with real client homes, each behind a wrapper of their own, and somebody who holds an account's secrets.

`Insider` is not the client library: it opens an account from its 24 words with the protocol's functions alone, so
that it can write what
no honest client would.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest

from duolog.api.accounts import OwnAccount
from duolog.api.entries import Pushed
from duolog.api.pages import Placed
from duolog.api.sessions import LogIn
from duolog.client import Duolog, HttpTransport, PairingStage, TimelineEntry, Unlock
from duolog.errors import DuologError, JournalFrozen, VerificationError
from duolog.protocol.accounts import AccountChain, Generation, SignedAccountStatement, verify_chain
from duolog.protocol.entries import Header
from duolog.protocol.log import LogState, StatementItem, append_item, empty_log, entry_item
from duolog.protocol.messages import Document, Message
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster import grant_digest
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Acceptance, Change, Member, RosterStatement, SignedAcceptance
from duolog.protocol.statements import Signature, SignedStatement, statement_hash
from duolog.seal.entries import Reader, readers_of, seal_entry
from duolog.seal.grants import new_epoch, unwrap_grant, wrap_grants
from duolog.seal.keys import EpochKey, GenerationSecret, KeyholderSecret
from duolog.seal.packages import unwrap_package
from duolog.seal.words import parse_words
from hostile.false_account import FalseAccount
from hostile.liar import Attack, Liar
from tests.app.attachments.files import send_bare

ORIGIN = "http://duolog.test"
UNLOCK = Unlock(passphrase=lambda _: b"a passphrase of somebody", keyring=False)


def connect(liar: Liar, origin: str = ORIGIN) -> HttpTransport:
    """A transport to the real server, through whoever lies in between."""
    return HttpTransport(origin, network=httpx2.ASGITransport(app=liar))


@dataclass
class Someone:
    """A person: their home, the liar in front of it, and their recovery words."""

    duolog: Duolog
    liar: Liar
    words: tuple[str, ...]

    @property
    def account(self) -> bytes:
        return self.duolog.account

    def lied_to(self, attack: Attack) -> None:
        """From now on."""
        self.liar.attack = attack

    async def note(self, journal: bytes, text: str) -> bytes:
        """Write and deliver a note; its entry id."""
        written = await self.duolog.write(journal, "note", {"text": text})
        assert written.delivered, written.problem
        return written.entry

    async def shown(self, journal: bytes) -> list[TimelineEntry]:
        return list(await self.duolog.timeline(journal))

    async def texts(self, journal: bytes) -> list[str]:
        """Every readable note's text, in order."""
        return [
            item.body["text"] for item in await self.shown(journal) if item.kind == "note" and item.body is not None
        ]

    async def unreadable(self, journal: bytes) -> list[str]:
        """The reason of every entry that is shown as unreadable."""
        return [item.unreadable for item in await self.shown(journal) if item.unreadable is not None]


@dataclass
class Couple:
    """Ada and Sam, verified, with one journal."""

    ada: Someone
    sam: Someone
    journal: bytes

    async def settle(self) -> None:
        """Both fetch everything, twice, so that whatever one does by itself reaches the other."""
        for _ in range(2):
            await self.ada.duolog.sync()
            await self.sam.duolog.sync()


async def register(liar: Liar) -> Someone:
    """A new person, with everything in memory."""
    made = await Duolog.register(connect(liar), home=None, unlock=UNLOCK)
    return Someone(made.duolog, liar, tuple(made.words))


async def pair(ada: Someone, sam: Someone) -> bytes:
    """Both become partners of a new journal and compare the words. The journal's id."""
    journal = await ada.duolog.create_journal()
    invitation = await ada.duolog.invite(journal)
    await sam.duolog.join(invitation.link)
    await ada.duolog.sync()
    await sam.duolog.sync()
    await ada.duolog.sync()
    mine, theirs = await ada.duolog.pairing(journal), await sam.duolog.pairing(journal)
    if mine.stage is not PairingStage.VERIFIED:  # those who have compared words before need none in a further journal
        assert mine.words is not None
        assert mine.words == theirs.words
        await ada.duolog.verify(journal, mine.words)
        await sam.duolog.sync()
        await sam.duolog.verify(journal, mine.words)
        await ada.duolog.sync()
        await sam.duolog.sync()
    assert (await ada.duolog.pairing(journal)).stage is PairingStage.VERIFIED
    assert (await sam.duolog.pairing(journal)).stage is PairingStage.VERIFIED
    return journal


async def expect_freeze(
    someone: Someone, journal: bytes, error: type[VerificationError], *checks: str, true: Sequence[str] = ()
) -> None:
    """The next sync says what is wrong; the journal is read-only; all that was verified is still shown.

    Nothing else is, but `true`: texts that stand before the fault, and may have been verified.
    """
    before = await someone.texts(journal)
    with pytest.raises(error) as caught:
        await someone.duolog.sync()
    assert caught.value.check in checks, caught.value.check
    assert (await someone.duolog.journal(journal)).frozen
    after = await someone.texts(journal)
    assert [*before, *true][: len(after)] == after
    assert len(after) >= len(before)
    with pytest.raises(JournalFrozen):
        await someone.duolog.write(journal, "note", {"text": "into a frozen journal"})
    assert journal in (await someone.duolog.sync()).frozen, "later syncs go round it"
    assert await someone.texts(journal) == after


async def expect_quarantine(someone: Someone, journal: bytes, reason: str, count: int = 1) -> None:
    """The next sync goes on; `count` more entries are unreadable for this reason; nothing else changes."""
    before = await someone.unreadable(journal)
    await someone.duolog.sync()
    reasons = (await someone.unreadable(journal))[len(before) :]
    assert len(reasons) == count, reasons
    assert all(reason in shown for shown in reasons), reasons
    view = await someone.duolog.journal(journal)
    assert view.frozen is None
    assert view.unreadable == len(before) + count


async def trouble(someone: Someone) -> DuologError | None:
    """What the next sync complains of: raised, or in its report."""
    try:
        report = await someone.duolog.sync()
    except DuologError as error:
        return error
    return report.problems[0] if report.problems else None


@dataclass
class Insider:
    """Somebody with an account's secrets and without an honest client. Everything is public, and made by hand."""

    transport: HttpTransport
    own: OwnAccount
    keyholder: KeyholderSecret
    secret: GenerationSecret
    journal: bytes = b""
    chains: dict[bytes, AccountChain] = field(default_factory=dict)
    state: LogState = field(default_factory=lambda: empty_log(bytes(32)))
    keys: dict[int, EpochKey] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def account(self) -> bytes:
        return self.own.account

    @property
    def roster(self) -> Roster:
        assert self.state.roster is not None
        return self.state.roster

    @property
    def statements(self) -> list[SignedAccountStatement]:
        return [item.signed() for item in self.own.chain]

    @classmethod
    async def open(cls, someone: Someone, journal: bytes = b"") -> "Insider":
        """From somebody's words, past their client and past the liar in front of it."""
        transport = connect(Liar(someone.liar.app, Attack(), lambda: someone.liar.receipts))
        keyholder = KeyholderSecret(parse_words(" ".join(someone.words)), "recovery_sheet")
        asked = await transport.challenge(keyholder.id)
        signature = keyholder.sign_login(ORIGIN, asked.challenge)
        session = await transport.log_in(LogIn(keyholder=keyholder.id, challenge=asked.challenge, signature=signature))
        transport.use_session(session.token)
        own = await transport.own_account()
        newest = verify_chain([item.signed() for item in own.chain]).newest
        insider = cls(transport, own, keyholder, unwrap_package(own.package, own.account, newest, keyholder))
        if journal:
            await insider.load(journal)
        return insider

    async def load(self, journal: bytes) -> None:
        """Replay the true log."""
        listed = await self.transport.chains(journal)
        self.chains = {item.account: verify_chain([one.signed() for one in item.statements]) for item in listed.chains}
        self.journal, self.state, self.receipts = journal, empty_log(journal), []
        page = await self.transport.pull(journal, 0)
        for push in page.pushes:
            for placed in push.items:
                before = self.state.roster.epoch if self.state.roster else 0
                self.state = append_item(self.state, placed.seq, placed.item, self.chains)
                if self.roster.epoch != before and self.account in placed.grants:
                    grant = placed.grants[self.account]
                    self.keys[self.roster.epoch] = unwrap_grant(grant, self.roster, self.account, self.secret)
            self.receipts.append(push.receipt)

    @property
    def readers(self) -> tuple[Reader, ...]:
        return readers_of(self.roster, self.chains)

    def header(self, **other: Any) -> Header:
        fields: dict[str, Any] = {
            "journal": self.journal,
            "entry": secrets.token_bytes(16),
            "epoch": self.roster.epoch,
            "author": self.account,
            "generation": self.secret.generation,
        }
        return Header(**(fields | other))

    def message(self, text: str = "hello", seen: Receipt | None = None, **other: Any) -> bytes:
        document = Document("note", 1, 1_790_000_000, {"text": text})
        return Message(document, seen or self.receipts[-1], **other).encode()

    def entry(
        self,
        message: bytes | None = None,
        header: Header | None = None,
        key: EpochKey | None = None,
        readers: Sequence[Reader] | None = None,
    ) -> Placed:
        """A sealed entry, honest but for what is given."""
        header = header or self.header()
        key = key or self.keys[self.roster.epoch]
        blob = seal_entry(header, message or self.message(), key, self.secret, readers or self.readers)
        return Placed(0, entry_item(header.encode(), blob))

    def change(self, change: Change, members: Sequence[Member], *, spoil: Sequence[bytes] = (), **other: Any) -> Placed:
        """A change with a fresh epoch, signed by this account alone.

        The grants of the accounts in `spoil` are garbage.
        """
        roster = self.roster
        members = tuple(sorted(members, key=lambda member: member.account))
        key, epoch = new_epoch(roster.nonce, roster.version + 1, roster.epoch + 1)
        grants = wrap_grants(key, epoch, members, self.chains)
        grants |= {account: secrets.token_bytes(len(grants[account])) for account in spoil}
        statement = RosterStatement(
            change=change,
            version=roster.version + 1,
            members=members,
            provisional=roster.provisional,
            epoch=roster.epoch + 1,
            epoch_commitment=epoch.commitment,
            journal=self.journal,
            prev=roster.head,
            grants={account: grant_digest(grant) for account, grant in grants.items()},
            **other,
        ).encode()
        signed = SignedStatement(statement, (Signature(self.account, self.secret.sign(statement)),))
        return Placed(0, StatementItem(signed), grants)

    def rotate(self, *, spoil: Sequence[bytes] = ()) -> Placed:
        """A rotation of the journal's key."""
        return self.change("rotate", self.roster.members, spoil=spoil)

    def refresh(self, generation: Generation, secret: GenerationSecret, after: Placed | None = None) -> Placed:
        """A roster that lifts this account to a later generation, signed by its key; `after` another such one."""
        roster = self.roster
        members = [
            replace(item, generation=generation.generation, chain_head=generation.statement_hash)
            if item.account == self.account
            else item
            for item in roster.members
        ]
        prev, version = roster.head, roster.version + 1
        if after is not None and isinstance(after.item, StatementItem):
            prev, version = statement_hash(after.item.signed.statement), version + 1
        statement = RosterStatement(
            change="refresh",
            account=self.account,
            version=version,
            members=tuple(members),
            provisional=roster.provisional,
            epoch=roster.epoch,
            epoch_commitment=roster.epoch_commitment,
            journal=self.journal,
            prev=prev,
        ).encode()
        return Placed(0, StatementItem(SignedStatement(statement, (Signature(self.account, secret.sign(statement)),))))

    def evict(self, account: bytes) -> Placed:
        """The removal of a member."""
        left = [member for member in self.roster.members if member.account != account]
        return self.change("remove", left, account=account)

    def add_confidant(self, friend: FalseAccount) -> Placed:
        """A confidant who has accepted, signed by one partner alone."""
        newest = self.chains[friend.account].newest
        member = Member(friend.account, 1, newest.statement_hash, "confidant", "read", 2_000_000_000)
        accepted = Acceptance(self.journal, bytes(32), member, secrets.token_bytes(32)).encode()
        acceptance = SignedAcceptance(accepted, friend.secret.sign(accepted))
        return self.change("add", [*self.roster.members, member], account=friend.account, acceptance=acceptance)

    async def send(self, attachment: bytes) -> None:
        """Send an attachment of one byte."""
        await send_bare(self.transport._client, self.transport._token, self.journal, attachment)

    async def push(self, *placed: Placed) -> Pushed:
        """Push and follow."""
        answer = await self.transport.push(self.journal, placed)
        await self.load(self.journal)
        return answer
