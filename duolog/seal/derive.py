"""HKDF-SHA256 (RFC 5869) over the standard library's HMAC.

Rules
- Expand takes a uniform 32-byte secret. HKDF with an empty salt takes a secret that isn't uniform, such as an X25519
  output.
- `info` begins with its own label; the callers build it.
"""

from duolog.protocol.codec import hmac_sha256

_HASH = 32


def expand(secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand: `length` bytes (8160 at most) from a uniform secret. Spec: §3."""
    block, output = b"", b""
    for counter in range(1, -(-length // _HASH) + 1):
        block = hmac_sha256(secret, block, info, bytes([counter]))
        output += block
    return output[:length]


def hkdf(input_key: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF: `length` bytes from a secret that need not be uniform. Spec: §3."""
    return expand(hmac_sha256(salt or bytes(_HASH), input_key), info, length)
