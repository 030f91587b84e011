"""The secrets of an account and of a journal, and the keys that derive from them.

Rules
- A generation is one 32-byte seed; its signing, X25519 and X-Wing keys and the salt of its keyholder set derive from it
  by label.
- A keyholder is one 32-byte seed too: random for a device, the entropy of 24 words for a recovery sheet, a PRF output
  for a passkey. Sheet and passkey also yield an anchor key, by which a restoring client knows its account before it
  believes the server.
- Derived public keys must equal those of the account's chain: this authenticates a seed.
- An X25519 result of all zeros is refused.
- A secret shows nothing when printed, and can't be pickled or copied by accident.

This module stores and wraps nothing: see `packages`, `grants`, and the client's keystore.
"""

import hmac
import secrets

import nacl.bindings
import nacl.exceptions

from duolog.errors import MalformedData, NotAllowed, OpenError, WrongAccount
from duolog.protocol import sizes
from duolog.protocol.accounts import Generation
from duolog.protocol.codec import hmac_sha256, label, u32
from duolog.protocol.ids import keyholder_id
from duolog.protocol.keyholder_sets import Keyholder, KeyholderKind
from duolog.protocol.login import login_input
from duolog.protocol.statements import signing_input
from duolog.seal.derive import MacKey, expand
from duolog.seal.hpke import KemSecret
from duolog.seal.secret import Secret


class _Signer:
    """An Ed25519 key from its 32-byte seed."""

    __slots__ = ("_private", "sign_key")

    def __init__(self, seed: bytes) -> None:
        self.sign_key, self._private = nacl.bindings.crypto_sign_seed_keypair(seed)

    def sign(self, message: bytes) -> bytes:
        return nacl.bindings.crypto_sign(message, self._private)[: sizes.SIGNATURE]


def _require_seed(seed: bytes) -> None:
    if len(seed) != sizes.SEED:  # check: seal.seed_size
        raise MalformedData(f"A secret has {len(seed)} bytes where {sizes.SEED} belong.")


class GenerationSecret(Secret):
    """The secret of one account generation: its `seed` (32 bytes) and all keys that derive from it.

    `sign_key`, `box_key` and `kem_key` are public; `salt` (32 bytes) is the owner's, for the commitment to keyholders.
    Raises: MalformedData when the seed has another size.
    Spec: §4.
    """

    __slots__ = ("_box", "_kem", "_shared", "_signer", "box_key", "generation", "salt", "seed")

    def __init__(self, seed: bytes, generation: int) -> None:
        _require_seed(seed)
        self.seed = seed
        self.generation = generation
        self.salt = expand(seed, label("keyholder-salt"), sizes.SALT)
        self._signer = _Signer(expand(seed, label("generation-sign"), sizes.SEED))
        self._kem = KemSecret(expand(seed, label("generation-kem"), sizes.SEED))
        self._box = expand(seed, label("generation-box"), sizes.BOX_KEY)
        self.box_key = nacl.bindings.crypto_scalarmult_base(self._box)
        self._shared: dict[bytes, bytes] = {}

    @classmethod
    def new(cls, generation: int) -> "GenerationSecret":
        """A fresh one, from the operating system's randomness."""
        return cls(secrets.token_bytes(sizes.SEED), generation)

    @property
    def sign_key(self) -> bytes:
        """Ed25519 public key, 32 bytes."""
        return self._signer.sign_key

    @property
    def kem_key(self) -> bytes:
        """X-Wing public key, 1216 bytes."""
        return self._kem.kem_key

    def sign(self, statement: bytes) -> bytes:
        """The 64-byte signature over a statement's bytes. Spec: §3."""
        return self._signer.sign(signing_input(statement))

    def agree(self, box_key: bytes) -> bytes:
        """The X25519 secret (32 bytes) shared with the owner of `box_key`.

        Raises:
            OpenError: the other key gives all zeros, or is invalid.
        Spec: §6.
        """
        if len(box_key) != sizes.BOX_KEY:  # check: seal.box_key_size
            raise OpenError("A member's key has the wrong size.")  # the binding would read beyond a shorter key
        if box_key not in self._shared:
            try:
                self._shared[box_key] = nacl.bindings.crypto_scalarmult(self._box, box_key)
            except (nacl.exceptions.CryptoError, ValueError) as error:  # libsodium refuses all zeros itself
                raise OpenError("A member's key is not one that a secret can be shared with.") from error
        return self._shared[box_key]

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The plaintext sealed to this generation's X-Wing key. Raises: OpenError. Spec: §3."""
        return self._kem.open(sealed, info)

    def require_matches(self, generation: Generation) -> None:
        """Check that the keys of this seed equal those of a verified link of the chain.

        Raises:
            WrongAccount: they differ.
        Spec: §4.
        """
        derived = (self.generation, self.sign_key, self.box_key, self.kem_key)
        shown = (generation.generation, generation.sign_key, generation.box_key, generation.kem_key)
        if derived != shown:  # check: seal.derived_keys
            raise WrongAccount("The server shows another account than these keys belong to.", check="seal.derived_keys")


