"""An invitation link in a pasted text: mail and chat programs wrap links, and cut, encode and decorate them.

Rules
- A link counts only when its checksum is right. So nothing is guessed, and what follows a whole link is left out.
- These are taken off: words around the link, brackets and punctuation, invisible characters, line breaks with marks of
  quoting, quoted-printable, HTML's entities, percent-encoding (up to three times, as in an address that redirects), and
  what a program put between `/join` and `#`.
- Two different links in one text are asked about. Nothing is asked of a server here, so no text uses an invitation up.
- No error repeats any part of a secret.
"""

import html
import quopri
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from duolog.errors import MalformedData
from duolog.seal.links import SECRET_TEXT, Link, parse_link, parse_secret

MAX_PASTED = 16 * 1024  # characters
_LAYERS = 3  # times that a link may be percent-encoded
_MOST = 40  # places in one text that are looked at
_BEFORE = 280  # characters before `/join` that may be its scheme and host

_TAIL = re.compile(r"/join/?(?:\?[^\s#<>\"']{0,400})?#(?P<secret>[A-Za-z0-9_-]*)", re.ASCII)
_HEAD = re.compile(
    r"(?P<scheme>https?://)?(?P<host>(?:[\w.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?)$",
    re.IGNORECASE | re.ASCII,
)
_SECRET = re.compile(rf"[A-Za-z0-9_-]{{{SECRET_TEXT}}}", re.ASCII)
_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t>|]*")
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n[ \t>|]*")


def parse_pasted(text: str) -> Link:
    """The invitation link in a pasted text.

    Raises:
        MalformedData: there is no whole link in it, with what is wrong with the one that comes nearest; or several.
    Spec: §7.
    """
    if len(text) > MAX_PASTED:
        raise MalformedData("This text is too long for an invitation link. Paste the link alone.")
    named, bare, torn = dict[Link, None](), dict[Link, None](), dict[str, None]()
    for scheme, host, secret in _places(text):
        address = f"{scheme or 'https://'}{host}/join#"
        try:
            link = parse_link(address + secret[:SECRET_TEXT])
        except MalformedData:
            torn[address + secret] = None
            continue
        (named if scheme else bare)[link] = None
    found = named or bare  # a host without its scheme is perhaps the end of one that was broken
    if len(found) > 1 or len({link.secret for link in (*named, *bare)}) > 1:  # check: seal.links_in_text
        raise MalformedData("There is more than one invitation link in this text. Paste the one that you mean alone.")
    if not found:
        # The strict parser names the fault: of the first torn link with a secret, or else of the text as it is.
        return parse_link(next((part for part in torn if not part.endswith("#")), next(iter(torn), _shown(text))))
    return next(iter(found))


def holds_secret(text: str) -> bool:
    """Whether a text is the secret part of a link without its address, by the checksum."""
    try:
        return bool(_SECRET.fullmatch(text)) and len(parse_secret(text)) > 0
    except MalformedData:
        return False


def _places(text: str) -> Iterator[tuple[str | None, str, str]]:
    """Scheme, host with its port, and the part behind `#`, wherever that looks like a link."""
    for variant in _variants(text):
        for tail in islice(_TAIL.finditer(variant), _MOST):
            head = _HEAD.search(variant[max(0, tail.start() - _BEFORE) : tail.start()])
            if head is not None:
                yield head["scheme"], head["host"], tail["secret"]


def _variants(text: str) -> Iterator[str]:
    """The text as it is, and with one wrapping after another taken off; each also with its line breaks closed."""
    shown = _shown(text)
    unfolded = _SOFT_BREAK.sub("", shown)
    seen = set[str]()
    for plain in (shown, unfolded, _decoded(unfolded)):
        layer = plain
        for _ in range(_LAYERS + 1):
            for variant in (layer, _BREAK.sub("", layer)):
                if variant not in seen:
                    seen.add(variant)
                    yield variant
            layer = unquote(html.unescape(layer))


def _decoded(text: str) -> str:
    """The text without quoted-printable's escapes."""
    return quopri.decodestring(text.encode("utf-8")).decode("utf-8", "replace")


def _shown(text: str) -> str:
    """The text without characters that nobody sees, and with plain spaces."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(char for char in normal if unicodedata.category(char) != "Cf").strip()
