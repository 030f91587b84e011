"""HMAC-SHA256 of many texts under one key, and HKDF-SHA256 (RFC 5869) over it.

Rules
- Expand takes a uniform 32-byte secret. HKDF with an empty salt takes a secret that isn't uniform, such as an X25519
  output.
- `info` begins with its own label; the callers build it.
"""

import hashlib

from duolog.protocol.codec import hmac_sha256
from duolog.seal.secret import Secret

_HASH, _BLOCK = 32, 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class MacKey(Secret):
    """A key (32 bytes) for many MACs: HMAC-SHA256 (RFC 2104), whose two blocks of key are hashed once.

    That takes less than half as long as to give the key to `hmac_sha256` each time.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_BLOCK, b"\x00")
        self._inner, self._outer = hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))

    def mac(self, data: bytes) -> bytes:
        """HMAC-SHA256, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()

    def expand(self, info: bytes, length: int) -> bytes:
        """HKDF-Expand: `length` bytes (8160 at most); the key must be uniform. Spec: §3."""
        output = block = self.mac(info + b"\x01")
        for counter in range(2, -(-length // _HASH) + 1):
            block = self.mac(block + info + counter.to_bytes(1, "big"))
            output += block
        return output[:length]


def expand(secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand: `length` bytes (8160 at most) from a uniform secret. Spec: §3."""
    return MacKey(secret).expand(info, length)


def hkdf(input_key: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF: `length` bytes from a secret that need not be uniform. Spec: §3."""
    return expand(hmac_sha256(salt or bytes(_HASH), input_key), info, length)
