"""Invitation links: `https://HOST/join#SECRET`, and `duolog:` URIs for native programs.

Rules
- The secret stands behind `#`, which a browser does not send to the server.
- Its text is base64url of secret 16 | checksum 2, 24 characters. The checksum tells a cut-off or mistyped link from a
  wrong one.
- No error repeats any part of a secret.
"""

import re
from dataclasses import dataclass

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, label, parse_b64, sha256
from duolog.protocol.login import parse_origin

_SCHEME = "duolog:"
_PATH = "/join"
_CHECKSUM = 2
SECRET_TEXT = 24  # characters of a secret's text
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """An invitation's server (`origin`), and the secret (16 bytes) that opens it."""

    origin: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Link(origin={self.origin!r}, secret=<secret>)"

    @property
    def url(self) -> str:
        """`https://HOST/join#SECRET`, for a message or a browser. It holds the secret. Spec: §7."""
        return f"{self.origin}{_PATH}#{encode_b64(self.secret + _checksum(self.secret))}"

    @property
    def uri(self) -> str:
        """The `duolog:` URI for a native program or a QR code. It holds the secret. Spec: §7."""
        return _SCHEME + self.url


def parse_link(text: str) -> Link:
    """Parse a pasted link or `duolog:` URI.

    Raises:
        MalformedData: the text is no invitation link, or its secret is missing, cut off or mistyped.
    Spec: §7.
    """
    address, _, secret = text.strip().removeprefix(_SCHEME).partition("#")
    origin, path, rest = address.rstrip("/").partition(_PATH)
    if not path or rest:  # check: seal.link_path
        raise MalformedData(
            "This is not an invitation link. It looks like https://journal.example/join#..., all of it."
        )
    if not secret:  # check: seal.link_secret
        raise MalformedData(
            "The link has nothing behind '#'. Some programs cut that off; ask for the link again, as plain text."
        )
    return Link(parse_origin(origin), parse_secret(secret))


def parse_secret(text: str) -> bytes:
    """The secret (16 bytes) of its text in a link. Raises: MalformedData with what is wrong. Spec: §7."""
    if not _ALPHABET.fullmatch(text):  # check: seal.link_alphabet
        raise MalformedData("The link has a character behind '#' that does not belong there. Paste the link again.")
    if len(text) < SECRET_TEXT:  # check: seal.link_cut
        raise MalformedData(
            f"The link is cut off: {len(text)} of {SECRET_TEXT} characters stand behind '#'. "
            "Paste all of it, or ask for it again."
        )
    if len(text) > SECRET_TEXT:  # check: seal.link_long
        raise MalformedData(
            f"More than {SECRET_TEXT} characters stand behind '#'. Paste the link alone, without what follows."
        )
    data = parse_b64(text)
    secret, checksum = data[: sizes.INVITATION_SECRET], data[sizes.INVITATION_SECRET :]
    if checksum != _checksum(secret):  # check: seal.link_checksum
        raise MalformedData("A character behind '#' is wrong. Paste the link again, or compare it with the original.")
    return secret


def _checksum(secret: bytes) -> bytes:
    return sha256(label("invitation-checksum"), secret)[:_CHECKSUM]
