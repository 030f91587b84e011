"""`/.well-known/security.txt` (RFC 9116): whom to tell of a fault of this server.

Only its operator knows the contact. Without one in the settings there is no such file, rather than an address that
nobody reads.
"""

import time

from app.settings import DAY

VALID = 30 * DAY  # seconds for which a copy of the file may be believed


def security_txt(contact: str, origin: str, now: int) -> str:
    """The file, with the contact of the settings. `now`: Unix seconds."""
    lines = [
        "# For faults of this server. A fault of the program: SECURITY.md in its sources says how to report one.",
        f"Contact: {contact}",
        time.strftime("Expires: %Y-%m-%dT00:00:00Z", time.gmtime(now + VALID)),
    ]
    if origin.startswith("https://"):
        lines.append(f"Canonical: {origin}/.well-known/security.txt")
    return "\n".join(lines) + "\n"
