"""`/.well-known/security.txt` (RFC 9116): whom to tell of a fault of this server.

Only its operator knows the contact. Without one in the settings there is no such file, rather than an address that
nobody reads.
"""

from datetime import UTC, datetime, timedelta

VALID = timedelta(days=30)  # what a copy of the file may be believed for


def security_txt(contact: str, origin: str, now: int) -> str:
    """The file, with the contact of the settings. `now`: Unix seconds."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0)
    lines = [
        "# For faults of this server. A fault of the program: SECURITY.md in its sources says how to report one.",
        f"Contact: {contact}",
        f"Expires: {today + VALID:%Y-%m-%dT%H:%M:%SZ}",
    ]
    if origin.startswith("https://"):
        lines.append(f"Canonical: {origin}/.well-known/security.txt")
    return "\n".join(lines) + "\n"
