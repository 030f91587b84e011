"""`Duolog`: one account on one machine, as programs use it.

Rules
- Only `DuologError`s leave this class. A text is stored in the home before it is sent, and verified before it is shown.
- One operation runs at a time; others wait.
"""

from collections.abc import Mapping, Sequence

from duolog.client.account.keyholders import Keyholders
from duolog.client.account.register_restore_open import check_words, confirm
from duolog.client.attachments.sealing import Progress
from duolog.client.home.records import DEFAULT_JOURNAL, UNPROVEN_SHEET
from duolog.client.journals import reading
from duolog.client.journals.views import Heads, JournalView, Written
from duolog.client.journals.writing import deliver_now
from duolog.client.leaving.leaving import Leaving, delete_account
from duolog.client.log.folding import account_state
from duolog.client.log.my_journals import found, shown_journals
from duolog.client.log.notes import named_by_me, put_note
from duolog.client.log.session import make_ready
from duolog.client.moving.moving import Moving
from duolog.client.opening import as_text
from duolog.client.pairing import comparing_words, invitations, pairing_steps
from duolog.client.pairing.members import Members
from duolog.client.pairing.views import NewInvitation, Pairing
from duolog.client.status import Status, status
from duolog.client.sync import SyncReport, sync
from duolog.client.watching import Watch
from duolog.client.writing_and_reading import WritingAndReading
from duolog.documents.account_state import AccountState
from duolog.seal.words import plain_words


