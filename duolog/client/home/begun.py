"""What this home has begun and not finished: each rests sealed from before anybody hears of it until it is done."""

from dataclasses import dataclass

from pydantic import ValidationError

from duolog.api.accounts import Registration, RotationRequest
from duolog.client.home.records import JsonFields, Sealed, as_it_is
from duolog.errors import HomeError, MalformedData
from duolog.protocol import sizes
from duolog.protocol.codec import JsonObject, encode_b64, encode_message_json, parse_b64, parse_message_json


@dataclass(frozen=True, slots=True)
class PendingRegistration:
    """A registration that was not acknowledged yet, with the secrets that it is about."""

    seed: bytes
    entropy: bytes
    request: Registration

    def __repr__(self) -> str:
        return "PendingRegistration(<secret>)"


@dataclass(frozen=True, slots=True)
class PendingRotation:
    """A rotation that was not acknowledged yet: what it is for, its generation's seed, and the request.

    `remove`: keyholders to take out (ids, 32 bytes each). `sheet`: the seed of a new recovery sheet.
    """

    remove: frozenset[bytes]
    sheet: bytes | None
    seed: bytes
    request: RotationRequest

    def __repr__(self) -> str:
        return "PendingRotation(<secret>)"


@dataclass(frozen=True, slots=True)
class Adding:
    """A device that is being let in: its code and keys, and what was left for it. `added`: the last of that."""

    code: bytes
    sign_key: bytes
    kem_key: bytes
    shown: bytes
    added: bytes | None = None

    def __repr__(self) -> str:
        return "Adding(<secret>)"


@dataclass(frozen=True, slots=True)
class Enrolling:
    """This home waits to be let in: the code that it shows, and the message that it leaves."""

    code: bytes
    message: bytes

    def __repr__(self) -> str:
        return "Enrolling(<secret>)"


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
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.")
    try:
        request = RotationRequest.model_validate_json(str(value["request"]))
    except ValidationError as error:
        raise HomeError("The database of this home is damaged. Restore from your words into a new home.") from error
    return PendingRotation(
        frozenset(parse_b64(item) for item in remove),
        None if sheet is None else parse_b64(str(sheet)),
        parse_b64(str(value["seed"])),
        request,
    )


def _encode_enrolling(enrolling: Enrolling) -> bytes:
    return enrolling.code + enrolling.message


def _parse_enrolling(data: bytes) -> Enrolling:
    return Enrolling(data[: sizes.DEVICE_CODE], data[sizes.DEVICE_CODE :])


_ADDING = JsonFields(Adding, without_none=True)
_MOVING = JsonFields(BegunMove)

PENDING: Sealed[PendingRegistration] = Sealed("pending", _encode_registration, _parse_registration)
ROTATION: Sealed[PendingRotation] = Sealed("rotation", _encode_rotation, _parse_rotation)
NEW_SHEET: Sealed[bytes] = Sealed("new_sheet", as_it_is, as_it_is)  # the secret of a sheet that is being made
ADDING: Sealed[Adding] = Sealed("adding", _ADDING.encode, _ADDING.parse)
ENROLLING: Sealed[Enrolling] = Sealed("enrolling", _encode_enrolling, _parse_enrolling)
ENROLLED: Sealed[bytes] = Sealed("enrolled", as_it_is, as_it_is)  # what the old device showed, as it came
MOVING: Sealed[BegunMove] = Sealed("moving", _MOVING.encode, _MOVING.parse)
