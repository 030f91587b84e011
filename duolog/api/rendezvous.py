"""A rendezvous: sealed messages between a new device and an old one of the account. The server reads none of them."""

from duolog.api.common import Model, SealedInvitation


class RendezvousMessage(Model):
    """One message, sealed under the code that the new device shows."""

    sealed: SealedInvitation


class RendezvousAnswer(Model):
    """The message, or null before it is left."""

    sealed: SealedInvitation | None
