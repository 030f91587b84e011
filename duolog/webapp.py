"""The app for browsers as `make web-build` leaves it: its files with their hashes, and the answers that hand them out.

The server and `duolog app` serve these same answers, and `duolog app verify` compares a server's with them.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from duolog.errors import MalformedData

FOLDER = Path(__file__).parent / "webapp_build"
SUMS = "SHA256SUMS"
BASE = "/app/"
PAGE = "index.html"
WORKER = "sw.js"
PAGES = ("/app", "/app/", "/join")  # addresses of the page itself
CODINGS = {"br": ".br", "gzip": ".gz"}  # in the order in which they are chosen
YEAR = 365 * 86_400  # seconds

_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)")
_IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)
_CODING = re.compile(r"\s*([a-z0-9*-]+)\s*(?:;\s*q=([0-9.]+)\s*)?", re.ASCII)
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{map}; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'{connect}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types duolog"
)
_NOTHING = (
    "accelerometer autoplay browsing-topics display-capture encrypted-media geolocation gyroscope hid magnetometer"
)
_NOTHING += " microphone midi payment picture-in-picture screen-wake-lock serial usb xr-spatial-tracking"
_OWN = "camera clipboard-write publickey-credentials-create publickey-credentials-get"
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Integrity-Policy": "blocked-destinations=(script)",
    "Permissions-Policy": ", ".join(
        [*(f"{name}=(self)" for name in _OWN.split()), *(f"{name}=()" for name in _NOTHING.split())]
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file. `coded`: its compressed forms, by the name of the coding."""

    name: str
    data: bytes
    coded: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """The answer to a request for a file."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class WebBuild:
    """A finished build, read whole: an address is looked up among its files' names, and never becomes a path."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        ends = tuple(CODINGS.values())
        self.files: Mapping[str, WebFile] = MappingProxyType(
            {
                name: WebFile(
                    name, data, {c: contents[name + end] for c, end in CODINGS.items() if name + end in contents}
                )
                for name, data in contents.items()
                if not (name.endswith(ends) and name.rpartition(".")[0] in contents)
            }
        )
        kept = {name: _hash(file.data).hex() for name, file in self.files.items() if name not in (WORKER, SUMS)}
        # The service worker computes it from the same list, and shows it to the person.
        self.digest = _hash(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).hex()
        found = _IMPORT_MAP.search(contents[PAGE])
        self._map = f" 'sha256-{base64.b64encode(_hash(found[1])).decode()}'" if found else ""

    def find(self, path: str) -> WebFile | None:
        """The file at an address of the server."""
        return self.files.get(PAGE if path in PAGES else path.removeprefix(BASE) if path.startswith(BASE) else "")

    def policy(self, *servers: str) -> str:
        """The content security policy. `servers`: origins that the app may ask besides its own."""
        return _POLICY.format(map=self._map, connect="".join(f" {origin}" for origin in servers))

    def answer(self, file: WebFile, *, accepts: str = "", has: str = "", servers: tuple[str, ...] = ()) -> WebAnswer:
        """The answer with a file. `accepts`, `has`: the headers Accept-Encoding and If-None-Match of the request."""
        coding = next((name for name in CODINGS if name in file.coded and name in _accepted(accepts)), None)
        data = file.data if coding is None else file.coded[coding]
        tag = f'"{_hash(data).hex()[:32]}"'
        headers = {**HEADERS, "Content-Security-Policy": self.policy(*servers), "ETag": tag}
        headers["Content-Type"] = _TYPES.get(Path(file.name).suffix, "text/plain; charset=utf-8")
        fixed = file.name.startswith("assets/")  # its name changes with its content
        headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if fixed else "no-cache"
        if file.name == WORKER:
            headers["Service-Worker-Allowed"] = "/"
        if tag in has:
            return WebAnswer(304, headers, b"")
        if coding is not None:
            headers["Content-Encoding"] = coding
        return WebAnswer(200, headers, data)


def read_build(folder: Path | None = None) -> WebBuild | None:
    """The build in a folder, else the one beside this file; None where none was built. It is checked against its sums.

    Raises: MalformedData, where a file is missing, can't be read or isn't the one that was built.
    """
    place = folder or FOLDER
    if not (place / SUMS).is_file():
        return None
    contents = {}
    try:
        sums = (place / SUMS).read_bytes()
        for line in sums.decode("ascii").splitlines():
            found = _LINE.fullmatch(line)
            if found is None:
                raise _damaged(place, SUMS)
            contents[found[2]] = (place / found[2]).read_bytes()
            if _hash(contents[found[2]]).hex() != found[1]:
                raise _damaged(place, found[2])
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(place, getattr(error, "filename", None) or SUMS) from error
    for needed in (PAGE, WORKER):
        if needed not in contents:
            raise _damaged(place, needed)
    return WebBuild({**contents, SUMS: sums})


def _damaged(folder: Path, name: object) -> MalformedData:
    return MalformedData(f"The app for browsers in {folder} is damaged: {name} isn't as it was built.")


def _accepted(header: str) -> set[str]:
    """The codings that a request accepts."""
    found = [_CODING.fullmatch(part) for part in header.lower().split(",", 32)[:32]]
    return {one[1] for one in found if one is not None and (one[2] is None or one[2].strip("0.") != "")}


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
