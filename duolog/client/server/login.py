"""One server with a session: `Network` logs in when that is needed, with the keyholder of this home.

Rules
- The log-in is signed for the origin that this home means to reach, so no other host can pass it on.
- The receipt keys are pinned; a newer key counts only when the newest pinned one has handed over to it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from duolog.api.sessions import LogIn, OpenedSession
from duolog.client.home.folder import Home
from duolog.client.home.receipt_keys import note_replaced
from duolog.client.home.records import (
    ACCOUNT,
    DELETED,
    DELETING,
    RECEIPT_KEYS,
    RESTORED_AT,
    SESSION,
    SHUT_OUT,
    StoredSession,
)
from duolog.client.server.linked_keys import linked_keys
from duolog.client.server.transport import Transport, ignoring
from duolog.errors import NotAllowed, ServerRefused, ServerWentBack
from duolog.seal.keys import KeyholderSecret

P = ParamSpec("P")
T = TypeVar("T")

_TAKEN_OUT = (
    "The server doesn't let this device in any more: it was revoked, so taken out of the account, or the account was "
    "deleted. Only the server says so. What is here stays readable. If it wasn't you, look at `device list` on another "
    "device of yours."
)
WENT_BACK = (
    "The server has gone back to an older state, as after a restored backup. Nothing of yours is lost: this computer "
    "gives it back what it holds. What you write is kept here, and goes out when everybody's devices have done the "
    "same."
)
_DELETED = (
    "This account was deleted at the server. What this home has read can still be read and exported; remove the folder "
    "when you don't need it any more."
)


async def sign_log_in(transport: Transport, keyholder: KeyholderSecret) -> LogIn:
    """A fresh challenge of this server, signed for its origin. Raises: TransportError, ServerRefused. Spec: §4."""
    challenge = (await transport.challenge(keyholder.id)).challenge
    signature = keyholder.sign_login(transport.origin, challenge)
    return LogIn(keyholder=keyholder.id, challenge=challenge, signature=signature)


class Network:
    """The server of one home."""

    def __init__(self, transport: Transport, home: Home) -> None:
        self.transport = transport
        self._home = home
        session = SESSION.load(home)
        if session is not None:
            transport.use_session(session.token)

    async def call(
        self, operation: Callable[Concatenate[Transport, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one operation of the transport within a session. Log in first, or again, when the server asks for it.

        Raises: NotAllowed when the account was deleted from here; as the operation, `log_in` and `pin_server`.
        """
        ask: Callable[P, Awaitable[T]] = getattr(self.transport, operation.__name__)
        self.require_account()
        if not SESSION.is_set(self._home):
            await self.log_in()
        with ignoring("session_missing"):
            return await ask(*args, **kwargs)
        await self.log_in()
        if ACCOUNT.is_set(self._home.store):
            await self.pin_server()  # a server that goes back ends all sessions
        return await ask(*args, **kwargs)

    async def log_in(self) -> bytes:
        """Open a session; the account that the server names for it, 32 bytes. Raises: as the transport. Spec: §4."""
        self.transport.use_session(None)
        try:
            session = await self._sign_in()
        except ServerRefused as error:
            if error.code != "login_refused" or not ACCOUNT.is_set(self._home.store):
                raise
            if DELETING.is_set(self._home.store):
                self.mark_deleted()  # the answer to the deletion was lost
                raise NotAllowed(_DELETED) from error
            await self.pin_server()  # a server that has gone back doesn't know newer devices
            SHUT_OUT.set(self._home.store)
            raise ServerRefused(_TAKEN_OUT, code=error.code, status=error.status) from error
        SESSION.save(self._home, StoredSession(session.token, session.account))
        SHUT_OUT.clear(self._home.store)
        self.transport.use_session(session.token)
        return session.account

    async def _sign_in(self) -> OpenedSession:
        """Log in, again after a first refusal: when an answer is lost, its challenge is used up."""
        request = await sign_log_in(self.transport, self._home.keyholder)
        with ignoring("login_refused"):
            return await self.transport.log_in(request)
        return await self.transport.log_in(await sign_log_in(self.transport, self._home.keyholder))

    @property
    def deleted(self) -> bool:
        """Whether the account was deleted from this home."""
        return DELETED.is_set(self._home.store)

    @property
    def shut_out(self) -> bool:
        """Whether the server refused the newest log-in of this home's keyholder. Nobody but the server says why."""
        return SHUT_OUT.is_set(self._home.store)

    def mark_deleted(self) -> None:
        """Store that the account was deleted at the server."""
        with self._home.store.transaction():
            SESSION.clear(self._home)
            DELETING.clear(self._home.store)
            DELETED.set(self._home.store)

    def require_account(self) -> None:
        """Check that the account was not deleted from here, and that its home can be written.

        Raises: NotAllowed, HomeError, with the next step.
        """
        self._home.require_writable()
        if self.deleted:  # check: client.account_deleted
            raise NotAllowed(_DELETED)

    def session_account(self) -> bytes | None:
        """The account that the server named for the open session."""
        session = SESSION.load(self._home)
        return None if session is None else session.account

    async def log_out(self) -> None:
        """End the session here, and at the server if it can be reached."""
        if not SESSION.is_set(self._home):
            return
        SESSION.clear(self._home)
        try:
            with ignoring("session_missing"):
                await self.transport.log_out()
        finally:
            self.transport.use_session(None)

    async def pin_server(self) -> None:
        """Pin the server's receipt keys on first use; later check that the pinned ones handed over to newer ones.

        Raises:
            ServerWentBack: the server has gone back to an older state since this home heard of it.
            NotAllowed: the server names another address than the one in use.
            PinMismatch: the pinned keys didn't hand over to the newest one that the server shows.
        Spec: §6.
        """
        info = await self.transport.server_info()
        if info.origin != self.transport.origin:  # check: client.origin
            raise NotAllowed(
                "The server goes by another address than the one you gave. Use the address it was set up with."
            )
        pinned = self.receipt_keys
        keys = linked_keys(info.receipt_keys, pinned)
        with self._home.store.transaction():
            if pinned and keys[-1] != pinned[-1]:
                note_replaced(self._home.store, info.origin, pinned[-1])
            RECEIPT_KEYS.save(self._home.store, keys)
        if info.restored_at in (None, RESTORED_AT.load(self._home.store)):
            return
        if ACCOUNT.is_set(self._home.store):
            raise ServerWentBack(WENT_BACK)
        self.note_restoration(info.restored_at)

    def note_restoration(self, at: int) -> None:
        """Store that this home knows of a restoration, and brings what it holds. `at`: Unix seconds."""
        RESTORED_AT.save(self._home.store, at)

    @property
    def receipt_keys(self) -> Sequence[bytes]:
        """The pinned receipt keys, oldest first; none before the first contact."""
        return RECEIPT_KEYS.load(self._home.store) or ()
