"""What this home has begun and not finished. Each is stored sealed before anybody hears of it, until it is done.

Classes with `repr=False` hold secrets.
"""

import secrets
from dataclasses import dataclass

from pydantic import ValidationError

from duolog.api.accounts import Registration, RotationRequest
from duolog.client.home.folder import Home
from duolog.client.home.records import Seal, Sealed, as_it_is
from duolog.client.home.store import DAMAGED
from duolog.errors import HomeError, MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_message_json, parse_b64, parse_message_json


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


def _encode_rotation(pending: PendingRotation) -> bytes:
    value: JsonObject = {
        "remove": [encode_b64(item) for item in sorted(pending.remove)],
        "sheet": None if pending.sheet is None else encode_b64(pending.sheet),
        "seed": encode_b64(pending.seed),
        "request": pending.request.model_dump_json(),
    }
    return encode_message_json(value)


def _parse_rotation(data: bytes) -> PendingRotation:
    value = parse_message_json(data)
    remove, sheet = value["remove"], value["sheet"]
    if not isinstance(remove, list):
        raise HomeError(DAMAGED)
    try:
        request = RotationRequest.model_validate_json(str(value["request"]))
    except ValidationError as error:
        raise HomeError(DAMAGED) from error
    return PendingRotation(
        frozenset(parse_b64(item) for item in remove),
        None if sheet is None else parse_b64(str(sheet)),
        parse_b64(str(value["seed"])),
        request,
    )


PENDING: Sealed[PendingRegistration] = Sealed("pending", _encode_registration, _parse_registration)
ROTATION: Sealed[PendingRotation] = Sealed("rotation", _encode_rotation, _parse_rotation)
NEW_SHEET: Sealed[bytes] = Sealed("new_sheet", as_it_is, as_it_is)  # the secret of a sheet that is being made
ADDING: Sealed[Adding] = Sealed.of_fields("adding", Adding, without_none=True)
ENROLLING: Sealed[Enrolling] = Sealed(
    "enrolling",
    lambda enrolling: enrolling.code + enrolling.message,
    lambda data: Enrolling(data[: sizes.DEVICE_CODE], data[sizes.DEVICE_CODE :]),
)
ENROLLED: Sealed[bytes] = Sealed("enrolled", as_it_is, as_it_is)  # the old device's message, opened
MOVING: Sealed[BegunMove] = Sealed.of_fields("moving", BegunMove)
_TEXT: Seal[str] = Seal("rescued", lambda text: text.encode("utf-8", "replace"), bytes.decode)


def rescue_text(home: Home, now: int, text: str) -> str:
    """Store the text of a command that was cut off, until it is sent or stored elsewhere; its name.

    Names sort by the time (Unix seconds).
    """
    name = f"rescued-{now:012}-{secrets.token_hex(4)}"
    home.store.write("INSERT OR REPLACE INTO rescued VALUES (?, ?)", name, _TEXT.seal(home, text))
    return name


def rescued_texts(home: Home) -> dict[str, str]:
    """Every stored text by its name, oldest first."""
    stored = home.store.pairs(str, bytes, "SELECT name, sealed FROM rescued ORDER BY name")
    return {name: _TEXT.open(home, sealed) for name, sealed in stored.items()}


def drop_rescued_text(home: Home, name: str) -> None:
    """Delete a text, without a trace."""
    home.store.write("DELETE FROM rescued WHERE name = ?", name)
    home.store.forget()
