"""Adding a device: the code that a new device shows, and the sealed messages between it and the old device.

Rules
- Code = secret 16 | first 16 bytes of SHA-256 over the new device's public keys. The secret names the rendezvous and
  seals its messages; the rest lets the old device recognise the new device's keys.
- Text = base64url of code 32 | checksum 2, 46 characters. The checksum shows that a code is cut off or mistyped.
- Sealed message = nonce 24 | XChaCha20-Poly1305, bound to the rendezvous, the side that left it, and its number.
- A thief who photographs the code can read the messages and answer as the old device. The person notices it only by
  comparing the account's eight words on both devices.

This module adds no device: the next keyholder set does. A passkey's PRF input is here too, as it is another way in.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Literal

from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, verify_chain
from duolog.protocol.codec import encode_b64, encode_canonical, label, parse_b64, parse_canonical, sha256
from duolog.protocol.ids import keyholder_id
from duolog.protocol.keyholder_sets import AccountHead, Keyholder, KeyholderKind, KeyholderSet, require_own_set
from duolog.protocol.statements import Fields
from duolog.seal import aead
from duolog.seal.chains import encode_links, read_link
from duolog.seal.derive import hkdf
from duolog.seal.secret import Secret

Side = Literal["new", "old"]

PASSKEY_PRF_INPUT = sha256(label("passkey-prf"))  # the input of a passkey's PRF; its output is the seed
# Of one that only unlocks a client's home: other than above, so that unlocking never yields a keyholder's seed.
PASSKEY_HOME_INPUT = sha256(label("passkey-home"))
_SCHEME = "duolog-device:"
_ROLES: dict[Side, int] = {"new": 1, "old": 2}
_SECRET = 16
_CHECKSUM = 2
_TEXT = 46  # characters of a code
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_DEVICE: KeyholderKind = "device"


class DeviceCode(Secret):
    """The code of a new device: a secret (16 bytes) and half a hash of its public keys (16).

    `rendezvous` (16 bytes) is where the two devices' messages wait.
    Raises: MalformedData when it has another size.
    Spec: §4.
    """

    __slots__ = ("code", "rendezvous")

    def __init__(self, code: bytes) -> None:
        if len(code) != sizes.DEVICE_CODE:
            raise MalformedData("A device's code has the wrong size.")
        self.code = code
        self.rendezvous = hkdf(code[:_SECRET], label("rendezvous-id"), sizes.RENDEZVOUS_ID)

    @classmethod
    def new(cls, device: Keyholder, secret: bytes | None = None) -> "DeviceCode":
        """The code of a new device; `secret` is fresh unless the device has one already. Spec: §4."""
        secret = secrets.token_bytes(_SECRET) if secret is None else secret
        return cls(secret + _fingerprint(device.sign_key, device.kem_key))

    @property
    def text(self) -> str:
        """46 characters, to type or paste. They hold the secret. Spec: §4."""
        return encode_b64(self.code + _checksum(self.code))

    @property
    def uri(self) -> str:
        """The same for a QR code. Spec: §4."""
        return _SCHEME + self.text

    def require_keys(self, keys: "DeviceKeys") -> Keyholder:
        """Check that the keys left at the rendezvous are those that the new device showed.

        Raises:
            VerificationError: they are another device's.
        Spec: §4.
        """
        if not hmac.compare_digest(
            self.code[_SECRET:], _fingerprint(keys.sign_key, keys.kem_key)
        ):  # check: seal.device_keys
            raise VerificationError(
                "Other keys wait than those of the device whose code this is: somebody may have seen the code. Nothing "
                "was added. Start again with a new code.",
                check="seal.device_keys",
            )
        return Keyholder(keyholder_id(keys.sign_key), _DEVICE, keys.sign_key, keys.kem_key)

    def seal(self, side: Side, number: int, plaintext: bytes, *, nonce: bytes | None = None) -> bytes:
        """One message. `nonce` is fresh unless a test vector needs a given one. Spec: §4."""
        nonce = secrets.token_bytes(sizes.AEAD_NONCE) if nonce is None else nonce
        return nonce + aead.encrypt(self._key, nonce, plaintext, self._bound(side, number))

    def open(self, side: Side, number: int, sealed: bytes) -> bytes:
        """The plaintext of one message. Raises: OpenError when it is another message, or changed. Spec: §4."""
        nonce, ciphertext = sealed[: sizes.AEAD_NONCE], sealed[sizes.AEAD_NONCE :]
        return aead.decrypt(self._key, nonce, ciphertext, self._bound(side, number))

    @property
    def _key(self) -> bytes:
        return hkdf(self.code[:_SECRET], label("rendezvous-key"), sizes.SEED)

    def _bound(self, side: Side, number: int) -> bytes:
        return label("rendezvous-key") + self.rendezvous + bytes([_ROLES[side], number])


def parse_code(text: str) -> DeviceCode:
    """Parse a typed, pasted or scanned code.

    Raises:
        MalformedData: a foreign character, a wrong length, or a typing error. The error repeats no part of the code.
    Spec: §4.
    """
    text = "".join(text.split()).removeprefix(_SCHEME)
    if not _ALPHABET.fullmatch(text):  # check: seal.device_code_alphabet
        raise MalformedData("The code has a character that does not belong there. Copy it from the new device again.")
    if len(text) != _TEXT:  # check: seal.device_code_length
        raise MalformedData(f"The code has {len(text)} characters where {_TEXT} belong. Copy all of it, and no more.")
    data = parse_b64(text)
    code, checksum = data[: sizes.DEVICE_CODE], data[sizes.DEVICE_CODE :]
    if checksum != _checksum(code):  # check: seal.device_code_checksum
        raise MalformedData("A character of the code is wrong. Compare it with the new device, or scan it.")
    return DeviceCode(code)


def _checksum(code: bytes) -> bytes:
    return sha256(label("device-code-checksum"), code)[:_CHECKSUM]


def _fingerprint(sign_key: bytes, kem_key: bytes) -> bytes:
    return sha256(label("device-code"), sign_key, kem_key)[: sizes.DEVICE_CODE - _SECRET]


# --- the three messages -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """The new device's first message: its public keys."""

    sign_key: bytes
    kem_key: bytes

    def encode(self) -> bytes:
        """The plaintext. Spec: §4."""
        keys = {"sign_key": encode_b64(self.sign_key), "kem_key": encode_b64(self.kem_key)}
        return encode_canonical({"type": "device_keys"} | keys, sizes.MAX_INVITATION)


