"""Passphrases: one spelling for all keyboards and systems, and a floor for new ones.

Rules
- A passphrase is prepared as an OpaqueString (RFC 8265, 4.2): every space becomes U+0020, then Unicode's NFC. So the
  same passphrase, typed on another keyboard or system, gives the same bytes.
- A new one has to be text that its owner can see and type again, of at most `MAX_PASSPHRASE` bytes, and hard to guess.
- An old one is never judged. A keystore from before this rule opens with the bytes as they are typed.

The judgement is zxcvbn's. Its lists of words are English: it thinks too well of a famous line in another language.
"""

import unicodedata
from typing import Final

from duolog.errors import NotAllowed

MAX_PASSPHRASE: Final = 1024  # bytes
FLOOR: Final = 10**10  # guesses; at 64 MiB each, a strong graphics card takes months for so many
_JUDGED: Final = 40  # characters that zxcvbn reads: its time grows fast, and a strong beginning is enough

UNTYPABLE: Final = "This passphrase isn't text. Choose one that can be typed."
TOO_LONG: Final = f"This passphrase has more than {MAX_PASSPHRASE} bytes. Choose a shorter one."
UNSEEN: Final = (
    "This passphrase has a character that nobody sees, such as a Tab, an arrow key, or a space at its beginning or "
    "end. Choose one without."
)
WEAK: Final = "This passphrase is too easy to guess. Choose four or more words that have nothing to do with each other."


def normalize(passphrase: bytes) -> bytes:
    """The passphrase as an OpaqueString. Bytes that are no UTF-8 text come back as they are."""
    try:
        text = passphrase.decode("utf-8")
    except UnicodeDecodeError:
        return passphrase
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in text)
    return unicodedata.normalize("NFC", spaced).encode()


def spellings(passphrase: bytes) -> tuple[bytes, ...]:
    """The bytes to try on a keystore: the prepared ones, then those that were typed, where they differ."""
    return tuple(dict.fromkeys((normalize(passphrase), passphrase)))


def check_passphrase(passphrase: bytes) -> bytes:
    """Check a new passphrase, and prepare it. Raises: NotAllowed with a sentence for its owner."""
    if len(passphrase) > MAX_PASSPHRASE:
        raise NotAllowed(TOO_LONG)
    prepared = normalize(passphrase)
    try:
        text = prepared.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotAllowed(UNTYPABLE) from error
    if _has_unseen(text):
        raise NotAllowed(UNSEEN)
    if _guesses(text) < FLOOR:  # check: client.passphrase_floor
        raise NotAllowed(WEAK)
    return prepared


def _has_unseen(text: str) -> bool:
    from duolog.documents.safe_text import hidden_in

    controls = any(unicodedata.category(one) == "Cc" for one in text)
    return controls or text != text.strip(" ") or bool(hidden_in(text))


def _guesses(text: str) -> int:
    """About how many guesses an attacker needs who knows words, names, dates and keyboards."""
    from zxcvbn import zxcvbn  # its lists take a tenth of a second to load, and only a new passphrase needs them

    return int(zxcvbn(text[:_JUDGED], user_inputs=["duolog"])["guesses"]) if text else 0
