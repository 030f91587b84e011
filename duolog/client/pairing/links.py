"""Invitation links, for programs that show or take one before there is an account."""

from dataclasses import dataclass

from duolog.protocol.codec import encode_b64
from duolog.seal import links
from duolog.seal.pairing import InvitationSecret


@dataclass(frozen=True, slots=True)
class InvitationLink:
    """Where an invitation waits, and its id (16 bytes). `invite_code` lets its holder register at that server."""

    server: str
    id: bytes

    @property
    def invite_code(self) -> str:
        return encode_b64(self.id)


def parse_link(text: str) -> InvitationLink:
    """A link or `duolog:` URI as it was pasted. Raises: MalformedData with a sentence for what is wrong. Spec: §7."""
    link = links.parse_link(text)
    return InvitationLink(link.origin, InvitationSecret(link.secret).id)
