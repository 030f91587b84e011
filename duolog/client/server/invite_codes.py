"""Invite codes of a server, as a person types or pastes them."""

from duolog.errors import MalformedData

MAX_CODE = 64  # characters, as in the models of the API


def clean_invite_code(code: str | None) -> str | None:
    """The code without spaces around it; None for none. Raises: MalformedData for a text that is no invite code."""
    cleaned = (code or "").strip()
    if len(cleaned) > MAX_CODE or not cleaned.isprintable():
        raise MalformedData(
            "This is no invite code: it is too long. Ask whoever runs the server for one, and copy that line alone."
        )
    return cleaned or None
