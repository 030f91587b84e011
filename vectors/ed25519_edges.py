"""Signatures at the edges of Ed25519, with libsodium's verdict: mixed-order and small-order points, and S too large.

The arithmetic here makes points that no library makes. It signs with public secrets, in variable time, for vectors
alone; nothing else may use it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from duolog import errors
from duolog.protocol.statements import verify_signature
from vectors.values import Json

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_TRIES = 200

Point = tuple[int, int]
_ZERO: Point = (0, 1)


def _add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = _D * x1 * x2 * y1 * y2 % _P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, _P) % _P
    return x, (y1 * y2 + x1 * x2) * pow(1 - product, -1, _P) % _P


def _times(number: int, point: Point) -> Point:
    result = _ZERO
    while number:
        if number & 1:
            result = _add(result, point)
        point, number = _add(point, point), number >> 1
    return result


def _encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _with_y(y: int) -> Point | None:
    """A point of the curve with this y and an even x, or None."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    return None if (x * x - square) % _P else (x if x % 2 == 0 else _P - x, y)


_BASE = _with_y(4 * pow(5, -1, _P) % _P) or _ZERO


def _of_order_8() -> Point:
    """The first point of order 8 that a small y leads to."""
    for y in range(2, _TRIES):
        point = _with_y(y)
        small = _ZERO if point is None else _times(_L, point)
        if _times(4, small) != _ZERO:
            return small
    raise AssertionError("no point of order 8")


@dataclass(frozen=True, slots=True)
class _Made:
    """A key, a message and a signature R | S."""

    key: bytes
    message: bytes
    nonce_point: bytes
    s: int

    @property
    def signature(self) -> bytes:
        return self.nonce_point + self.s.to_bytes(32, "little")


def _scalar(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % _L


def _sign(key_offset: Point, nonce_offset: Point, secret: int, wanted: Callable[[int], bool]) -> _Made:
    """A signature by `secret` under the key A + `key_offset`, with the nonce point R + `nonce_offset`.

    `wanted`: which challenges h to take; the first message that leads to one is signed.
    """
    key = _encode(_add(_times(secret, _BASE), key_offset))
    for number in range(_TRIES):
        message, nonce = b"message %d" % number, _scalar(b"nonce %d" % number, key)
        point = _encode(_add(_times(nonce, _BASE), nonce_offset))
        challenge = _scalar(point, key, message)
        if wanted(challenge):
            return _Made(key, message, point, (nonce + challenge * secret) % _L)
    raise AssertionError("no message fits")


def ed25519_edges() -> list[Json]:
    """The cases, each with the verdict that libsodium gives here and now."""
    small, secret = _of_order_8(), _scalar(b"a secret of vectors")
    plain = _sign(_ZERO, _ZERO, secret, lambda _: True)
    one, zero = _encode(_ZERO), _sign(_ZERO, _ZERO, secret, lambda h: True)
    made: list[tuple[str, _Made]] = [
        ("a plain signature", plain),
        ("a mixed-order key, holds only with the cofactor", _sign(small, _ZERO, secret, lambda h: h % 8 != 0)),
        ("a mixed-order key, holds without the cofactor too", _sign(small, _ZERO, secret, lambda h: h % 8 == 0)),
        ("a mixed-order R, holds only with the cofactor", _sign(_ZERO, small, secret, lambda _: True)),
        ("the identity as key", _sign(_ZERO, _ZERO, 0, lambda _: True)),
        ("the identity as key, not canonical", _Made((_P + 1).to_bytes(32, "little"), *_of(plain))),
        ("the identity as R", _nonce_zero(_ZERO, secret)),
        *[
            (f"a key of order {order}", _sign(_times(8 // order, small), _ZERO, 0, lambda h: h % 8 == 0))
            for order in (2, 4, 8)
        ],
        *[(f"an R of order {order}", _nonce_zero(_times(8 // order, small), secret)) for order in (2, 4, 8)],
        ("S is the group order", _Made(zero.key, zero.message, zero.nonce_point, _L)),
        ("S and the group order together", _Made(plain.key, plain.message, plain.nonce_point, plain.s + _L)),
        ("S and seven times the group order", _Made(plain.key, plain.message, plain.nonce_point, plain.s + 7 * _L)),
        ("S with its highest bit set", _Made(plain.key, plain.message, plain.nonce_point, plain.s | 1 << 255)),
        ("a key that is no point", _Made(_no_point(), *_of(plain))),
        ("another R", _Made(plain.key, plain.message, one, plain.s)),
    ]
    return [_case(name, item) for name, item in made]


def _of(made: _Made) -> tuple[bytes, bytes, int]:
    return made.message, made.nonce_point, made.s


def _nonce_zero(nonce_offset: Point, secret: int) -> _Made:
    """A signature whose R is a point of small order alone. It holds with the cofactor, and for the identity without."""
    key, point = _encode(_times(secret, _BASE)), _encode(nonce_offset)
    return _Made(key, b"message", point, _scalar(point, key, b"message") * secret % _L)


def _no_point() -> bytes:
    return next(y for y in range(2, _TRIES) if _with_y(y) is None).to_bytes(32, "little")


def _case(name: str, made: _Made) -> Json:
    case = {
        "name": f"Ed25519: {name}",
        "kind": "ed25519_verify",
        "source": "made for this project; libsodium gives the verdict",
        "public_key": made.key.hex(),
        "message": made.message.hex(),
        "signature": made.signature.hex(),
    }
    try:
        verify_signature(made.key, made.message, made.signature)
    except errors.BadSignature as error:
        return case | {"error": "BadSignature", "check": error.check}
    return case | {"gives": True}
