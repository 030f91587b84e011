"""Log-in: the bytes that a keyholder signs to open a session, and the origin that they name.

Rules
- An origin is `scheme://host[:port]`, lower case, without a default port and without a trailing slash. The signature
  covers the origin that the client meant to reach, so a server can't pass it on to another server.
- The signature covers label, origin, challenge and keyholder id. The server accepts each challenge once.

This module knows no session: the server makes and ends tokens.
"""

import re
from urllib.parse import urlsplit

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import label, length_prefixed
from duolog.protocol.ids import keyholder_id
from duolog.protocol.statements import verify_signature

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+", re.ASCII)


def parse_origin(text: str) -> str:
    """The normal form of a server's address, such as `https://journal.example` or `http://127.0.0.1:8080`.

    Capitals, a default port and one trailing slash are corrected; everything else beyond an origin is refused.

    Raises:
        MalformedData: another scheme, no host, or a path, query, fragment or user name.
    Spec: §4.
    """
    sentence = (
        "This is not the address of a server. It looks like https://journal.example, with nothing after the name."
    )
    if len(text) > sizes.MAX_ORIGIN:  # check: login.origin_size
        raise MalformedData(sentence)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise MalformedData(sentence) from error
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        raise MalformedData(sentence)
    shown = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{shown}" if port is None else f"{parts.scheme}://{shown}:{port}"
    if text.lower().removesuffix("/") != origin:  # check: login.origin
        raise MalformedData(sentence)
    return origin.removesuffix(f":{_DEFAULT_PORTS[parts.scheme]}")


def login_input(origin: str, challenge: bytes, keyholder: bytes) -> bytes:
    """The bytes that a log-in's Ed25519 signature covers.

    Raises: MalformedData when the challenge has another size.
    Spec: §4.
    """
    if len(challenge) != sizes.CHALLENGE:  # check: login.challenge_size
        raise MalformedData("The server's challenge has another size than a log-in takes.")
    return label("login") + length_prefixed(origin.encode("utf-8")) + challenge + keyholder


def verify_login(sign_key: bytes, origin: str, challenge: bytes, signature: bytes) -> None:
    """Check that the keyholder with this signing key signed this challenge, for this origin.

    Raises:
        BadSignature: the signature is not this key's, or covers something else.
        MalformedData: the challenge has another size.
    Spec: §4.
    """
    verify_signature(
        sign_key, login_input(origin, challenge, keyholder_id(sign_key)), signature
    )  # check: login.signature
