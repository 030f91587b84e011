"""How sealed messages carry account statements: `{statement, signatures}` each, oldest first. Spec: §7."""

from collections.abc import Sequence

from duolog.errors import NotAllowed
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import JsonObject, encode_b64
from duolog.protocol.statements import Fields

MAX_LINKS = sizes.MAX_INVITATION - 64 * sizes.KIB  # bytes of all the links of one message
_LINK = 256  # bytes of a link besides its statement


def encode_link(signed: SignedAccountStatement) -> JsonObject:
    """One statement of a chain, or one keyholder set. Spec: §7."""
    return {
        "statement": encode_b64(signed.statement),
        "signatures": [encode_b64(signature) for signature in signed.signatures],
    }


def encode_links(
    statements: Sequence[SignedAccountStatement], besides: Sequence[SignedAccountStatement] = ()
) -> list[JsonObject]:
    """A chain, or keyholder sets. `besides`: other links that the same message carries.

    Raises: NotAllowed when a message can't hold them. Spec: §7.
    """
    size = sum(4 * len(signed.statement) // 3 + _LINK for signed in (*statements, *besides))
    if size > MAX_LINKS:  # check: seal.chain_size
        raise NotAllowed(
            "The keys of your account were changed so often that an invitation or a code can't carry all of them. "
            "Let a further device in with your recovery words. To invite somebody, register a new account."
        )
    return [encode_link(signed) for signed in statements]


def read_link(fields: Fields) -> SignedAccountStatement:
    """Parse a link of `encode_link`, without verifying it. Raises: MalformedData. Spec: §7."""
    statement = fields.blob("statement", sizes.MAX_STATEMENT)
    return SignedAccountStatement(statement, fields.datas("signatures", sizes.SIGNATURE, 1, 2))
