"""A rendezvous: sealed messages between a new device and one that the account has. The server reads none of them."""

from duolog.api.common import Model, SealedInvitation


class RendezvousMessage(Model):
    """One message, sealed under the code that the new device shows."""

    sealed: SealedInvitation


class RendezvousAnswer(Model):
    """The message, or null while it isn't there."""

    sealed: SealedInvitation | None
