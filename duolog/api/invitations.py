"""Invitations: three sealed messages that two clients leave for each other. The server reads none of them."""

from typing import Annotated

from pydantic import Field

from duolog.api import examples
from duolog.api.common import InvitationId, Model, SealedInvitation, SealedReveal, UnixSeconds

Tomorrow = Annotated[UnixSeconds, Field(examples=[examples.TOMORROW])]


class InvitationRequest(Model):
    """A sealed invitation to a journal, for 24 hours at most. Its id derives from the secret in the link."""

    invitation: InvitationId
    sealed: SealedInvitation
    expires_at: Tomorrow


class OwnInvitation(Model):
    """The state of my invitation: the sealed answer once there is one, and whether I revealed."""

    invitation: InvitationId
    expires_at: Tomorrow
    answer: SealedInvitation | None
    revealed: bool


class OwnInvitationList(Model):
    """My open invitations to this journal."""

    invitations: Annotated[list[OwnInvitation], Field(fail_fast=True, max_length=16)]


class OpenInvitation(Model):
    """A sealed invitation, for a holder of its link."""

    sealed: SealedInvitation
    expires_at: Tomorrow


class InvitationAnswer(Model):
    """The partner's acceptance and chain, sealed under the invitation's secret. An invitation takes one answer."""

    sealed: SealedInvitation


class Reveal(Model):
    """The founder's nonce, sealed under the invitation's secret; null until it is revealed."""

    sealed: SealedReveal | None


class RevealRequest(Model):
    """The founder's nonce, sealed under the invitation's secret."""

    sealed: SealedReveal