class KeyholderSecret(Secret):
    """The secret of one way into an account: its `seed` (32 bytes), its `kind`, its `id` and its public keys.

    Raises: MalformedData when the seed has another size.
    Spec: §4.
    """

    __slots__ = ("_kem", "_signer", "id", "kind", "seed")

    def __init__(self, seed: bytes, kind: KeyholderKind) -> None:
        _require_seed(seed)
        self.seed = seed
        self.kind: KeyholderKind = kind
        self._signer = _Signer(expand(seed, label("keyholder-sign"), sizes.SEED))
        self._kem = KemSecret(expand(seed, label("keyholder-kem"), sizes.SEED))
        self.id = keyholder_id(self._signer.sign_key)

    @classmethod
    def new(cls, kind: KeyholderKind) -> "KeyholderSecret":
        """A fresh one, from the operating system's randomness: a device, or a recovery sheet's entropy."""
        return cls(secrets.token_bytes(sizes.SEED), kind)

    @property
    def public(self) -> Keyholder:
        """This keyholder's entry in a keyholder set."""
        return Keyholder(id=self.id, kind=self.kind, sign_key=self._signer.sign_key, kem_key=self._kem.kem_key)

    def sign_login(self, origin: str, challenge: bytes) -> bytes:
        """The 64-byte answer to a server's challenge.

        Raises: MalformedData when the challenge has another size.
        Spec: §4.
        """
        return self._signer.sign(login_input(origin, challenge, self.id))

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The plaintext sealed to this keyholder's X-Wing key. Raises: OpenError. Spec: §3."""
        return self._kem.open(sealed, info)

    def anchor(self, account: bytes) -> bytes:
        """The MAC (32 bytes) that binds this recovery sheet or passkey to its account.

        Raises:
            NotAllowed: a device has no anchor.
        Spec: §4.
        """
        if self.kind == "device":  # check: seal.device_anchor
            raise NotAllowed(
                "A device has no anchor: only a recovery sheet or a passkey restores an account by itself."
            )
        key = expand(self.seed, label("keyholder-anchor"), sizes.SEED)
        return hmac_sha256(key, label("anchor"), account)

    def require_anchor(self, account: bytes, anchor: bytes) -> None:
        """Check that the server shows the account of this sheet or passkey. A client does this before all other checks.

        Raises:
            WrongAccount: it shows another account.
            NotAllowed: a device has no anchor.
        Spec: §4.
        """
        if not hmac.compare_digest(self.anchor(account), anchor):  # check: seal.anchor
            raise WrongAccount(
                "The server shows another account than the one these words were made for.", check="seal.anchor"
            )


class EpochKey(Secret):
    """One journal key (32 bytes) and the number of its epoch.

    Raises: MalformedData when the key has another size.
    Spec: §5.
    """

    __slots__ = ("_entries", "epoch", "key")

    def __init__(self, key: bytes, epoch: int) -> None:
        _require_seed(key)
        self.key = key
        self.epoch = epoch
        self._entries = MacKey(key)

    @classmethod
    def new(cls, epoch: int) -> "EpochKey":
        """A fresh one, from the operating system's randomness."""
        return cls(secrets.token_bytes(sizes.EPOCH_KEY), epoch)

    def commitment(self, nonce: bytes) -> bytes:
        """The roster's commitment to this key; `nonce` is the journal genesis's. 32 bytes. Spec: §5."""
        return expand(self.key, label("epoch-commitment") + nonce + u32(self.epoch), sizes.COMMITMENT)

    def entry_keys(self, header: bytes) -> tuple[bytes, bytes]:
        """The AEAD key and the commitment (32 bytes each) of the entry with this header. Spec: §6."""
        derived = self._entries.expand(label("entry") + header, sizes.EPOCH_KEY + sizes.COMMITMENT)
        return derived[: sizes.EPOCH_KEY], derived[sizes.EPOCH_KEY :]
