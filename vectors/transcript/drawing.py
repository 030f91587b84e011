"""All randomness of the client and the server, from one place: from seeds when an evening is recorded, and from its
lines when it is played.

A draw has a purpose, which the place in the code decides, and `of`: which of several it is. A place without a purpose
can't draw meanwhile: its author names one, so that other clients can tell the draws apart.
"""

import hashlib
import secrets
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from app.about import endpoints
from duolog.client.account import rotating
from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64, parse_b64, sha256
from duolog.seal import hpke

Json = dict[str, Any]

VERSION = "0"  # of the server, as it says: a release changes no transcript
# Module and function of each place that draws; by size where one draws twice.
_PURPOSES: Mapping[str, str | Mapping[int, str]] = {
    "app.receipts.service:_new_line": "receipt_key_seed",
    "app.sessions.service:challenge": "challenge",
    "app.sessions.service:open_session": "token",
    "duolog.client.account.keyholder_requests:_push": "entry_id",
    "duolog.client.account.register_restore_open:_new_pending": "account_nonce",
    "duolog.client.journals.closings:_make_closing": "closing",
    "duolog.client.log.outbox:_post": "entry_id",
    "duolog.client.log.statements:make_genesis": "journal_nonce",
    "duolog.client.pairing.invitations:_begin": {
        sizes.INVITATION_SECRET: "invitation_secret",
        sizes.NONCE: "invitation_nonce",
    },
    "duolog.client.pairing.pairing_steps:_accept": "acceptance_nonce",
    "duolog.seal.devices:DeviceCode.new": "device_code",
    "duolog.seal.devices:DeviceCode.seal": "message_nonce",
    "duolog.seal.entries:seal_entry": "entry_nonce",
    "duolog.seal.keys:EpochKey.new": "epoch_key",
    "duolog.seal.keys:GenerationSecret.new": "generation_seed",
    "duolog.seal.keys:KeyholderSecret.new": "keyholder_seed",
    "duolog.seal.pairing:InvitationSecret.seal": "message_nonce",
}
# Nothing that a client sends, or a server answers, depends on these.
_LOCAL = ("app.limits", "app.restoring.", "duolog.client.home.", "duolog.client.server.http")
_OF: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "duolog.client.account.keyholder_requests:_push": lambda names: names["document"].kind,
    "duolog.client.log.outbox:_post": lambda names: names["document"].kind,
    "duolog.seal.devices:DeviceCode.seal": lambda names: f"{names['side']}/{names['number']}",
    "duolog.seal.entries:seal_entry": lambda names: encode_b64(names["header"].entry),
    "duolog.seal.keys:EpochKey.new": lambda names: str(names["epoch"]),
    "duolog.seal.keys:GenerationSecret.new": lambda names: str(names["generation"]),
    "duolog.seal.keys:KeyholderSecret.new": lambda names: names["kind"],
    "duolog.seal.pairing:InvitationSecret.seal": lambda names: names["purpose"],
}


