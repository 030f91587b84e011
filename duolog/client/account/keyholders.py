"""`Keyholders`: the ways into an account, as programs see and change them. All of it is the owner's alone."""

import secrets
from collections.abc import Collection, Sequence

from duolog.client.account import adding_device, forks, keyholder_list
from duolog.client.account.forks import ForkView
from duolog.client.account.keyholder_changes import Newcomer
from duolog.client.account.keyholder_list import KeyholderView, Review, Revoked, SessionView
from duolog.client.account.rotating import Wanted, resume, rotate
from duolog.client.home.begun import NEW_SHEET
from duolog.client.home.words import Words
from duolog.client.log.context import Context
from duolog.client.log.newest_keys import lift_all
from duolog.client.log.notes import note
from duolog.client.log.session import Session
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import KeyholderLabel
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.seal.keys import KeyholderSecret
from duolog.seal.words import encode_words


class Keyholders:
    """Devices, recovery sheet and passkeys of the account, its sessions, and forks of others' accounts.

    Raises:
        TransportError, ServerRefused: from every step that needs the server; repeating it goes on where it stopped.
        VerificationError, HomeError: as `Duolog.sync`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    async def list(self) -> tuple[KeyholderView, ...]:
        """Every keyholder, in the order in which they came. From now on they are known to this home's owner."""
        async with self._session.alone() as context:
            found = keyholder_list.view(context)
            keyholder_list.know(context)
            return found

    async def name(self, keyholder: bytes, label: str) -> None:
        """Call a keyholder (id, 32 bytes) by a name, on all own devices. Raises: NotAllowed when it isn't there."""
        async with self._session.ready() as context:
            keyholder_list.find(context, keyholder)
            await note(context, "keyholder_label", KeyholderLabel(keyholder=keyholder, label=label))

    async def begin_adding(self, code: str) -> Words:
        """The code of a new device was typed here; the words to compare on both. Raises: as `adding_device.begin`."""
        async with self._session.ready() as context:
            return await adding_device.begin(context, code)

    async def confirm_adding(self, words: Sequence[str], *, label: str | None = None) -> bytes:
        """The new device shows the same words: let it in; its id, 32 bytes. Raises: as `adding_device.confirm`."""
        async with self._session.ready() as context:
            added = await adding_device.confirm(context, tuple(word.strip().lower() for word in words))
            if label is not None:
                await note(context, "keyholder_label", KeyholderLabel(keyholder=added, label=label))
            return added

    async def give_up_adding(self) -> None:
        """The words differ, or nobody is there: forget the device that was begun with."""
        async with self._session.alone() as context:
            adding_device.give_up(context)

    async def add_passkey(self, prf_output: bytes, *, label: str | None = None) -> bytes:
        """Add a passkey by its PRF output (32 bytes, kept nowhere); its id, 32 bytes.

        Raises: NotAllowed in a home that isn't confirmed; MalformedData when it has another size.
        """
        passkey = KeyholderSecret(prf_output, "passkey")
        async with self._session.ready() as context:
            await keyholder_list.add(context, Newcomer.of(passkey, context.account))
            if label is not None:
                await note(context, "keyholder_label", KeyholderLabel(keyholder=passkey.id, label=label))
            return passkey.id

    async def revoke(self, chosen: Collection[bytes]) -> Revoked:
        """Take keyholders out (ids, 32 bytes each), all at once: their sessions end, and new keys leave them behind.

        What they had read stays read. Journals follow one by one, and with the next syncs what is left of them.

        Raises: NotAllowed for one that isn't there, or for this very device.
        Spec: §4.12.
        """
        async with self._session.ready() as context:
            await resume(context)
            since = keyholder_list.first_seen(context, chosen)
            await rotate(context, Wanted(remove=frozenset(chosen)))
            return await _follow(context, since)

    async def new_sheet(self) -> Words:
        """The 24 words of a new recovery sheet. Nothing has changed yet: write them down, then `replace_sheet`.

        Asked again before that, it gives the same words.

        Raises: NotAllowed in a home that was opened with the old words: it would shut itself out.
        """
        async with self._session.alone() as context:
            if context.home.keyholder.kind == "recovery_sheet":
                raise NotAllowed(
                    "This home was opened with the old words, and would shut itself out. Add this computer as a "
                    "device, in a home of its own, with `duolog device join`; then replace the words there."
                )
            return encode_words(_new_entropy(context))

    async def replace_sheet(self) -> Revoked:
        """The new sheet instead of the old ones, whose words open nothing from now on.

        Raises: NotAllowed when no new sheet was made here.
        Spec: §4.12.
        """
        async with self._session.ready() as context:
            await resume(context)
            if not NEW_SHEET.is_set(context.home):
                raise NotAllowed("There are no new words yet. Make them first, and write them down.")
            entropy = _new_entropy(context)
            mine = KeyholderSecret(entropy, "recovery_sheet").id
            sheets = [item.id for item in context.identity.newest_set.keyholders if item.kind == "recovery_sheet"]
            old = frozenset(sheets) - {mine}
            since = context.identity.newest_set.version
            await rotate(context, Wanted(remove=old, sheet=entropy))
            keyholder_list.know(context, mine)
            NEW_SHEET.clear(context.home)
            return await _follow(context, since)

    async def review(self, keyholder: bytes) -> Review:
        """What is new since a keyholder came, also one that is out by now. Without the network.

        `keyholder`: its id, 32 bytes, or the first bytes of it. Raises: NotAllowed when there never was such a one.
        """
        async with self._session.alone() as context:
            return keyholder_list.review(context, keyholder_list.came(context, keyholder))

    async def sessions(self) -> tuple[SessionView, ...]:
        """Where this account is logged in, newest first."""
        async with self._session.ready() as context:
            listed = await context.network.call(Transport.sessions)
            return tuple(keyholder_list.view_session(context, item) for item in listed.sessions)

    async def end_session(self, session: bytes) -> None:
        """End one session (id, 16 bytes)."""
        async with self._session.ready() as context:
            await context.network.call(Transport.end_session, session)

    async def end_other_sessions(self) -> None:
        """End every session but this home's own."""
        async with self._session.ready() as context:
            await context.network.call(Transport.end_other_sessions)

    async def forks(self) -> tuple[ForkView, ...]:
        """Accounts of which two branches were seen, with the words of each. Without the network."""
        async with self._session.alone() as context:
            return forks.view(context)

    async def choose_branch(self, account: bytes, words: Sequence[str]) -> Words:
        """Go on with the branch whose words the account's owner reads out. Raises: as `forks.choose`."""
        async with self._session.ready() as context:
            return await forks.choose(context, account, tuple(word.strip().lower() for word in words))


def _new_entropy(context: Context) -> bytes:
    """The secret of a sheet that is being made: kept, sealed, until it has taken the old one's place."""
    entropy = NEW_SHEET.load(context.home)
    if entropy is None:
        entropy = secrets.token_bytes(sizes.SEED)
        NEW_SHEET.save(context.home, entropy)
    return entropy


async def _follow(context: Context, since: int) -> Revoked:
    """Move the journals on; what can't be done now is done at the next sync."""
    with context.problems.collecting():
        await lift_all(context)
    return keyholder_list.revoked(context, since)
