"""Known answers of the primitives, quoted from the documents that define them, and HPKE in both directions."""

import json

from duolog.protocol.codec import parse_b64
from duolog.seal.hpke import KemSecret
from vectors.check import FOLDER
from vectors.ed25519_edges import ed25519_edges
from vectors.values import Json

unb64 = parse_b64
_X_WING_SEED = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"


def make() -> Json:
    """The content of `primitives.json`."""
    frozen = json.loads((FOLDER / "node" / "sealed.json").read_text(encoding="utf-8"))
    return {
        "about": "Known answers of the primitives, in hex. `source` names the document.",
        "shared": {},
        "cases": [*_hkdf(), *_hmac(), *_ed25519(), *ed25519_edges(), *_x25519(), *_xchacha(), *_x_wing(), *frozen],
    }


def _hkdf() -> list[Json]:
    kind = {"kind": "hkdf"}
    return [
        kind
        | {
            "name": "RFC 5869 test case 1",
            "source": "RFC 5869, appendix A.1",
            "ikm": "0b" * 22,
            "salt": "000102030405060708090a0b0c",
            "info": "f0f1f2f3f4f5f6f7f8f9",
            "length": 42,
            "gives": {
                "prk": "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                "okm": "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            },
        },
        kind
        | {
            "name": "RFC 5869 test case 3: no salt, no info",
            "source": "RFC 5869, appendix A.3",
            "ikm": "0b" * 22,
            "salt": "",
            "info": "",
            "length": 42,
            "gives": {
                "prk": "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                "okm": "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            },
        },
    ]


def _hmac() -> list[Json]:
    return [
        {
            "name": "RFC 4231 test case 1",
            "kind": "hmac",
            "source": "RFC 4231, section 4.2",
            "key": "0b" * 20,
            "data": b"Hi There".hex(),
            "gives": {"mac": "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        }
    ]


def _ed25519() -> list[Json]:
    known = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "72",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ]
    return [
        {
            "name": f"RFC 8032 test {number}",
            "kind": "ed25519",
            "source": "RFC 8032, section 7.1",
            "seed": seed,
            "message": message,
            "gives": {"public_key": public, "signature": signature},
        }
        for number, (seed, message, public, signature) in enumerate(known, 1)
    ]


def _x25519() -> list[Json]:
    return [
        {
            "name": "RFC 7748 Diffie-Hellman",
            "kind": "x25519",
            "source": "RFC 7748, section 6.1",
            "secret": "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "other_public_key": "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
            "gives": {
                "public_key": "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
                "agreed": "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
            },
        }
    ]


def _xchacha() -> list[Json]:
    return [
        {
            "name": "XChaCha20-Poly1305 of the draft",
            "kind": "xchacha20poly1305",
            "source": "draft-irtf-cfrg-xchacha-03, appendix A.3.1",
            "key": bytes(range(0x80, 0xA0)).hex(),
            "nonce": bytes(range(0x40, 0x58)).hex(),
            "plaintext": (
                b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                b"sunscreen would be it."
            ).hex(),
            "associated": "50515253c0c1c2c3c4c5c6c7",
            "gives": {
                "sealed": (
                    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
                    "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                    "21f9664c97637da9768812f615c68b13b52e"
                    "c0875924c1c7987947deafd8780acf49"
                )
            },
        }
    ]


def _x_wing() -> list[Json]:
    return [
        {
            "name": "X-Wing key of the draft's first vector",
            "kind": "xwing_key",
            "source": "draft-connolly-cfrg-xwing-kem, appendix C",
            "seed": _X_WING_SEED,
            "gives": {"public_key": KemSecret(bytes.fromhex(_X_WING_SEED)).kem_key.hex()},
        }
    ]