class Draws(Protocol):
    """A source of all randomness. `server`: whether the server draws."""

    def draw(self, purpose: str, of: str, size: int, *, server: bool) -> bytes:
        """Bytes of this size for a purpose."""

    def seal(self, kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
        """As `hpke.seal`, which draws randomness of its own."""


class Seeded:
    """Bytes that depend on who draws, what for, and how often before; told to `note` as they are drawn.

    `frozen`: lines with what HPKE sealed when they were made. It can't be told what to draw, so the same inputs get the
    same ciphertext; only new ones are sealed anew.
    """

    def __init__(self, frozen: Iterable[Json], note: Callable[[Json], None]) -> None:
        self.person = ""  # who acts now
        self._sealed = _sealed(frozen)
        self._seal = hpke.seal
        self._note = note
        self._drawn: Counter[str] = Counter()

    def draw(self, purpose: str, of: str, size: int, *, server: bool) -> bytes:
        """Drawn from the names, and noted."""
        who = "server" if server else self.person
        name = f"duolog transcript 1/{who}/{purpose}"
        self._drawn[name] += 1
        data = hashlib.shake_256(f"{name}/{self._drawn[name]}".encode()).digest(size)
        self._note({"random": purpose, **({"of": of} if of else {}), "by": who, "bytes": encode_b64(data)})
        return data

    def seal(self, kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
        """The frozen ciphertext of these inputs, noted."""
        inputs = _inputs(kem_key, plaintext, info)
        sealed = self._sealed.get(_key(inputs)) or self._seal(kem_key, plaintext, info)
        self._note({**inputs, "by": self.person, "sealed": encode_b64(sealed)})
        return sealed


class Given:
    """The draws of some lines. One that isn't there is an error: the client draws otherwise than the transcript's."""

    def __init__(self, lines: Sequence[Json]) -> None:
        self._bytes: dict[tuple[str, str], deque[bytes]] = defaultdict(deque)
        for line in lines:
            if "random" in line:
                self._bytes[line["random"], line.get("of", "")].append(parse_b64(line["bytes"]))
        self._sealed = _sealed(lines)

    def draw(self, purpose: str, of: str, size: int, *, server: bool) -> bytes:
        """The next bytes for this purpose. Raises: NotAllowed."""
        left = self._bytes[purpose, of]
        if not left or len(left[0]) != size:
            raise NotAllowed(f"The transcript has no {size} bytes for {purpose} {of} here.")
        return left.popleft()

    def seal(self, kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
        """The ciphertext of exactly these inputs. Raises: NotAllowed."""
        sealed = self._sealed.get(_key(_inputs(kem_key, plaintext, info)))
        if sealed is None:
            raise NotAllowed(f"The transcript's client seals nothing of this kind here: {encode_b64(info)}")
        return sealed


class Fresh:
    """The system's randomness; `lines` hold what was drawn."""

    def __init__(self) -> None:
        self.lines: list[Json] = []
        self._seal, self._fresh = hpke.seal, secrets.token_bytes

    def draw(self, purpose: str, of: str, size: int, *, server: bool) -> bytes:
        """From the system, and noted."""
        data = self._fresh(size)
        self.lines.append({"random": purpose, **({"of": of} if of else {}), "bytes": encode_b64(data)})
        return data

    def seal(self, kem_key: bytes, plaintext: bytes, info: bytes) -> bytes:
        """Sealed, and noted."""
        sealed = self._seal(kem_key, plaintext, info)
        self.lines.append({**_inputs(kem_key, plaintext, info), "sealed": encode_b64(sealed)})
        return sealed


def _inputs(kem_key: bytes, plaintext: bytes, info: bytes) -> Json:
    return {"hpke": encode_b64(sha256(kem_key)), "info": encode_b64(info), "plaintext": encode_b64(plaintext)}


def _sealed(lines: Iterable[Json]) -> dict[tuple[str, str, str], bytes]:
    return {_key(line): parse_b64(line["sealed"]) for line in lines if "hpke" in line}


def _key(line: Json) -> tuple[str, str, str]:
    return line["hpke"], line["info"], line["plaintext"]


@contextmanager
def drawing(draws: Draws) -> Iterator[None]:
    """Take every random byte from `draws` meanwhile, no rotation happens by chance, and the server has no version."""
    real = secrets.token_bytes

    def token_bytes(size: int = 32) -> bytes:
        frame = sys._getframe(1)
        place = f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_qualname}"
        if not place.startswith(("app.", "duolog.")) or place.startswith(_LOCAL):
            return real(size)
        purpose = _PURPOSES[place]
        if not isinstance(purpose, str):
            purpose = purpose[size]
        of = _OF[place](frame.f_locals) if place in _OF else ""
        return draws.draw(purpose, of, size, server=place.startswith("app."))

    replaced: list[tuple[Any, str, Any]] = [
        (secrets, "token_bytes", token_bytes),
        (hpke, "seal", draws.seal),
        (rotating, "draw", lambda _: 1),
        (endpoints, "VERSION", VERSION),
    ]
    before = [(module, name, getattr(module, name)) for module, name, _ in replaced]
    for module, name, value in replaced:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)
