"""Packages: how a generation's seed reaches each keyholder, and how earlier seeds reach the newer generation.

Rules
- A package is the seed of one generation, sealed to one keyholder and bound to account, generation, keyholder and the
  generation's statement. A package has no signature: the keys that derive from the seed must equal the chain's.
- An earlier seed is sealed to a newer generation and bound to both generations and their statements.
- Both are 1168 bytes.
"""

from duolog.errors import OpenError
from duolog.protocol import sizes
from duolog.protocol.accounts import Generation
from duolog.protocol.codec import label, u32
from duolog.protocol.keyholder_sets import Keyholder
from duolog.seal import hpke
from duolog.seal.keys import GenerationSecret, KeyholderSecret


def wrap_package(secret: GenerationSecret, account: bytes, generation: Generation, keyholder: Keyholder) -> bytes:
    """The seed of `generation`, sealed to one keyholder. 1168 bytes.

    Raises:
        WrongAccount: the secret is not that of `generation`.
        OpenError: the keyholder's key is invalid.
    Spec: §4.
    """
    secret.require_matches(generation)
    return hpke.seal(keyholder.kem_key, secret.seed, _package_info(account, generation, keyholder.id))


def unwrap_package(
    package: bytes, account: bytes, generation: Generation, keyholder: KeyholderSecret
) -> GenerationSecret:
    """The secret of a verified generation from the package sealed to this keyholder.

    Raises:
        OpenError: the package is another keyholder's or generation's, or changed.
        WrongAccount: the chain's keys don't derive from the seed in it.
    Spec: §4.
    """
    seed = keyholder.open(package, _package_info(account, generation, keyholder.id))
    return _matching(seed, generation)


def wrap_earlier_seed(older: GenerationSecret, account: bytes, of: Generation, to: Generation) -> bytes:
    """The seed of the generation `of`, sealed to the newer generation `to`. 1168 bytes.

    Raises:
        WrongAccount: the secret is not that of `of`.
        OpenError: the newer key is invalid.
    Spec: §4.
    """
    older.require_matches(of)
    return hpke.seal(to.kem_key, older.seed, _earlier_info(account, of, to))


def unwrap_earlier_seed(
    sealed: bytes, account: bytes, of: Generation, to: Generation, newer: GenerationSecret
) -> GenerationSecret:
    """The secret of the verified generation `of`, by the secret of the newer generation `to`.

    Raises:
        OpenError: the seed was sealed to other keys or for another generation, or changed.
        WrongAccount: the chain's keys don't derive from the seed.
    Spec: §4.
    """
    return _matching(newer.open(sealed, _earlier_info(account, of, to)), of)


def _matching(seed: bytes, generation: Generation) -> GenerationSecret:
    if len(seed) != sizes.SEED:  # check: seal.package_size
        raise OpenError("A sealed seed has the wrong size.")
    secret = GenerationSecret(seed, generation.generation)
    secret.require_matches(generation)
    return secret


def _package_info(account: bytes, generation: Generation, keyholder: bytes) -> bytes:
    return label("package") + account + u32(generation.generation) + keyholder + generation.statement_hash


def _earlier_info(account: bytes, of: Generation, to: Generation) -> bytes:
    return b"".join(
        (
            label("earlier-seed"),
            account,
            u32(of.generation),
            of.statement_hash,
            u32(to.generation),
            to.statement_hash,
        )
    )
