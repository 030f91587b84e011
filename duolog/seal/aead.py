"""XChaCha20-Poly1305-IETF, by libsodium. The caller keeps the nonce with the ciphertext. Spec: §3."""

import nacl.bindings
import nacl.exceptions

from duolog.errors import OpenError


def encrypt(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Ciphertext and its 16-byte tag; key 32 bytes, nonce 24."""
    return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, nonce, key)


def decrypt(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    """The plaintext. Raises: OpenError when key, nonce, ciphertext or associated data doesn't match."""
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated, nonce, key)
    except (nacl.exceptions.CryptoError, ValueError) as error:
        raise OpenError("A sealed message does not open: another key, or changed bytes.") from error
