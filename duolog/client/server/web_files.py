"""A server's app for browsers beside the build of this wheel: each file is asked for as a browser asks, and compared.

The comparison is of answers to this computer, now. A server can answer others otherwise.
"""

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from duolog.client.server.certificates import unreadable_authorities
from duolog.client.server.http import TIMEOUT, failing, is_safe
from duolog.errors import NotAllowed, TransportError
from duolog.protocol import sizes
from duolog.protocol.login import parse_origin
from duolog.webapp import BASE, PAGE, PAGES, WebBuild, WebFile

AS_BROWSERS = "gzip, deflate, br"
MOST = 8 * sizes.KIB * sizes.KIB  # bytes of an answer: no file of the app is so large
PATIENCE = 60.0  # seconds for one file
MISSING = "The server has no such file."
OTHER = "The bytes are not those of this wheel."
OTHER_RULES = "The rules for the browser (Content-Security-Policy) are others than this wheel's."
OTHER_CODING = "It comes compressed in another way than it was built, so it can't be compared. A proxy may do that."


@dataclass(frozen=True, slots=True)
class Difference:
    """One address, and how its answer differs from this wheel's, in words."""

    address: str
    why: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How many addresses were asked for, and the differences. `has_app`: whether the server has the app at all."""

    origin: str
    asked: int
    has_app: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    coding: str
    policy: str
    data: bytes


def compare_web(build: WebBuild, server: str, *, network: httpx2.BaseTransport | None = None) -> Compared:
    """Fetch every file of a build from a server, and compare. `network` replaces the real network.

    Raises: MalformedData, NotAllowed, TransportError.
    """
    origin = parse_origin(server)
    if network is None and not is_safe(origin):
        raise NotAllowed("This address is not encrypted. Use https://, or a server on this machine.")
    try:
        client = httpx2.Client(base_url=origin, timeout=TIMEOUT, transport=network)
    except OSError as error:  # an SSLError is one
        raise unreadable_authorities() from error
    with client:
        if _fetch(client, origin, BASE, AS_BROWSERS).status == 404:
            return Compared(origin, 1, False, ())
        addresses = dict.fromkeys(PAGES, build.files[PAGE]) | {BASE + file.name: file for file in build.files.values()}
        found = [one for item in addresses.items() for one in _differences(build, client, origin, *item)]
    return Compared(origin, len(addresses), True, tuple(dict.fromkeys(found)))


def _differences(
    build: WebBuild, client: httpx2.Client, origin: str, address: str, file: WebFile
) -> Iterator[Difference]:
    for accepts in (AS_BROWSERS, "identity"):
        answer = _fetch(client, origin, address, accepts)
        if (why := _fault(file, answer)) is not None:
            yield Difference(address, why)
        elif answer.policy != build.policy():
            yield Difference(address, OTHER_RULES)


def _fault(file: WebFile, answer: _Answer) -> str | None:
    if answer.status == 404:
        return MISSING
    if answer.status != 200:
        return f"The server answers with {answer.status} in place of the file."
    match answer.coding:
        case "identity":
            return None if answer.data == file.data else OTHER
        case "gzip":
            return None if _unpacked(answer.data) == file.data else OTHER
        case coding if coding in file.coded:
            return None if answer.data == file.coded[coding] else OTHER_CODING
    return OTHER_CODING


def _unpacked(data: bytes) -> bytes | None:
    """The bytes behind gzip, of bounded size; None where there are none."""
    try:
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        plain = unpacking.decompress(data, MOST)
    except zlib.error:
        return None
    return plain if unpacking.eof and not unpacking.unused_data else None


def _fetch(client: httpx2.Client, origin: str, address: str, accepts: str) -> _Answer:
    """One answer, as it came over the wire. Raises: TransportError."""
    end, data = time.monotonic() + PATIENCE, b""
    with failing(origin), client.stream("GET", address, headers={"Accept-Encoding": accepts}) as response:
        for piece in response.iter_raw():
            data += piece
            if len(data) > MOST or time.monotonic() > end:
                raise TransportError(f"The server at {origin} sends {address} too slowly, or without end.")
        headers = response.headers
        coding = headers.get("Content-Encoding", "identity").strip().lower()
        return _Answer(response.status_code, coding, headers.get("Content-Security-Policy", ""), data)
