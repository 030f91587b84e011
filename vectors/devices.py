"""Vectors of adding a device and of passkeys: codes, rendezvous messages, and what a PRF is evaluated on."""

from dataclasses import replace

from duolog.protocol.codec import sha256
from duolog.protocol.keyholder_sets import AccountHead
from duolog.seal.devices import PASSKEY_PRF_INPUT, DeviceAccount, DeviceAdded, DeviceCode, DeviceKeys, Side
from duolog.seal.keys import KeyholderSecret
from tests.protocol.builders import Host, Person
from vectors.values import Json, text

OPEN_ERROR = {"error": "OpenError"}
MALFORMED = {"error": "MalformedData"}


def make() -> Json:
    """The content of `devices.json`."""
    device = KeyholderSecret(b"a new device has its own secrets"[:32], "device")
    code = DeviceCode.new(device.public, bytes(range(16)))
    return {
        "about": "A new device's code, the sealed messages of a rendezvous, and a passkey's input. Secrets are public.",
        "shared": {},
        "cases": [*_codes(code), *_rendezvous(code, device), *_passkeys()],
    }


def _codes(code: DeviceCode) -> list[Json]:
    base: Json = {"name": "device code", "kind": "device_code", "text": code.text}
    wrong = ("A" if code.text[0] != "A" else "B") + code.text[1:]
    return [
        base | {"gives": {"code": text(code.code), "rendezvous": text(code.rendezvous), "uri": code.uri}},
        base
        | {"name": "device code: as a URI", "text": code.uri}
        | {"gives": {"code": text(code.code), "rendezvous": text(code.rendezvous), "uri": code.uri}},
        base | {"name": "device code: cut off", "text": code.text[:-1]} | MALFORMED,
        base | {"name": "device code: mistyped", "text": wrong} | MALFORMED,
        base | {"name": "device code: a foreign character", "text": "!" + code.text[1:]} | MALFORMED,
    ]


def _rendezvous(code: DeviceCode, device: KeyholderSecret) -> list[Json]:
    ada, host = Person("ada").rotate(), Host()
    keys = DeviceKeys(device.public.sign_key, device.public.kem_key)
    shown = DeviceAccount(
        account=ada.account,
        chain=tuple(ada.signed),
        sets=tuple(ada.sets),
        salt=ada.secret.salt,
        account_head=AccountHead(9, sha256(b"the account journal's head")),
        origin="https://journal.example",
        receipt_key=host.key,
    )
    stolen = DeviceKeys(ada.device.public.sign_key, ada.device.public.kem_key)

    def sealed(side: Side, number: int, data: bytes) -> str:
        return text(code.seal(side, number, data, nonce=sha256(side.encode(), bytes([number]), data)[:24]))

    base: Json = {
        "name": "rendezvous",
        "kind": "rendezvous",
        "text": code.text,
        "origin": "https://journal.example",
        "keys": sealed("new", 1, keys.encode()),
        "account": sealed("old", 1, shown.encode()),
        "added": sealed("old", 2, DeviceAdded(4).encode()),
    }
    gives = {"keyholder": text(device.id), "account": text(ada.account), "set": 3, "added": 4}
    swapped = replace(shown, account=bytes(32))
    salted = replace(shown, salt=bytes(32))
    error = {"error": "VerificationError"}
    chain = {"error": "ChainViolation", "check": "accounts.set_commitment"}
    return [
        base | {"gives": gives},
        base
        | {"name": "rendezvous: substituted keys", "keys": sealed("new", 1, stolen.encode())}
        | error
        | {"check": "seal.device_keys"},
        base
        | {"name": "rendezvous: another account than it names", "account": sealed("old", 1, swapped.encode())}
        | error
        | {"check": "seal.device_account"},
        base
        | {"name": "rendezvous: another server", "origin": "https://other.example"}
        | error
        | {"check": "seal.device_origin"},
        base | {"name": "rendezvous: another salt", "account": sealed("old", 1, salted.encode())} | chain,
        base | {"name": "rendezvous: a message in another place", "account": base["added"]} | OPEN_ERROR,
        base | {"name": "rendezvous: a message of the other side", "keys": base["account"]} | OPEN_ERROR,
        base | {"name": "rendezvous: not canonical", "account": sealed("old", 1, shown.encode() + b" ")} | MALFORMED,
    ]


def _passkeys() -> list[Json]:
    output = bytes(range(32))
    passkey = KeyholderSecret(output, "passkey")
    account = Person("ada").account
    return [
        {
            "name": "passkey",
            "kind": "passkey",
            "prf_output": text(output),
            "account": text(account),
            "gives": {
                "prf_input": text(PASSKEY_PRF_INPUT),
                "id": text(passkey.id),
                "kem_key_sha256": text(sha256(passkey.public.kem_key)),
                "anchor": text(passkey.anchor(account)),
            },
        },
        {"name": "passkey: a PRF output that is too short", "kind": "passkey", "prf_output": text(output[:31])}
        | {"account": text(account)}
        | MALFORMED,
    ]
