"""`Keyholders`: the ways into an account, as programs see and change them."""

import secrets
from collections.abc import Collection, Sequence

from duolog.client.account import adding_device, forks, keyholder_list, own_device
from duolog.client.account.forks import ForkView
from duolog.client.account.keyholder_list import KeyholderView, Review, Revoked, SessionView
from duolog.client.account.keyholder_requests import make_anchor
from duolog.client.account.rotating import Wanted, resume, rotate
from duolog.client.home.begun import ADDING, NEW_SHEET
from duolog.client.home.keystore import Unlock
from duolog.client.home.records import UNPROVEN_SHEET
from duolog.client.log.context import Context
from duolog.client.log.notes import note
from duolog.client.log.session import Session
from duolog.client.log.settle import behind, lift_all
from duolog.client.server.transport import Transport
from duolog.documents.account_kinds import KeyholderLabel
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.seal.keys import KeyholderSecret
from duolog.seal.words import Words, encode_words, plain_words


class Keyholders:
    """Devices, recovery sheet and passkeys of the account, its sessions, and forks of others' accounts.

    Raises:
        TransportError, ServerRefused: from every step that needs the server; a repeated step goes on where it stopped.
        VerificationError, HomeError: as `Duolog.sync`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    async def list(self) -> tuple[KeyholderView, ...]:
        """Every keyholder, in the order in which they came. Afterwards none of them counts as new."""
        async with self._session.alone() as context:
            found = keyholder_list.view(context)
            keyholder_list.know(context)
            return found

    async def name(self, keyholder: bytes, label: str) -> None:
        """Name a keyholder (id, 32 bytes) on all own devices. Raises: NotAllowed when there is no such keyholder."""
        async with self._session.ready() as context:
            keyholder_list.find(context, keyholder)
            await _label(context, keyholder, label)

    async def begin_adding(self, code: str) -> Words:
        """The eight words to compare on both devices; `code` is the new one's. Raises: as `adding_device.begin`."""
        async with self._session.ready() as context:
            return await adding_device.begin(context, code)

    async def confirm_adding(self, words: Sequence[str], *, label: str | None = None) -> bytes:
        """Add the device that shows these words; its id, 32 bytes. Raises: as `adding_device.confirm`."""
        async with self._session.ready() as context:
            added = await adding_device.confirm(context, plain_words(words))
            await _label(context, added, label)
            return added

    async def give_up_adding(self) -> None:
        """Forget the device that was about to be added."""
        async with self._session.alone() as context:
            ADDING.clear(context.home)

    async def add_passkey(self, prf_output: bytes, *, label: str | None = None) -> bytes:
        """Add a passkey by its PRF output (32 bytes, stored nowhere); its id, 32 bytes.

        Raises: NotAllowed in a home that isn't confirmed; MalformedData when the output has another size.
        """
        passkey = KeyholderSecret(prf_output, "passkey")
        async with self._session.ready() as context:
            await keyholder_list.add(context, passkey.public, make_anchor(passkey, context.account))
            await _label(context, passkey.id, label)
            return passkey.id

    async def may_become_device(self) -> bool:
        """Whether this home was restored, is confirmed, and is no device of its own yet. Without the network."""
        async with self._session.alone() as context:
            home = context.home
            return home.keyholder.kind != "device" and home.on_disk and not context.unconfirmed

    async def become_device(self, unlock: Unlock) -> None:
        """Let this home, restored from words or a passkey, open the account with a secret of its own, as a device.

        A home that is a device already, or that is in memory alone, stays as it is.

        Raises: NotAllowed in a home that isn't confirmed; KeystoreLocked as `Duolog.open`. Spec: §4.11.
        """
        async with self._session.ready() as context:
            await own_device.become_device(context, unlock)

    async def revoke(self, chosen: Collection[bytes]) -> Revoked:
        """Revoke keyholders (ids, 32 bytes each) in one rotation. It ends their sessions, and they get no newer keys.

        They can read what they have already read. The journals follow, some with the next syncs.

        Raises: NotAllowed for no id, one that the newest set doesn't list, or this very device. Spec: §4.12.
        """
        if not chosen:
            raise NotAllowed("Name the ways in to revoke. `device list` shows them.")
        async with self._session.ready() as context:
            await resume(context)
            since = min(keyholder_list.find(context, item).came for item in chosen)
            await rotate(context, Wanted(remove=frozenset(chosen)))
            return await _follow(context, since)

    async def new_sheet(self) -> Words:
        """The 24 words of a new recovery sheet, the same until it is in use. After they are on paper: `replace_sheet`.

        Raises: NotAllowed in a home that was opened with the old words: it would revoke itself.
        """
        async with self._session.alone() as context:
            if context.home.keyholder.kind == "recovery_sheet":
                raise NotAllowed(
                    "This home was opened with the old words, and would shut itself out. Compare words first "
                    "(`duolog verify`): then this computer becomes a device of its own, and the words can be replaced."
                )
            entropy = NEW_SHEET.load(context.home)
            if entropy is None:
                entropy = secrets.token_bytes(sizes.SEED)
                NEW_SHEET.save(context.home, entropy)
            return encode_words(entropy)

    async def replace_sheet(self) -> Revoked:
        """Put the new sheet in the place of every older one. The older words open nothing after that.

        Raises: NotAllowed when this home has made no new sheet. Spec: §4.12.
        """
        async with self._session.ready() as context:
            await resume(context)
            entropy = NEW_SHEET.load(context.home)
            if entropy is None:
                raise NotAllowed("There are no new words yet. Make them first, and write them down.")
            newest, mine = context.identity.newest_set, KeyholderSecret(entropy, "recovery_sheet")
            old = frozenset(item.id for item in newest.keyholders if item.kind == "recovery_sheet") - {mine.id}
            await rotate(context, Wanted(remove=old, sheet=mine))
            keyholder_list.know(context, mine.id)
            NEW_SHEET.clear(context.home)
            UNPROVEN_SHEET.clear(context.store)
            return await _follow(context, newest.version)

    async def review(self, keyholder: bytes) -> Review:
        """Everything new since a keyholder came. Raises: as `keyholder_list.review_since`."""
        async with self._session.alone() as context:
            return keyholder_list.review_since(context, keyholder)

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
        """End every session except this home's own."""
        async with self._session.ready() as context:
            await context.network.call(Transport.end_other_sessions)

    async def forks(self) -> tuple[ForkView, ...]:
        """Accounts with two branches or more, and the words of each. Without the network."""
        async with self._session.alone() as context:
            return forks.view(context)

    async def choose_branch(self, account: bytes, words: Sequence[str]) -> Words:
        """Go on with the branch whose words the account's owner reads out. Raises: as `forks.choose`."""
        async with self._session.ready() as context:
            return await forks.choose(context, account, plain_words(words))


async def _label(context: Context, keyholder: bytes, label: str | None) -> None:
    if label is not None:
        await note(context, "keyholder_label", KeyholderLabel(keyholder=keyholder, label=label))


async def _follow(context: Context, since: int) -> Revoked:
    """Lift the journals after a rotation; the next syncs lift those that fail now."""
    with context.problems.collecting():
        await lift_all(context)
    return Revoked(context.identity.secret.generation, tuple(behind(context)), keyholder_list.review(context, since))