@dataclass(frozen=True, slots=True)
class DeviceAccount:
    """The old device's first message: the account as this device knows it. So the server can't show a false one.

    `salt`: of the newest generation's set commitment, 32 bytes. `account_head`: the account journal's verified end.
    """

    account: bytes
    chain: tuple[SignedAccountStatement, ...]
    sets: tuple[SignedAccountStatement, ...]
    salt: bytes
    account_head: AccountHead
    origin: str
    receipt_key: bytes

    def __repr__(self) -> str:
        return f"DeviceAccount(account={self.account.hex()}, <secret>)"

    def encode(self) -> bytes:
        """The plaintext. Raises: MalformedData when it is too long. Spec: §4."""
        return encode_canonical(
            {
                "type": "device_account",
                "account": encode_b64(self.account),
                "chain": encode_links(self.chain),
                "sets": encode_links(self.sets, self.chain),
                "salt": encode_b64(self.salt),
                "account_head": {"seq": self.account_head.seq, "head": encode_b64(self.account_head.head)},
                "origin": self.origin,
                "receipt_key": encode_b64(self.receipt_key),
            },
            sizes.MAX_INVITATION,
        )


@dataclass(frozen=True, slots=True)
class DeviceAdded:
    """The old device's second message: the version of the set that lists the new device."""

    version: int

    def encode(self) -> bytes:
        """The plaintext. Spec: §4."""
        return encode_canonical({"type": "device_added", "version": self.version}, sizes.MAX_INVITATION)


def parse_device_keys(plaintext: bytes) -> DeviceKeys:
    """The first message of the new device. Raises: MalformedData. Spec: §4."""
    fields = _fields(plaintext, "device_keys")
    keys = DeviceKeys(fields.data("sign_key", sizes.SIGN_KEY), fields.data("kem_key", sizes.KEM_KEY))
    fields.done()
    return keys


def parse_device_account(plaintext: bytes) -> DeviceAccount:
    """The first message of the old device; nothing is verified yet. Raises: MalformedData. Spec: §4."""
    fields = _fields(plaintext, "device_account")
    shown = DeviceAccount(
        account=fields.data("account", sizes.ACCOUNT_ID),
        chain=fields.objects("chain", read_link, 1, sizes.MAX_CHAIN),
        sets=fields.objects("sets", read_link, 1, sizes.MAX_CHAIN),
        salt=fields.data("salt", sizes.SALT),
        account_head=fields.object("account_head", _read_head),
        origin=fields.text("origin", limit=sizes.MAX_ORIGIN),
        receipt_key=fields.data("receipt_key", sizes.SIGN_KEY),
    )
    fields.done()
    return shown


def parse_device_added(plaintext: bytes) -> DeviceAdded:
    """The second message of the old device. Raises: MalformedData. Spec: §4."""
    fields = _fields(plaintext, "device_added")
    added = DeviceAdded(fields.number("version"))
    fields.done()
    return added


def verify_device_account(shown: DeviceAccount, origin: str) -> tuple[AccountChain, KeyholderSet]:
    """Check that the old device's account is valid, and lives on the server that the new device was told.

    The eight words show whose account it is.

    Raises:
        MalformedData, ChainViolation, BadSignature: chain, sets or salt break their rules.
        VerificationError: the chain is another account's, or the server is another.
    Spec: §4.
    """
    chain = verify_chain(shown.chain)
    if chain.account != shown.account:  # check: seal.device_account
        raise VerificationError("The other device shows another account than it names.", check="seal.device_account")
    newest = require_own_set(chain, shown.sets, shown.salt)
    if shown.origin != origin:  # check: seal.device_origin
        raise VerificationError(
            "The other device's account is at another server. Start again, with the server that it names in `status`.",
            check="seal.device_origin",
        )
    return chain, newest


def _read_head(fields: Fields) -> AccountHead:
    return AccountHead(seq=fields.integer("seq", 1), head=fields.data("head", sizes.HASH))


def _fields(plaintext: bytes, kind: str) -> Fields:
    fields = Fields(parse_canonical(plaintext, sizes.MAX_INVITATION), f"A message of type {kind}")
    fields.text("type", kind)
    return fields
