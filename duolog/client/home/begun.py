"""Acts that this home has begun and not finished. Each is stored sealed before a server hears of it, until it is done.

Classes with `repr=False` hold secrets.
"""

import secrets
from dataclasses import dataclass

from pydantic import ValidationError

from duolog.api.accounts import Registration, RotationRequest
from duolog.client.home.folder import Home
from duolog.client.home.records import Seal, Sealed
from duolog.errors import MalformedData
from duolog.protocol import sizes


@dataclass(frozen=True, slots=True, repr=False)
class PendingRegistration:
    """A registration that the server has not acknowledged, with its secrets."""

    seed: bytes
    entropy: bytes
    request: Registration


@dataclass(frozen=True, slots=True, repr=False)
class PendingRotation:
    """A rotation that the server has not acknowledged, with its generation's seed.

    `remove`: keyholders to revoke (ids, 32 bytes each). `sheet`: the seed of a new recovery sheet.
    """

    remove: frozenset[bytes]
    sheet: bytes | None
    seed: bytes
    request: RotationRequest


@dataclass(frozen=True, slots=True, repr=False)
class Adding:
    """A device that this home adds: its code and keys. `shown` and `added`: the two sealed messages left for it."""

    code: bytes
    sign_key: bytes
    kem_key: bytes
    shown: bytes
    added: bytes | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Enrolling:
    """This home waits to be added: the code that it shows, and the message that it leaves."""

    code: bytes
    message: bytes


@dataclass(frozen=True, slots=True)
class BegunMove:
    """A move under way: the new server, and the receipt key that it had when the move began."""

    origin: str
    receipt_key: bytes


def _encode_registration(pending: PendingRegistration) -> bytes:
    return pending.seed + pending.entropy + pending.request.model_dump_json().encode("ascii")


def _parse_registration(data: bytes) -> PendingRegistration:
    try:
        request = Registration.model_validate_json(data[2 * sizes.SEED :])
    except ValidationError as error:
        raise MalformedData("The registration that began here is damaged. Register in another home.") from error
    return PendingRegistration(data[: sizes.SEED], data[sizes.SEED : 2 * sizes.SEED], request)


PENDING: Sealed[PendingRegistration] = Sealed("pending", _encode_registration, _parse_registration)
ROTATION: Sealed[PendingRotation] = Sealed.of_fields("rotation", PendingRotation)
OWN_DEVICE: Sealed[bytes] = Sealed("own_device", bytes, bytes)  # the seed of the device that a restored home becomes
NEW_SHEET: Sealed[bytes] = Sealed("new_sheet", bytes, bytes)  # the secret of a sheet that is being made
ADDING: Sealed[Adding] = Sealed.of_fields("adding", Adding, without_none=True)
ENROLLING: Sealed[Enrolling] = Sealed(
    "enrolling",
    lambda enrolling: enrolling.code + enrolling.message,
    lambda data: Enrolling(data[: sizes.DEVICE_CODE], data[sizes.DEVICE_CODE :]),
)
ENROLLED: Sealed[bytes] = Sealed("enrolled", bytes, bytes)  # the old device's message, opened
MOVING: Sealed[BegunMove] = Sealed.of_fields("moving", BegunMove)


@dataclass(frozen=True, slots=True)
class RescuedText:
    """A typed text that was not sent. `name`: its name in this home. `of`: the command in which it was typed, and what
    that was about; empty where nobody knows. `at`: Unix seconds."""

    name: str
    of: str
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class _Typed:
    text: str
    of: str = ""


_TYPED: Seal[_Typed] = Seal.of_fields("typed", _Typed)
_BARE: Seal[str] = Seal("rescued", str.encode, bytes.decode)  # a text without its command, from earlier versions


def rescue_text(home: Home, now: int, text: str, of: str = "") -> str:
    """Store the text of a command that was cut off, until it is sent or stored elsewhere; its name.

    Names sort by the time (Unix seconds).

    Raises: HomeError when the home can't be written.
    """
    home.require_writable()
    name = f"typed-{now:012}-{secrets.token_hex(4)}"
    sealed = _TYPED.seal(home, _Typed(text.encode("utf-8", "replace").decode(), of))
    home.store.write("INSERT OR REPLACE INTO rescued VALUES (?, ?)", name, sealed)
    return name


def rescued_texts(home: Home) -> list[RescuedText]:
    """Every stored text, oldest first."""
    stored = home.store.pairs(str, bytes, "SELECT name, sealed FROM rescued")
    found = [_rescued(home, name, sealed) for name, sealed in stored.items()]
    return sorted(found, key=lambda one: (one.at, one.name))


def _rescued(home: Home, name: str, sealed: bytes) -> RescuedText:
    kind, _, rest = name.partition("-")
    typed = _Typed(_BARE.open(home, sealed)) if kind == "rescued" else _TYPED.open(home, sealed)
    at = rest.partition("-")[0]
    return RescuedText(name, typed.of, int(at) if at.isdecimal() else 0, typed.text)


def drop_rescued_text(home: Home, name: str) -> None:
    """Delete a text, without a trace."""
    home.store.write("DELETE FROM rescued WHERE name = ?", name)
    home.store.forget()
