"""Invite codes of a server, as a person types or pastes them."""

import re

from duolog.errors import MalformedData
from duolog.protocol.codec import encode_b64
from duolog.seal.links import parse_secret
from duolog.seal.pairing import InvitationSecret
from duolog.seal.pasted_links import holds_secret, parse_pasted

_LINK = re.compile(r"[#:/%=&]")  # a link, or what is left of one
MAX_CODE = 64  # characters, as in the models of the API


def clean_invite_code(text: str | None) -> str | None:
    """The code without spaces around it; None for none. The code of an invitation's link is its id.

    A link holds a secret that no server may learn, so it never goes out as a code.

    Raises: MalformedData for a text that is no invite code.
    """
    cleaned = (text or "").strip()
    if holds_secret(cleaned):  # the end of a link alone
        return encode_b64(InvitationSecret(parse_secret(cleaned)).id)
    if _LINK.search(cleaned):
        return encode_b64(InvitationSecret(parse_pasted(cleaned).secret).id)
    if len(cleaned) > MAX_CODE:
        raise MalformedData(
            "This is no invite code: it is too long. Ask whoever runs the server for one, and copy that line alone."
        )
    return cleaned or None