class Duolog(WritingAndReading):
    """An open account. Made by `register`, `restore` or `open`; close it, or use it as an async context.

    Raises:
        HomeError: from every method, when the home can't be read or written.
    """

    def __repr__(self) -> str:
        return f"Duolog(server={self.server!r}, account={self.account.hex()})"

    # --- the account --------------------------------------------------------------------------------------------------

    @property
    def account(self) -> bytes:
        """The account's id, 32 bytes."""
        return self._context.account

    @property
    def server(self) -> str:
        """The server's origin."""
        return self._context.network.transport.origin

    async def status(self) -> Status:
        """The account at a glance, without the network."""
        async with self._session.alone() as context:
            return status(context)

    async def heads(self) -> Heads:
        """The words by which two people, or two devices, compare what they see."""
        async with self._session.alone() as context:
            return reading.heads(context)

    async def account_state(self) -> AccountState:
        """The state of the account journal, which holds secrets. Without the network."""
        async with self._session.alone() as context:
            return account_state(context)

    async def check_recovery_words(self, words: str | Sequence[str]) -> None:
        """The typed words are a recovery sheet of this account. They are kept nowhere.

        Raises: as `register_restore_open.check_words`.
        """
        async with self._session.alone() as context:
            check_words(context, as_text(words))

    async def prove_recovery_words(self) -> None:
        """Note that the owner has shown the new words to be on paper: they typed some of them back."""
        async with self._session.alone() as context:
            UNPROVEN_SHEET.clear(context.store)

    async def confirm_restored(self, chain_head: Sequence[str], heads: Mapping[bytes, Sequence[str]]) -> None:
        """Confirm a restored home by words read out by a member, or by another own device.

        `chain_head`: the eight words of this account's newest keys. `heads`: for one journal or more the words of the
        newest head, as the other device shows them.

        Raises: as `register_restore_open.confirm`.
        Spec: §4.
        """
        async with self._session.alone() as context:
            confirm(context, plain_words(chain_head), {key: plain_words(words) for key, words in heads.items()})

    async def step_aside(self) -> None:
        """Let other programs use the home while a person thinks. The next operation takes it again.

        Raises: HomeError, from the next operation, when another program keeps the home for a minute.
        """
        await self._session.step_aside()

    async def read_only(self) -> str | None:
        """Why nothing can be written in this home, as a sentence: its disk is full, or can only be read. None else."""
        async with self._session.alone() as context:
            return context.home.read_only

    async def log_out(self) -> None:
        """End this home's session at the server. The next operation logs in again."""
        async with self._session.alone() as context:
            await context.network.log_out()

    # --- journals and pairing -----------------------------------------------------------------------------------------

    async def create_journal(self) -> bytes:
        """A new journal with one member; its id, 32 bytes.

        Raises:
            NotAllowed: a restored home that isn't confirmed yet.
            TransportError, ServerRefused, VerificationError: as `sync`.
        """
        async with self._session.alone() as context:
            context.require_confirmed()
            await make_ready(context)
            return await found(context)

    async def journals(self) -> tuple[JournalView, ...]:
        """Every journal but the account's own, without the network."""
        async with self._session.alone() as context:
            return tuple(reading.view_journal(context, journal) for journal in shown_journals(context))

    async def journal(self, journal: bytes) -> JournalView:
        """One journal, without the network. Raises: NotAllowed when it isn't here."""
        async with self._session.alone() as context:
            return reading.view_journal(context, journal)

    async def name_journal(self, journal: bytes, name: str) -> Written:
        """Give a journal a name of mine, on all own devices. Nobody else sees it. Kept here, and sent when that works.

        Raises: NotAllowed when the journal isn't mine; MalformedData when the name is too long.
        """
        async with self._session.alone() as context:
            mine = context.identity.account_journal
            put_note(context, "joined", named_by_me(context, journal, name))
            return await deliver_now(context, journal, mine)

    async def default_journal(self) -> bytes | None:
        """The journal that is meant where several could be, as chosen on this device; None where none was."""
        async with self._session.alone() as context:
            chosen = DEFAULT_JOURNAL.load(context.store)
            return chosen if chosen in shown_journals(context) else None

    async def choose_default_journal(self, journal: bytes) -> None:
        """Choose the journal that is meant where several could be, on this device alone. Raises: NotAllowed."""
        async with self._session.alone() as context:
            context.standing(journal).require_here()
            DEFAULT_JOURNAL.save(context.store, journal)

    async def invite(self, journal: bytes) -> NewInvitation:
        """A single-use link for the partner. Raises: as `invitations.invite`."""
        async with self._session.ready() as context:
            return await invitations.invite(context, journal)

    async def revoke_invitation(self, journal: bytes, invitation: bytes) -> None:
        """Take an invitation back. Raises: TransportError, ServerRefused."""
        async with self._session.ready() as context:
            await invitations.revoke(context, journal, invitation)

    async def join(self, link: str) -> Pairing:
        """Accept an invitation. Raises: as `pairing_steps.join`."""
        async with self._session.ready() as context:
            return await pairing_steps.join(context, link)

    async def pairing(self, journal: bytes) -> Pairing:
        """The stage of a pairing; `sync` lets it go on. Raises: NotAllowed when there is no pairing."""
        async with self._session.alone() as context:
            return comparing_words.pairing_of(context, journal)

    async def verify(self, journal: bytes, words: Sequence[str]) -> Pairing:
        """Sign that both see the same words; `words` as the other reads them. Raises: as `comparing_words.verify`."""
        async with self._session.ready() as context:
            return await comparing_words.verify(context, journal, plain_words(words))

    async def say_words_differ(self, journal: bytes) -> Written | None:
        """Tell the other partner that the eight words differ; None where that was said. Raises: as `write`."""
        async with self._session.alone() as context:
            entry = comparing_words.say_words_differ(context, journal)
            return None if entry is None else await deliver_now(context, entry, journal)

    # --- syncing, members and leaving ---------------------------------------------------------------------------------

    async def sync(self, *, progress: Progress | None = None, fetched: Progress | None = None) -> SyncReport:
        """Bring this home and its server together. Raises: as `sync.sync`.

        `progress`: as for `write`. `fetched`: hears how many items of a journal are here, and of how many.
        """
        async with self._session.alone() as context:
            with context.telling(progress, fetched):
                return await sync(context)

    def watch(self) -> Watch:
        """Watch for what others write: `async for news in duolog.watch()`. Close it in the end."""
        return Watch(self._session)

    def members(self, journal: bytes) -> Members:
        """The members of one journal: their rights, invitations and proposals."""
        return Members(self._session, journal)

    def leaving(self, journal: bytes) -> Leaving:
        """Ways to leave a journal, and to withdraw, keep or erase a text of it."""
        return Leaving(self._session, journal)

    async def delete_account(self) -> None:
        """Close what is shared, and delete the account. Raises: as `leaving.delete_account`."""
        async with self._session.alone() as context:
            await delete_account(context)

    async def is_deleted(self) -> bool:
        """Whether the account was deleted from this home. A deleted account can only be read and exported."""
        async with self._session.alone() as context:
            return context.network.deleted

    async def is_shut_out(self) -> bool:
        """Whether the server refused this home's newest log-in: it was revoked, or the account was deleted.

        Only the server says so. What is here can be read and exported.
        """
        async with self._session.alone() as context:
            return context.network.shut_out

    @property
    def moving(self) -> Moving:
        """Ways to move to another server, and to follow a member there."""
        return Moving(self._session, sync)

    @property
    def keyholders(self) -> Keyholders:
        """The ways into this account, its sessions, and forks."""
        return Keyholders(self._session)
